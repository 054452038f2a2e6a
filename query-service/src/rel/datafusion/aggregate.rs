//! Prints aggregates and grouping sets.

use datafusion::{
    functions_aggregate::{
        count::{count_distinct, count_udaf},
        expr_fn::{count, max, min, sum},
        grouping::grouping,
    },
    logical_expr::{
        Expr as PlanExpr, ExprFunctionExt, GroupingSet, LogicalPlanBuilder, cast, expr::AggregateFunction as Call,
        ident, lit, when,
    },
};

use super::{Printed, expr};
use crate::rel::{AggregateCall, AggregateFunction, Column, GroupingSets, Measure, RelError, ValueType, schema};

pub(super) fn print(
    input: Printed,
    keys: &[String],
    sets: &GroupingSets,
    measures: &[Measure],
) -> Result<Printed, RelError> {
    let mut calls = Vec::with_capacity(measures.len() + keys.len());
    let mut columns = Vec::new();
    let mut items: Vec<PlanExpr> = Vec::new();
    for key in keys {
        columns.push(schema::column(&input.columns, key)?.clone());
        items.push(ident(key));
    }
    let group = match sets {
        GroupingSets::AllKeys => keys.iter().map(ident).collect(),
        GroupingSets::Sets { sets, mask } => {
            let names = keys.iter().enumerate().map(|(position, key)| (key, bit_name(mask, position)));
            let (bits, names): (Vec<_>, Vec<_>) =
                names.map(|(key, bit)| (grouping(ident(key)).alias(&bit), bit)).unzip();
            calls.extend(bits);
            columns.push(Column::new(mask, ValueType::Int));
            items.push(mask_of(&names).alias(mask));
            let sets = sets.iter().map(|set| set.iter().filter_map(|at| keys.get(*at)).map(ident).collect());
            vec![PlanExpr::GroupingSet(GroupingSet::GroupingSets(sets.collect()))]
        }
    };
    for measure in measures {
        let ty = schema::aggregate_type(&measure.call.function, &input.columns)?;
        calls.push(call(&measure.call, &input.columns)?.alias(&measure.name));
        items.push(cast(ident(&measure.name), ty.arrow()).alias(&measure.name));
        columns.push(Column::new(&measure.name, ty));
    }
    let mut builder = LogicalPlanBuilder::from(input.plan);
    match sets {
        GroupingSets::AllKeys => builder = builder.aggregate(group, calls)?,
        GroupingSets::Sets { mask, .. } => {
            // A grand total of no rows has no row in this algebra.
            let rows = format!("{mask}:rows");
            calls.push(count_rows().alias(&rows));
            builder = builder.aggregate(group, calls)?.filter(ident(&rows).gt(lit(0_i64)))?;
        }
    }
    let plan = builder.project(items)?.build()?;
    Ok(Printed { plan, columns })
}

fn call(call: &AggregateCall, input: &[Column]) -> Result<PlanExpr, RelError> {
    // Version 55.2 ignores the filter of a distinct count when other aggregates share its group
    // (two won deals in one stage count as two stages), so the filter moves into the argument.
    if let (AggregateFunction::CountDistinct(argument), Some(filter)) = (&call.function, &call.filter) {
        let kept = when(expr::print(filter, input)?, expr::print(argument, input)?).end()?;
        return Ok(count_distinct(kept));
    }
    let function = match &call.function {
        AggregateFunction::CountRows => count_rows(),
        AggregateFunction::Count(argument) => count(expr::print(argument, input)?),
        AggregateFunction::CountDistinct(argument) => count_distinct(expr::print(argument, input)?),
        // Integers are summed as exact numbers: the engine's integer sum wraps silently.
        AggregateFunction::Sum(argument) => match schema::type_of(argument, input)? {
            ValueType::Int => sum(expr::print_as(argument, input, ValueType::decimal(0))?),
            ValueType::Bool | ValueType::Decimal { .. } | ValueType::Text | ValueType::Date | ValueType::Timestamp => {
                sum(expr::print(argument, input)?)
            }
        },
        AggregateFunction::Min(argument) => min(expr::print(argument, input)?),
        AggregateFunction::Max(argument) => max(expr::print(argument, input)?),
    };
    match &call.filter {
        Some(filter) => Ok(function.filter(expr::print(filter, input)?).build()?),
        None => Ok(function),
    }
}

fn count_rows() -> PlanExpr {
    PlanExpr::AggregateFunction(Call::new_udf(count_udaf(), vec![lit(1_i64)], false, None, vec![], None))
}

fn bit_name(mask: &str, position: usize) -> String {
    format!("{mask}:{position}")
}

/// The sum of `grouping(key i) * 2^i`.
fn mask_of(bits: &[String]) -> PlanExpr {
    let bit =
        |(position, name): (usize, &String)| cast(ident(name), ValueType::Int.arrow()) * lit(1_i64 << position.min(62));
    bits.iter().enumerate().map(bit).reduce(|sum, bit| sum + bit).unwrap_or_else(|| lit(0_i64))
}
