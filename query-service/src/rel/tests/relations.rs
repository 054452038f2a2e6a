//! Joins, groupings, windows, order and limits.

use super::{MONEY, agreed, engines, int, money, row, text};
use crate::rel::{
    AggregateCall, AggregateFunction, Column, Comparison, Expr, GroupingSets, JoinKind, Literal, Measure, Named, Rel,
    SortKey, ValueType, WindowFunction, WindowItem,
    testing::{Engines, Table, scan},
};

fn deals() -> Table {
    let deal = |id: i64, owner: Option<&str>, stage: Option<&str>, amount: Option<i128>| {
        let of = |value: Option<&str>| value.map_or(Literal::Null(ValueType::Text), text);
        vec![int(id), of(owner), of(stage), amount.map_or(Literal::Null(MONEY), money)]
    };
    Table {
        name: "deals".to_owned(),
        columns: vec![
            Column::new("id", ValueType::Int),
            Column::new("owner", ValueType::Text),
            Column::new("stage", ValueType::Text),
            Column::new("amount", MONEY),
        ],
        rows: vec![
            deal(1, Some("ada"), Some("Won"), Some(10_000)),
            deal(2, Some("ada"), Some("Won"), Some(-2_500)),
            deal(3, Some("bob"), Some("Lost"), None),
            deal(4, None, Some("Won"), Some(300)),
            deal(5, None, None, Some(300)),
        ],
    }
}

fn owners() -> Table {
    Table {
        name: "owners".to_owned(),
        columns: vec![Column::new("name", ValueType::Text), Column::new("team", ValueType::Text)],
        rows: vec![
            vec![text("ada"), text("East")],
            vec![text("eve"), text("West")],
            vec![Literal::Null(ValueType::Text), text("None")],
        ],
    }
}

fn setup() -> Engines {
    engines(&[deals(), owners()])
}

fn measure(name: &str, function: AggregateFunction, filter: Option<Expr>) -> Measure {
    Measure { name: name.to_owned(), call: AggregateCall { function, filter } }
}

fn keys(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn on(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(left, right)| ((*left).to_owned(), (*right).to_owned())).collect()
}

#[test]
fn aggregates_skip_nulls_and_obey_their_filters() {
    let won = || Some(Expr::column("stage").compare(Comparison::Equal, Expr::Literal(text("Won"))));
    let amount = || Expr::column("amount");
    let rel = scan(&deals()).aggregate(
        keys(&["owner"]),
        vec![
            measure("rows", AggregateFunction::CountRows, None),
            measure("amounts", AggregateFunction::Count(amount()), None),
            measure("sum", AggregateFunction::Sum(amount()), None),
            measure("won", AggregateFunction::Sum(amount()), won()),
            measure("stages", AggregateFunction::CountDistinct(Expr::column("stage")), won()),
            measure("least", AggregateFunction::Min(amount()), None),
            measure("ids", AggregateFunction::Sum(Expr::column("id")), None),
        ],
    );

    let found = agreed(&setup(), &rel);

    assert_eq!(
        found,
        vec![
            row(&["∅", "2", "2", "6.00", "3.00", "1", "3.00", "9"]),
            row(&["ada", "2", "2", "75.00", "75.00", "1", "-25.00", "3"]),
            row(&["bob", "1", "0", "∅", "∅", "0", "∅", "3"]),
        ]
    );
}

#[test]
fn grouping_sets_tell_null_keys_from_totals() {
    let sets = GroupingSets::Sets { sets: vec![vec![0, 1], vec![0], vec![1], vec![]], mask: "mask".to_owned() };
    let grouped = |input: Rel| Rel::Aggregate {
        input: Box::new(input),
        keys: keys(&["owner", "stage"]),
        sets: sets.clone(),
        measures: vec![
            measure("stages", AggregateFunction::CountDistinct(Expr::column("stage")), None),
            measure("sum", AggregateFunction::Sum(Expr::column("amount")), None),
        ],
    };

    let found = agreed(&setup(), &grouped(scan(&deals())));
    let nothing = agreed(&setup(), &grouped(scan(&deals()).filter(Expr::Or(Vec::new()))));

    assert!(found.contains(&row(&["∅", "∅", "0", "0", "3.00"])), "{found:?}");
    assert!(found.contains(&row(&["∅", "∅", "2", "1", "6.00"])), "{found:?}");
    assert!(found.contains(&row(&["∅", "Won", "1", "1", "78.00"])), "{found:?}");
    assert!(found.contains(&row(&["∅", "∅", "3", "2", "81.00"])), "{found:?}");
    assert_eq!(found.len(), 4 + 3 + 3 + 1);
    assert!(nothing.is_empty(), "{nothing:?}");
}

