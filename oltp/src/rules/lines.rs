//! Lines of an order or a deal: their amount is computed, their owner is that of what they belong to,
//! and its total is their sum.
//!
//! Writers of lines lock what the lines belong to first, then the lines, then products, each in order
//! of ids, and so do writers of orders and deals: nobody waits for somebody who waits for them.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Invalid, policy};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{line_amount, stock};
use crate::{
    Error, Result,
    records::{Batch, Draft, FollowUp, Record, Verb, locked, moment_of, scope, statement},
};

/// A kind of line and what it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    /// Singular name of the line.
    item: &'static str,
    /// Singular name of what it belongs to.
    parent: &'static str,
    /// The field of the line that says to which.
    link: &'static str,
    /// The field of the parent that holds the sum.
    total: &'static str,
    /// Whether a parent without lines has the total 0 rather than the one it was given.
    zero_when_empty: bool,
}

/// The items of orders.
pub(super) const ORDER: Lines =
    Lines { item: "order_item", parent: "order", link: "order_id", total: "total_amount", zero_when_empty: true };
/// The items of deals; a deal without items is worth what somebody says.
pub(super) const DEAL: Lines =
    Lines { item: "deal_item", parent: "deal", link: "deal_id", total: "amount", zero_when_empty: false };

/// Locks what the lines of a batch belong to, before the lines themselves are locked.
pub(super) async fn lock_parents(
    lines: Lines,
    tx: &mut PgConnection,
    batch: &Batch<'_>,
    drafts: &[Draft],
) -> Result<()> {
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    let sql = format!("select {} from {} where id = any($1)", lines.link, statement::quoted(&batch.object.table));
    let stored: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(ids).fetch_all(&mut *tx).await?;
    let given = drafts.iter().filter_map(|draft| draft.link_after(lines.link));
    let ids: BTreeSet<Uuid> = stored.into_iter().chain(given).collect();
    parents(lines, tx, batch, ids).await.map(|_| ())
}

/// Computes amounts and owners; what the lines belong to stays locked until its total is written.
pub(super) async fn complete(
    lines: Lines,
    tx: &mut PgConnection,
    batch: &Batch<'_>,
    drafts: &mut [Draft],
) -> Result<()> {
    let ids = drafts.iter().filter(|draft| draft.alive()).flat_map(|draft| parent_ids(lines, draft)).collect();
    let parents = parents(lines, tx, batch, ids).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let parent = draft.link_after(lines.link).and_then(|id| parents.get(&id));
        let deleted = parent.is_none_or(|parent| parent.get("deleted_at").is_some_and(|at| !at.is_null()));
        if deleted && batch.verb != Verb::Delete {
            let message = format!("the {} is deleted; restore it first", lines.parent);
            let code = if lines.parent == "order" { "order_deleted" } else { "deal_deleted" };
            draft.refuse(Error::conflict(code, Invalid::field(lines.link, code, message)));
            continue;
        }
        if batch.verb == Verb::Create
            && let (Some(whole), Some(parent)) = (batch.catalog.object(lines.parent), parent)
            && scope::only_read(&policy(batch.caller, whole), parent)
        {
            draft.refuse(Error::NotYours { verb: "change", object: whole.label.to_lowercase() });
            continue;
        }
        if matches!(batch.verb, Verb::Create | Verb::Update) {
            if let Some(owner) = parent.and_then(|parent| parent.get("owner_id")) {
                draft.set(batch.object, "owner_id", owner);
            }
            line_amount::set(draft, batch);
        }
    }
    if lines.parent == "order" {
        stock::reserve(tx, batch, drafts, &parents).await?;
    }
    Ok(())
}

/// Brings the totals up to date, and the stock of the products.
pub(super) async fn after(
    lines: Lines,
    tx: &mut PgConnection,
    batch: &Batch<'_>,
    drafts: &[Draft],
) -> Result<Vec<FollowUp>> {
    let object = batch.catalog.object(lines.parent).ok_or_else(|| Error::unknown_object(lines.parent))?;
    let mut latest = BTreeMap::new();
    for draft in drafts {
        for id in parent_ids(lines, draft) {
            let at = latest.entry(id).or_insert(draft.effective_at);
            *at = draft.effective_at.max(*at);
        }
    }
    let ids: Vec<Uuid> = latest.keys().copied().collect();
    let totals = totals(lines, tx, &ids).await?;
    let mut follow_ups = Vec::new();
    for (id, record) in locked(tx, object, &ids, ("true", None)).await? {
        let total = totals.get(&id).map(String::as_str).or(lines.zero_when_empty.then_some("0.00"));
        let (Some(at), Some(total)) = (latest.get(&id), total) else { continue };
        let mut draft = Draft::follow_up(id, record, *at);
        draft.set(object, lines.total, &json!(total));
        follow_ups.push(FollowUp { object: lines.parent, verb: Verb::Update, draft });
    }
    if lines.parent == "order" {
        let mut moves = stock::Moves::default();
        for draft in drafts {
            moves.add(draft);
        }
        follow_ups.extend(stock::move_out(tx, batch, moves, "quantity").await?);
    }
    Ok(follow_ups)
}

