//! Stock: what live, placed orders take out of it, exactly once.
//!
//! Each item remembers how much it has taken (`stock_taken`). What it should have taken follows from
//! its order's status, so however often an order is placed, cancelled, returned, deleted or restored,
//! only the difference moves. Products are locked after orders and items, in order of ids.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Invalid, ObjectDef};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Error, Result,
    records::{Batch, Draft, FollowUp, Record, Verb, locked},
};

const PRODUCT: &str = "product";
/// Orders in one of these hold goods that are not in stock any more.
const TAKING: [&str; 3] = ["placed", "shipped", "completed"];

/// How the stock of each product is kept.
pub(super) type Policies = BTreeMap<Uuid, String>;

/// Sets what each item of a batch takes; the products stay locked until the stock is written.
pub(super) async fn reserve(
    tx: &mut PgConnection,
    batch: &Batch<'_>,
    drafts: &mut [Draft],
    orders: &BTreeMap<Uuid, Record>,
) -> Result<()> {
    let mut products = BTreeSet::new();
    for draft in drafts.iter() {
        products.extend(product(draft.before("product_id")));
        products.extend(product(draft.after("product_id")));
    }
    let policies = policies(tx, batch, &products).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let order = draft.link_after("order_id").and_then(|id| orders.get(&id));
        let status = order.and_then(|order| order.get("status")).and_then(Value::as_str);
        let status = status.filter(|_| batch.verb != Verb::Delete).map(str::to_owned);
        take(batch.object, draft, status.as_deref(), &policies);
    }
    Ok(())
}

/// How the stock of these products is kept; they stay locked.
pub(super) async fn policies(tx: &mut PgConnection, batch: &Batch<'_>, products: &BTreeSet<Uuid>) -> Result<Policies> {
    if products.is_empty() {
        return Ok(Policies::new());
    }
    let ids: Vec<Uuid> = products.iter().copied().collect();
    let object = batch.catalog.object(PRODUCT).ok_or_else(|| Error::unknown_object(PRODUCT))?;
    let records = locked(tx, object, &ids, ("true", None)).await?;
    let policy = |record: &Record| record.get("stock_policy").and_then(Value::as_str).unwrap_or("untracked").to_owned();
    Ok(records.iter().map(|(id, record)| (*id, policy(record))).collect())
}

/// Sets what an item takes in an order of this status; nothing without a status.
pub(super) fn take(object: &ObjectDef, draft: &mut Draft, status: Option<&str>, policies: &Policies) {
    let kept = product(draft.after("product_id")).and_then(|id| policies.get(&id));
    let takes = status.is_some_and(|status| TAKING.contains(&status)) && kept.is_some_and(|kept| kept != "untracked");
    let quantity = if takes { draft.after("quantity").clone() } else { json!(0) };
    draft.set(object, "stock_taken", &quantity);
}

/// How much of each product goes out, and when that became true; what comes back is negative.
#[derive(Debug, Default)]
pub(super) struct Moves(BTreeMap<Uuid, (i64, DateTime<Utc>)>);

impl Moves {
    /// Adds what the item of a draft takes or gives back.
    pub(super) fn add(&mut self, draft: &Draft) {
        let back = (draft.before("product_id"), draft.before("stock_taken"), -1);
        let out = (draft.after("product_id"), draft.after("stock_taken"), 1);
        for (id, taken, sign) in [back, out] {
            let (Some(id), Some(taken)) = (product(id), taken.as_i64().filter(|taken| *taken != 0)) else { continue };
            let entry = self.0.entry(id).or_insert((0, draft.effective_at));
            entry.0 += sign * taken;
            entry.1 = entry.1.max(draft.effective_at);
        }
    }
}

/// The updates of the products that move; `field` is to blame when there is not enough.
pub(super) async fn move_out(
    tx: &mut PgConnection,
    batch: &Batch<'_>,
    Moves(mut moves): Moves,
    field: &str,
) -> Result<Vec<FollowUp>> {
    moves.retain(|_, (out, _)| *out != 0);
    let object = batch.catalog.object(PRODUCT).ok_or_else(|| Error::unknown_object(PRODUCT))?;
    let ids: Vec<Uuid> = moves.keys().copied().collect();
    let mut follow_ups = Vec::new();
    for (id, record) in locked(tx, object, &ids, ("true", None)).await? {
        let Some((out, at)) = moves.get(&id) else { continue };
        let stock = record.get("stock_quantity").and_then(Value::as_i64).unwrap_or_default();
        let bounded = record.get("stock_policy").and_then(Value::as_str) == Some("tracked");
        let name = record.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut draft = Draft::follow_up(id, record, *at);
        if bounded && *out > 0 && stock < *out {
            let message = format!("there are only {stock} of {name} in stock, and {out} more are needed");
            draft.refuse(Error::conflict("out_of_stock", Invalid::field(field, "out_of_stock", message)));
        } else {
            draft.set(object, "stock_quantity", &json!(stock - out));
        }
        follow_ups.push(FollowUp { object: PRODUCT, verb: Verb::Update, draft });
    }
    Ok(follow_ups)
}

fn product(value: &Value) -> Option<Uuid> {
    value.as_str().and_then(|id| Uuid::parse_str(id).ok())
}
