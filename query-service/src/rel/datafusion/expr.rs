//! Prints expressions.

use datafusion::{
    common::ScalarValue,
    functions::{
        core::expr_fn::coalesce,
        datetime::expr_fn::{date_part, make_date},
        string::expr_fn::{contains, ends_with, starts_with},
        unicode::expr_fn::translate,
    },
    logical_expr::{BinaryExpr, Expr as PlanExpr, Operator, cast, conditional_expressions::CaseBuilder, ident, lit},
};

use super::number;
use crate::rel::{
    Column, Comparison, Expr, Grain, Literal, RelError, TextMatch, ValueType, Zone, fold, schema, zone::MICROS_PER_DAY,
};

/// Prints an expression over these columns.
pub(super) fn print(expr: &Expr, input: &[Column]) -> Result<PlanExpr, RelError> {
    match expr {
        Expr::Column(name) => Ok(ident(name)),
        Expr::Literal(value) => Ok(literal(value)),
        Expr::Compare { op, left, right } => compare(*op, left, right, input),
        Expr::And(all) => fold_with(all, input, Operator::And, true),
        Expr::Or(all) => fold_with(all, input, Operator::Or, false),
        Expr::Not(inner) => Ok(PlanExpr::Not(Box::new(print(inner, input)?))),
        Expr::IsNull(inner) => Ok(print(inner, input)?.is_null()),
        Expr::InList { expr, list } if list.is_empty() => print(expr, input).map(|_| lit(false)),
        Expr::InList { expr, list } => Ok(print(expr, input)?.in_list(list.iter().map(literal).collect(), false)),
        Expr::Case { branches, otherwise } => case(branches, otherwise.as_deref(), input),
        Expr::Coalesce(all) => Ok(coalesce(all.iter().map(|one| print(one, input)).collect::<Result<_, _>>()?)),
        Expr::Arithmetic { op, left, right } => number::arithmetic(*op, left, right, input),
        Expr::Divide { numerator, denominator } => number::divide(numerator, denominator, input),
        Expr::Round { expr, scale } => number::round(expr, *scale, input),
        Expr::Widen { expr, to } => Ok(cast(print(expr, input)?, to.arrow())),
        Expr::Match { kind, expr, piece } => Ok(text_match(*kind, print(expr, input)?, piece)),
        Expr::DateTrunc { grain, expr } => Ok(date_trunc(*grain, print(expr, input)?)),
        Expr::LocalDate { expr, zone } => Ok(local_date(print(expr, input)?, zone)),
    }
}

/// Prints an expression, cast to a wider type where it has another one.
pub(super) fn print_as(expr: &Expr, input: &[Column], ty: ValueType) -> Result<PlanExpr, RelError> {
    let printed = print(expr, input)?;
    Ok(if schema::type_of(expr, input)? == ty { printed } else { cast(printed, ty.arrow()) })
}

pub(super) fn literal(value: &Literal) -> PlanExpr {
    PlanExpr::Literal(scalar(value), None)
}

pub(super) fn scalar(value: &Literal) -> ScalarValue {
    match value {
        Literal::Null(ty) => ScalarValue::try_new_null(&ty.arrow()).unwrap_or(ScalarValue::Null),
        Literal::Bool(value) => ScalarValue::Boolean(Some(*value)),
        Literal::Int(value) => ScalarValue::Int64(Some(*value)),
        Literal::Decimal { unscaled, precision, scale } => {
            ScalarValue::Decimal128(Some(*unscaled), *precision, i8::try_from(*scale).unwrap_or(i8::MAX))
        }
        Literal::Text(value) => ScalarValue::Utf8(Some(value.clone())),
        Literal::Date(value) => {
            let days = value.signed_duration_since(chrono::NaiveDate::default()).num_days();
            ScalarValue::Date32(i32::try_from(days).ok())
        }
        Literal::Timestamp(value) => {
            ScalarValue::TimestampMicrosecond(Some(value.timestamp_micros()), Some("UTC".into()))
        }
    }
}