/// Refuses a total that contradicts the lines. Without lines the total is the one that is given.
pub(super) async fn check_total(
    lines: Lines,
    tx: &mut PgConnection,
    batch: &Batch<'_>,
    drafts: &mut [Draft],
) -> Result<()> {
    let retotalled = |draft: &Draft| batch.verb == Verb::Update && draft.alive() && draft.changing(lines.total);
    let ids: Vec<Uuid> = drafts.iter().filter(|draft| retotalled(draft)).map(|draft| draft.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let totals = totals(lines, tx, &ids).await?;
    for draft in drafts.iter_mut().filter(|draft| retotalled(draft)) {
        if let Some(total) = totals.get(&draft.id).filter(|total| draft.text_after(lines.total) != Some(total)) {
            let label = batch.object.field(lines.total).map_or(lines.total, |field| field.label.as_str());
            let message = format!("{label} is the sum of the {}'s items, {total}", lines.parent);
            draft.refuse(Invalid::field(lines.total, "derived", message));
        }
    }
    Ok(())
}

/// Lines change hands, go to the bin and come back with what they belong to; stock follows the order.
pub(super) async fn follow(
    lines: Lines,
    tx: &mut PgConnection,
    batch: &Batch<'_>,
    drafts: &[Draft],
) -> Result<Vec<FollowUp>> {
    let concerned = |draft: &&Draft| match batch.verb {
        Verb::Create => false,
        Verb::Update => draft.changing("owner_id") || lines.parent == "order" && draft.changing("status"),
        Verb::Delete | Verb::Restore => true,
    };
    let parents: BTreeMap<Uuid, &Draft> = drafts.iter().filter(concerned).map(|draft| (draft.id, draft)).collect();
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let object = batch.catalog.object(lines.item).ok_or_else(|| Error::unknown_object(lines.item))?;
    let ids: Vec<Uuid> = parents.keys().copied().collect();
    let sql = format!("select id from {} where {} = any($1)", statement::quoted(&object.table), lines.link);
    let items: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(ids).fetch_all(&mut *tx).await?;
    let items = locked(tx, object, &items, ("true", None)).await?;
    let products = items.values().filter_map(|item| link(item, "product_id")).filter(|_| lines.parent == "order");
    let policies = stock::policies(tx, batch, &products.collect()).await?;
    let mut follow_ups: Vec<FollowUp> = Vec::new();
    for (id, record) in items {
        let Some(parent) = link(&record, lines.link).and_then(|id| parents.get(&id)) else { continue };
        let deleted_at = record.get("deleted_at").unwrap_or(&Value::Null).clone();
        let mut draft = Draft::follow_up(id, record, parent.effective_at);
        match batch.verb {
            Verb::Update if deleted_at.is_null() || parent.changing("owner_id") => {
                draft.set(object, "owner_id", parent.after("owner_id"));
            }
            Verb::Delete if deleted_at.is_null() => {}
            // What went to the bin with the order comes back with it.
            Verb::Restore if moment_of(&deleted_at) >= moment_of(parent.before("deleted_at")) => {}
            Verb::Create | Verb::Update | Verb::Delete | Verb::Restore => continue,
        }
        if lines.parent == "order" {
            let live = batch.verb == Verb::Restore || batch.verb == Verb::Update && deleted_at.is_null();
            let status = parent.text_after("status").filter(|_| live);
            stock::take(object, &mut draft, status, &policies);
        }
        follow_ups.push(FollowUp { object: lines.item, verb: batch.verb, draft });
    }
    if lines.parent == "order" {
        let mut moves = stock::Moves::default();
        for FollowUp { draft, .. } in &follow_ups {
            moves.add(draft);
        }
        let moves = stock::move_out(tx, batch, moves, "status").await?;
        follow_ups.extend(moves);
    }
    Ok(follow_ups)
}

/// The sum of the live lines of each parent that has some; one entry per parent.
async fn totals(lines: Lines, tx: &mut PgConnection, parents: &[Uuid]) -> Result<BTreeMap<Uuid, String>> {
    let table = format!("{}s", lines.item);
    let sql = format!(
        "select {link}, coalesce(sum(amount), 0)::numeric(38, 2)::text\n\
         from {table}\nwhere {link} = any($1) and deleted_at is null\ngroup by {link}",
        link = lines.link,
        table = statement::quoted(&table),
    );
    let totals: Vec<(Uuid, String)> = sqlx::query_as(AssertSqlSafe(sql)).bind(parents).fetch_all(tx).await?;
    Ok(totals.into_iter().collect())
}

fn parent_ids(lines: Lines, draft: &Draft) -> impl Iterator<Item = Uuid> {
    let before = draft.current.as_ref().and_then(|record| link(record, lines.link));
    before.into_iter().chain(draft.link_after(lines.link))
}

fn link(record: &Record, name: &str) -> Option<Uuid> {
    record.get(name).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok())
}

async fn parents(
    lines: Lines,
    tx: &mut PgConnection,
    batch: &Batch<'_>,
    ids: BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, Record>> {
    let object = batch.catalog.object(lines.parent).ok_or_else(|| Error::unknown_object(lines.parent))?;
    let ids: Vec<Uuid> = ids.into_iter().collect();
    locked(tx, object, &ids, ("true", None)).await
}
