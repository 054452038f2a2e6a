//! What is remembered about conversions, so that they happen once and can be taken back.

use catalog::{Ids, Principal};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{Converted, UNDO_LIMIT};
use crate::{Result, records::Record};

/// One conversion.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Entry {
    pub(super) id: Uuid,
    pub(super) lead_id: Uuid,
    pub(super) converted_at: DateTime<Utc>,
    pub(super) converted_by: Option<Uuid>,
    pub(super) before: Json<Map<String, Value>>,
    pub(super) contact_id: Option<Uuid>,
    pub(super) company_id: Option<Uuid>,
    pub(super) deal_id: Option<Uuid>,
    pub(super) made: Vec<String>,
}

impl Entry {
    pub(super) fn new(at: DateTime<Utc>, caller: &Principal, lead_id: Uuid, before: Map<String, Value>) -> Self {
        Self {
            id: Ids.fresh(),
            lead_id,
            converted_at: at,
            converted_by: Some(caller.user_id).filter(|id| !id.is_nil()),
            before: Json(before),
            contact_id: None,
            company_id: None,
            deal_id: None,
            made: Vec::new(),
        }
    }

    pub(super) fn answer(self, lead: Record) -> Converted {
        Converted {
            lead,
            contact_id: self.contact_id,
            company_id: self.company_id,
            deal_id: self.deal_id,
            undo_until: self.converted_at + UNDO_LIMIT,
            made: self.made,
        }
    }

    /// The records that the conversion made, the ones that link to others first.
    pub(super) fn made(&self) -> impl Iterator<Item = (&'static str, Uuid)> {
        let parts = [("deal", self.deal_id), ("contact", self.contact_id), ("company", self.company_id)];
        parts
            .into_iter()
            .filter(|(name, _)| self.made.iter().any(|made| made == name))
            .filter_map(|(name, id)| id.map(|id| (name, id)))
    }

    pub(super) async fn store(&self, tx: &mut PgConnection) -> Result<()> {
        sqlx::query(include_str!("../../sql/write_conversion.sql"))
            .bind(self.id)
            .bind(self.lead_id)
            .bind(self.converted_at)
            .bind(self.converted_by)
            .bind(&self.before)
            .bind(self.contact_id)
            .bind(self.company_id)
            .bind(self.deal_id)
            .bind(&self.made)
            .execute(tx)
            .await?;
        Ok(())
    }

    pub(super) async fn mark_undone(&self, tx: &mut PgConnection, at: DateTime<Utc>) -> Result<()> {
        let sql = "update lead_conversions set undone_at = $2 where id = $1";
        sqlx::query(sql).bind(self.id).bind(at).execute(tx).await?;
        Ok(())
    }
}

/// The conversion of a lead that is in force; call it with the lead locked.
pub(super) async fn current(tx: &mut PgConnection, lead_id: Uuid) -> Result<Option<Entry>> {
    Ok(sqlx::query_as(include_str!("../../sql/current_conversion.sql")).bind(lead_id).fetch_optional(tx).await?)
}
