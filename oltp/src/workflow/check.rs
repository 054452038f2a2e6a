//! Whether a rule could act: what it watches is there, and what it does can be done.

use std::collections::BTreeSet;

use catalog::{Invalid, InvalidField, ObjectDef, policy};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    action::{self, refusal, within},
    person::Person,
};
use crate::{
    Error, Result,
    records::{Batch, Draft},
};

/// Fields that one rule watches.
const MAX_WATCHED: usize = 20;
/// What decides who may do what is changed by people only.
const PEOPLE_ONLY: [&str; 4] = ["user", "team", "role", "workflow_rule"];

/// What is wrong with a rule, as whoever saves it knows the objects.
///
/// # Errors
/// They filter by what they may not see, or the database is away.
pub(crate) async fn wrong_parts(tx: &mut PgConnection, batch: &Batch<'_>, draft: &Draft) -> Result<Vec<InvalidField>> {
    let object = match watchable(batch, draft.text_after("object").unwrap_or_default()) {
        Ok(object) => object,
        Err(wrong) => return Ok(vec![wrong]),
    };
    let policy = policy(batch.caller, object);
    let known = policy.known(object);
    let mut wrong: Vec<InvalidField> = wrong_watched(&known, draft.after("watched_fields")).into_iter().collect();
    wrong.extend(wrong_conditions(batch, object, draft.after("conditions")).await?);
    let actions = match action::parse(draft.after("actions")) {
        Ok(actions) => actions,
        Err(refused) => {
            wrong.extend(within("/actions", refused));
            return Ok(wrong);
        }
    };
    let gone = strangers(tx, actions.iter().flat_map(action::Action::people)).await?;
    for (at, action) in actions.iter().enumerate() {
        let pointer = format!("/actions/{at}");
        let unknown = action.people().into_iter().find_map(|person| match person {
            Person::One(id) if gone.contains(&id) => Some(id),
            Person::One(_) | Person::RecordOwner | Person::Manager | Person::Author => None,
        });
        wrong.extend(
            unknown.map(|id| refusal(pointer.clone(), "unknown_record", format!("there is no active user {id}"))),
        );
        wrong.extend(within(&pointer, action.wrong_parts(batch.catalog, &known)));
    }
    Ok(wrong)
}

fn watchable<'a>(batch: &Batch<'a>, name: &str) -> std::result::Result<&'a ObjectDef, InvalidField> {
    let refuse = |code, message| Err(refusal("/object".to_owned(), code, message));
    let Some(object) = batch.catalog.object(name).filter(|object| policy(batch.caller, object).read) else {
        return refuse("unknown_choice", format!("there is no object {name}; say its singular name, such as lead"));
    };
    if PEOPLE_ONLY.contains(&name) || !policy(batch.caller, object).update {
        return refuse(
            "not_allowed",
            format!("{} cannot be changed by a rule of yours", object.plural_label.to_lowercase()),
        );
    }
    Ok(object)
}

fn wrong_watched(object: &ObjectDef, watched: &Value) -> Option<InvalidField> {
    let refuse = |code, message| Some(refusal("/watched_fields".to_owned(), code, message));
    if watched.is_null() {
        return None;
    }
    let names = watched.as_array().filter(|names| names.len() <= MAX_WATCHED);
    let names = names.and_then(|names| names.iter().map(Value::as_str).collect::<Option<Vec<&str>>>());
    let Some(names) = names else {
        return refuse("wrong_type", format!("watched_fields must be a list of at most {MAX_WATCHED} fields"));
    };
    let unknown = names.into_iter().find(|name| object.field(name).is_none())?;
    refuse("unknown_field", format!("{} has no field {unknown}", object.label))
}

async fn wrong_conditions(batch: &Batch<'_>, object: &ObjectDef, conditions: &Value) -> Result<Vec<InvalidField>> {
    if conditions.is_null() {
        return Ok(Vec::new());
    }
    let asked = batch.oltp.list_query(batch.caller, object, &[("filter".to_owned(), conditions.to_string())]).await;
    match asked {
        Ok(_) => Ok(Vec::new()),
        Err(Error::Invalid(Invalid(wrong))) => Ok(wrong
            .into_iter()
            .map(|one| {
                let rest = one.pointer.strip_prefix("/filter").unwrap_or_default();
                InvalidField { pointer: format!("/conditions{rest}"), ..one }
            })
            .collect()),
        Err(error) => Err(error),
    }
}

/// Those among the people who are not there or whose account is not active.
async fn strangers(tx: &mut PgConnection, people: impl Iterator<Item = Person>) -> Result<BTreeSet<Uuid>> {
    let named: BTreeSet<Uuid> = people
        .filter_map(|person| match person {
            Person::One(id) => Some(id),
            Person::RecordOwner | Person::Manager | Person::Author => None,
        })
        .collect();
    if named.is_empty() {
        return Ok(named);
    }
    let sql = "select id from users where id = any($1) and status = 'active' and deleted_at is null";
    let known: Vec<Uuid> =
        sqlx::query_scalar(sql).bind(named.iter().copied().collect::<Vec<_>>()).fetch_all(tx).await?;
    Ok(named.into_iter().filter(|id| !known.contains(id)).collect())
}
