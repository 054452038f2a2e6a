//! The node that nothing is pushed through: it applies the policy to every batch.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use arrow::{
    array::{Array, AsArray, BooleanArray, RecordBatch, RecordBatchOptions, new_null_array},
    compute::{BatchCoalescer, prep_null_mask_filter},
    datatypes::SchemaRef,
};
use datafusion::{
    common::{Statistics, config::ConfigOptions, stats::Precision, tree_node::TreeNodeRecursion},
    error::{DataFusionError, Result},
    execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext},
    physical_expr::{
        EquivalenceProperties, PhysicalExpr,
        expressions::{Column, DynamicFilterPhysicalExpr},
    },
    physical_plan::{
        ChildStats, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
        StatisticsArgs,
        filter_pushdown::{ChildFilterDescription, FilterDescription, FilterPushdownPhase},
    },
};
use futures::{Stream, StreamExt};

/// Where a column of the output comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputColumn {
    /// The column of the input with this index.
    Input(usize),
    /// A masked column: always null.
    Null,
}

/// Drops hidden rows and nulls masked columns; a wall for every optimizer rule.
///
/// It keeps the defaults of [`ExecutionPlan`] for limits, sorts, projections and filters, which
/// all mean "not through me". The one exception is a filter that another operator computes while
/// it runs from values the person sees anyway (the bounds of a join or of a top-n), and only
/// when it reads plain unmasked columns, so that it cannot fail.
#[derive(Debug)]
pub(crate) struct SecureExec {
    input: Arc<dyn ExecutionPlan>,
    predicate: Option<Arc<dyn PhysicalExpr>>,
    columns: Arc<[OutputColumn]>,
    schema: SchemaRef,
    stored_rows: usize,
    properties: Arc<PlanProperties>,
}

impl SecureExec {
    /// The rows of `input` that satisfy `predicate`, as `columns`.
    ///
    /// `stored_rows` is the size of the table; its magnitude alone is offered to the optimizer,
    /// for the order of joins.
    pub(crate) fn new(
        input: Arc<dyn ExecutionPlan>,
        predicate: Option<Arc<dyn PhysicalExpr>>,
        columns: Vec<OutputColumn>,
        schema: SchemaRef,
        stored_rows: usize,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        Self { input, predicate, columns: columns.into(), schema, stored_rows, properties: Arc::new(properties) }
    }

    fn passes(&self, filter: &Arc<dyn PhysicalExpr>) -> bool {
        let Some(dynamic) = filter.downcast_ref::<DynamicFilterPhysicalExpr>() else {
            return false;
        };
        dynamic.children().into_iter().all(|child| {
            child
                .downcast_ref::<Column>()
                .is_some_and(|column| matches!(self.columns.get(column.index()), Some(OutputColumn::Input(_))))
        })
    }
}

impl DisplayAs for SecureExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecureScan")
    }
}

impl ExecutionPlan for SecureExec {
    fn name(&self) -> &'static str {
        "SecureExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().ok_or_else(|| DataFusionError::Internal("SecureExec needs an input".to_owned()))?;
        let columns = self.columns.to_vec();
        Ok(Arc::new(Self::new(input, self.predicate.clone(), columns, Arc::clone(&self.schema), self.stored_rows)))
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.predicate.as_ref().map_or(Ok(TreeNodeRecursion::Continue), f)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let batch_rows = context.session_config().batch_size();
        let input = self.input.execute(partition, context)?;
        Ok(Box::pin(SecureStream {
            input,
            predicate: self.predicate.clone(),
            columns: Arc::clone(&self.columns),
            schema: Arc::clone(&self.schema),
            coalescer: BatchCoalescer::new(Arc::clone(&self.schema), batch_rows)
                .with_biggest_coalesce_batch_size(Some(batch_rows / 2)),
            finished: false,
        }))
    }

    fn child_stats_requests(&self, _partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::Skip]
    }

    fn statistics_from_inputs(&self, _inputs: &[Arc<Statistics>], args: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let mut statistics = Statistics::new_unknown(&self.schema);
        if args.partition().is_none() {
            statistics.num_rows = Precision::Inexact(self.stored_rows.next_power_of_two());
        }
        Ok(Arc::new(statistics))
    }

    fn gather_filters_for_pushdown(
        &self,
        _phase: FilterPushdownPhase,
        parent_filters: Vec<Arc<dyn PhysicalExpr>>,
        _config: &ConfigOptions,
    ) -> Result<FilterDescription> {
        let child = if parent_filters.iter().all(|filter| self.passes(filter)) {
            ChildFilterDescription::from_child(&parent_filters, &self.input)?
        } else {
            ChildFilterDescription::all_unsupported(&parent_filters)
        };
        Ok(FilterDescription::new().with_child(child))
    }
}

struct SecureStream {
    input: SendableRecordBatchStream,
    predicate: Option<Arc<dyn PhysicalExpr>>,
    columns: Arc<[OutputColumn]>,
    schema: SchemaRef,
    coalescer: BatchCoalescer,
    finished: bool,
}

impl SecureStream {
    fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        let shown = self.shown(batch)?;
        let Some(predicate) = &self.predicate else {
            return Ok(self.coalescer.push_batch(shown)?);
        };
        let visible = predicate.evaluate(batch)?.into_array(batch.num_rows())?;
        let visible = visible
            .as_boolean_opt()
            .ok_or_else(|| DataFusionError::Internal("a policy must be a condition".to_owned()))?;
        let visible: BooleanArray =
            if visible.null_count() > 0 { prep_null_mask_filter(visible) } else { visible.clone() };
        match visible.true_count() {
            0 => Ok(()),
            all if all == batch.num_rows() => Ok(self.coalescer.push_batch(shown)?),
            _ => Ok(self.coalescer.push_batch_with_filter(shown, &visible)?),
        }
    }

    fn shown(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns = self.columns.iter().zip(self.schema.fields()).map(|(column, field)| match column {
            OutputColumn::Input(index) => Arc::clone(batch.column(*index)),
            OutputColumn::Null => new_null_array(field.data_type(), batch.num_rows()),
        });
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns.collect(), &options)?)
    }
}

impl Stream for SecureStream {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(batch) = self.coalescer.next_completed_batch() {
                return Poll::Ready(Some(Ok(batch)));
            }
            if self.finished {
                return Poll::Ready(None);
            }
            let step = match ready!(self.input.poll_next_unpin(context)) {
                Some(Ok(batch)) => self.push(&batch),
                Some(Err(error)) => Err(error),
                None => {
                    self.finished = true;
                    self.coalescer.finish_buffered_batch().map_err(DataFusionError::from)
                }
            };
            if let Err(error) = step {
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl RecordBatchStream for SecureStream {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
