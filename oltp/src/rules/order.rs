//! Orders: the items decide the total, follow the owner and share the bin.

use std::collections::BTreeMap;

use catalog::Invalid;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::order_item::totals;
use crate::{
    Error, Result,
    records::{Batch, Draft, FollowUp, Verb, locked, moment_of},
};

const ITEM: &str = "order_item";

/// Refuses a total that contradicts the items. An order without items has the total it is given.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let retotalled = |draft: &Draft| batch.verb == Verb::Update && draft.alive() && draft.changing("total_amount");
    let ids: Vec<Uuid> = drafts.iter().filter(|draft| retotalled(draft)).map(|draft| draft.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let totals = totals(tx, &ids).await?;
    for draft in drafts.iter_mut().filter(|draft| retotalled(draft)) {
        if let Some(total) = totals.get(&draft.id).filter(|total| draft.text_after("total_amount") != Some(total)) {
            let message = format!("Total is the sum of the order's items, {total}");
            draft.refuse(Invalid::field("total_amount", "derived", message));
        }
    }
    Ok(())
}

/// Items change hands, go to the bin and come back with their order.
pub(super) async fn after(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    let concerned = |draft: &&Draft| match batch.verb {
        Verb::Create => false,
        Verb::Update => draft.changing("owner_id"),
        Verb::Delete | Verb::Restore => true,
    };
    let orders: BTreeMap<Uuid, &Draft> = drafts.iter().filter(concerned).map(|draft| (draft.id, draft)).collect();
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let object = batch.catalog.object(ITEM).ok_or_else(|| Error::unknown_object(ITEM))?;
    let ids: Vec<Uuid> = orders.keys().copied().collect();
    let items: Vec<Uuid> =
        sqlx::query_scalar("select id from order_items where order_id = any($1)").bind(ids).fetch_all(&mut *tx).await?;
    let mut follow_ups = Vec::new();
    for (id, record) in locked(tx, object, &items, ("true", None)).await? {
        let order = record.get("order_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
        let Some(order) = order.and_then(|id| orders.get(&id)) else {
            continue;
        };
        let deleted_at = record.get("deleted_at").unwrap_or(&Value::Null).clone();
        let mut draft = Draft::follow_up(id, record, order.effective_at);
        match batch.verb {
            Verb::Update => draft.set(object, "owner_id", order.after("owner_id")),
            Verb::Delete if deleted_at.is_null() => {}
            // What went to the bin with the order comes back with it.
            Verb::Restore if moment_of(&deleted_at) >= moment_of(order.before("deleted_at")) => {}
            Verb::Create | Verb::Delete | Verb::Restore => continue,
        }
        follow_ups.push(FollowUp { object: ITEM, verb: batch.verb, draft });
    }
    Ok(follow_ups)
}
