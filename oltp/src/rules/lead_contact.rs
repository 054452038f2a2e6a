//! Contacts of leads: owned with their lead, and exactly one of them is primary.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Invalid, policy};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Error, Result,
    records::{Batch, Draft, FollowUp, Record, Verb, locked, scope},
};

/// Sets the owner, makes the first contact of a lead its primary one, and refuses to leave a lead
/// without: another one is made primary instead.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let leads = leads(tx, batch, drafts).await?;
    let mut with_primary = with_primary(tx, drafts).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let Some(lead) = draft.link_after("lead_id") else { continue };
        if draft.changing("lead_id") && draft.current.is_some() {
            draft.refuse(Invalid::field(
                "lead_id",
                "fixed",
                "a contact stays with its lead; add them to the other one",
            ));
            continue;
        }
        if batch.verb == Verb::Create
            && let (Some(object), Some(lead)) = (batch.catalog.object("lead"), leads.get(&lead))
            && scope::only_read(&policy(batch.caller, object), lead)
        {
            draft.refuse(Error::NotYours { verb: "change", object: "lead".to_owned() });
            continue;
        }
        if let Some(owner) = leads.get(&lead).and_then(|lead| lead.get("owner_id")) {
            draft.set(batch.object, "owner_id", owner);
        }
        let was = draft.before("is_primary").as_bool() == Some(true);
        let stays = draft.after("is_primary").as_bool() == Some(true);
        match batch.verb {
            Verb::Create if with_primary.insert(lead) => draft.set(batch.object, "is_primary", &json!(true)),
            Verb::Update if was && !stays => {
                let message = "make another contact of the lead the primary one instead";
                draft.refuse(Error::conflict("primary_stays", Invalid::field("is_primary", "primary_stays", message)));
            }
            // While it was in the bin another one became the primary one.
            Verb::Restore => draft.set(batch.object, "is_primary", &json!(with_primary.insert(lead))),
            Verb::Create | Verb::Update | Verb::Delete => {}
        }
    }
    Ok(())
}

/// Takes the mark from the contact that was the primary one until now.
pub(super) async fn before(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    let mut follow_ups = Vec::new();
    for new in drafts.iter().filter(|draft| becomes_primary(draft)) {
        let old = "select id from lead_contacts where lead_id = $1 and is_primary and deleted_at is null and id <> $2";
        let old = sqlx::query_scalar(old).bind(new.link_after("lead_id")).bind(new.id);
        let old: Vec<Uuid> = old.fetch_all(&mut *tx).await?;
        for (id, record) in locked(tx, batch.object, &old, ("true", None)).await? {
            let mut draft = Draft::follow_up(id, record, new.effective_at);
            draft.set(batch.object, "is_primary", &json!(false));
            follow_ups.push(FollowUp { object: "lead_contact", verb: Verb::Update, draft });
        }
    }
    Ok(follow_ups)
}

/// When the primary contact goes to the bin, the oldest of the others takes its place.
pub(super) async fn after(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    let mut follow_ups = Vec::new();
    let gone = |draft: &&Draft| batch.verb == Verb::Delete && draft.before("is_primary").as_bool() == Some(true);
    for gone in drafts.iter().filter(gone) {
        let next =
            "select id from lead_contacts where lead_id = $1 and deleted_at is null order by created_at, id limit 1";
        let next: Vec<Uuid> = sqlx::query_scalar(next).bind(gone.link_after("lead_id")).fetch_all(&mut *tx).await?;
        for (id, record) in locked(tx, batch.object, &next, ("true", None)).await? {
            let mut draft = Draft::follow_up(id, record, gone.effective_at);
            draft.set(batch.object, "is_primary", &json!(true));
            follow_ups.push(FollowUp { object: "lead_contact", verb: Verb::Update, draft });
        }
    }
    Ok(follow_ups)
}

fn becomes_primary(draft: &Draft) -> bool {
    draft.changing("is_primary") && draft.after("is_primary").as_bool() == Some(true)
}

/// The leads of the drafts, locked so that two contacts do not become primary at once.
async fn leads(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<BTreeMap<Uuid, Record>> {
    let object = batch.catalog.object("lead").ok_or_else(|| Error::unknown_object("lead"))?;
    let ids: Vec<Uuid> = drafts.iter().filter_map(|draft| draft.link_after("lead_id")).collect();
    locked(tx, object, &ids, ("true", None)).await
}

/// The leads of the drafts that have a primary contact.
async fn with_primary(tx: &mut PgConnection, drafts: &[Draft]) -> Result<BTreeSet<Uuid>> {
    let ids: Vec<Uuid> = drafts.iter().filter_map(|draft| draft.link_after("lead_id")).collect();
    let sql = "select lead_id from lead_contacts where lead_id = any($1) and is_primary and deleted_at is null";
    Ok(sqlx::query_scalar(sql).bind(ids).fetch_all(tx).await?.into_iter().collect())
}
