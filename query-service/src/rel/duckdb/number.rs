//! Prints exact arithmetic; the same steps as for the first engine, on `hugeint`.

use super::expr::{print, print_as};
use crate::rel::{Arithmetic, Column, Expr, RelError, ValueType, schema};

pub(super) fn arithmetic(op: Arithmetic, left: &Expr, right: &Expr, input: &[Column]) -> Result<String, RelError> {
    let wide = |expr: &Expr| -> Result<String, RelError> {
        let scale = schema::type_of(expr, input)?.scale().unwrap_or(0);
        print_as(expr, input, ValueType::decimal(scale))
    };
    let operator = match op {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
    };
    Ok(format!("({} {operator} {})", wide(left)?, wide(right)?))
}

pub(super) fn divide(numerator: &Expr, denominator: &Expr, input: &[Column]) -> Result<String, RelError> {
    let divisor_scale = schema::type_of(denominator, input)?.scale().unwrap_or(0);
    let dividend = whole(numerator, schema::QUOTIENT_SCALE + divisor_scale, input)?;
    let divisor = format!("nullif({}, cast(0 as hugeint))", whole(denominator, divisor_scale, input)?);
    Ok(scaled(&quotient(&dividend, &divisor), schema::QUOTIENT_SCALE))
}

pub(super) fn round(expr: &Expr, scale: u8, input: &[Column]) -> Result<String, RelError> {
    let from = schema::type_of(expr, input)?.scale().unwrap_or(0);
    if from <= scale {
        return print_as(expr, input, ValueType::decimal(scale));
    }
    let divisor = format!("cast('{}' as hugeint)", power(from - scale)?);
    Ok(scaled(&quotient(&whole(expr, from, input)?, &divisor), scale))
}

/// The whole number `value * 10^digits`.
fn whole(value: &Expr, digits: u8, input: &[Column]) -> Result<String, RelError> {
    if schema::type_of(value, input)? == ValueType::Int {
        return Ok(format!("(cast({} as hugeint) * cast('{}' as hugeint))", print(value, input)?, power(digits)?));
    }
    let scale = schema::type_of(value, input)?.scale().unwrap_or(0);
    let value = print_as(value, input, ValueType::decimal(scale))?;
    Ok(format!("cast({value} * cast('{}' as decimal(38, 0)) as hugeint)", power(digits)?))
}

/// The number `whole / 10^scale`.
fn scaled(whole: &str, scale: u8) -> String {
    if scale == 0 {
        return format!("cast({whole} as decimal(38, 0))");
    }
    let unit = format!("0.{:0>width$}", 1, width = usize::from(scale));
    let to = ValueType::decimal(scale);
    let (to, unit_type) = (super::expr::type_name(to), format!("decimal({scale}, {scale})"));
    format!("cast(cast({whole} as decimal(38, 0)) * cast('{unit}' as {unit_type}) as {to})")
}

fn quotient(dividend: &str, divisor: &str) -> String {
    let remainder = format!("({dividend} % {divisor})");
    let cut = format!("({dividend} // {divisor})");
    let twice = format!("(abs({remainder}) * 2)");
    let odd = format!("({cut} % 2 <> 0)");
    let away = format!("({twice} > abs({divisor}) or ({twice} = abs({divisor}) and {odd}))");
    let opposite = format!("(({dividend} < 0) <> ({divisor} < 0))");
    format!("({cut} + case when {away} and {opposite} then -1 when {away} then 1 else 0 end)")
}

fn power(digits: u8) -> Result<i128, RelError> {
    10_i128.checked_pow(u32::from(digits)).ok_or(RelError::Malformed("a number has too many digits to be divided"))
}
