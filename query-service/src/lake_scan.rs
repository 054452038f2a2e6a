//! Reading one table of a pinned snapshot with `DataFusion`: clean files, files with dead rows, tail.
//!
//! Dead rows never leave the reader: each file that has some carries a row selection, which the
//! Parquet reader intersects with its own pruning.

mod selection;
mod strings;

use std::sync::Arc;

use arrow::{
    array::RecordBatch,
    datatypes::{Schema, SchemaRef},
};
use datafusion::{
    catalog::{Session, memory::DataSourceExec},
    common::{Statistics, stats::Precision},
    datasource::{
        listing::PartitionedFile,
        memory::MemorySourceConfig,
        object_store::ObjectStoreUrl,
        physical_plan::{
            FileGroup, FileGroupPartitioner, FileScanConfigBuilder, ParquetSource,
            parquet::{CachedParquetFileReaderFactory, ParquetRowSelection},
        },
    },
    error::{DataFusionError, Result},
    physical_expr::PhysicalExpr,
    physical_plan::{ExecutionPlan, empty::EmptyExec, union::UnionExec},
};
use object_store::{ObjectMeta, path::Path};
use warehouse::{LakeFile, TableSnapshot};

pub(crate) use self::strings::viewed;

/// Files smaller than this are read by one task.
const SPLIT_BYTES: usize = 4 << 20;

/// The rows of one table, or of its history, in one snapshot.
#[derive(Debug, Clone)]
pub(crate) struct LakeScan {
    schema: SchemaRef,
    files: Vec<LakeFile>,
    tail: Vec<RecordBatch>,
}

/// What to read of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScanRequest {
    /// Indices of the columns to return, in this order.
    pub(crate) projection: Vec<usize>,
    /// Condition for skipping row groups and pages; rows that fail it may still be returned.
    pub(crate) pruning: Option<Arc<dyn PhysicalExpr>>,
    /// Enough rows; more may be returned.
    pub(crate) limit: Option<usize>,
}

impl LakeScan {
    /// The current rows, soft-deleted ones included.
    pub(crate) fn current(table: &TableSnapshot) -> Self {
        Self { schema: viewed(&table.schema), files: table.files.clone(), tail: table.tail.clone() }
    }

    /// Every version of every row.
    pub(crate) fn history(table: &TableSnapshot) -> Self {
        Self { schema: viewed(&table.hist_schema), files: table.hist_files.clone(), tail: table.hist_tail.clone() }
    }

    /// All columns; text is `Utf8View`.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Files of the table.
    pub(crate) fn files(&self) -> &[LakeFile] {
        &self.files
    }

    /// Live rows that are not in a file yet.
    pub(crate) fn tail(&self) -> &[RecordBatch] {
        &self.tail
    }

    /// Number of live rows.
    pub(crate) fn rows(&self) -> usize {
        let files: u64 = self.files.iter().map(live_rows).sum();
        let tail: usize = self.tail.iter().map(RecordBatch::num_rows).sum();
        usize::try_from(files).unwrap_or(usize::MAX).saturating_add(tail)
    }

    /// The plan that reads `request`.
    pub(crate) fn plan(&self, state: &dyn Session, request: &ScanRequest) -> Result<Arc<dyn ExecutionPlan>> {
        let (dirty, clean): (Vec<_>, Vec<_>) = self.files.iter().partition(|file| dead_rows(file) > 0);
        let mut parts = Vec::new();
        for files in [clean, dirty] {
            if !files.is_empty() {
                parts.push(self.files_plan(state, &files, request)?);
            }
        }
        if self.tail.iter().any(|batch| batch.num_rows() > 0) {
            parts.push(self.tail_plan(request)?);
        }
        match parts.len() {
            0 => Ok(Arc::new(EmptyExec::new(Arc::new(self.schema.project(&request.projection)?)))),
            1 => Ok(parts.remove(0)),
            _ => UnionExec::try_new(parts),
        }
    }

    fn files_plan(
        &self,
        state: &dyn Session,
        files: &[&LakeFile],
        request: &ScanRequest,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let url = ObjectStoreUrl::local_filesystem();
        let store = state.runtime_env().object_store(&url)?;
        let metadata = state.runtime_env().cache_manager.get_file_metadata_cache();
        let mut source = ParquetSource::new(Arc::clone(&self.schema))
            .with_table_parquet_options(state.table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(CachedParquetFileReaderFactory::new(store, metadata)));
        if let Some(pruning) = &request.pruning {
            source = source.with_predicate(Arc::clone(pruning));
        }
        let mut rows = 0;
        let mut group = Vec::with_capacity(files.len());
        for file in files {
            rows += live_rows(file);
            group.push(partitioned(file, &self.schema)?);
        }
        let partitions = state.config().target_partitions();
        let groups = vec![FileGroup::new(group)];
        let groups = FileGroupPartitioner::new()
            .with_target_partitions(partitions)
            .with_repartition_file_min_size(SPLIT_BYTES)
            .repartition_file_groups(&groups)
            .unwrap_or(groups);
        let config = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(row_count(&self.schema, rows))
            .with_projection_indices(Some(request.projection.clone()))?
            .with_limit(request.limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    fn tail_plan(&self, request: &ScanRequest) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = Arc::new(self.schema.project(&request.projection)?);
        let mut batches = Vec::with_capacity(self.tail.len());
        for batch in &self.tail {
            batches.push(strings::viewed_batch(&batch.project(&request.projection)?, &schema)?);
        }
        Ok(MemorySourceConfig::try_new_exec(&[batches], schema, None)?)
    }
}

fn dead_rows(file: &LakeFile) -> u64 {
    file.dead.as_ref().map_or(0, |dead| dead.len())
}

fn live_rows(file: &LakeFile) -> u64 {
    file.rows.saturating_sub(dead_rows(file))
}

fn partitioned(file: &LakeFile, schema: &Schema) -> Result<PartitionedFile> {
    let location = Path::from_absolute_path(&file.path).map_err(|error| DataFusionError::External(Box::new(error)))?;
    // Lake files never change, so one fixed time keeps the cached footer valid.
    let meta = ObjectMeta {
        location,
        last_modified: chrono::DateTime::UNIX_EPOCH,
        size: file.size,
        e_tag: None,
        version: None,
    };
    let planned = PartitionedFile::new_from_meta(meta).with_statistics(Arc::new(row_count(schema, live_rows(file))));
    match &file.dead {
        Some(dead) if !dead.is_empty() => {
            let selection = selection::live_rows(file.rows, dead)?;
            Ok(planned.with_extension(ParquetRowSelection::new(selection)))
        }
        Some(_) | None => Ok(planned),
    }
}

fn row_count(schema: &Schema, rows: u64) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    statistics.num_rows = usize::try_from(rows).map_or(Precision::Absent, Precision::Exact);
    statistics
}
