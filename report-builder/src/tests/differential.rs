//! Generated specifications over generated records: both engines agree, and every number equals
//! what a loop over the records gives.

use std::collections::BTreeSet;

use catalog::Principal;
use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use query_service::rel::Literal;
use serde_json::{Value, json};

use super::{Records, compiled, report, text};
use crate::{Cell, ReportResult};

const PEOPLE: [&str; 4] = ["ada", "bob", "cyd", "Bob"];
const REGIONS: [Option<&str>; 4] = [Some("East"), Some("East"), None, Some("West")];
const STATUSES: [&str; 3] = ["open", "won", "lost"];

/// A deal as generated; the loop reads these, the engines read tables made of them.
#[derive(Debug, Clone)]
struct Deal {
    owner: Option<usize>,
    status: usize,
    cents: Option<i64>,
    closed: Option<NaiveDate>,
    calls: usize,
}

#[derive(Debug, Clone)]
struct Question {
    rows: Vec<usize>,
    columns: Vec<usize>,
    filter: usize,
    cut: usize,
    descending: bool,
}

/// Fields to group by: path, grain.
const FIELDS: [(&str, Option<&str>); 5] = [
    ("deal.owner", None),
    ("deal.owner.team.region", None),
    ("deal.status", None),
    ("deal.closed_on", Some("month")),
    ("deal.closed_on", Some("week")),
];

fn key(field: usize, deal: &Deal) -> Cell {
    let text = |value: Option<&str>| value.map_or(Cell::Null, |value| Cell::Text(value.to_owned()));
    let closed = |start: &dyn Fn(NaiveDate) -> NaiveDate| deal.closed.map_or(Cell::Null, |day| Cell::Date(start(day)));
    match field {
        0 => text(deal.owner.map(|owner| PEOPLE[owner])),
        1 => text(deal.owner.and_then(|owner| REGIONS[owner])),
        2 => text(Some(STATUSES[deal.status])),
        3 => closed(&|day| day.with_day(1).expect("a day")),
        _ => closed(&|day| day.week(chrono::Weekday::Mon).first_day()),
    }
}

/// Filters: JSON and the same as a loop decides it.
fn filter(which: usize) -> (Option<Value>, fn(&Deal) -> bool) {
    let of = |value: Value| Some(value);
    match which {
        0 => (None, |_| true),
        1 => (of(json!({"field": "deal.amount", "op": ">", "value": "0"})), |deal| {
            deal.cents.is_some_and(|cents| cents > 0)
        }),
        2 => (of(json!({"not": {"field": "deal.amount", "op": ">", "value": "0.5"}})), |deal| {
            deal.cents.is_none_or(|cents| cents <= 50)
        }),
        3 => (
            of(json!({"or": [{"field": "deal.owner", "op": "!=", "value": "ada"},
                {"related": "deal.activities", "quantifier": "at_least", "n": 2}]})),
            |deal| deal.owner != Some(0) || deal.calls >= 2,
        ),
        4 => (of(json!({"related": "deal.activities", "quantifier": "none"})), |deal| deal.calls == 0),
        _ => (
            of(json!({"and": [{"field": "deal.status", "op": "in", "value": ["won", "lost"]},
                {"field": "deal.owner.team.region", "op": "empty"}]})),
            |deal| deal.status != 0 && deal.owner.and_then(|owner| REGIONS[owner]).is_none(),
        ),
    }
}

/// The values of a group, by a loop: the order is that of `spec`.
fn naive(deals: &[&Deal]) -> Vec<Cell> {
    let cents: Vec<i128> = deals.iter().filter_map(|deal| deal.cents).map(i128::from).collect();
    let won: Vec<&&Deal> = deals.iter().filter(|deal| deal.status == 1).collect();
    let closed = deals.iter().filter(|deal| deal.status != 0).count();
    let owners: BTreeSet<usize> = won.iter().filter_map(|deal| deal.owner).collect();
    let money = |value: Option<i128>| value.map_or(Cell::Null, |unscaled| Cell::Decimal { unscaled, scale: 2 });
    let count = |value: usize| Cell::Int(i64::try_from(value).expect("small"));
    let ratio = |numerator: i128, denominator: usize| {
        let denominator = i128::try_from(denominator).expect("small");
        if denominator == 0 {
            Cell::Null
        } else {
            Cell::Decimal { unscaled: half_even(numerator, denominator), scale: 6 }
        }
    };
    let sum: i128 = cents.iter().sum();
    let (any, won_count) = (!cents.is_empty(), i128::try_from(won.len()).expect("small"));
    vec![
        count(deals.len()),
        money(any.then_some(sum)),
        ratio(sum * 10_000, cents.len()),
        money(cents.iter().min().copied()),
        money(cents.iter().max().copied()),
        count(owners.len()),
        ratio(won_count * 1_000_000, closed),
        if any { ratio(sum * 10_000, deals.len()) } else { Cell::Null },
    ]
}

