//! Leads: which status may follow which, what each needs, and when a lead was converted.
//!
//! The statuses are records that managers change; every way of writing leads comes through here, so
//! a form, a bulk change and an import obey the same ones. A new lead may start anywhere, because it
//! may have been somewhere else before; `docs/decisions/0019` says why.

use std::collections::BTreeSet;

use catalog::{Invalid, Role};
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, types::Json};

use super::assignment;
use crate::{
    Result,
    records::{Batch, Draft, Verb, moment_text},
};

/// A status as the rules see it.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct LeadStatus {
    pub(crate) name: String,
    next_statuses: Option<Json<Vec<String>>>,
    required_fields: Option<Json<Vec<String>>>,
    manager_only: bool,
}

/// The live statuses, in their order.
#[derive(Debug, Clone)]
pub(crate) struct LeadStatuses(Vec<LeadStatus>);

impl LeadStatuses {
    pub(crate) async fn load(connection: &mut PgConnection) -> Result<Self> {
        Ok(Self(sqlx::query_as(include_str!("../../sql/lead_statuses.sql")).fetch_all(connection).await?))
    }

    /// Their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|status| status.name.as_str())
    }

    fn named(&self, name: Option<&str>) -> Option<&LeadStatus> {
        self.0.iter().find(|status| Some(status.name.as_str()) == name)
    }

    /// The names that may follow a status, for messages.
    fn after(&self, from: &LeadStatus) -> String {
        let allowed: Vec<&str> = self.names().filter(|name| from.leads_to(name)).collect();
        if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") }
    }
}

impl LeadStatus {
    fn leads_to(&self, name: &str) -> bool {
        name != self.name && self.next_statuses.as_ref().is_none_or(|next| next.iter().any(|next| next == name))
    }

    fn required(&self) -> &[String] {
        self.required_fields.as_ref().map_or(&[], |fields| fields.as_slice())
    }
}

impl crate::Oltp {
    /// Names of the live lead statuses, in their order.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn lead_status_names(&self) -> Result<Vec<String>> {
        let mut connection = self.pool().acquire().await?;
        Ok(LeadStatuses::load(&mut connection).await?.names().map(str::to_owned).collect())
    }
}

/// Refuses a step that is not allowed and a status whose fields are empty; converting sets
/// `converted_at` unless it is given, any other status clears it.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    if matches!(batch.verb, Verb::Delete | Verb::Restore) {
        return Ok(());
    }
    if drafts.iter().any(|draft| draft.alive() && concerned(draft)) {
        let statuses = LeadStatuses::load(tx).await?;
        for draft in drafts.iter_mut().filter(|draft| draft.alive() && concerned(draft)) {
            if let Err(refusal) = check(draft, batch, &statuses) {
                draft.refuse(refusal);
            }
        }
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        set_conversion(draft, batch);
    }
    if batch.verb == Verb::Create {
        assignment::give_out(tx, batch, drafts).await?;
    }
    Ok(())
}

/// Whether it changes the status, or empties a field that its status may require.
fn concerned(draft: &Draft) -> bool {
    draft.changing("status") || draft.differences().any(|(_, value)| value.is_null() || value == "")
}

fn check(draft: &Draft, batch: &Batch<'_>, statuses: &LeadStatuses) -> Result<(), Invalid> {
    let name = draft.text_after("status");
    let Some(status) = statuses.named(name) else {
        if !draft.changing("status") {
            return Ok(());
        }
        let known: Vec<&str> = statuses.names().collect();
        let message = format!("Status must be one of {}", known.join(", "));
        return Err(Invalid::field("status", "unknown_choice", message));
    };
    if draft.changing("status") {
        step(draft, batch, status, statuses)?;
    }
    let touched = |field: &str| draft.changing("status") || draft.changing(field);
    let required = status.required().iter().map(String::as_str);
    let empty: BTreeSet<&str> = required.filter(|field| touched(field) && blank(draft.after(field))).collect();
    if empty.is_empty() {
        return Ok(());
    }
    let refused = empty.into_iter().flat_map(|field| {
        let label = batch.object.field(field).map_or(field, |field| field.label.as_str());
        Invalid::field(field, "required", format!("{label} must have a value when the status is {}", status.name)).0
    });
    Err(Invalid(refused.collect()))
}

fn step(draft: &Draft, batch: &Batch<'_>, to: &LeadStatus, statuses: &LeadStatuses) -> Result<(), Invalid> {
    let manager = matches!(batch.caller.role, Role::Admin | Role::Manager);
    if to.manager_only && !manager {
        let message = format!("only a manager may move a lead to {}; ask yours", to.name);
        return Err(Invalid::field("status", "manager_needed", message));
    }
    let Some(from) = statuses.named(draft.before("status").as_str()) else {
        return Ok(());
    };
    if from.leads_to(&to.name) {
        return Ok(());
    }
    let message = format!(
        "Status cannot go from {} to {}; from there it may become {}",
        from.name,
        to.name,
        statuses.after(from)
    );
    Err(Invalid::field("status", "transition_not_allowed", message))
}

fn blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn set_conversion(draft: &mut Draft, batch: &Batch<'_>) {
    let converted = draft.text_after("status") == Some("converted");
    if converted && draft.after("converted_at").is_null() {
        let at = json!(moment_text(draft.effective_at));
        draft.set(batch.object, "converted_at", &at);
    }
    if !converted && !draft.after("converted_at").is_null() {
        draft.set(batch.object, "converted_at", &Value::Null);
    }
}
