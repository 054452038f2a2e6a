//! What specifications mean, on records small enough to count by hand.

use catalog::{Principal, Role};
use query_service::rel::{Literal, testing::Engines};
use serde_json::{Value, json};

use super::{Records, compiled, day, lines, moment, money, refusal, report, text};

/// Two teams, three people, six deals (one without owner, one without amount), activities, leads.
fn engines() -> Engines {
    let mut records = Records::default();
    records.add("teams", vec![("id", text("t1")), ("name", text("North")), ("region", text("East"))]);
    records.add("teams", vec![("id", text("t2")), ("name", text("South"))]);
    for (id, team) in [("ada", Some("t1")), ("bob", Some("t1")), ("cyd", Some("t2")), ("dan", None)] {
        let mut user = vec![("id", text(id)), ("name", text(id))];
        user.extend(team.map(|team| ("team_id", text(team))));
        records.add("users", user);
    }
    for (at, stage) in ["New", "Talk", "Won", "Lost"].into_iter().enumerate() {
        let position = Literal::Int(i64::try_from(at).expect("small"));
        records.add("stages", vec![("id", text(stage)), ("name", text(stage)), ("position", position)]);
    }
    let deals = [
        ("d1", Some("ada"), "Won", "won", Some("100.00"), Some("2026-01-15")),
        ("d2", Some("ada"), "Lost", "lost", Some("50.00"), Some("2026-02-01")),
        ("d3", Some("bob"), "Won", "won", Some("-20.00"), Some("2026-03-30")),
        ("d4", Some("cyd"), "Talk", "open", None, None),
        ("d5", None, "New", "open", Some("7.50"), None),
        ("d6", Some("cyd"), "Won", "won", Some("100.00"), Some("2025-12-31")),
    ];
    for (id, owner, stage, status, amount, closed) in deals {
        let mut deal = vec![("id", text(id)), ("stage_id", text(stage)), ("status", text(status))];
        deal.extend(owner.map(|owner| ("owner_id", text(owner))));
        deal.extend(amount.map(|amount| ("amount", money(amount))));
        deal.extend(closed.map(|closed| ("closed_on", day(closed))));
        records.add("deals", deal);
    }
    for (id, deal, owner, kind, at) in [
        ("a1", Some("d1"), "ada", "call", "2026-03-01T23:30:00Z"),
        ("a2", Some("d1"), "ada", "meeting", "2026-03-02T00:30:00Z"),
        ("a3", Some("d2"), "bob", "call", "2026-03-08T12:00:00Z"),
        ("a4", None, "ada", "call", "2026-03-31T22:30:00Z"),
    ] {
        let mut activity =
            vec![("id", text(id)), ("owner_id", text(owner)), ("kind", text(kind)), ("occurred_at", moment(at))];
        activity.extend(deal.map(|deal| ("deal_id", text(deal))));
        records.add("activities", activity);
    }
    for (id, owner, status) in [("l1", "ada", "converted"), ("l2", "ada", "new"), ("l3", "dan", "lost")] {
        records.add("leads", vec![("id", text(id)), ("owner_id", text(owner)), ("status", text(status))]);
    }
    records.engines()
}

#[expect(clippy::needless_pass_by_value, reason = "called with literals")]
fn spec(parts: Value) -> Value {
    let mut spec = json!({"spec_version": 1});
    for (key, value) in parts.as_object().expect("an object") {
        spec[key] = value.clone();
    }
    spec
}

#[expect(clippy::needless_pass_by_value, reason = "called with literals")]
fn ids_where(condition: Value) -> Vec<String> {
    let spec = spec(json!({"rows": [{"field": "deal.id"}], "values": [{"measure": "deal.count"}], "where": condition}));
    lines(&report(&engines(), &spec)).iter().map(|line| line[..2].to_owned()).collect()
}

