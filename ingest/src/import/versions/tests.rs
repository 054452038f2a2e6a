//! Histories told by rows.

use catalog::Catalog;
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::import::{Mapping, plan::bind};

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T00:00:00Z").parse().expect("a moment")
}

fn plan() -> Plan {
    let mapping = r#"
        [columns]
        name = "name"
        status = "status"
        won = "converted_at"
        [[stages]]
        at = "called"
        stage = "contacted"
        [[stages]]
        at = "won"
        with = ["converted_at"]
    "#;
    let catalog = std::sync::Arc::new(Catalog::standard());
    let header = ["name", "status", "called", "won"].map(str::to_owned);
    let lead = catalog.object("lead").expect("leads");
    bind(&Mapping::parse(mapping).expect("a mapping"), &catalog, lead, &header).expect("a plan")
}

fn row(status: &str, steps: &[(usize, &str)]) -> Row {
    let values = json!({"name": "Ada", "status": status, "converted_at": "2026-01-09T00:00:00Z"});
    Row {
        index: 0,
        line: 2,
        id: Uuid::nil(),
        values: values.as_object().cloned().unwrap_or_default(),
        born: None,
        steps: steps.iter().map(|&(step, day)| (step, at(day))).collect(),
        new_links: Vec::new(),
        depth: 0,
    }
}

fn told(row: &Row) -> Result<Vec<(String, String)>, String> {
    let stages = [Some(json!("contacted")), None];
    let versions = of_new(&plan(), row, &stages, at("2026-06-01"))?;
    Ok(versions.into_iter().map(|v| (v.at.date_naive().to_string(), Value::Object(v.values).to_string())).collect())
}

#[test]
fn each_dated_stage_is_a_version_with_what_was_known_then() {
    let versions = told(&row("converted", &[(0, "2026-01-02"), (1, "2026-01-09")])).expect("versions");

    assert_eq!(
        versions,
        [
            ("2026-01-02".to_owned(), json!({"name": "Ada", "status": "contacted"}).to_string()),
            (
                "2026-01-09".to_owned(),
                json!({"converted_at": "2026-01-09T00:00:00Z", "status": "converted"}).to_string()
            ),
        ]
    );
}

#[test]
fn a_row_without_dates_is_one_version() {
    assert_eq!(told(&row("new", &[])).expect("versions").len(), 1);
}

#[test]
fn dates_in_the_wrong_order_missing_or_to_come_are_refused() {
    let backwards = told(&row("converted", &[(0, "2026-01-09"), (1, "2026-01-02")])).expect_err("backwards");
    assert!(backwards.contains("before"), "{backwards}");
    let missing = told(&row("converted", &[(0, "2026-01-09")])).expect_err("missing");
    assert!(missing.contains("won is empty"), "{missing}");
    let future = told(&row("converted", &[(0, "2026-01-09"), (1, "2027-01-02")])).expect_err("future");
    assert!(future.contains("future"), "{future}");
}

#[test]
fn what_a_stored_record_knows_is_not_written_again() {
    let catalog = Catalog::standard();
    let lead = catalog.object("lead").expect("leads");
    let fields = [("name", "Ada"), ("status", "contacted")];
    let existing = Existing {
        id: Uuid::nil(),
        owner_id: None,
        updated_at: at("2026-01-02"),
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect(),
        count: 1,
    };
    let version =
        |day: &str, values: Value| Version { at: at(day), values: values.as_object().cloned().unwrap_or_default() };
    let first = version("2026-01-02", json!({"name": "Ada", "status": "contacted"}));
    let second = version("2026-01-09", json!({"status": "converted"}));

    let none = of_existing(lead, vec![first.clone()], &existing, at("2026-06-01")).expect("versions");
    let one = of_existing(lead, vec![first, second.clone()], &existing, at("2026-06-01")).expect("versions");
    let corrected = version("2026-01-02", json!({"name": "Eda"}));
    let now = of_existing(lead, vec![corrected], &existing, at("2026-06-01")).expect("versions");

    assert_eq!(none, []);
    assert_eq!(one, [second]);
    assert_eq!(now, [version("2026-06-01", json!({"name": "Eda"}))]);
}
