//! The type of every expression and the columns of every relation, from the inputs alone.

use std::collections::BTreeSet;

use super::{
    AggregateFunction, Arithmetic, Column, Expr, GroupingSets, JoinKind, Measure, Rel, RelError, ValueType,
    WindowFunction, WindowItem, value_type::MAX_PRECISION,
};

/// Digits after the point of every quotient.
pub(super) const QUOTIENT_SCALE: u8 = 6;

/// The columns of a relation, checked from the leaves up.
pub(super) fn columns(rel: &Rel) -> Result<Vec<Column>, RelError> {
    match rel {
        Rel::Scan { columns, .. } => {
            distinct(columns.iter().map(|column| Column::new(&column.name, column.ty)).collect())
        }
        Rel::Values { columns, rows } => values(columns, rows),
        Rel::Filter { input, predicate } => {
            let input = columns(input)?;
            require_bool("a filter", type_of(predicate, &input)?)?;
            Ok(input)
        }
        Rel::Project { input, items } => {
            let input = columns(input)?;
            let typed = items.iter().map(|item| Ok(Column::new(&item.name, type_of(&item.expr, &input)?)));
            distinct(typed.collect::<Result<_, RelError>>()?)
        }
        Rel::Join { left, right, kind, on, nulls_equal: _ } => joined(columns(left)?, columns(right)?, *kind, on),
        Rel::Aggregate { input, keys, sets, measures } => aggregated(&columns(input)?, keys, sets, measures),
        Rel::Window { input, items } => windowed(&columns(input)?, items),
        Rel::Sort { input, keys } => {
            let input = columns(input)?;
            keys.iter().try_for_each(|key| column(&input, &key.column).map(drop))?;
            Ok(input)
        }
        Rel::Limit { input, .. } => columns(input),
        Rel::UnionAll { inputs } => united(inputs),
    }
}

/// The type of an expression over these columns.
pub(super) fn type_of(expr: &Expr, input: &[Column]) -> Result<ValueType, RelError> {
    match expr {
        Expr::Column(name) => Ok(column(input, name)?.ty),
        Expr::Literal(literal) => Ok(literal.value_type()),
        Expr::Compare { left, right, .. } => comparable("a comparison", type_of(left, input)?, type_of(right, input)?),
        Expr::And(all) | Expr::Or(all) => {
            all.iter().try_for_each(|one| require_bool("and / or", type_of(one, input)?))?;
            Ok(ValueType::Bool)
        }
        Expr::Not(inner) => require_bool("not", type_of(inner, input)?).map(|()| ValueType::Bool),
        Expr::IsNull(inner) => type_of(inner, input).map(|_| ValueType::Bool),
        Expr::InList { expr, list } => {
            let ty = type_of(expr, input)?;
            list.iter().try_for_each(|item| comparable("in", ty, item.value_type()).map(drop))?;
            Ok(ValueType::Bool)
        }
        Expr::Case { branches, otherwise } => case_type(branches, otherwise.as_deref(), input),
        Expr::Coalesce(all) => same_type("coalesce", &all.iter().collect::<Vec<_>>(), input),
        Expr::Arithmetic { op, left, right } => arithmetic(*op, type_of(left, input)?, type_of(right, input)?),
        Expr::Divide { numerator, denominator } => {
            require_number("a division", type_of(numerator, input)?)?;
            require_number("a division", type_of(denominator, input)?)?;
            Ok(ValueType::decimal(QUOTIENT_SCALE))
        }
        Expr::Round { expr, scale } => {
            require_number("rounding", type_of(expr, input)?)?;
            Ok(ValueType::decimal(*scale))
        }
        Expr::Widen { expr, to } => widened(type_of(expr, input)?, *to),
        Expr::Match { expr, .. } => {
            expect_type("a text search", type_of(expr, input)?, ValueType::Text, ValueType::Bool)
        }
        Expr::DateTrunc { expr, .. } => {
            expect_type("a period", type_of(expr, input)?, ValueType::Date, ValueType::Date)
        }
        Expr::LocalDate { expr, .. } => {
            expect_type("a local date", type_of(expr, input)?, ValueType::Timestamp, ValueType::Date)
        }
    }
}

