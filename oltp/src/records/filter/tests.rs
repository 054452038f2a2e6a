//! Refusals by code and place, the printed SQL, and the calendar of periods.

use catalog::policy;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::{period::Period, *};

fn parse(field: &str, operator: &str, value: &str) -> Result<Test, &'static str> {
    let catalog = Catalog::standard();
    let object = catalog.object("deal").expect("deals exist");
    let (caller, policy) = (&Principal::system(), &policy(&Principal::system(), object));
    let setting = Setting { catalog: &catalog, caller, object, policy };
    Test::of_parameter(&setting, (field, operator), value).map_err(|(code, _)| code)
}

fn tree(value: &Value) -> Result<Filter, (String, &'static str)> {
    let catalog = Catalog::standard();
    let object = catalog.object("deal").expect("deals exist");
    let (caller, policy) = (&Principal::system(), &policy(&Principal::system(), object));
    let setting = Setting { catalog: &catalog, caller, object, policy };
    parse_json(&setting, &value.to_string(), MAX_TESTS).map_err(|refused| (refused.pointer, refused.code))
}

fn today(now: &str, zone: &str) -> Today {
    let now: DateTime<Utc> = now.parse().expect("a moment");
    Today { now, zone: zone.parse().expect("a zone") }
}

fn sql(filter: &Filter) -> String {
    filter.condition(&mut Conditions::default(), &today("2026-03-31T12:00:00Z", "UTC"))
}

