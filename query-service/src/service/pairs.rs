//! Refusing joins that would pair every row with every row.
//!
//! Such a join works through all pairs of a batch without a pause, so it cannot be stopped once it
//! runs; its size is estimated from the tables before it starts.

use std::sync::Arc;

use datafusion::physical_plan::{
    ExecutionPlan,
    joins::{CrossJoinExec, NestedLoopJoinExec},
    statistics::{StatisticsArgs, StatisticsContext},
};

use crate::Error;

/// Pairs of rows that a join without equal keys may look at; about ten seconds of work.
const MAX_PAIRS: f64 = 1e9;
/// Rows of an input that nothing is known about.
const UNKNOWN_ROWS: f64 = 1e6;

/// Refuses the plan if one of its joins has too many pairs.
pub(super) fn check(plan: &Arc<dyn ExecutionPlan>) -> Result<(), Error> {
    rows(plan).map(drop)
}

/// The most rows that `plan` can be expected to give.
fn rows(plan: &Arc<dyn ExecutionPlan>) -> Result<f64, Error> {
    let children = plan.children();
    let mut inputs = Vec::with_capacity(children.len());
    for child in &children {
        inputs.push(rows(child)?);
    }
    if inputs.is_empty() {
        return Ok(stated(plan).unwrap_or(UNKNOWN_ROWS));
    }
    let pairs = plan.is::<CrossJoinExec>() || plan.is::<NestedLoopJoinExec>();
    let estimate = if pairs { inputs.iter().product() } else { combined(plan, &inputs) };
    if pairs && estimate > MAX_PAIRS {
        let message = format!(
            "a join pairs every row with every row, about {estimate:.0e} pairs; join on equal columns or filter first"
        );
        return Err(Error::sql("too_expensive", message));
    }
    Ok(estimate)
}

fn combined(plan: &Arc<dyn ExecutionPlan>, inputs: &[f64]) -> f64 {
    let most =
        if plan.name() == "UnionExec" { inputs.iter().sum() } else { inputs.iter().copied().fold(1.0, f64::max) };
    let fetched = plan.fetch().map_or(f64::INFINITY, as_rows);
    // An aggregate without groups gives one row; others say nothing reliable about filters.
    let stated = if plan.name() == "SecureExec" || plan.name() == "AggregateExec" { stated(plan) } else { None };
    most.min(fetched).min(stated.unwrap_or(f64::INFINITY))
}

fn stated(plan: &Arc<dyn ExecutionPlan>) -> Option<f64> {
    let statistics = StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).ok()?;
    statistics.num_rows.get_value().copied().map(as_rows)
}

#[expect(clippy::cast_precision_loss, reason = "an estimate needs no more than a few digits")]
fn as_rows(rows: usize) -> f64 {
    rows as f64
}
