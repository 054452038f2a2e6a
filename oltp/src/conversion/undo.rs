//! Taking a conversion back.

use catalog::{ObjectDef, Principal, policy};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgTransaction;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{UNDO_LIMIT, ledger};
use crate::{
    Error, Oltp, Result,
    records::{Batch, Draft, Journal, Record, Target, Verb, locked},
};

/// A lead that is open again.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = UndoneConversion)]
pub struct Undone {
    /// The lead as it is now.
    #[schema(value_type = Object)]
    pub lead: Record,
    /// Objects whose record went to the bin.
    pub removed: Vec<&'static str>,
    /// Objects whose record was made by the conversion and stays, because somebody has worked on it.
    pub kept: Vec<&'static str>,
}

impl Oltp {
    /// Takes the conversion of a lead back: the lead is as before, and what the conversion made goes to
    /// the bin, unless somebody has changed it since.
    ///
    /// Whoever converted may do this, and whoever may delete what was made.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`], [`Error::NotAllowed`], [`Error::Stale`]; [`Error::Conflict`] when the lead
    /// is not converted or the time is over.
    pub async fn undo_conversion(&self, caller: &Principal, target: Target) -> Result<Undone> {
        let lead = self.known("lead")?;
        let mut tx = self.pool().begin().await?;
        let current = self.lock_lead(&mut tx, caller, target.id).await?;
        let entry = ledger::current(&mut tx, target.id).await?;
        let refuse = |code, message| Error::conflict(code, refusal(code, message));
        let entry = entry.ok_or_else(|| refuse("not_converted", "the lead was not converted"))?;
        let version = current.get("version").and_then(Value::as_i64).unwrap_or_default();
        if target.version.is_some_and(|expected| expected != version) {
            return Err(Error::Stale { object: lead.label.to_lowercase(), current: version });
        }
        if self.clock().now() > entry.converted_at + UNDO_LIMIT {
            return Err(refuse("undo_expired", "a conversion can be taken back for 30 days only"));
        }
        let own = entry.converted_by == Some(caller.user_id);
        let mut undone = Undone { lead: current.clone(), removed: Vec::new(), kept: Vec::new() };
        for (name, id) in entry.made() {
            let object = self.known(name)?;
            if !own && !policy(caller, object).delete {
                return Err(Error::not_allowed("take back", object));
            }
            let removed = self.remove_untouched(&mut tx, caller, (object, id)).await?;
            if removed { undone.removed.push(name) } else { undone.kept.push(name) }
        }
        let mut draft = Draft::follow_up(target.id, current, self.clock().now());
        for (name, value) in entry.before.iter() {
            draft.set(lead, name, value);
        }
        let batch = self.decided(caller, lead, Verb::Update);
        let records = self.store_within(&mut tx, &batch, vec![draft]).await?;
        entry.mark_undone(&mut tx, self.clock().now()).await?;
        tx.commit().await?;
        let record = records.into_iter().next().ok_or_else(|| Error::not_found(lead))?;
        undone.lead = crate::records::masked(record, &policy(caller, lead));
        Ok(undone)
    }

    /// Moves a record to the bin if it is as it was made.
    async fn remove_untouched(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        (object, id): (&ObjectDef, Uuid),
    ) -> Result<bool> {
        let record = locked(tx, object, &[id], ("true", None)).await?.remove(&id);
        let untouched = |record: &Record| {
            record.get("version").and_then(Value::as_i64) == Some(1)
                && record.get("deleted_at").is_none_or(Value::is_null)
        };
        let Some(record) = record.filter(untouched) else {
            return Ok(false);
        };
        let draft = Draft::follow_up(id, record, self.clock().now());
        self.store_within(tx, &self.decided(caller, object, Verb::Delete), vec![draft]).await?;
        Ok(true)
    }

    fn decided<'a>(&'a self, caller: &'a Principal, object: &'a ObjectDef, verb: Verb) -> Batch<'a> {
        let at = self.clock().now();
        Batch { oltp: self, catalog: self.catalog(), caller, object, verb, journal: Journal::Live, at }
    }
}

fn refusal(code: &'static str, message: &str) -> catalog::Invalid {
    catalog::Invalid::field("status", code, message)
}
