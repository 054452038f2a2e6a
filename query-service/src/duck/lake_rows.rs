//! The table function `lake_rows(key)`: rows in our memory as a relation of `DuckDB`.
//!
//! The Arrow function of the `duckdb` crate keeps every batch it ever saw; this one forgets rows
//! when the view that needs them is replaced, and copies only the columns a query reads.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow58::{array::RecordBatch, datatypes::SchemaRef};
use duckdb::{
    core::{DataChunkHandle, LogicalTypeHandle, LogicalTypeId},
    vtab::{
        BindInfo, InitInfo, TableFunctionInfo, VTab, record_batch_to_duckdb_data_chunk,
        to_duckdb_logical_type_for_field,
    },
};

type Failure = Box<dyn std::error::Error>;

/// Rows per chunk; what `DuckDB` calls its standard vector size.
const CHUNK_ROWS: usize = 2048;

static HELD: LazyLock<RwLock<HashMap<u64, Arc<Held>>>> = LazyLock::new(RwLock::default);
static NEXT_KEY: AtomicU64 = AtomicU64::new(1);

/// Batches of one schema.
#[derive(Debug)]
struct Held {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

/// Rows that `lake_rows` can find for as long as this lives.
#[derive(Debug)]
pub(super) struct HeldRows(u64);

impl HeldRows {
    /// Makes `batches` readable under a new key.
    pub(super) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        let key = NEXT_KEY.fetch_add(1, Ordering::Relaxed);
        let held = Arc::new(Held { schema, batches });
        HELD.write().unwrap_or_else(PoisonError::into_inner).insert(key, held);
        Self(key)
    }

    /// The call that reads them.
    pub(super) fn sql(&self) -> String {
        format!("lake_rows({}::ubigint)", self.0)
    }
}

impl Drop for HeldRows {
    fn drop(&mut self) {
        HELD.write().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// The table function.
pub(super) struct LakeRows;

/// What one query scans.
pub(super) struct Scan(Arc<Held>);

/// How far one query has come.
pub(super) struct Progress {
    columns: Vec<usize>,
    next: Mutex<(usize, usize)>,
}

impl VTab for LakeRows {
    type InitData = Progress;
    type BindData = Scan;

    fn bind(bind: &BindInfo) -> Result<Scan, Failure> {
        let key = bind.get_parameter(0).to_uint64();
        let held = HELD.read().unwrap_or_else(PoisonError::into_inner).get(&key).map(Arc::clone);
        let held = held.ok_or_else(|| format!("no rows are held under key {key}"))?;
        for field in held.schema.fields() {
            bind.add_result_column(field.name(), to_duckdb_logical_type_for_field(field)?);
        }
        let rows: usize = held.batches.iter().map(RecordBatch::num_rows).sum();
        bind.set_cardinality(u64::try_from(rows)?, true);
        Ok(Scan(held))
    }

    fn init(init: &InitInfo) -> Result<Progress, Failure> {
        init.set_max_threads(1);
        let columns = init.get_column_indices().into_iter().map(|index| usize::try_from(index).unwrap_or(usize::MAX));
        Ok(Progress { columns: columns.collect(), next: Mutex::new((0, 0)) })
    }

    fn func(function: &TableFunctionInfo<Self>, output: &mut DataChunkHandle) -> Result<(), Failure> {
        let (scan, progress) = (function.get_bind_data(), function.get_init_data());
        let mut next = progress.next.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(batch) = scan.0.batches.get(next.0) {
            let rows = (batch.num_rows() - next.1).min(CHUNK_ROWS);
            if rows == 0 {
                *next = (next.0 + 1, 0);
                continue;
            }
            let slice = batch.slice(next.1, rows);
            next.1 += rows;
            drop(next);
            // A query that only counts asks for the row identifier, which nothing reads.
            let wanted: Vec<usize> =
                progress.columns.iter().map(|index| if *index < batch.num_columns() { *index } else { 0 }).collect();
            record_batch_to_duckdb_data_chunk(&slice.project(&wanted)?, output)?;
            output.set_len(rows);
            return Ok(());
        }
        output.set_len(0);
        Ok(())
    }

    fn supports_pushdown() -> bool {
        true
    }

    fn parameters() -> Option<Vec<LogicalTypeHandle>> {
        Some(vec![LogicalTypeHandle::from(LogicalTypeId::UBigint)])
    }
}