#[test]
fn stages_stand_in_pipeline_order_and_totals_come_from_records() {
    let spec = spec(json!({
        "rows": [{"field": "deal.stage"}],
        "values": [
            {"id": "n", "measure": "deal.count"},
            {"id": "owners", "field": "deal.owner_id", "agg": "count_distinct"},
            {"id": "sum", "measure": "deal.amount_sum"},
            {"id": "avg", "measure": "deal.amount_avg"},
            {"id": "least", "measure": "deal.amount_min"},
            {"id": "share", "formula": "sum / n"}],
        "totals": true}));

    assert_eq!(
        lines(&report(&engines(), &spec)),
        [
            "New | 1 | 0 | 7.50 | 7.500000 | 7.50 | 7.500000",
            "Talk | 1 | 1 | ∅ | ∅ | ∅ | ∅",
            "Won | 3 | 3 | 180.00 | 60.000000 | -20.00 | 60.000000",
            "Lost | 1 | 1 | 50.00 | 50.000000 | 50.00 | 50.000000",
            "∅ | 6 | 3 | 237.50 | 47.500000 | -20.00 | 39.583333",
        ]
    );
}

#[test]
fn measures_of_several_objects_meet_in_one_row_without_multiplying() {
    let spec = spec(json!({
        "rows": [{"field": "user.name"}],
        "values": [
            {"id": "leads", "measure": "lead.count"},
            {"id": "deals", "measure": "deal.count"},
            {"id": "amount", "measure": "deal.amount_sum"},
            {"id": "activities", "measure": "activity.count"},
            {"id": "rate", "measure": "lead.conversion_rate"}],
        "totals": true}));

    assert_eq!(
        lines(&report(&engines(), &spec)),
        [
            "ada | 2 | 2 | 150.00 | 3 | 0.500000",
            "bob | 0 | 1 | -20.00 | 1 | ∅",
            "cyd | 0 | 2 | 100.00 | 0 | ∅",
            "dan | 1 | 0 | ∅ | 0 | 0.000000",
            "∅ | 0 | 1 | 7.50 | 0 | ∅",
            "∅ | 3 | 6 | 237.50 | 4 | 0.333333",
        ]
    );
}

#[test]
fn a_pivot_has_totals_of_rows_columns_and_everything() {
    let spec = spec(json!({
        "rows": [{"field": "deal.owner.team"}],
        "columns": [{"field": "deal.status"}],
        "values": [{"id": "n", "measure": "deal.count"}, {"id": "avg", "measure": "deal.amount_avg"}],
        "totals": true}));

    let result = report(&engines(), &spec);

    let headers: Vec<Option<String>> = result.columns.iter().map(|group| group.keys[0].exact()).collect();
    assert_eq!(headers, [Some("open".to_owned()), Some("won".to_owned()), Some("lost".to_owned())]);
    assert_eq!(
        lines(&result),
        [
            "North | ∅ | ∅ | 2 | 40.000000 | 1 | 50.000000 | 3 | 43.333333",
            "South | 1 | ∅ | 1 | 100.000000 | ∅ | ∅ | 2 | 100.000000",
            "∅ | 1 | 7.500000 | ∅ | ∅ | ∅ | ∅ | 1 | 7.500000",
            "∅ | 2 | 7.500000 | 3 | 60.000000 | 1 | 50.000000 | 6 | 47.500000",
        ]
    );
}

#[test]
fn top_folds_everything_else_into_one_row_computed_from_records() {
    let spec = |others| {
        spec(json!({
            "rows": [{"field": "deal.owner"}],
            "values": [{"id": "sum", "measure": "deal.amount_sum"}, {"id": "avg", "measure": "deal.amount_avg"}],
            "top": {"n": 1, "by": "sum", "others": others}, "totals": true}))
    };

    let folded = report(&engines(), &spec(true));
    let cut = report(&engines(), &spec(false));

    assert_eq!(lines(&folded), ["ada | 150.00 | 75.000000", "∅ | 87.50 | 29.166667", "∅ | 237.50 | 47.500000"]);
    assert!(folded.rows[1].others && !folded.totals_cover_all);
    assert_eq!(lines(&cut), ["ada | 150.00 | 75.000000", "∅ | 237.50 | 47.500000"]);
    assert!(cut.totals_cover_all);
}