fn compare(op: Comparison, left: &Expr, right: &Expr, input: &[Column]) -> Result<PlanExpr, RelError> {
    let operator = match op {
        Comparison::Equal => Operator::Eq,
        Comparison::NotEqual => Operator::NotEq,
        Comparison::Less => Operator::Lt,
        Comparison::LessOrEqual => Operator::LtEq,
        Comparison::Greater => Operator::Gt,
        Comparison::GreaterOrEqual => Operator::GtEq,
        Comparison::DistinctFrom => Operator::IsDistinctFrom,
        Comparison::NotDistinctFrom => Operator::IsNotDistinctFrom,
    };
    let (of_left, of_right) = (schema::type_of(left, input)?, schema::type_of(right, input)?);
    let (left, right) = match schema::common_scale(of_left, of_right).filter(|_| of_left != of_right) {
        Some(scale) => {
            let wide = ValueType::decimal(scale);
            (print_as(left, input, wide)?, print_as(right, input, wide)?)
        }
        None => (print(left, input)?, print(right, input)?),
    };
    Ok(binary(left, operator, right))
}

fn fold_with(all: &[Expr], input: &[Column], operator: Operator, empty: bool) -> Result<PlanExpr, RelError> {
    let mut printed = None;
    for one in all {
        let one = print(one, input)?;
        printed = Some(match printed {
            Some(before) => binary(before, operator, one),
            None => one,
        });
    }
    Ok(printed.unwrap_or_else(|| lit(empty)))
}

fn case(branches: &[(Expr, Expr)], otherwise: Option<&Expr>, input: &[Column]) -> Result<PlanExpr, RelError> {
    let mut when = Vec::with_capacity(branches.len());
    let mut then = Vec::with_capacity(branches.len());
    for (condition, value) in branches {
        when.push(print(condition, input)?);
        then.push(print(value, input)?);
    }
    let otherwise = otherwise.map(|value| print(value, input)).transpose()?.map(Box::new);
    Ok(CaseBuilder::new(None, when, then, otherwise).end()?)
}

fn text_match(kind: TextMatch, text: PlanExpr, piece: &str) -> PlanExpr {
    let (from, to) = fold::table();
    let text = translate(text, lit(from), lit(to));
    let piece = lit(fold::fold_case(piece));
    match kind {
        TextMatch::Contains => contains(text, piece),
        TextMatch::StartsWith => starts_with(text, piece),
        TextMatch::EndsWith => ends_with(text, piece),
    }
}

/// Works on day numbers, because the engine's own `date_trunc` goes through nanoseconds, which
/// only reach from 1677 to 2262.
fn date_trunc(grain: Grain, day: PlanExpr) -> PlanExpr {
    let int = ValueType::Int.arrow();
    let number = cast(cast(day.clone(), arrow::datatypes::DataType::Int32), int.clone());
    let part = |name: &str| cast(date_part(lit(name), day.clone()), int.clone());
    let back = |by: PlanExpr| date_of(number.clone() - by);
    match grain {
        Grain::Day => day,
        // Day 0 was a Thursday, three days after a Monday.
        Grain::Week => back(floor_remainder(number.clone() + lit(3_i64), 7)),
        Grain::Month => back(part("day") - lit(1_i64)),
        Grain::Quarter => {
            let int32 = |expr| cast(expr, arrow::datatypes::DataType::Int32);
            let month = part("month");
            let first_month = month.clone() - (month - lit(1_i64)) % lit(3_i64);
            make_date(int32(part("year")), int32(first_month), int32(lit(1_i64)))
        }
        Grain::Year => back(part("doy") - lit(1_i64)),
    }
}

fn local_date(moment: PlanExpr, zone: &Zone) -> PlanExpr {
    let micros = cast(moment, ValueType::Int.arrow());
    let local = zone.fold(&|offset_us| micros.clone() + lit(offset_us), &|at_us, before, after| {
        let branches = (vec![micros.clone().lt(lit(at_us))], vec![before]);
        CaseBuilder::new(None, branches.0, branches.1, Some(Box::new(after.clone()))).end().unwrap_or(after)
    });
    date_of((local.clone() - floor_remainder(local, MICROS_PER_DAY)) / lit(MICROS_PER_DAY))
}

fn date_of(number: PlanExpr) -> PlanExpr {
    cast(cast(number, arrow::datatypes::DataType::Int32), ValueType::Date.arrow())
}

/// The remainder that is never negative.
fn floor_remainder(number: PlanExpr, by: i64) -> PlanExpr {
    ((number % lit(by)) + lit(by)) % lit(by)
}

pub(super) fn binary(left: PlanExpr, operator: Operator, right: PlanExpr) -> PlanExpr {
    PlanExpr::BinaryExpr(BinaryExpr::new(Box::new(left), operator, Box::new(right)))
}
