//! From the history of a table to its state at one moment.

use std::{collections::HashMap, fmt, hash::BuildHasherDefault, sync::Arc};

use arrow::{
    array::{Array, AsArray, RecordBatch},
    compute::interleave_record_batch,
    datatypes::{DataType, Int32Type, Int64Type, SchemaRef, TimestampMicrosecondType},
};
use chrono::{DateTime, Utc};
use datafusion::{
    common::{ScalarValue, tree_node::TreeNodeRecursion},
    error::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext, memory_pool::MemoryConsumer},
    logical_expr::{Expr, col, lit},
    physical_expr::{EquivalenceProperties, PhysicalExpr, expressions::Column},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties,
        InputDistributionRequirements, Partitioning, PlanProperties, execution_plan::EmissionType,
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt};
use xxhash_rust::xxh3::Xxh3Default;

/// Which version of each record counts.
///
/// A deletion (`_op` is `D`) ends all versions that were logged before it; a truncation (`T`)
/// ends all versions of the table. Among the rest the greatest in the order wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fold {
    /// The greatest `(updated_at, _lsn, _seq)` that was effective at this moment.
    EffectiveAt(DateTime<Utc>),
    /// The greatest `(_lsn, _seq)`: what the log says is current.
    Newest,
}

const COLUMNS: [&str; 6] = ["id", "updated_at", "_lsn", "_seq", "_op", "_commit_ts"];

impl Fold {
    /// The columns that folding reads.
    pub(crate) fn columns() -> impl Iterator<Item = &'static str> {
        COLUMNS.into_iter()
    }

    /// A condition that every row that matters satisfies.
    pub(crate) fn pruning(&self) -> Option<Expr> {
        match self {
            Self::Newest => None,
            Self::EffectiveAt(at) => {
                let at = ScalarValue::TimestampMicrosecond(Some(at.timestamp_micros()), Some("UTC".into()));
                Some(col("updated_at").is_null().or(col("updated_at").lt_eq(lit(at))))
            }
        }
    }

    fn horizon_us(&self) -> i64 {
        match self {
            Self::EffectiveAt(at) => at.timestamp_micros(),
            Self::Newest => i64::MAX,
        }
    }
}

/// Keeps one row per id; its input is partitioned by id.
#[derive(Debug)]
pub(crate) struct FoldExec {
    input: Arc<dyn ExecutionPlan>,
    fold: Fold,
    output: Vec<usize>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl FoldExec {
    /// Folds `input`, which has the columns of [`Fold::columns`], to its columns named `output`.
    pub(crate) fn try_new(input: Arc<dyn ExecutionPlan>, fold: Fold, output: &[String]) -> Result<Self> {
        let output = output.iter().map(|name| Ok(input.schema().index_of(name)?)).collect::<Result<Vec<_>>>()?;
        Self::of_columns(input, fold, output)
    }

    fn of_columns(input: Arc<dyn ExecutionPlan>, fold: Fold, output: Vec<usize>) -> Result<Self> {
        let schema = Arc::new(input.schema().project(&output)?);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            EmissionType::Final,
            input.boundedness(),
        );
        Ok(Self { input, fold, output, schema, properties: Arc::new(properties) })
    }
}

impl DisplayAs for FoldExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FoldExec")
    }
}

impl ExecutionPlan for FoldExec {
    fn name(&self) -> &'static str {
        "FoldExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        let id = self.input.schema().index_of("id").map(|index| {
            let id: Arc<dyn PhysicalExpr> = Arc::new(Column::new("id", index));
            Distribution::KeyPartitioned(vec![id])
        });
        InputDistributionRequirements::new(vec![id.unwrap_or(Distribution::SinglePartition)])
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().ok_or_else(|| DataFusionError::Internal("FoldExec needs an input".to_owned()))?;
        Ok(Arc::new(Self::of_columns(input, self.fold.clone(), self.output.clone())?))
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let reservation = MemoryConsumer::new("FoldExec").register(context.memory_pool());
        let batch_rows = context.session_config().batch_size();
        let mut input = self.input.execute(partition, context)?;
        let (fold, output, schema) = (self.fold.clone(), self.output.clone(), Arc::clone(&self.schema));
        let folded = async move {
            let mut batches = Vec::new();
            while let Some(batch) = input.next().await.transpose()? {
                reservation.try_grow(batch.get_array_memory_size())?;
                batches.push(batch);
            }
            let chosen = fold.choose(&batches)?;
            let mut columns = Vec::with_capacity(batches.len());
            for batch in &batches {
                columns.push(batch.project(&output)?);
            }
            let slices: Vec<Vec<(usize, usize)>> = chosen.chunks(batch_rows.max(1)).map(<[_]>::to_vec).collect();
            let rows = futures::stream::iter(slices).map(move |slice| {
                // The reservation lives as long as the buffered batches do.
                let _held = &reservation;
                let parts: Vec<&RecordBatch> = columns.iter().collect();
                Ok::<_, DataFusionError>(interleave_record_batch(&parts, &slice)?)
            });
            Ok::<_, DataFusionError>(rows)
        };
        let stream = futures::stream::once(folded).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)))
    }
}