#[test]
fn joins_differ_in_how_they_treat_nulls_and_rows_without_partner() {
    let engines = setup();
    let joined = |kind, nulls_equal| {
        let (left, right) = (Box::new(scan(&deals())), Box::new(scan(&owners())));
        let rel = Rel::Join { left, right, kind, on: on(&[("owner", "name")]), nulls_equal };
        agreed(&engines, &rel).len()
    };

    assert_eq!(joined(JoinKind::Inner, false), 2);
    assert_eq!(joined(JoinKind::Inner, true), 4);
    assert_eq!(joined(JoinKind::Left, false), 5);
    assert_eq!(joined(JoinKind::Full, false), 7);
    assert_eq!(joined(JoinKind::Full, true), 6);
    assert_eq!(joined(JoinKind::Semi, false), 2);
    assert_eq!(joined(JoinKind::Semi, true), 4);
    assert_eq!(joined(JoinKind::Anti, false), 3);
    assert_eq!(joined(JoinKind::Anti, true), 1);
}

#[test]
fn windows_rank_and_aggregate_whole_partitions() {
    let item = |name: &str, function, order_by: Vec<SortKey>| WindowItem {
        name: name.to_owned(),
        function,
        partition_by: keys(&["owner"]),
        order_by,
    };
    let rel = scan(&deals()).window(vec![
        item("number", WindowFunction::RowNumber, vec![SortKey::descending("amount"), SortKey::ascending("id")]),
        item("rank", WindowFunction::DenseRank, vec![SortKey::ascending("amount")]),
        item("most", WindowFunction::Max(Expr::column("amount")), Vec::new()),
        item("all", WindowFunction::Sum(Expr::column("id")), Vec::new()),
    ]);
    let rel = rel.project(
        ["id", "number", "rank", "most", "all"]
            .map(|name| Named { name: name.to_owned(), expr: Expr::column(name) })
            .to_vec(),
    );

    let found = agreed(&setup(), &rel);

    assert_eq!(
        found,
        vec![
            row(&["1", "1", "2", "100.00", "3"]),
            row(&["2", "2", "1", "100.00", "3"]),
            row(&["3", "1", "1", "∅", "3"]),
            row(&["4", "1", "1", "3.00", "9"]),
            row(&["5", "2", "1", "3.00", "9"]),
        ]
    );
}

#[test]
fn order_puts_nulls_where_it_says_and_limits_keep_the_first() {
    let sorted = |descending, nulls_first| {
        let key = SortKey { column: "amount".to_owned(), descending, nulls_first };
        scan(&deals()).sort(vec![key, SortKey::ascending("id")])
    };
    let ids = |rel: &Rel| agreed(&setup(), rel).into_iter().filter_map(|row| row[0].clone()).collect::<Vec<_>>();

    assert_eq!(ids(&sorted(true, false)), ["1", "4", "5", "2", "3"]);
    assert_eq!(ids(&sorted(true, true)), ["3", "1", "4", "5", "2"]);
    assert_eq!(ids(&sorted(false, false).limit(2)), ["2", "4"]);
    let skipped = Rel::Limit { input: Box::new(sorted(false, false)), skip: 1, count: 2 };
    assert_eq!(ids(&skipped), ["4", "5"]);
}

#[test]
fn unions_keep_duplicates_and_values_can_be_empty() {
    let columns = vec![Column::new("id", ValueType::Int)];
    let ids = || scan(&deals()).project(vec![Named { name: "x".to_owned(), expr: Expr::column("id") }]);
    let values = |rows| Rel::Values { columns: columns.clone(), rows };

    let found = agreed(
        &setup(),
        &Rel::UnionAll { inputs: vec![ids(), values(vec![vec![int(1)], vec![int(9)]]), values(Vec::new())] },
    );

    assert_eq!(found.into_iter().flatten().flatten().collect::<Vec<_>>(), ["1", "1", "2", "3", "4", "5", "9"]);
}

#[test]
fn conditions_have_three_values_except_where_they_say_otherwise() {
    let engines = setup();
    let won = || Expr::Literal(text("Won"));
    let count = |predicate: Expr| agreed(&engines, &scan(&deals()).filter(predicate)).len();
    let stage = || Expr::column("stage");

    assert_eq!(count(stage().compare(Comparison::NotEqual, won())), 1);
    assert_eq!(count(stage().compare(Comparison::DistinctFrom, won())), 2);
    assert_eq!(count(stage().compare(Comparison::Equal, won()).not()), 1);
    assert_eq!(count(stage().is_null()), 1);
    assert_eq!(count(Expr::InList { expr: Box::new(stage()), list: vec![text("Won"), text("Lost")] }), 4);
    assert_eq!(count(Expr::InList { expr: Box::new(stage()), list: Vec::new() }), 0);
    assert_eq!(count(Expr::And(Vec::new())), 5);
}

#[test]
fn malformed_relations_are_refused_before_an_engine_sees_them() {
    let refused = |rel: Rel| rel.columns().expect_err("refused").to_string();

    assert!(refused(scan(&deals()).filter(Expr::column("id"))).contains("a filter is not defined for"));
    assert!(refused(scan(&deals()).filter(Expr::column("x").is_null())).contains("no column `x`; there are id"));
    let twice = ["A", "a"].map(|name| Named { name: name.to_owned(), expr: Expr::column("id") });
    assert!(refused(scan(&deals()).project(twice.to_vec())).contains("two columns are called"));
}
