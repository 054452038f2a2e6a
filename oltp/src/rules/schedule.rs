//! Schedules: when they are due is possible, and they name formats and recipients.

use std::{collections::BTreeSet, str::FromStr as _};

use catalog::Invalid;
use chrono::NaiveTime;
use chrono_tz::Tz;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::records::{Batch, Draft, Verb};

/// What a delivery can carry.
const FORMATS: [&str; 3] = ["pdf", "xlsx", "csv"];
/// People one schedule may reach.
const MAX_RECIPIENTS: usize = 500;

/// Refuses schedules that could never run; the day is Monday or the first unless it is given.
pub(super) fn complete(batch: &Batch<'_>, drafts: &mut [Draft]) {
    if matches!(batch.verb, Verb::Delete) {
        return;
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        if let Err(invalid) = check(draft) {
            draft.refuse(invalid);
        }
        let day = match draft.text_after("cadence") {
            Some("weekly") => Some("weekday"),
            Some("monthly") => Some("day_of_month"),
            _ => None,
        };
        if let Some(day) = day.filter(|day| draft.after(day).is_null()) {
            draft.set(batch.object, day, &json!(1));
        }
    }
}

fn check(draft: &Draft) -> Result<(), Invalid> {
    let text = |name: &str| draft.text_after(name).unwrap_or_default();
    let time = text("time_of_day");
    if time.len() != 5 || NaiveTime::parse_from_str(time, "%H:%M").is_err() {
        return Err(Invalid::field("time_of_day", "invalid_time", "Time must be hours and minutes, such as 08:00"));
    }
    if Tz::from_str(text("time_zone")).is_err() {
        let message = format!("{} is not a time zone; use an IANA name such as Europe/Berlin", text("time_zone"));
        return Err(Invalid::field("time_zone", "unknown_time_zone", message));
    }
    check_list(draft, "formats", FORMATS.len(), |format| FORMATS.contains(&format), "pdf, xlsx or csv")?;
    check_list(draft, "recipients", MAX_RECIPIENTS, |id| Uuid::parse_str(id).is_ok(), "ids of people")
}

/// A list of at least one and at most `max` texts that are all `valid`.
fn check_list(draft: &Draft, field: &str, max: usize, valid: impl Fn(&str) -> bool, what: &str) -> Result<(), Invalid> {
    let list = draft.after(field).as_array().map(Vec::as_slice).unwrap_or_default();
    let good = list.iter().all(|item| item.as_str().is_some_and(&valid));
    if list.is_empty() || list.len() > max || !good {
        let message = format!("{field} must be a list of 1 to {max} {what}");
        return Err(Invalid::field(field, "invalid_list", message));
    }
    let distinct: BTreeSet<&str> = list.iter().filter_map(Value::as_str).collect();
    if distinct.len() < list.len() {
        return Err(Invalid::field(field, "duplicate", format!("{field} names the same twice")));
    }
    Ok(())
}