fn half_even(numerator: i128, denominator: i128) -> i128 {
    let (cut, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
    match (rest * 2).cmp(&denominator) {
        std::cmp::Ordering::Less => cut,
        std::cmp::Ordering::Greater => cut + 1,
        std::cmp::Ordering::Equal => cut + cut.rem_euclid(2),
    }
}

fn spec(question: &Question) -> Value {
    let group = |field: &usize| {
        let (path, grain) = FIELDS[*field];
        json!({"id": format!("f{field}"), "field": path, "grain": grain})
    };
    let mut spec = json!({
        "spec_version": 1,
        "rows": question.rows.iter().map(group).collect::<Vec<_>>(),
        "columns": question.columns.iter().map(group).collect::<Vec<_>>(),
        "values": [
            {"id": "n", "measure": "deal.count"},
            {"id": "sum", "measure": "deal.amount_sum"},
            {"id": "avg", "field": "deal.amount", "agg": "avg"},
            {"id": "min", "measure": "deal.amount_min"},
            {"id": "max", "measure": "deal.amount_max"},
            {"id": "owners", "field": "deal.owner_id", "agg": "count_distinct",
             "where": {"field": "deal.status", "op": "=", "value": "won"}},
            {"id": "rate", "measure": "deal.win_rate"},
            {"id": "per", "formula": "sum / n"}],
        "totals": true,
    });
    if let (Some(condition), _) = filter(question.filter) {
        spec["where"] = condition;
    }
    let direction = if question.descending { "desc" } else { "asc" };
    let with_rows = !question.rows.is_empty();
    match question.cut {
        1 => spec["sort"] = json!([{"by": "sum", "direction": direction}]),
        2 => spec["having"] = json!({"value": "avg", "op": ">=", "than": "1.5"}),
        3 if with_rows => spec["top"] = json!({"n": 2, "by": "sum", "direction": direction}),
        4 if with_rows => spec["top"] = json!({"n": 2, "by": "n", "direction": direction, "others": true}),
        5 => spec["limit"] = json!(2),
        _ => {}
    }
    spec
}

/// Every number of the result against a loop over the records.
fn check(result: &ReportResult, question: &Question, deals: &[Deal]) {
    let (_, passes) = filter(question.filter);
    let deals: Vec<&Deal> = deals.iter().filter(|deal| passes(deal)).collect();
    let keys = |fields: &[usize], deal: &Deal| fields.iter().map(|field| key(*field, deal)).collect::<Vec<_>>();
    let named: Vec<&Vec<Cell>> = result.rows.iter().filter(|row| !row.others).map(|row| &row.keys).collect();
    for row in &result.rows {
        let mine: Vec<&Deal> = deals
            .iter()
            .copied()
            .filter(|deal| {
                let own = keys(&question.rows, deal);
                if row.others { !named.contains(&&own) } else { own == row.keys }
            })
            .collect();
        for (column, cell) in result.columns.iter().zip(&row.cells) {
            let in_cell: Vec<&Deal> =
                mine.iter().copied().filter(|deal| keys(&question.columns, deal) == column.keys).collect();
            let expected = (!in_cell.is_empty() || question.rows.is_empty() && question.columns.is_empty())
                .then(|| naive(&in_cell));
            assert_eq!(cell, &expected, "row {:?}, column {:?}", row.keys, column.keys);
        }
        if let Some(total) = &row.total {
            assert_eq!(total, &naive(&mine), "total of row {:?}", row.keys);
        }
    }
    if let Some(grand) = &result.grand_total {
        assert_eq!(grand, &naive(&deals), "grand total");
    }
    for (column, total) in result.columns.iter().zip(result.column_totals.iter().flatten()) {
        let in_column: Vec<&Deal> =
            deals.iter().copied().filter(|deal| keys(&question.columns, deal) == column.keys).collect();
        assert_eq!(total.as_ref(), Some(&naive(&in_column)), "total of column {:?}", column.keys);
    }
    let groups: BTreeSet<Vec<Cell>> = deals.iter().map(|deal| keys(&question.rows, deal)).collect();
    if matches!(question.cut, 0 | 1) && !groups.is_empty() {
        assert_eq!(result.rows.iter().map(|row| row.keys.clone()).collect::<BTreeSet<_>>(), groups);
    }
}

fn records(deals: &[Deal]) -> Records {
    let mut records = Records::default();
    for (at, region) in REGIONS.into_iter().enumerate() {
        let mut team = vec![("id", text(&format!("t{at}")))];
        team.extend(region.map(|region| ("region", text(region))));
        records.add("teams", team);
    }
    for (at, name) in PEOPLE.into_iter().enumerate() {
        records.add("users", vec![("id", text(name)), ("name", text(name)), ("team_id", text(&format!("t{at}")))]);
    }
    for (at, deal) in deals.iter().enumerate() {
        let id = format!("d{at}");
        let mut record = vec![("id", text(&id)), ("status", text(STATUSES[deal.status]))];
        record.extend(deal.owner.map(|owner| ("owner_id", text(PEOPLE[owner]))));
        let amount = |cents: i64| Literal::Decimal { unscaled: i128::from(cents), precision: 18, scale: 2 };
        record.extend(deal.cents.map(|cents| ("amount", amount(cents))));
        record.extend(deal.closed.map(|day| ("closed_on", Literal::Date(day))));
        records.add("deals", record);
        for call in 0..deal.calls {
            records.add("activities", vec![("id", text(&format!("{id}a{call}"))), ("deal_id", text(&id))]);
        }
    }
    records
}

fn deals() -> impl Strategy<Value = Vec<Deal>> {
    let day =
        (0..120_u64).prop_map(|days| NaiveDate::from_ymd_opt(2025, 11, 1).expect("a day") + chrono::Days::new(days));
    let cents = prop_oneof![
        Just(None),
        Just(Some(0)),
        Just(Some(100)),
        (-5_000..5_000_i64).prop_map(Some),
        any::<i32>().prop_map(|large| Some(i64::from(large) * 1_000_000))
    ];
    let deal = (prop::option::of(0..4_usize), 0..3_usize, cents, prop::option::of(day), 0..4_usize);
    let deal = deal.prop_map(|(owner, status, cents, closed, calls)| Deal { owner, status, cents, closed, calls });
    prop::collection::vec(deal, 0..40)
}

fn question() -> impl Strategy<Value = Question> {
    let fields = Just((0..FIELDS.len()).collect::<Vec<_>>()).prop_shuffle();
    (fields, 0..3_usize, 0..3_usize, 0..6_usize, 0..6_usize, any::<bool>()).prop_map(
        |(fields, rows, columns, filter, cut, descending)| Question {
            rows: fields[..rows].to_vec(),
            columns: fields[rows..rows + columns].to_vec(),
            filter,
            cut,
            descending,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_number_of_a_generated_report_is_right_on_both_engines(
        deals in deals(),
        questions in prop::collection::vec(question(), 6),
    ) {
        let engines = records(&deals).engines();
        for question in questions {
            let result = report(&engines, &spec(&question));
            check(&result, &question, &deals);
        }
    }

    #[test]
    fn no_specification_makes_the_compiler_panic(parts in prop::collection::vec(("[a-z_]{0,12}", "\\PC{0,12}"), 0..6)) {
        let mut spec = json!({"spec_version": 1, "values": [{"measure": "deal.count"}]});
        for (key, value) in parts {
            spec["where"] = json!({"field": format!("deal.{key}"), "op": "=", "value": value});
            spec["values"] = json!([{"measure": "deal.count"}, {"id": key, "formula": value}]);
            drop(compiled(&spec, &Principal::system()));
        }
    }
}
