//! Literals, names and text searches cannot break out of their quotes.

use proptest::prelude::*;

use super::{agreed, computed, engines, int, row, text};
use crate::rel::{Column, Comparison, Expr, Literal, Rel, ScanColumn, TextMatch, ValueType, fold_case, testing::Table};

const NASTY: [&str; 9] =
    ["", "'", "''", "\\", "'; drop table deals; --", "\"", "a\0b", "Ärger — İstanbul 東京 🦀", "$$ :x ? {y} %"];

#[test]
fn every_literal_survives_both_printers() {
    let columns = [Column::new("at", ValueType::Int)];
    let literals = NASTY.map(text).into_iter().chain([
        Literal::Int(i64::MIN),
        Literal::Int(i64::MAX),
        Literal::Bool(true),
        Literal::Null(ValueType::Date),
        Literal::Decimal { unscaled: -5, precision: 18, scale: 2 },
        Literal::Decimal { unscaled: 10_i128.pow(38) - 1, precision: 38, scale: 6 },
        Literal::Date("0001-01-01".parse().expect("a day")),
        Literal::Date("9999-12-31".parse().expect("a day")),
        Literal::Timestamp("1969-12-31T23:59:59.999999Z".parse().expect("a moment")),
    ]);
    let exprs: Vec<Expr> = literals.map(Expr::Literal).collect();

    let found = computed(&columns, vec![vec![int(1)]], &exprs);

    let mut expected = NASTY.map(|nasty| Some(nasty.to_owned())).to_vec();
    expected.extend(row(&[
        "-9223372036854775808",
        "9223372036854775807",
        "true",
        "∅",
        "-0.05",
        "99999999999999999999999999999999.999999",
        "0001-01-01",
        "9999-12-31",
        "1969-12-31T23:59:59.999999Z",
        "1",
    ]));
    assert_eq!(found, vec![expected]);
}

#[test]
fn names_are_quoted() {
    let name = "select \"x\" from'";
    let table = Table {
        name: "odd \"table\" name".to_owned(),
        columns: vec![Column::new(name, ValueType::Int)],
        rows: vec![vec![int(7)]],
    };
    let scan = Rel::Scan {
        table: table.name.clone(),
        columns: vec![ScanColumn { source: name.to_owned(), name: "a.b".to_owned(), ty: ValueType::Int }],
    };
    let rel = scan.filter(Expr::column("a.b").compare(Comparison::Equal, Expr::Literal(int(7))));

    assert_eq!(agreed(&engines(&[table]), &rel), vec![row(&["7"])]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn searches_ignore_case_alike(
        texts in prop::collection::vec("[a-cA-CäÄßİσΣςжЖ '%_\\\\]{0,6}", 1..40),
        piece in "[a-cA-CäÄßİσΣжЖ '%_\\\\]{0,2}",
    ) {
        let columns = [Column::new("t", ValueType::Text)];
        let find = |kind| Expr::Match { kind, expr: Box::new(Expr::column("t")), piece: piece.clone() };
        let exprs = [find(TextMatch::Contains), find(TextMatch::StartsWith), find(TextMatch::EndsWith)];
        let found = computed(&columns, texts.iter().map(|one| vec![text(one)]).collect(), &exprs);

        let piece = fold_case(&piece);
        let mut expected: Vec<Vec<Option<String>>> = texts.iter().map(|one| {
            let folded = fold_case(one);
            let hits = [folded.contains(&piece), folded.starts_with(&piece), folded.ends_with(&piece)];
            hits.iter().map(|hit| Some(hit.to_string())).chain([Some(one.clone())]).collect()
        }).collect();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}
