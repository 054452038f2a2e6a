//! Prints exact arithmetic.
//!
//! A quotient is made of whole numbers only, so that both engines round alike: numerator and
//! denominator become whole numbers of 38 digits, `q` is their quotient cut off, `r` the remainder,
//! and one is added to the magnitude of `q` when `r` is more than half of the denominator, or
//! exactly half and `q` is odd.

use arrow::datatypes::DataType;
use datafusion::{
    common::ScalarValue,
    functions::core::expr_fn::nullif,
    logical_expr::{Expr as PlanExpr, Operator, cast, when},
};

use super::expr::{binary, print_as};
use crate::rel::{Arithmetic, Column, Expr, RelError, ValueType, schema};

const WHOLE: DataType = DataType::Decimal128(38, 0);

pub(super) fn arithmetic(op: Arithmetic, left: &Expr, right: &Expr, input: &[Column]) -> Result<PlanExpr, RelError> {
    let wide = |expr: &Expr| -> Result<PlanExpr, RelError> {
        let scale = schema::type_of(expr, input)?.scale().unwrap_or(0);
        print_as(expr, input, ValueType::decimal(scale))
    };
    let operator = match op {
        Arithmetic::Add => Operator::Plus,
        Arithmetic::Subtract => Operator::Minus,
        Arithmetic::Multiply => Operator::Multiply,
    };
    Ok(binary(wide(left)?, operator, wide(right)?))
}

pub(super) fn divide(numerator: &Expr, denominator: &Expr, input: &[Column]) -> Result<PlanExpr, RelError> {
    let scale = schema::type_of(numerator, input)?.scale().unwrap_or(0);
    let divisor_scale = schema::type_of(denominator, input)?.scale().unwrap_or(0);
    let up = schema::QUOTIENT_SCALE + divisor_scale;
    let dividend = whole(print_as(numerator, input, ValueType::decimal(scale))?, up)?;
    let divisor = whole(print_as(denominator, input, ValueType::decimal(divisor_scale))?, divisor_scale)?;
    Ok(scaled(quotient(&dividend, &nullif(divisor, number(0)))?, schema::QUOTIENT_SCALE))
}

pub(super) fn round(expr: &Expr, scale: u8, input: &[Column]) -> Result<PlanExpr, RelError> {
    let from = schema::type_of(expr, input)?.scale().unwrap_or(0);
    if from <= scale {
        return print_as(expr, input, ValueType::decimal(scale));
    }
    let dividend = whole(print_as(expr, input, ValueType::decimal(from))?, from)?;
    Ok(scaled(quotient(&dividend, &number(power(from - scale)?))?, scale))
}

/// The whole number `value * 10^digits`; there must be at least as many digits as the scale.
fn whole(value: PlanExpr, digits: u8) -> Result<PlanExpr, RelError> {
    let factor = ScalarValue::Decimal128(Some(power(digits)?), 38, 0);
    Ok(cast(binary(value, Operator::Multiply, PlanExpr::Literal(factor, None)), WHOLE))
}

/// The number `whole / 10^scale`.
fn scaled(whole: PlanExpr, scale: u8) -> PlanExpr {
    let to = ValueType::decimal(scale).arrow();
    let unit = ScalarValue::Decimal128(Some(1), scale.max(1), i8::try_from(scale).unwrap_or(i8::MAX));
    cast(binary(whole, Operator::Multiply, PlanExpr::Literal(unit, None)), to)
}

fn quotient(dividend: &PlanExpr, divisor: &PlanExpr) -> Result<PlanExpr, RelError> {
    let remainder = cast(binary(dividend.clone(), Operator::Modulo, divisor.clone()), WHOLE);
    let exact = binary(dividend.clone(), Operator::Minus, remainder.clone());
    let cut = cast(binary(exact, Operator::Divide, divisor.clone()), WHOLE);
    let twice = binary(magnitude(&remainder)?, Operator::Multiply, number(2));
    let half = magnitude(divisor)?;
    let odd = binary(cut.clone(), Operator::Modulo, number(2)).not_eq(number(0));
    let away = twice.clone().gt(half.clone()).or(twice.eq(half).and(odd));
    let opposite = binary(negative(dividend), Operator::NotEq, negative(divisor));
    let step = when(away.clone().and(opposite), number(-1)).when(away, number(1)).otherwise(number(0))?;
    Ok(cast(binary(cut, Operator::Plus, step), WHOLE))
}

fn magnitude(value: &PlanExpr) -> Result<PlanExpr, RelError> {
    let minus = cast(binary(number(0), Operator::Minus, value.clone()), WHOLE);
    Ok(when(negative(value), minus).otherwise(value.clone())?)
}

fn negative(value: &PlanExpr) -> PlanExpr {
    value.clone().lt(number(0))
}

fn number(value: i128) -> PlanExpr {
    PlanExpr::Literal(ScalarValue::Decimal128(Some(value), 38, 0), None)
}

fn power(digits: u8) -> Result<i128, RelError> {
    10_i128.checked_pow(u32::from(digits)).ok_or(RelError::Malformed("a number has too many digits to be divided"))
}
