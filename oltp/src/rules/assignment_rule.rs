//! Assignment rules: they name fields of leads and people who are there.

use catalog::{Invalid, ObjectDef};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::assignment::members;
use crate::{
    Error, Result,
    records::{Batch, Draft, Verb},
};

/// Members of one rule; more are a team of teams.
const MAX_MEMBERS: usize = 200;
/// Conditions of one rule.
const MAX_CONDITIONS: usize = 10;

/// Refuses conditions on what leads do not have, and members who are nobody.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    if matches!(batch.verb, Verb::Delete | Verb::Restore) {
        return Ok(());
    }
    let lead = batch.catalog.object("lead").ok_or_else(|| Error::unknown_object("lead"))?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        if let Err(refused) = conditions(lead, draft.after("conditions")) {
            draft.refuse(refused);
        }
        if draft.changing("members") {
            let checked = check_members(tx, draft.after("members")).await?;
            if let Err(refused) = checked {
                draft.refuse(refused);
            }
        }
    }
    Ok(())
}

fn conditions(lead: &ObjectDef, conditions: &Value) -> Result<(), Invalid> {
    let refuse = |code, message: String| Err(Invalid::field("conditions", code, message));
    if conditions.is_null() {
        return Ok(());
    }
    let Some(conditions) = conditions.as_object() else {
        return refuse("wrong_type", "conditions must be fields of the lead with their values".to_owned());
    };
    if conditions.len() > MAX_CONDITIONS {
        return refuse("too_long", format!("at most {MAX_CONDITIONS} conditions"));
    }
    match conditions.keys().find(|name| lead.field(name).is_none_or(|field| field.computed || *name == "owner_id")) {
        Some(name) => refuse("unknown_field", format!("leads cannot be chosen by {name}")),
        None => Ok(()),
    }
}

async fn check_members(tx: &mut PgConnection, value: &Value) -> Result<Result<(), Invalid>> {
    let refuse = |code, message: String| Ok(Err(Invalid::field("members", code, message)));
    let Some(ids) = members(value).filter(|ids| !ids.is_empty() && ids.len() <= MAX_MEMBERS) else {
        return refuse("wrong_type", format!("members must be a list of 1 to {MAX_MEMBERS} user ids"));
    };
    let given: Vec<Uuid> = ids.iter().copied().collect();
    let known = sqlx::query_scalar("select id from users where id = any($1) and deleted_at is null").bind(given);
    let known: Vec<Uuid> = known.fetch_all(tx).await?;
    match ids.iter().find(|id| !known.contains(id)) {
        Some(id) => refuse("unknown_record", format!("there is no user {id}")),
        None => Ok(Ok(())),
    }
}