/// The type of an aggregate over these columns.
pub(super) fn aggregate_type(function: &AggregateFunction, input: &[Column]) -> Result<ValueType, RelError> {
    match function {
        AggregateFunction::CountRows => Ok(ValueType::Int),
        AggregateFunction::Count(expr) | AggregateFunction::CountDistinct(expr) => {
            type_of(expr, input).map(|_| ValueType::Int)
        }
        AggregateFunction::Sum(expr) => require_number("a sum", type_of(expr, input)?).map(ValueType::decimal),
        AggregateFunction::Min(expr) | AggregateFunction::Max(expr) => type_of(expr, input),
    }
}

/// The type of a window column over these columns.
pub(super) fn window_type(function: &WindowFunction, input: &[Column]) -> Result<ValueType, RelError> {
    match function {
        WindowFunction::RowNumber | WindowFunction::DenseRank => Ok(ValueType::Int),
        WindowFunction::Min(expr) | WindowFunction::Max(expr) => type_of(expr, input),
        WindowFunction::Sum(expr) => require_number("a sum", type_of(expr, input)?).map(ValueType::decimal),
    }
}

/// The column of this name.
pub(super) fn column<'a>(input: &'a [Column], name: &str) -> Result<&'a Column, RelError> {
    input.iter().find(|column| column.name == name).ok_or_else(|| RelError::UnknownColumn {
        name: name.to_owned(),
        known: input.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// The digits after the point when two numbers meet in a comparison, sum or union.
pub(super) fn common_scale(left: ValueType, right: ValueType) -> Option<u8> {
    Some(left.scale()?.max(right.scale()?))
}

pub(super) fn values(columns: &[Column], rows: &[Vec<super::Literal>]) -> Result<Vec<Column>, RelError> {
    for row in rows {
        if row.len() != columns.len() {
            return Err(RelError::Malformed("a row of values has another number of values than columns"));
        }
        for (literal, column) in row.iter().zip(columns) {
            if literal.value_type() != column.ty {
                return Err(wrong("a row of values", &[literal.value_type(), column.ty]));
            }
        }
    }
    distinct(columns.to_vec())
}

pub(super) fn joined(
    mut left: Vec<Column>,
    right: Vec<Column>,
    kind: JoinKind,
    on: &[(String, String)],
) -> Result<Vec<Column>, RelError> {
    if on.is_empty() {
        return Err(RelError::Malformed("a join needs at least one pair of columns"));
    }
    for (of_left, of_right) in on {
        let (of_left, of_right) = (column(&left, of_left)?.ty, column(&right, of_right)?.ty);
        if of_left != of_right {
            return Err(wrong("a join", &[of_left, of_right]));
        }
    }
    match kind {
        JoinKind::Semi | JoinKind::Anti => Ok(left),
        JoinKind::Inner | JoinKind::Left | JoinKind::Full => {
            left.extend(right);
            distinct(left)
        }
    }
}

pub(super) fn aggregated(
    input: &[Column],
    keys: &[String],
    sets: &GroupingSets,
    measures: &[Measure],
) -> Result<Vec<Column>, RelError> {
    let mut out = Vec::with_capacity(keys.len() + measures.len() + 1);
    for key in keys {
        out.push(column(input, key)?.clone());
    }
    match sets {
        GroupingSets::AllKeys => {}
        GroupingSets::Sets { sets, mask } => {
            let named: BTreeSet<usize> = sets.iter().flatten().copied().collect();
            if sets.is_empty() || !named.into_iter().eq(0..keys.len()) {
                return Err(RelError::Malformed("groupings must name each key at least once, and no other"));
            }
            out.push(Column::new(mask, ValueType::Int));
        }
    }
    for measure in measures {
        if let Some(filter) = &measure.call.filter {
            require_bool("the filter of an aggregate", type_of(filter, input)?)?;
        }
        out.push(Column::new(&measure.name, aggregate_type(&measure.call.function, input)?));
    }
    if out.is_empty() {
        return Err(RelError::Malformed("an aggregate needs a key or a measure"));
    }
    distinct(out)
}

pub(super) fn windowed(input: &[Column], items: &[WindowItem]) -> Result<Vec<Column>, RelError> {
    let mut out = input.to_vec();
    for item in items {
        item.partition_by.iter().try_for_each(|name| column(input, name).map(drop))?;
        item.order_by.iter().try_for_each(|key| column(input, &key.column).map(drop))?;
        let ranks = matches!(item.function, WindowFunction::RowNumber | WindowFunction::DenseRank);
        if ranks == item.order_by.is_empty() {
            return Err(RelError::Malformed("ranks need an order, other windows must not have one"));
        }
        out.push(Column::new(&item.name, window_type(&item.function, input)?));
    }
    distinct(out)
}

pub(super) fn united(inputs: &[Rel]) -> Result<Vec<Column>, RelError> {
    let mut inputs = inputs.iter();
    let first = columns(inputs.next().ok_or(RelError::Malformed("a union needs an input"))?)?;
    for other in inputs {
        let other = columns(other)?;
        if other.len() != first.len() {
            return Err(RelError::Malformed("the inputs of a union have different numbers of columns"));
        }
        for (of_first, of_other) in first.iter().zip(&other) {
            if of_first.ty != of_other.ty {
                return Err(wrong("a union", &[of_first.ty, of_other.ty]));
            }
        }
    }
    Ok(first)
}

fn case_type(branches: &[(Expr, Expr)], otherwise: Option<&Expr>, input: &[Column]) -> Result<ValueType, RelError> {
    branches.iter().try_for_each(|(when, _)| require_bool("case", type_of(when, input)?))?;
    same_type("case", &branches.iter().map(|(_, then)| then).chain(otherwise).collect::<Vec<_>>(), input)
}

fn same_type(operation: &'static str, all: &[&Expr], input: &[Column]) -> Result<ValueType, RelError> {
    let (first, others) = all.split_first().ok_or(RelError::Malformed("an expression needs at least one branch"))?;
    let first = type_of(first, input)?;
    for other in others {
        let other = type_of(other, input)?;
        if other != first {
            return Err(wrong(operation, &[first, other]));
        }
    }
    Ok(first)
}

fn arithmetic(op: Arithmetic, left: ValueType, right: ValueType) -> Result<ValueType, RelError> {
    let refused = || wrong("arithmetic", &[left, right]);
    let (of_left, of_right) = (left.scale().ok_or_else(refused)?, right.scale().ok_or_else(refused)?);
    let scale = match op {
        Arithmetic::Add | Arithmetic::Subtract => of_left.max(of_right),
        Arithmetic::Multiply => of_left.saturating_add(of_right),
    };
    if scale > MAX_PRECISION { Err(refused()) } else { Ok(ValueType::decimal(scale)) }
}

fn widened(from: ValueType, to: ValueType) -> Result<ValueType, RelError> {
    let fits = match (from, to) {
        (ValueType::Int, ValueType::Decimal { precision, scale }) => precision >= scale.saturating_add(19),
        (ValueType::Decimal { precision, scale }, ValueType::Decimal { precision: wide, scale: fine }) => {
            // 38 digits is as wide as it gets; more digits after the point are checked when it runs.
            fine >= scale && (wide == MAX_PRECISION || wide - fine.min(wide) >= precision - scale.min(precision))
        }
        (from, to) => from == to,
    };
    if fits || (from == ValueType::Int && to == ValueType::decimal(QUOTIENT_SCALE)) {
        Ok(to)
    } else {
        Err(wrong("widening", &[from, to]))
    }
}

fn comparable(operation: &'static str, left: ValueType, right: ValueType) -> Result<ValueType, RelError> {
    if left == right || (left.is_number() && right.is_number()) {
        return Ok(ValueType::Bool);
    }
    Err(wrong(operation, &[left, right]))
}

fn expect_type(
    operation: &'static str,
    found: ValueType,
    expected: ValueType,
    result: ValueType,
) -> Result<ValueType, RelError> {
    if found == expected { Ok(result) } else { Err(wrong(operation, &[found])) }
}

fn require_bool(operation: &'static str, found: ValueType) -> Result<(), RelError> {
    if found == ValueType::Bool { Ok(()) } else { Err(wrong(operation, &[found])) }
}

fn require_number(operation: &'static str, found: ValueType) -> Result<u8, RelError> {
    found.scale().ok_or_else(|| wrong(operation, &[found]))
}

pub(super) fn distinct(columns: Vec<Column>) -> Result<Vec<Column>, RelError> {
    let mut seen = BTreeSet::new();
    match columns.iter().find(|column| !seen.insert(column.name.to_lowercase())) {
        Some(double) => Err(RelError::DuplicateColumn(double.name.clone())),
        None => Ok(columns),
    }
}

fn wrong(operation: &'static str, found: &[ValueType]) -> RelError {
    RelError::WrongType { operation, found: found.to_vec() }
}
