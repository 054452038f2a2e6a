//! Counts of large lists from the warehouse, under the policy of whoever asks.
//!
//! Postgres counts by looking at every row; here a few columns of Parquet are read, and the same
//! question over unchanged rows is not read again. Small tables are left to Postgres, which is quick
//! and exact there.

use std::{collections::BTreeMap, time::Duration};

use arrow::{array::AsArray, datatypes::Int64Type};
use catalog::{FieldKind, ObjectDef, Principal};
use chrono::DateTime;
use futures::future::BoxFuture;
use oltp::records::{Condition, CountRequest, Counter, Sign, Total};
use rust_decimal::Decimal;

use crate::{
    Answer, EngineChoice, Error, QueryService, ReadAt,
    rel::{AggregateCall, AggregateFunction, Comparison, Expr, Literal, Measure, Rel, ScanColumn, ValueType},
};

/// Records from which on a table is counted here: fewer take Postgres a few milliseconds.
const LARGE: u64 = 20_000;
/// Longest wait for what the caller has just written; after that the count says that it may be missing.
const WAIT: Duration = Duration::from_millis(250);
/// Digits of a number in a condition, so that it can be widened to the scale of any column.
const MAX_DIGITS: u8 = 20;

impl Counter for QueryService {
    fn count<'a>(&'a self, caller: &'a Principal, request: CountRequest<'a>) -> BoxFuture<'a, Option<Total>> {
        Box::pin(async move {
            self.total(caller, &request).await.unwrap_or_else(|error| {
                // A list without its warehouse is slower, not wrong.
                tracing::warn!(table = request.object.table, "Postgres counts instead of the warehouse: {error}");
                None
            })
        })
    }
}

impl QueryService {
    async fn total(&self, caller: &Principal, request: &CountRequest<'_>) -> Result<Option<Total>, Error> {
        let CountRequest { object, condition, written } = request;
        let snapshot = self.pin(&ReadAt::default()).await?;
        let records = snapshot.tables.get(&object.table).map_or(0, |table| table.live_rows());
        let Some(plan) = counting(object, condition).filter(|_| records >= LARGE) else { return Ok(None) };
        let approximate = match written {
            Some(lsn) => self.reader().wait_for(*lsn, WAIT).await.is_err(),
            None => false,
        };
        let answer = self.run(caller, &plan, EngineChoice::Auto, &ReadAt::default()).await?;
        Ok(Some(Total { count: count_in(&answer)?, approximate }))
    }
}

fn count_in(answer: &Answer) -> Result<i64, Error> {
    let column = answer.batches.iter().find(|batch| batch.num_rows() == 1).map(|batch| batch.column(0));
    let counts = column.and_then(|column| column.as_primitive_opt::<Int64Type>());
    counts.map(|counts| counts.value(0)).ok_or_else(|| Error::Defect("a count is not one whole number".to_owned()))
}

/// The plan that counts; `None` when a value of the condition has no form here.
fn counting(object: &ObjectDef, condition: &Condition) -> Option<Rel> {
    let mut columns = BTreeMap::new();
    let predicate = expression(object, condition, &mut columns)?;
    if columns.is_empty() {
        columns.insert("id".to_owned(), ValueType::Text);
    }
    let columns = columns.into_iter().map(|(name, ty)| ScanColumn { source: name.clone(), name, ty }).collect();
    let call = AggregateCall { function: AggregateFunction::CountRows, filter: None };
    let measure = Measure { name: "n".to_owned(), call };
    Some(Rel::Scan { table: object.table.clone(), columns }.filter(predicate).aggregate(Vec::new(), vec![measure]))
}

