//! Lead statuses: they name one another and fields of leads, and two of them always stay.

use catalog::{Invalid, ObjectDef};
use serde_json::Value;
use sqlx::PgConnection;

use super::lead::LeadStatuses;
use crate::{
    Error, Result,
    records::{Batch, Draft, Verb},
};

/// Where leads begin, and what converting makes of them: the program itself writes these.
const FIXED: [(&str, &str); 2] = [("new", "open"), ("converted", "converted")];
/// Followers or required fields of one status; a longer list is a mistake.
const MAX_LISTED: usize = 50;

/// Refuses lists that name what is not there, a second way to convert, and the loss of the statuses
/// that the program itself writes. Leads in a status that goes away keep its word and may move on.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let statuses = LeadStatuses::load(tx).await?;
    let given = drafts.iter().filter_map(|draft| draft.text_after("name").map(str::to_owned));
    let known: Vec<String> = statuses.names().map(str::to_owned).chain(given).collect();
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        if let Err(error) = fixed(draft, batch.verb) {
            draft.refuse(error);
        }
        if matches!(batch.verb, Verb::Create | Verb::Update)
            && let Err(refusal) = lists(draft, batch.catalog.object("lead"), &known)
        {
            draft.refuse(refusal);
        }
        if draft.alive() && draft.current.is_some() && draft.changing("name") && in_use(tx, draft).await? {
            let message = "leads are in this status; move them first, or make a new status";
            draft.refuse(Error::conflict("status_in_use", Invalid::field("name", "status_in_use", message)));
        }
    }
    Ok(())
}

fn fixed(draft: &Draft, verb: Verb) -> Result<()> {
    let refuse = |field: &str, message: String| {
        Err(Error::conflict("fixed_status", Invalid::field(field, "fixed_status", message)))
    };
    for (name, category) in FIXED {
        let was = draft.before("name").as_str() == Some(name);
        if was && (verb == Verb::Delete || draft.changing("name")) {
            return refuse("name", format!("the status {name} must stay: Leadhouse itself puts leads into it"));
        }
        if draft.text_after("name") == Some(name) && draft.text_after("category") != Some(category) {
            return refuse("category", format!("the category of {name} is {category}"));
        }
    }
    let converts = draft.text_after("category") == Some("converted");
    if converts && draft.text_after("name") != Some("converted") && verb != Verb::Delete {
        return refuse("category", "there is one status for converted leads, called converted".to_owned());
    }
    Ok(())
}

fn lists(draft: &Draft, lead: Option<&ObjectDef>, known: &[String]) -> Result<(), Invalid> {
    let status = |name: &str| known.iter().any(|known| known == name);
    names(draft, "next_statuses", |name| {
        if status(name) { Ok(()) } else { Err(format!("there is no status {name}; there are {}", known.join(", "))) }
    })?;
    names(draft, "required_fields", |name| {
        let field = lead.and_then(|lead| lead.field(name));
        if field.is_some_and(|field| !field.computed) { Ok(()) } else { Err(format!("leads have no field {name}")) }
    })
}

/// Checks a list of distinct names.
fn names(draft: &Draft, field: &str, check: impl Fn(&str) -> Result<(), String>) -> Result<(), Invalid> {
    let Some(value) = draft.changes.get(field).filter(|value| !value.is_null()) else {
        return Ok(());
    };
    let refuse = |code: &'static str, message: String| Err(Invalid::field(field, code, message));
    let listed: Option<Vec<&str>> = value.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
    let Some(listed) = listed else {
        return refuse("wrong_type", "this must be a list of names".to_owned());
    };
    if listed.len() > MAX_LISTED {
        return refuse("too_long", format!("at most {MAX_LISTED} names can be listed"));
    }
    for (place, name) in listed.iter().enumerate() {
        if listed[..place].contains(name) {
            return refuse("duplicate", format!("{name} occurs twice"));
        }
        if let Err(message) = check(name) {
            return refuse("unknown_name", message);
        }
    }
    Ok(())
}

async fn in_use(tx: &mut PgConnection, draft: &Draft) -> Result<bool> {
    let used = sqlx::query_scalar("select exists (select from leads where status = $1 and deleted_at is null)")
        .bind(draft.before("name").as_str())
        .fetch_one(tx)
        .await?;
    Ok(used)
}