#[derive(Clone, Copy)]
struct Best {
    order: (i64, i64, i32),
    at: (usize, usize),
}

type ById<T> = HashMap<u128, T, BuildHasherDefault<Xxh3Default>>;

impl Fold {
    /// Positions `(batch, row)` of the winning versions, in input order.
    fn choose(&self, batches: &[RecordBatch]) -> Result<Vec<(usize, usize)>> {
        let versions = batches.iter().map(Versions::of).collect::<Result<Vec<_>>>()?;
        let ends = self.ends(&versions)?;
        let mut best: ById<Best> = HashMap::default();
        for (batch, rows, row) in positions(&versions).filter(|(_, rows, row)| !rows.ends(*row)) {
            let effective_us = match self {
                Self::Newest => 0,
                Self::EffectiveAt(_) => rows.updated_at_us(row),
            };
            let order = (effective_us, rows.lsn(row), rows.seq(row));
            let id = rows.id(row)?;
            if order.0 > self.horizon_us() || ends.after(id, (order.1, order.2)) {
                continue;
            }
            let candidate = Best { order, at: (batch, row) };
            let winner = best.entry(id).or_insert(candidate);
            if candidate.order > winner.order {
                *winner = candidate;
            }
        }
        let mut chosen: Vec<_> = best.into_values().map(|winner| winner.at).collect();
        chosen.sort_unstable();
        Ok(chosen)
    }

    fn ends(&self, versions: &[Versions<'_>]) -> Result<Ends> {
        let mut ends = Ends::default();
        for (_, rows, row) in positions(versions).filter(|(_, rows, row)| rows.ends(*row)) {
            if rows.commit_us(row) > self.horizon_us() {
                continue;
            }
            let position = (rows.lsn(row), rows.seq(row));
            let end = if rows.id.is_null(row) { &mut ends.all } else { ends.by_id.entry(rows.id(row)?).or_default() };
            *end = Some(end.map_or(position, |known| known.max(position)));
        }
        Ok(ends)
    }
}

/// Every row as `(batch, its versions, row)`.
fn positions<'a, 'b>(versions: &'a [Versions<'b>]) -> impl Iterator<Item = (usize, &'a Versions<'b>, usize)> {
    versions.iter().enumerate().flat_map(|(batch, rows)| (0..rows.len).map(move |row| (batch, rows, row)))
}

#[derive(Default)]
struct Ends {
    all: Option<(i64, i32)>,
    by_id: ById<Option<(i64, i32)>>,
}

impl Ends {
    /// Whether the version at `position` was ended later in the log.
    fn after(&self, id: u128, position: (i64, i32)) -> bool {
        let ended = |end: Option<(i64, i32)>| end.is_some_and(|end| end >= position);
        ended(self.all) || (!self.by_id.is_empty() && ended(self.by_id.get(&id).copied().flatten()))
    }
}

/// The columns of one batch that folding reads.
struct Versions<'a> {
    len: usize,
    id: &'a dyn Array,
    updated_at: &'a dyn Array,
    lsn: &'a dyn Array,
    seq: &'a dyn Array,
    op: &'a dyn Array,
    commit_ts: &'a dyn Array,
}

impl<'a> Versions<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self> {
        let column = |name: &str, data_type: &DataType| {
            let column = batch.column_by_name(name);
            column.filter(|column| column.data_type() == data_type).map(AsRef::as_ref).ok_or_else(|| {
                DataFusionError::Internal(format!("history column {name} is missing or not {data_type}"))
            })
        };
        let timestamp = DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some("UTC".into()));
        Ok(Self {
            len: batch.num_rows(),
            id: column("id", &DataType::Utf8View)?,
            updated_at: column("updated_at", &timestamp)?,
            lsn: column("_lsn", &DataType::Int64)?,
            seq: column("_seq", &DataType::Int32)?,
            op: column("_op", &DataType::Utf8View)?,
            commit_ts: column("_commit_ts", &timestamp)?,
        })
    }

    fn id(&self, row: usize) -> Result<u128> {
        let text = self.id.as_string_view().value(row);
        let id = uuid::Uuid::try_parse(text).map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(id.as_u128())
    }

    fn updated_at_us(&self, row: usize) -> i64 {
        self.updated_at.as_primitive::<TimestampMicrosecondType>().value(row)
    }

    fn commit_us(&self, row: usize) -> i64 {
        self.commit_ts.as_primitive::<TimestampMicrosecondType>().value(row)
    }

    fn lsn(&self, row: usize) -> i64 {
        self.lsn.as_primitive::<Int64Type>().value(row)
    }

    fn seq(&self, row: usize) -> i32 {
        self.seq.as_primitive::<Int32Type>().value(row)
    }

    /// Whether the row ends versions instead of being one.
    fn ends(&self, row: usize) -> bool {
        matches!(self.op.as_string_view().value(row), "D" | "T")
    }
}