#[test]
fn top_can_be_taken_per_group() {
    let spec = spec(json!({
        "rows": [{"field": "deal.status"}, {"field": "deal.id"}],
        "values": [{"id": "sum", "measure": "deal.amount_sum"}],
        "top": {"n": 1, "by": "sum", "per": ["deal.status"]}}));

    assert_eq!(lines(&report(&engines(), &spec)), ["open | d5 | 7.50", "won | d1 | 100.00", "lost | d2 | 50.00"]);
}

#[test]
fn having_sort_and_limit_choose_rows_and_say_what_is_missing() {
    let spec = spec(json!({
        "rows": [{"field": "deal.id"}],
        "values": [{"id": "sum", "measure": "deal.amount_sum"}],
        "having": {"value": "sum", "op": ">=", "than": "7.5"},
        "sort": [{"by": "sum", "direction": "desc"}, {"by": "deal.id", "direction": "desc"}],
        "limit": 2}));

    let result = report(&engines(), &spec);

    assert_eq!(lines(&result), ["d6 | 100.00", "d1 | 100.00"]);
    assert_eq!((result.row_count, result.truncated), (4, true));
    assert!(result.warnings[0].contains("only the first 2 of 4 rows"));
}

#[test]
fn a_pivot_is_limited_by_rows_and_not_by_cells() {
    let spec = spec(json!({
        "rows": [{"field": "deal.owner"}], "columns": [{"field": "deal.status"}],
        "values": [{"id": "n", "measure": "deal.count"}, {"id": "sum", "measure": "deal.amount_sum"}],
        "having": {"value": "n", "op": "<", "than": 3},
        "sort": [{"by": "sum", "direction": "desc"}], "limit": 2}));

    let result = report(&engines(), &spec);

    assert_eq!(result.rows.len(), 2);
    assert_eq!(
        (result.rows[0].keys[0].exact(), result.rows[1].keys[0].exact()),
        (Some("ada".into()), Some("cyd".into()))
    );
    assert!(result.rows.iter().all(|row| row.total.is_none()), "totals were not asked for");
    assert_eq!((result.row_count, result.truncated), (4, true));
}

#[test]
fn conditions_treat_missing_values_as_people_do() {
    assert_eq!(ids_where(json!({"field": "deal.amount", "op": ">", "value": "0"})), ["d1", "d2", "d5", "d6"]);
    assert_eq!(ids_where(json!({"not": {"field": "deal.amount", "op": ">", "value": 0}})), ["d3", "d4"]);
    assert_eq!(ids_where(json!({"field": "deal.owner", "op": "!=", "value": "ada"})), ["d3", "d4", "d5", "d6"]);
    assert_eq!(ids_where(json!({"field": "deal.owner", "op": "not_in", "value": ["ada", "bob"]})), ["d4", "d5", "d6"]);
    assert_eq!(ids_where(json!({"field": "deal.owner.team.region", "op": "empty"})), ["d4", "d5", "d6"]);
    assert_eq!(ids_where(json!({"field": "deal.amount", "op": "between", "value": ["-20", "50"]})), ["d2", "d3", "d5"]);
    assert_eq!(ids_where(json!({"field": "deal.amount", "op": "in", "value": ["7.5", "100.001"]})), ["d5"]);
    assert_eq!(ids_where(json!({"field": "deal.stage", "op": "contains", "value": "O"})), ["d1", "d2", "d3", "d6"]);
    let either = json!({"or": [{"and": [{"field": "deal.status", "op": "=", "value": "won"},
        {"field": "deal.owner", "op": "=", "value": "cyd"}]}, {"field": "deal.status", "op": "=", "value": "lost"}]});
    assert_eq!(ids_where(either), ["d2", "d6"]);
}

