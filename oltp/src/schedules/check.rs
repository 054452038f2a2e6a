//! What is wrong with a schedule because of what is stored: its recipients and its saved subject.

use std::collections::BTreeMap;

use catalog::{Catalog, InvalidField, Principal, policy};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    fields::{problems, recipients},
    timing::refusal,
};
use crate::{Error, Result, records::visible};

/// Everything about a schedule but its timing that cannot be right: what its fields say by
/// themselves, then recipients that cannot get mail and a saved subject that the caller cannot see.
pub(crate) async fn wrong_content<'v>(
    connection: &mut PgConnection,
    catalog: &Catalog,
    caller: &Principal,
    field: impl Fn(&str) -> &'v Value + Send,
) -> Result<Vec<InvalidField>> {
    let unreadable = problems(&field, catalog);
    if !unreadable.is_empty() {
        return Ok(unreadable);
    }
    let kind = field("subject_kind").as_str().unwrap_or_default();
    let subject = field("subject").as_str().and_then(|id| Uuid::parse_str(id).ok());
    let recipients = recipients(field("recipients"));
    let mut found = closed(connection, &recipients).await?;
    if let Some(subject) = subject {
        found.extend(hidden(connection, catalog, caller, (kind, subject)).await?);
    }
    Ok(found)
}

async fn closed(connection: &mut PgConnection, recipients: &[Uuid]) -> Result<Vec<InvalidField>> {
    let sql = "select id, name, status from users where id = any($1) and deleted_at is null";
    let people: Vec<(Uuid, String, String)> = sqlx::query_as(sql).bind(recipients).fetch_all(connection).await?;
    let people: BTreeMap<Uuid, (String, String)> =
        people.into_iter().map(|(id, name, status)| (id, (name, status))).collect();
    let problem = |id: &Uuid| match people.get(id) {
        None => Some(refusal("recipients", "unknown_record", format!("There is no user with the id {id}"))),
        Some((_, status)) if status == "active" => None,
        Some((name, status)) => {
            Some(refusal("recipients", "account_closed", format!("The account of {name} is {status}")))
        }
    };
    Ok(recipients.iter().filter_map(problem).collect())
}

/// The same words for one that is hidden, deleted and unknown.
async fn hidden(
    connection: &mut PgConnection,
    catalog: &Catalog,
    caller: &Principal,
    (kind, id): (&str, Uuid),
) -> Result<Option<InvalidField>> {
    let name = if kind == "dashboard" { "dashboard" } else { "saved_report" };
    let object = catalog.object(name).ok_or_else(|| Error::unknown_object(name))?;
    let seen = visible(connection, &policy(caller, object), object, &[id].into()).await?;
    let message = format!("There is no saved {kind} with this id that you may see");
    Ok((!seen.contains(&id)).then(|| refusal("subject", "unknown_subject", message)))
}
