//! Converting a lead: it becomes a contact, a company and a deal, in one transaction.
//!
//! Each of the three is made from what the lead says, or is one that is there, or is left out. Who
//! asks again gets the same answer, and nothing is made twice. What was logged about the lead stays
//! with it and is shown on the timelines of what it became. Within [`UNDO_LIMIT`] a conversion can be
//! taken back ([`Oltp::undo_conversion`]).

use catalog::{Changes, Ids, Invalid, InvalidField, ObjectDef, Principal, policy};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sqlx::PgTransaction;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Error, Oltp, Result,
    records::{Draft, Record, Target, Verb, default_owner, locked, scope},
};

mod from_lead;
mod ledger;
mod undo;

use from_lead::Parts;
pub use undo::Undone;

/// How long a conversion can be taken back: long enough to notice a mistake at the end of a month.
pub const UNDO_LIMIT: TimeDelta = TimeDelta::days(30);

/// What becomes of one of the three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConversionPart)]
pub enum Part {
    /// A new record from what the lead says.
    #[default]
    FromLead,
    /// A new record from what the lead says, with these fields instead.
    #[schema(value_type = Object)]
    New(Map<String, Value>),
    /// A record that is there already.
    Existing(Uuid),
    /// Nothing.
    None,
}

/// What a lead becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Conversion {
    /// The person; a new contact when absent.
    pub contact: Part,
    /// The company; a new one when absent and the lead names one.
    pub company: Option<Part>,
    /// The deal; a new one when absent.
    pub deal: Part,
}

/// A lead with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Converted {
    /// The lead as it is now.
    #[schema(value_type = Object)]
    pub lead: Record,
    /// Its contact.
    pub contact_id: Option<Uuid>,
    /// Its company.
    pub company_id: Option<Uuid>,
    /// Its deal.
    pub deal_id: Option<Uuid>,
    /// Which of them were made by the conversion: contact, company, deal.
    pub made: Vec<String>,
    /// Until when it can be taken back.
    pub undo_until: DateTime<Utc>,
}

impl Oltp {
    /// Converts a lead; a lead that is converted already answers what it became.
    ///
    /// **Idempotent** by the lead: of several requests one converts, the others read its answer.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`], [`Error::NotAllowed`], [`Error::Stale`]; [`Error::Invalid`] names the
    /// field of the part (`/deal/new/amount`) or the lead's status when it may not be converted.
    pub async fn convert_lead(&self, caller: &Principal, target: Target, wanted: Conversion) -> Result<Converted> {
        let lead = self.known("lead")?;
        let mut tx = self.pool().begin().await?;
        let current = self.lock_lead(&mut tx, caller, target.id).await?;
        if let Some(entry) = ledger::current(&mut tx, target.id).await? {
            let record = self.read(caller, lead, target.id).await?;
            return Ok(entry.answer(record));
        }
        let version = current.get("version").and_then(Value::as_i64).unwrap_or_default();
        if target.version.is_some_and(|expected| expected != version) {
            return Err(Error::Stale { object: lead.label.to_lowercase(), current: version });
        }
        let before = ["status", "contact_id", "company_id", "converted_at"];
        let before = before.map(|name| (name.to_owned(), current.get(name).cloned().unwrap_or_default()));
        let parts = Parts::of(&current, wanted);
        let mut entry = ledger::Entry::new(self.clock().now(), caller, target.id, before.into_iter().collect());

        entry.company_id = self.part(&mut tx, caller, ("company", parts.company()), &mut entry.made).await?;
        let contact = parts.contact(entry.company_id);
        entry.contact_id = self.part(&mut tx, caller, ("contact", contact), &mut entry.made).await?;
        let deal = parts.deal(target.id, entry.company_id, entry.contact_id);
        entry.deal_id = self.part(&mut tx, caller, ("deal", deal), &mut entry.made).await?;

        let record = self.mark_converted(&mut tx, caller, &entry).await?;
        entry.store(&mut tx).await?;
        tx.commit().await?;
        Ok(entry.answer(crate::records::masked(record, &policy(caller, lead))))
    }