#[test]
fn relative_dates_are_resolved_once_and_told() {
    let range = |value: Value| ids_where(json!({"field": "deal.closed_on", "op": "in_range", "value": value}));

    assert_eq!(range(json!({"rel": "this", "unit": "quarter"})), ["d1", "d2", "d3"]);
    assert_eq!(range(json!({"rel": "last", "n": 2, "unit": "month"})), ["d1", "d2"]);
    assert_eq!(range(json!({"rel": "yesterday"})), ["d3"]);
    assert_eq!(range(json!(["2025-12-31", "2026-01-15"])), ["d1", "d6"]);
    assert_eq!(
        ids_where(json!({"field": "deal.closed_on", "op": "<", "value": {"rel": "this", "unit": "year"}})),
        ["d6"]
    );
    let told = spec(json!({"values": [{"measure": "deal.count"}],
        "where": {"field": "deal.closed_on", "op": "in_range", "value": {"rel": "last", "unit": "week"}}}));
    let ranges = report(&engines(), &told).ranges;
    assert_eq!((ranges[0].from.to_string(), ranges[0].until.to_string()), ("2026-03-23".into(), "2026-03-30".into()));
    assert_eq!(ranges[0].pointer, "/where");
}

#[test]
fn related_records_filter_without_multiplying() {
    let call = json!({"field": "activity.kind", "op": "=", "value": "call"});
    let related = |quantifier: &str, condition: Value| json!({"related": "deal.activities", "quantifier": quantifier, "where": condition});

    assert_eq!(ids_where(json!({"related": "deal.activities"})), ["d1", "d2"]);
    assert_eq!(ids_where(related("none", call.clone())), ["d3", "d4", "d5", "d6"]);
    assert_eq!(ids_where(json!({"related": "deal.activities", "quantifier": "at_least", "n": 2})), ["d1"]);
    let nested = json!({"or": [related("any", call.clone()), {"field": "deal.amount", "op": "<", "value": 0}]});
    assert_eq!(ids_where(nested), ["d1", "d2", "d3"]);
    assert_eq!(ids_where(json!({"not": related("any", call)})), ["d3", "d4", "d5", "d6"]);
    assert_eq!(ids_where(json!({"related": "deal.owner.leads"})), ["d1", "d2"]);
}

#[test]
fn days_and_weeks_are_counted_in_the_reports_zone() {
    let by = |grain: &str, zone: &str| {
        lines(&report(
            &engines(),
            &spec(json!({"rows": [{"field": "activity.occurred_at", "grain": grain}],
            "values": [{"measure": "activity.count"}], "time_zone": zone})),
        ))
    };

    assert_eq!(by("day", "UTC"), ["2026-03-01 | 1", "2026-03-02 | 1", "2026-03-08 | 1", "2026-03-31 | 1"]);
    assert_eq!(by("day", "Europe/Berlin"), ["2026-03-02 | 2", "2026-03-08 | 1", "2026-04-01 | 1"]);
    assert_eq!(by("week", "Europe/Berlin"), ["2026-03-02 | 3", "2026-03-30 | 1"]);
    assert_eq!(by("quarter", "America/New_York"), ["2026-01-01 | 4"]);
    let since = spec(json!({"values": [{"measure": "activity.count"}], "time_zone": "Europe/Berlin",
        "where": {"field": "activity.occurred_at", "op": "=", "value": "2026-03-02"}}));
    assert_eq!(lines(&report(&engines(), &since)), ["2"]);
}

#[test]
fn one_period_can_hold_dates_of_several_objects() {
    let spec = spec(json!({
        "rows": [{"fields": ["deal.closed_on", "activity.occurred_at"], "grain": "month"}],
        "values": [{"measure": "deal.won_amount"}, {"measure": "activity.count"}],
        "having": {"value": "activity.count", "op": ">", "than": 0}}));

    assert_eq!(lines(&report(&engines(), &spec)), ["2026-03-01 | -20.00 | 4"]);
}

#[test]
fn an_empty_selection_gives_an_empty_report_and_honest_counts() {
    let nothing = json!({"field": "deal.name", "op": "=", "value": "nobody"});
    let grouped = spec(json!({"rows": [{"field": "deal.stage"}], "values": [{"measure": "deal.count"}],
        "where": nothing, "totals": true}));
    let whole = spec(json!({"values": [{"measure": "deal.count"}, {"measure": "deal.amount_sum"}], "where": nothing}));

    assert!(lines(&report(&engines(), &grouped)).is_empty());
    assert_eq!(lines(&report(&engines(), &whole)), ["0 | ∅"]);
}

