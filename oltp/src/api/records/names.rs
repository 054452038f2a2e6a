//! Linked records may be given by name: `"stage": "Proposal"`, `"assignedUser": "ada"`.
//!
//! Only under a word for the link (`stage`, `company`, `assignedUser`); the fields themselves
//! (`stage_id`) take ids.

use catalog::{Invalid, ObjectDef, Principal};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::aliases::Renamed;
use crate::{Error, Oltp, Result, records::Record};

/// Replaces names by ids, and lists of one by that one.
///
/// # Errors
/// [`Error::Invalid`] when no visible record or more than one has the name.
pub(super) async fn resolve(oltp: &Oltp, caller: &Principal, object: &ObjectDef, body: &mut Renamed) -> Result<()> {
    for name in std::mem::take(&mut body.worded_links) {
        let Some(value) = body.fields.get_mut(&name) else {
            continue;
        };
        let value = only(&name, value.take())?;
        let value = match value.as_str().filter(|text| Uuid::parse_str(text).is_err()) {
            None => value,
            Some(title) => {
                let (_, target) =
                    object.links().find(|(field, _)| field.name == name).ok_or_else(|| Error::unknown_object(&name))?;
                let target = oltp.catalog().object(target).ok_or_else(|| Error::unknown_object(target))?;
                let candidates = oltp.titled(caller, target, title).await?;
                id_of(&name, title, target, among(target, candidates, &body.fields))?
            }
        };
        body.fields.insert(name, value);
    }
    Ok(())
}

/// The one link in a list; a record has one company, one contact, one product.
fn only(name: &str, value: Value) -> Result<Value> {
    let Value::Array(mut values) = value else {
        return Ok(value);
    };
    if values.len() > 1 {
        let message = "only one record can be linked here; give one";
        return Err(Invalid::field(name, "too_many", message).into());
    }
    Ok(values.pop().unwrap_or(Value::Null))
}

/// Stages of several pipelines share names: those of the given pipeline, else of the default one.
fn among(target: &ObjectDef, candidates: Vec<Record>, fields: &Map<String, Value>) -> Vec<Record> {
    let given = fields.get("pipeline_id").filter(|_| target.name == "stage");
    match given {
        Some(pipeline) => candidates.into_iter().filter(|stage| stage.get("pipeline_id") == Some(pipeline)).collect(),
        None => candidates,
    }
}

fn id_of(name: &str, title: &str, target: &ObjectDef, candidates: Vec<Record>) -> Result<Value> {
    let label = target.label.to_lowercase();
    let mut candidates = candidates.into_iter();
    let refusal = match (candidates.next(), candidates.next()) {
        (Some(record), None) => return Ok(record.get("id").cloned().unwrap_or_default()),
        (None, _) => Invalid::field(name, "unknown_record", format!("there is no {label} called {title}")),
        (Some(_), Some(_)) => {
            Invalid::field(name, "ambiguous", format!("more than one {label} is called {title}; give the id"))
        }
    };
    Err(refusal.into())
}
