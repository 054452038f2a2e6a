//! Whole reports on both engines over tables in memory.

mod differential;
mod maven;
mod meaning;
mod written;

use std::{collections::BTreeMap, sync::Arc};

use catalog::{Catalog, Lsn, Principal};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use query_service::{
    Engine,
    rel::{
        Column, Literal, ValueType,
        testing::{Engines, Table},
    },
};
use serde_json::Value;

use crate::{
    Error, Model, ReportResult, ReportSpec, Run,
    compile::{Situation, compile},
    result::assemble,
};

/// The records of some objects; every other table of the catalogue exists and is empty.
#[derive(Debug, Default)]
struct Records(BTreeMap<String, Vec<Vec<(&'static str, Literal)>>>);

impl Records {
    fn add(&mut self, table: &str, record: Vec<(&'static str, Literal)>) {
        self.0.entry(table.to_owned()).or_default().push(record);
    }

    fn engines(&self) -> Engines {
        let tables = Catalog::standard().objects.into_iter().map(|object| {
            let columns: Vec<Column> = object
                .columns()
                .map(|(name, pg_type)| Column::new(name, ValueType::from_postgres(&pg_type).expect("a known type")))
                .collect();
            let cell = |record: &Vec<(&'static str, Literal)>, column: &Column| {
                let given = record.iter().find(|(name, _)| *name == column.name).map(|(_, value)| value.clone());
                given.unwrap_or(Literal::Null(column.ty))
            };
            let records = self.0.get(&object.table).map(Vec::as_slice).unwrap_or_default();
            let rows = records.iter().map(|record| columns.iter().map(|column| cell(record, column)).collect());
            Table { name: object.table.clone(), rows: rows.collect(), columns }
        });
        Engines::with(&tables.collect::<Vec<_>>()).unwrap_or_else(|error| panic!("{error:?}"))
    }
}

fn now() -> DateTime<Utc> {
    "2026-03-31T10:00:00Z".parse().expect("a moment")
}

fn compiled(spec: &Value, caller: &Principal) -> Result<crate::compile::Compiled, Error> {
    let model = Model::new(Arc::new(Catalog::standard()));
    let spec = ReportSpec::parse(spec)?;
    compile(&spec, Situation { model: &model, whole: &model, caller, now: now(), zone: Tz::UTC })
}

/// The result, after both engines have given the same one.
fn report(engines: &Engines, spec: &Value) -> ReportResult {
    let compiled = compiled(spec, &Principal::system()).unwrap_or_else(|error| panic!("{error}: {spec}"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let first = runtime.block_on(engines.datafusion(&compiled.rel)).unwrap_or_else(|error| panic!("{error:?}: {spec}"));
    let second = engines.duckdb(&compiled.rel).unwrap_or_else(|error| panic!("{error:?}: {spec}"));
    let run = || Run { engine: Engine::DataFusion, as_of: now(), lsn: Lsn(7), lag_ms: 0, elapsed_ms: 1 };
    let first = assemble(&compiled.layout, &[first], run()).unwrap_or_else(|error| panic!("{error}"));
    let second = assemble(&compiled.layout, &[second], run()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(first, second, "DataFusion (left) and DuckDB (right) differ: {spec}");
    first
}

/// The refusal of a specification, as `pointer code: message` lines.
fn refusal(spec: &Value) -> String {
    match compiled(spec, &Principal::system()) {
        Ok(_) => panic!("accepted: {spec}"),
        Err(Error::Invalid(invalid)) => {
            let line = |field: &catalog::InvalidField| format!("{} {}: {}", field.pointer, field.code, field.message);
            invalid.0.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Err(other) => other.to_string(),
    }
}

/// The flat table of a result as exact text, `∅` for no value, totals included.
fn lines(result: &ReportResult) -> Vec<String> {
    let table = crate::output::flatten(result);
    let text = |cells: &[crate::Cell]| {
        let cells = cells.iter().map(|cell| cell.exact().unwrap_or_else(|| "∅".to_owned()));
        cells.collect::<Vec<_>>().join(" | ")
    };
    table.rows.iter().map(|row| text(&row.cells)).collect()
}

fn text(value: &str) -> Literal {
    Literal::Text(value.to_owned())
}

fn money(text: &str) -> Literal {
    let cents = text.replace('.', "").parse().expect("money with two digits");
    Literal::Decimal { unscaled: cents, precision: 18, scale: 2 }
}

fn day(value: &str) -> Literal {
    Literal::Date(value.parse().expect("a day"))
}

fn moment(value: &str) -> Literal {
    Literal::Timestamp(value.parse().expect("a moment"))
}