#[test]
fn mistakes_are_refused_with_a_pointer() {
    let count = json!([{"measure": "deal.count"}]);
    let refused = |parts: Value| refusal(&spec(parts));

    assert!(refusal(&json!({"values": count})).starts_with("/spec_version required"));
    assert!(refusal(&json!({"spec_version": 2, "values": count})).starts_with("/spec_version unknown_version"));
    assert!(refused(json!({"values": count, "colour": 1})).starts_with("/colour unknown_key"));
    assert!(refused(json!({"values": []})).starts_with("/values required"));
    assert!(refused(json!({"values": [{"measure": "deal.cuont"}]})).starts_with("/values/0/measure unknown_measure"));
    let rows = |row: Value| refused(json!({"values": count, "rows": [row]}));
    assert!(rows(json!({"field": "deal.nothing"})).starts_with("/rows/0/field unknown_field"));
    assert!(rows(json!({"field": "deal.stage", "grain": "month"})).starts_with("/rows/0 wrong_type"));
    let to_many = rows(json!({"field": "activity.kind"}));
    assert!(to_many.starts_with("/rows/0/field to_many") && to_many.contains("deal ← activity.deal_id"), "{to_many}");
    let filter = |condition: Value| refused(json!({"values": count, "where": condition}));
    assert!(
        filter(json!({"and": [{"field": "deal.amount", "op": ">", "value": "x"}]}))
            .starts_with("/where/and/0/value wrong_type")
    );
    assert!(
        filter(json!({"field": "deal.status", "op": "=", "value": "gone"})).starts_with("/where/value unknown_choice")
    );
    assert!(
        filter(json!({"field": "deal.closed_on", "op": "=", "value": "soon"})).starts_with("/where/value invalid_date")
    );
    assert!(filter(json!({"field": "deal.name", "op": "like", "value": "x"})).starts_with("/where/op unknown_word"));
    assert!(filter(json!({"field": "deal.name", "op": "=", "value": null})).starts_with("/where/value null_value"));
    assert!(filter(json!({"related": "deal.users"})).starts_with("/where/related unknown_related"));
    let formula = |text: &str| refused(json!({"values": [{"measure": "deal.count"}, {"id": "x", "formula": text}]}));
    assert!(formula("x + 1").starts_with("/values/1/formula circular_formula"));
    assert!(formula("y + 1").starts_with("/values/1/formula unknown_value"));
    assert!(refused(json!({"values": count, "sort": [{"by": "nope"}]})).starts_with("/sort/0/by unknown_value"));
    assert!(refused(json!({"values": count, "time_zone": "Mars"})).starts_with("/time_zone unknown_time_zone"));
    assert!(refused(json!({"values": count, "limit": 0})).starts_with("/limit out_of_range"));
    let twice = json!([{"field": "deal.stage"}, {"field": "deal.stage"}]);
    assert!(refused(json!({"values": count, "rows": twice})).starts_with("/rows/1 duplicate_id"));
}

#[test]
fn an_analyst_cannot_use_masked_fields_anywhere() {
    let mut analyst = Principal::system();
    analyst.role = Role::Analyst;
    let used = [
        json!({"rows": [{"field": "contact.email"}], "values": [{"measure": "contact.count"}]}),
        json!({"values": [{"measure": "contact.count"}], "where": {"field": "contact.email", "op": "contains", "value": "x"}}),
        json!({"values": [{"id": "x", "field": "contact.phone", "agg": "count_distinct"}]}),
        json!({"rows": [{"field": "deal.contact.email"}], "values": [{"measure": "deal.count"}]}),
        json!({"values": [{"measure": "company.count"}], "where": {"related": "company.contacts",
            "where": {"field": "contact.email", "op": "not_empty"}}}),
    ];

    for parts in used {
        let error = compiled(&spec(parts), &analyst).expect_err("refused").to_string();
        assert!(error.contains("you may not see"), "{error}");
    }
}
