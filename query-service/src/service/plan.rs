//! From a statement to a running stream of `DataFusion`, with everything refused that is no query.

use datafusion::{
    execution::SendableRecordBatchStream,
    logical_expr::LogicalPlan,
    physical_plan::execute_stream,
    prelude::{SQLOptions, SessionContext},
};

use super::{Statement, malformed, pairs};
use crate::{
    Error,
    rel::{self, RelError},
    session::{Sessions, mapped},
    sight::Sight,
};

/// Plans `statement` over `sight` and starts it; dropping the stream stops it.
pub(crate) async fn started(
    sessions: &Sessions,
    sight: &Sight,
    statement: Statement,
) -> Result<SendableRecordBatchStream, Error> {
    let context = sessions.open(sight.clone())?;
    let state = context.state();
    let plan = planned(&context, statement, sight).await?;
    let physical = state.create_physical_plan(&plan).await.map_err(|error| mapped(error, Some(sight)))?;
    let physical = pairs::checked(physical)?;
    execute_stream(physical, state.task_ctx()).map_err(|error| mapped(error, Some(sight)))
}

async fn planned(context: &SessionContext, statement: Statement, sight: &Sight) -> Result<LogicalPlan, Error> {
    let plan = match statement {
        Statement::Sql(text) => {
            let plan = context.state().create_logical_plan(&text).await;
            plan.map_err(|error| mapped(error, Some(sight)))?
        }
        Statement::Plan(rel, _) => match rel::datafusion::plan(&rel, context).await {
            Ok(plan) => return Ok(plan),
            Err(RelError::Plan(error)) => return Err(mapped(*error, Some(sight))),
            Err(error) => return Err(malformed(&error)),
        },
    };
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    options.verify_plan(&plan).map_err(|error| mapped(error, Some(sight)))?;
    only_reads(&plan)?;
    Ok(plan)
}

/// Refuses every kind of plan that is not on the list, so that a new kind is refused too.
fn only_reads(plan: &LogicalPlan) -> Result<(), Error> {
    use datafusion::common::tree_node::TreeNodeRecursion;
    let mut refused = None;
    let walked = plan.apply_with_subqueries(|node| {
        let allowed = matches!(
            node,
            LogicalPlan::Projection(_)
                | LogicalPlan::Filter(_)
                | LogicalPlan::Window(_)
                | LogicalPlan::Aggregate(_)
                | LogicalPlan::Sort(_)
                | LogicalPlan::Join(_)
                | LogicalPlan::Repartition(_)
                | LogicalPlan::Union(_)
                | LogicalPlan::TableScan(_)
                | LogicalPlan::EmptyRelation(_)
                | LogicalPlan::Subquery(_)
                | LogicalPlan::SubqueryAlias(_)
                | LogicalPlan::Limit(_)
                | LogicalPlan::Values(_)
                | LogicalPlan::Distinct(_)
                | LogicalPlan::Unnest(_)
        );
        if allowed {
            return Ok(TreeNodeRecursion::Continue);
        }
        refused = Some(node.display().to_string());
        Ok(TreeNodeRecursion::Stop)
    });
    walked.map_err(|error| mapped(error, None))?;
    match refused {
        None => Ok(()),
        Some(node) => {
            let kind = node.split([':', ' ', '(']).next().unwrap_or_default().to_owned();
            Err(Error::sql("not_allowed", format!("{kind} is not allowed here; only SELECT queries are")))
        }
    }
}