/// The condition as an expression that is never null; notes the columns that it reads.
fn expression(object: &ObjectDef, condition: &Condition, columns: &mut BTreeMap<String, ValueType>) -> Option<Expr> {
    let parts = |parts: &[Condition], columns: &mut BTreeMap<String, ValueType>| {
        parts.iter().map(|part| expression(object, part, columns)).collect::<Option<Vec<_>>>()
    };
    let column = |name: &str, columns: &mut BTreeMap<String, ValueType>| {
        let (_, pg_type) = object.columns().find(|(column, _)| *column == name)?;
        columns.insert(name.to_owned(), ValueType::from_postgres(&pg_type)?);
        Some(Expr::column(name))
    };
    Some(match condition {
        Condition::All(all) => Expr::And(parts(all, columns)?),
        Condition::Any(any) => Expr::Or(parts(any, columns)?),
        Condition::Not(inside) => expression(object, inside, columns)?.not(),
        Condition::Present { field } => column(field, columns)?.is_null().not(),
        Condition::Filled { field } => {
            let blank = Expr::Literal(Literal::Text(String::new()));
            known(column(field, columns)?.compare(Comparison::NotEqual, blank))
        }
        Condition::OneOf { field, kind, values } => {
            let column = column(field, columns)?;
            let equal =
                |value: &String| Some(column.clone().compare(Comparison::Equal, Expr::Literal(literal(kind, value)?)));
            known(Expr::Or(values.iter().map(equal).collect::<Option<_>>()?))
        }
        Condition::Compared { field, kind, sign, value } => {
            let value = Expr::Literal(literal(kind, value)?);
            known(column(field, columns)?.compare(comparison(*sign), value))
        }
    })
}

/// An unknown answer means no.
fn known(expr: Expr) -> Expr {
    Expr::Coalesce(vec![expr, Expr::Literal(Literal::Bool(false))])
}

fn comparison(sign: Sign) -> Comparison {
    match sign {
        Sign::Equal => Comparison::Equal,
        Sign::Less => Comparison::Less,
        Sign::LessOrEqual => Comparison::LessOrEqual,
        Sign::Greater => Comparison::Greater,
        Sign::GreaterOrEqual => Comparison::GreaterOrEqual,
    }
}

/// A canonical text as the value that it stands for.
fn literal(kind: &FieldKind, text: &str) -> Option<Literal> {
    match kind {
        FieldKind::Integer { .. } => text.parse().ok().map(Literal::Int),
        FieldKind::Decimal { .. } | FieldKind::Money => {
            let number: Decimal = text.parse().ok()?;
            let scale = u8::try_from(number.scale()).ok()?;
            let digits = u8::try_from(number.mantissa().unsigned_abs().to_string().len()).ok()?;
            let precision = digits.max(scale + 1);
            (precision <= MAX_DIGITS).then_some(Literal::Decimal { unscaled: number.mantissa(), precision, scale })
        }
        FieldKind::Bool => text.parse().ok().map(Literal::Bool),
        FieldKind::Date => text.parse().ok().map(Literal::Date),
        FieldKind::DateTime => DateTime::parse_from_rfc3339(text).ok().map(|at| Literal::Timestamp(at.to_utc())),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Choice { .. }
        | FieldKind::Link { .. } => Some(Literal::Text(text.to_owned())),
        FieldKind::Json => None,
    }
}

#[cfg(test)]
mod tests {
    use catalog::Catalog;

    use super::*;
    use crate::rel::duckdb;

    fn compared(field: &str, kind: FieldKind, sign: Sign, value: &str) -> Condition {
        Condition::Compared { field: field.to_owned(), kind, sign, value: value.to_owned() }
    }

    #[test]
    fn a_count_reads_the_columns_of_its_condition_only() {
        let catalog = Catalog::standard();
        let lead = catalog.object("lead").unwrap();
        let condition = Condition::All(vec![
            compared("estimated_value", FieldKind::Money, Sign::GreaterOrEqual, "1000.50"),
            Condition::Not(Box::new(Condition::Present { field: "lost_reason".to_owned() })),
        ]);

        let plan = counting(lead, &condition).unwrap();

        let Rel::Aggregate { input, .. } = &plan else { panic!("{plan:?}") };
        let Rel::Filter { input, .. } = input.as_ref() else { panic!("{input:?}") };
        let Rel::Scan { columns, .. } = input.as_ref() else { panic!("{input:?}") };
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["estimated_value", "lost_reason"]);
        assert!(plan.columns().is_ok() && duckdb::sql(&plan).is_ok());
    }

    #[test]
    fn a_value_without_a_form_is_left_to_postgres() {
        let catalog = Catalog::standard();
        let lead = catalog.object("lead").unwrap();

        for (kind, value) in [(FieldKind::Money, "0.000000000000000000000001"), (FieldKind::Json, "{}")] {
            assert_eq!(counting(lead, &compared("estimated_value", kind, Sign::Less, value)), None);
        }
    }
}