#[test]
fn every_wrong_filter_has_its_code() {
    let code = |field, operator, value| parse(field, operator, value).err();

    assert_eq!(code("colour", "eq", "x"), Some("unknown_field"));
    assert_eq!(code("company.colour", "eq", "x"), Some("unknown_field"));
    assert_eq!(code("name.industry", "eq", "x"), Some("unknown_field"));
    assert_eq!(code("company.parent.parent.parent.name", "eq", "x"), Some("too_many_links"));
    assert_eq!(code("amount", "like", "x"), Some("unknown_operator"));
    assert_eq!(code("amount", "contains", "x"), Some("unsuitable_operator"));
    assert_eq!(code("amount", "eq", "1e5x"), Some("wrong_type"));
    assert_eq!(code("amount", "between", "1,2,3"), Some("invalid_list"));
    assert_eq!(code("company_id", "eq", "1"), Some("wrong_type"));
    assert_eq!(code("company_id", "eq", "my_team"), Some("wrong_type"));
    assert_eq!(code("status", "in", "open,gone"), Some("unknown_choice"));
    assert_eq!(code("name", "eq", "a\0"), Some("invalid_text"));
    assert_eq!(code("expected_close_on", "lt", "2026-02-30"), Some("wrong_type"));
    assert_eq!(code("expected_close_on", "eq", r#"{"rel": "soon"}"#), Some("invalid_period"));
    assert_eq!(code("expected_close_on", "eq", r#"{"rel": "last", "n": 0, "unit": "day"}"#), Some("invalid_period"));
}

#[test]
fn a_wrong_tree_names_the_place() {
    let field = json!({"field": "name", "operator": "eq", "value": "x"});
    let deep = (0..7).fold(field.clone(), |inside, _| json!({ "not": inside }));
    let cases = [
        (json!([]), "/filter", "invalid_filter"),
        (json!({"and": []}), "/filter/and", "invalid_filter"),
        (json!({"and": [field, {"or": [{"field": "gone", "value": 1}]}]}), "/filter/and/1/or/0/field", "unknown_field"),
        (json!({"not": {"field": "name", "operator": "near", "value": 1}}), "/filter/not/operator", "unknown_operator"),
        (json!({"field": "amount", "operator": "gt", "value": "ten"}), "/filter/value", "wrong_type"),
        (json!({"field": "amount", "operator": "gt"}), "/filter/value", "wrong_type"),
        (json!({"field": "amount", "and/or": 1}), "/filter/and~1or", "unknown_field"),
        (json!({"field": "amount", "operator": "gt", "value": {"rel": "today"}}), "/filter/value", "wrong_type"),
        (json!({"and": [field], "or": [field]}), "/filter", "invalid_filter"),
        (json!({"or": vec![field.clone(); MAX_TESTS + 1]}), "/filter/or/50", "too_many_filters"),
        (deep, "/filter/not/not/not/not/not/not", "too_deep"),
    ];

    for (value, place, code) in cases {
        assert_eq!(tree(&value).err(), Some((place.to_owned(), code)), "{value}");
    }
}

#[test]
fn values_are_bound_and_patterns_escaped() {
    let mut conditions = Conditions::default();
    let today = today("2026-03-31T12:00:00Z", "UTC");

    let name = parse("name", "contains", "50%_\\").expect("valid").condition(&mut conditions, &today);
    let amount = parse("amount", "gte", "10").expect("valid").condition(&mut conditions, &today);

    assert_eq!(name, "t.\"name\" ilike $1");
    assert_eq!(amount, "t.\"amount\" >= ($2::text)::numeric");
}

#[test]
fn a_path_is_a_chain_of_uncorrelated_subqueries_and_negation_covers_empty_links() {
    let filter = tree(&json!({"not": {"field": "company.parent.industry", "operator": "ne", "value": "energy"}}));

    let company = r#"select t."id" from "companies" t where t."deleted_at" is null and true and"#;
    let inside =
        format!(r#"t."company_id" in ({company} t."parent_id" in ({company} t."industry" = ($1::text)::text))"#);
    assert_eq!(sql(&filter.expect("valid")), format!("(((({inside}) is not true)) is not true)"));
}

#[test]
fn periods_are_whole_days_weeks_months_quarters_and_years() {
    let days = |value: Value, now: &str| {
        let period = Period::parse(&value).expect("a period");
        let (from, until) = period.days(&today(now, "America/New_York"));
        (from.to_string(), until.to_string())
    };
    let thursday = "2026-01-01T03:00:00Z"; // still 31 December in New York, a Wednesday
    let cases = [
        (json!({"rel": "today"}), "2025-12-31", "2026-01-01"),
        (json!({"rel": "yesterday"}), "2025-12-30", "2025-12-31"),
        (json!({"rel": "tomorrow"}), "2026-01-01", "2026-01-02"),
        (json!({"rel": "this", "unit": "week"}), "2025-12-29", "2026-01-05"),
        (json!({"rel": "this", "unit": "quarter"}), "2025-10-01", "2026-01-01"),
        (json!({"rel": "last", "unit": "month"}), "2025-11-01", "2025-12-01"),
        (json!({"rel": "last", "n": 2, "unit": "year"}), "2023-01-01", "2025-01-01"),
        (json!({"rel": "last", "n": 30, "unit": "day"}), "2025-12-01", "2025-12-31"),
        (json!({"rel": "last", "n": 30, "unit": "day", "current": true}), "2025-12-01", "2026-01-01"),
        (json!({"rel": "next", "n": 7, "unit": "day", "current": true}), "2025-12-31", "2026-01-08"),
        (json!({"rel": "next", "unit": "quarter"}), "2026-01-01", "2026-04-01"),
    ];

    for (value, from, until) in cases {
        assert_eq!(days(value.clone(), thursday), (from.to_owned(), until.to_owned()), "{value}");
    }
}

#[test]
fn a_day_begins_when_clocks_show_its_first_time() {
    let start = |zone: &str, day: &str| {
        let day: NaiveDate = day.parse().expect("a day");
        today("2026-01-01T00:00:00Z", zone).start(day).to_rfc3339()
    };

    assert_eq!(start("Asia/Kolkata", "2026-03-31"), "2026-03-30T18:30:00+00:00");
    assert_eq!(start("America/Sao_Paulo", "2018-11-04"), "2018-11-04T03:00:00+00:00", "midnight was skipped");
    assert_eq!(start("Europe/Berlin", "2026-03-29"), "2026-03-28T23:00:00+00:00");
}
