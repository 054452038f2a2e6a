//! Joins that multiply rows: refused when they pair every row with every row, paused otherwise.
//!
//! A join without equal keys works through all pairs of a batch without a pause, so it cannot be
//! stopped once it runs; its size is estimated from the tables before it starts. Other joins
//! give many batches for one of their input; they are made to pause between them, because the
//! engine pauses at its leaves only.

use std::sync::Arc;

use datafusion::{
    common::tree_node::{Transformed, TreeNode},
    physical_plan::{
        ExecutionPlan,
        coop::CooperativeExec,
        joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec, SortMergeJoinExec},
        statistics::{StatisticsArgs, StatisticsContext},
    },
};

use crate::{Error, session::mapped};

/// Pairs of rows that a join without equal keys may look at; about ten seconds of work.
const MAX_PAIRS: f64 = 1e9;
/// Rows of an input that nothing is known about.
const UNKNOWN_ROWS: f64 = 1e6;

/// The plan with joins that can be stopped; refused if one of them has too many pairs.
pub(super) fn checked(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, Error> {
    rows(&plan)?;
    let paused = plan.transform_up(|node| {
        let multiplies = node.is::<HashJoinExec>()
            || node.is::<SortMergeJoinExec>()
            || node.is::<CrossJoinExec>()
            || node.is::<NestedLoopJoinExec>();
        if multiplies {
            Ok(Transformed::yes(Arc::new(CooperativeExec::new(node)) as _))
        } else {
            Ok(Transformed::no(node))
        }
    });
    Ok(paused.map_err(|error| mapped(error, None))?.data)
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