    /// The locked lead, within what the caller sees and may change.
    async fn lock_lead(&self, tx: &mut PgTransaction<'_>, caller: &Principal, id: Uuid) -> Result<Record> {
        let lead = self.known("lead")?;
        let policy = policy(caller, lead);
        let condition = scope::condition(&policy.rows, 2);
        let mut found = locked(tx, lead, &[id], (&condition, scope::ids(&policy.rows))).await?;
        let live = found.remove(&id).filter(|lead| lead.get("deleted_at").is_none_or(Value::is_null));
        let record = live.ok_or_else(|| Error::not_found(lead))?;
        if !policy.update {
            return Err(Error::not_allowed("convert", lead));
        }
        Ok(record)
    }

    /// Makes or checks one of the three and answers its id.
    async fn part(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        (name, part): (&'static str, Part),
        made: &mut Vec<String>,
    ) -> Result<Option<Uuid>> {
        let object = self.known(name)?;
        let fields = match part {
            Part::None => return Ok(None),
            Part::Existing(id) => {
                // The links of the lead are checked too; this says which part of the request is wrong.
                let wanted = [id].into();
                let visible = crate::records::visible(tx, &policy(caller, object), object, &wanted).await?;
                let unknown = || {
                    let message = format!("there is no {name} with this id");
                    Invalid::field(&format!("{name}/existing"), "unknown_record", message)
                };
                return if visible.contains(&id) { Ok(Some(id)) } else { Err(unknown().into()) };
            }
            Part::New(fields) => fields,
            Part::FromLead => Map::new(),
        };
        let changes = Changes::parse_new(object, &fields).map_err(|refused| within(name, refused))?;
        let mut draft = Draft::new(Ids.fresh(), changes, self.clock().now());
        default_owner(&mut draft, caller, object);
        let id = draft.id;
        let written = self.write_within(tx, (caller, object, Verb::Create), vec![draft]).await;
        written.map_err(|error| in_request(name, error))?;
        made.push(name.to_owned());
        Ok(Some(id))
    }

    async fn mark_converted(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        entry: &ledger::Entry,
    ) -> Result<Record> {
        let object = self.known("lead")?;
        let link = |id: Option<Uuid>| id.map_or(Value::Null, |id| json!(id));
        let mut fields = Map::new();
        if entry.before.get("status").and_then(Value::as_str) != Some("converted") {
            fields.insert("status".to_owned(), json!("converted"));
        }
        for (name, id) in [("contact_id", entry.contact_id), ("company_id", entry.company_id)] {
            if id.is_some() {
                fields.insert(name.to_owned(), link(id));
            }
        }
        let changes = Changes::parse_patch(object, &fields)?;
        let draft = Draft::new(entry.lead_id, changes, entry.converted_at);
        let records = self.write_within(tx, (caller, object, Verb::Update), vec![draft]).await?;
        records.into_iter().next().ok_or_else(|| Error::not_found(object))
    }

    pub(crate) fn known(&self, name: &str) -> Result<&ObjectDef> {
        self.catalog().object(name).ok_or_else(|| Error::unknown_object(name))
    }
}

/// The error with the places of refused fields in the request.
fn in_request(part: &str, error: Error) -> Error {
    if let Error::Invalid(refused) = error {
        return within(part, refused).into();
    }
    if let Error::Conflict { code, invalid } = error {
        return Error::conflict(code, within(part, invalid));
    }
    error
}

/// The refusals with their place in the request.
fn within(part: &str, refused: Invalid) -> Invalid {
    let moved = |field: InvalidField| InvalidField { pointer: format!("/{part}/new{}", field.pointer), ..field };
    Invalid(refused.0.into_iter().map(moved).collect())
}
