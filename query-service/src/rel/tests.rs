//! Both engines give the same answer, bit for bit, and it is the right one.

mod dates;
mod numbers;
mod relations;
mod texts;

use super::{
    Column, Expr, Literal, Named, Rel, ValueType,
    testing::{Engines, rows},
};

/// The rows of a relation; fails unless both engines give the same ones.
fn agreed(engines: &Engines, rel: &Rel) -> Vec<Vec<Option<String>>> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let first = runtime.block_on(engines.datafusion(rel)).unwrap_or_else(|error| panic!("{error:?}"));
    let second = engines.duckdb(rel).unwrap_or_else(|error| panic!("{error:?}"));
    let mut first = rows(&first).expect("printable");
    let mut second = rows(&second).expect("printable");
    if !matches!(rel, Rel::Sort { .. } | Rel::Limit { .. }) {
        first.sort();
        second.sort();
    }
    assert_eq!(first, second, "DataFusion (left) and DuckDB (right) differ");
    first
}

fn engines(tables: &[super::testing::Table]) -> Engines {
    Engines::with(tables).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The values of expressions over literal rows.
fn computed(columns: &[Column], given: Vec<Vec<Literal>>, exprs: &[Expr]) -> Vec<Vec<Option<String>>> {
    let table = super::testing::Table { name: "given".to_owned(), columns: columns.to_vec(), rows: given };
    let engines = engines(std::slice::from_ref(&table));
    let named = |(at, expr): (usize, &Expr)| Named { name: format!("e{at}"), expr: expr.clone() };
    let mut items: Vec<Named> = exprs.iter().enumerate().map(named).collect();
    let first = columns.first().expect("a column").name.clone();
    items.push(Named { name: "key".to_owned(), expr: Expr::column(&first) });
    agreed(&engines, &super::testing::scan(&table).project(items))
}

fn text(value: &str) -> Literal {
    Literal::Text(value.to_owned())
}

fn money(unscaled: i128) -> Literal {
    Literal::Decimal { unscaled, precision: 18, scale: 2 }
}

fn int(value: i64) -> Literal {
    Literal::Int(value)
}

fn row(cells: &[&str]) -> Vec<Option<String>> {
    cells.iter().map(|cell| (*cell != "∅").then(|| (*cell).to_owned())).collect()
}

const MONEY: ValueType = ValueType::Decimal { precision: 18, scale: 2 };
