//! Prints expressions.

use super::{number, quoted};
use crate::rel::{
    Column, Comparison, Expr, Grain, Literal, RelError, TextMatch, ValueType, Zone, fold, schema, zone::MICROS_PER_DAY,
};

/// Prints an expression over these columns, in parentheses where it needs them.
pub(super) fn print(expr: &Expr, input: &[Column]) -> Result<String, RelError> {
    match expr {
        Expr::Column(name) => Ok(quoted(name)),
        Expr::Literal(value) => Ok(literal(value)),
        Expr::Compare { op, left, right } => compare(*op, left, right, input),
        Expr::And(all) => join_with(all, input, " and ", "true"),
        Expr::Or(all) => join_with(all, input, " or ", "false"),
        Expr::Not(inner) => Ok(format!("(not {})", print(inner, input)?)),
        Expr::IsNull(inner) => Ok(format!("({} is null)", print(inner, input)?)),
        Expr::InList { list, .. } if list.is_empty() => Ok("false".to_owned()),
        Expr::InList { expr, list } => {
            let list = list.iter().map(literal).collect::<Vec<_>>().join(", ");
            Ok(format!("({} in ({list}))", print(expr, input)?))
        }
        Expr::Case { branches, otherwise } => case(branches, otherwise.as_deref(), input),
        Expr::Coalesce(all) => {
            let all = all.iter().map(|one| print(one, input)).collect::<Result<Vec<_>, _>>()?;
            Ok(format!("coalesce({})", all.join(", ")))
        }
        Expr::Arithmetic { op, left, right } => number::arithmetic(*op, left, right, input),
        Expr::Divide { numerator, denominator } => number::divide(numerator, denominator, input),
        Expr::Round { expr, scale } => number::round(expr, *scale, input),
        Expr::Widen { expr, to } => Ok(format!("cast({} as {})", print(expr, input)?, type_name(*to))),
        Expr::Match { kind, expr, piece } => Ok(text_match(*kind, &print(expr, input)?, piece)),
        Expr::DateTrunc { grain, expr } => Ok(date_trunc(*grain, print(expr, input)?)),
        Expr::LocalDate { expr, zone } => Ok(local_date(&print(expr, input)?, zone)),
    }
}

/// Prints an expression, cast to a wider type where it has another one.
pub(super) fn print_as(expr: &Expr, input: &[Column], ty: ValueType) -> Result<String, RelError> {
    let printed = print(expr, input)?;
    let same = schema::type_of(expr, input)? == ty;
    Ok(if same { printed } else { format!("cast({printed} as {})", type_name(ty)) })
}

pub(super) fn type_name(ty: ValueType) -> String {
    match ty {
        ValueType::Bool => "boolean".to_owned(),
        ValueType::Int => "bigint".to_owned(),
        ValueType::Decimal { precision, scale } => format!("decimal({precision}, {scale})"),
        ValueType::Text => "varchar".to_owned(),
        ValueType::Date => "date".to_owned(),
        ValueType::Timestamp => "timestamp with time zone".to_owned(),
    }
}

pub(super) fn literal(value: &Literal) -> String {
    match value {
        Literal::Null(ty) => format!("cast(null as {})", type_name(*ty)),
        Literal::Bool(true) => "true".to_owned(),
        Literal::Bool(false) => "false".to_owned(),
        // As text, because the least number has no positive counterpart to be negated.
        Literal::Int(value) => format!("cast('{value}' as bigint)"),
        Literal::Decimal { unscaled, precision, scale } => {
            format!("cast('{}' as decimal({precision}, {scale}))", decimal_text(*unscaled, *scale))
        }
        Literal::Text(value) => text(value),
        Literal::Date(value) => format!("date '{}'", value.format("%Y-%m-%d")),
        Literal::Timestamp(value) => {
            format!("timestamptz '{}+00'", value.naive_utc().format("%Y-%m-%d %H:%M:%S%.6f"))
        }
    }
}

fn decimal_text(unscaled: i128, scale: u8) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// Text in single quotes, quotes inside it doubled; the zero character would end the statement
/// early, so it is written by its number.
fn text(value: &str) -> String {
    let parts = value.split('\0').map(|part| format!("'{}'", part.replace('\'', "''"))).collect::<Vec<_>>();
    match parts.as_slice() {
        [one] => one.clone(),
        many => format!("({})", many.join(" || chr(0) || ")),
    }
}

fn compare(op: Comparison, left: &Expr, right: &Expr, input: &[Column]) -> Result<String, RelError> {
    let operator = match op {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::DistinctFrom => "is distinct from",
        Comparison::NotDistinctFrom => "is not distinct from",
    };
    let (of_left, of_right) = (schema::type_of(left, input)?, schema::type_of(right, input)?);
    let (left, right) = match schema::common_scale(of_left, of_right).filter(|_| of_left != of_right) {
        Some(scale) => {
            let wide = ValueType::decimal(scale);
            (print_as(left, input, wide)?, print_as(right, input, wide)?)
        }
        None => (print(left, input)?, print(right, input)?),
    };
    Ok(format!("({left} {operator} {right})"))
}

fn join_with(all: &[Expr], input: &[Column], word: &str, empty: &str) -> Result<String, RelError> {
    if all.is_empty() {
        return Ok(empty.to_owned());
    }
    let all = all.iter().map(|one| print(one, input)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("({})", all.join(word)))
}

fn case(branches: &[(Expr, Expr)], otherwise: Option<&Expr>, input: &[Column]) -> Result<String, RelError> {
    let mut parts = Vec::with_capacity(branches.len() + 1);
    for (when, then) in branches {
        parts.push(format!("when {} then {}", print(when, input)?, print(then, input)?));
    }
    if let Some(otherwise) = otherwise {
        parts.push(format!("else {}", print(otherwise, input)?));
    }
    Ok(format!("(case {} end)", parts.join(" ")))
}

fn text_match(kind: TextMatch, searched: &str, piece: &str) -> String {
    let (from, to) = fold::table();
    let function = match kind {
        TextMatch::Contains => "contains",
        TextMatch::StartsWith => "starts_with",
        TextMatch::EndsWith => "ends_with",
    };
    format!("{function}(translate({searched}, {}, {}), {})", text(from), text(to), text(&fold::fold_case(piece)))
}

fn date_trunc(grain: Grain, day: String) -> String {
    let word = match grain {
        Grain::Day => return day,
        Grain::Week => "week",
        Grain::Month => "month",
        Grain::Quarter => "quarter",
        Grain::Year => "year",
    };
    format!("cast(date_trunc('{word}', {day}) as date)")
}

fn local_date(moment: &str, zone: &Zone) -> String {
    let micros = format!("epoch_us({moment})");
    let local = zone.fold(&|offset_us| format!("({micros} + ({offset_us}))"), &|at_us, before, after| {
        format!("(case when {micros} < ({at_us}) then {before} else {after} end)")
    });
    let days = format!(
        "(({local} - ((({local}) % {MICROS_PER_DAY}) + {MICROS_PER_DAY}) % {MICROS_PER_DAY}) // {MICROS_PER_DAY})"
    );
    format!("(date '1970-01-01' + cast({days} as integer))")
}
