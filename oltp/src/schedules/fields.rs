//! What is wrong with the fields of a schedule, without asking anybody.

use std::collections::BTreeSet;

use catalog::{Catalog, InvalidField};
use serde_json::Value;
use uuid::Uuid;

use super::timing::refusal;

/// What reports and dashboards can be sent as, in the order in which they are attached.
pub const FORMATS: [(&str, &[&str]); 2] = [("report", &["pdf", "xlsx", "csv"]), ("dashboard", &["pdf", "xlsx"])];

/// Each recipient is a rendering of their own; more is a mailing list.
pub const MAX_RECIPIENTS: usize = 500;

/// Everything about name, subject, formats and recipients that cannot be right.
pub(super) fn problems<'v>(field: impl Fn(&str) -> &'v Value, catalog: &Catalog) -> Vec<InvalidField> {
    let kind = field("subject_kind").as_str().unwrap_or_default();
    let found = [
        name_problem(field("name")),
        subject_problem(kind, field("subject"), catalog),
        formats_problem(kind, field("formats")),
        recipients_problem(field("recipients")),
    ];
    found.into_iter().flatten().collect()
}

/// The recipients of a schedule that was checked.
pub fn recipients(value: &Value) -> Vec<Uuid> {
    texts(value).into_iter().filter_map(|id| Uuid::parse_str(id).ok()).collect()
}

/// The texts of a JSON list; empty when it is none.
pub fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The name becomes the subject line of a mail.
fn name_problem(name: &Value) -> Option<InvalidField> {
    let several_lines = name.as_str().is_some_and(|name| name.chars().any(char::is_control));
    several_lines.then(|| refusal("name", "invalid_text", "Name must be one line without control characters"))
}

/// An id is looked up elsewhere; a name must be that of something ready.
fn subject_problem(kind: &str, subject: &Value, catalog: &Catalog) -> Option<InvalidField> {
    let subject = subject.as_str()?;
    if Uuid::parse_str(subject).is_ok() || catalog.offers(kind, subject) {
        return None;
    }
    let message = format!("There is no ready {kind} called `{subject}`; give its name, or the id of a saved {kind}");
    Some(refusal("subject", "unknown_subject", message))
}

fn formats_problem(kind: &str, formats: &Value) -> Option<InvalidField> {
    let (_, known) = FORMATS.into_iter().find(|(name, _)| *name == kind)?;
    let chosen = texts(formats);
    let whole = formats.as_array().is_some_and(|list| list.len() == chosen.len());
    if !whole || chosen.is_empty() || chosen.iter().any(|format| !known.contains(format)) {
        let message = format!("Formats must be a list of at least one of {}; a {kind} has no others", known.join(", "));
        return Some(refusal("formats", "invalid_list", message));
    }
    let distinct: BTreeSet<&str> = chosen.iter().copied().collect();
    (distinct.len() < chosen.len()).then(|| refusal("formats", "duplicate", "Formats must name each format once"))
}

fn recipients_problem(recipients: &Value) -> Option<InvalidField> {
    let list = recipients.as_array().map(Vec::as_slice).unwrap_or_default();
    let ids: Vec<Uuid> = self::recipients(recipients);
    if list.is_empty() || list.len() > MAX_RECIPIENTS || ids.len() < list.len() {
        let message = format!("Recipients must be a list of 1 to {MAX_RECIPIENTS} user ids");
        return Some(refusal("recipients", "invalid_list", message));
    }
    let distinct: BTreeSet<Uuid> = ids.iter().copied().collect();
    (distinct.len() < ids.len()).then(|| refusal("recipients", "duplicate", "Recipients must name each person once"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(changes: &Value) -> Vec<(String, &'static str)> {
        let mut schedule = json!({
            "name": "Monday numbers", "subject_kind": "report", "subject": "won-by-month",
            "formats": ["pdf", "csv"], "recipients": [Uuid::from_u128(1)],
        });
        for (name, value) in changes.as_object().expect("an object") {
            schedule[name] = value.clone();
        }
        let catalog = Catalog::standard().with_ready("report", ["won-by-month"]).with_ready("dashboard", ["team"]);
        let found = problems(|name| schedule.get(name).unwrap_or(&Value::Null), &catalog);
        found.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn a_good_schedule_has_no_problems() {
        assert_eq!(refused(&json!({})), []);
        assert_eq!(refused(&json!({"subject": Uuid::from_u128(7).to_string()})), []);
    }

    #[test]
    fn a_name_cannot_become_a_second_header() {
        assert_eq!(refused(&json!({"name": "Numbers\r\nBcc: x@y"})), [("/name".to_owned(), "invalid_text")]);
    }

    #[test]
    fn the_subject_must_be_ready_or_saved() {
        assert_eq!(refused(&json!({"subject": "team"})), [("/subject".to_owned(), "unknown_subject")]);
    }

    #[test]
    fn a_dashboard_is_no_csv() {
        let dashboard = json!({"subject_kind": "dashboard", "subject": "team"});

        assert_eq!(refused(&dashboard), [("/formats".to_owned(), "invalid_list")]);
    }

    #[test]
    fn formats_are_a_list_of_known_words() {
        for formats in [json!("pdf"), json!([]), json!(["pdf", 1]), json!(["docx"])] {
            assert_eq!(refused(&json!({"formats": formats})), [("/formats".to_owned(), "invalid_list")]);
        }
        assert_eq!(refused(&json!({"formats": ["pdf", "pdf"]})), [("/formats".to_owned(), "duplicate")]);
    }

    #[test]
    fn recipients_are_a_list_of_different_ids() {
        let someone = Uuid::from_u128(1);
        let crowd: Vec<Uuid> = (0..=MAX_RECIPIENTS).map(|n| Uuid::from_u128(n as u128)).collect();

        for recipients in [json!([]), json!("ada"), json!([someone, "ada"]), json!(crowd)] {
            assert_eq!(refused(&json!({"recipients": recipients})), [("/recipients".to_owned(), "invalid_list")]);
        }
        assert_eq!(refused(&json!({"recipients": [someone, someone]})), [("/recipients".to_owned(), "duplicate")]);
    }
}
