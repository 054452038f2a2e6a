//! How much of the machine analytical queries may use.

use std::{path::PathBuf, time::Duration};

use crate::worker::WorkerProgram;

/// Limits of the query service; every field may take any value that is not zero.
#[derive(Debug, Clone)]
pub struct QueryConfig {
    /// The root folder of the lake; the only folder the second engine may read.
    pub lake_dir: PathBuf,
    /// Folder for what does not fit in memory; it is created and may be emptied at start.
    pub scratch_dir: PathBuf,
    /// Memory of all running DataFusion queries together, in bytes.
    pub datafusion_memory_bytes: usize,
    /// Memory of the engine in each process that runs a person's own statement, in bytes.
    pub sql_memory_bytes: usize,
    /// What runs people's own statements; without it they run inside this process, which is for
    /// tests and tools that nobody else can reach.
    pub worker: Option<WorkerProgram>,
    /// Processes that wait for a statement.
    pub waiting_workers: usize,
    /// Memory of the `DuckDB` instance, in bytes.
    pub duckdb_memory_bytes: u64,
    /// Disk for spilled data, per engine, in bytes.
    pub spill_bytes: u64,
    /// Threads per engine.
    pub threads: usize,
    /// Queries that run at the same time; further ones wait.
    pub max_concurrent: usize,
    /// How long a query waits for its turn before it is refused.
    pub queue_timeout: Duration,
    /// How long one statement may run, planning included.
    pub statement_timeout: Duration,
    /// How long `min_lsn` is waited for.
    pub wait_timeout: Duration,
    /// Rows of an answer to analysts' SQL; the answer says when it was cut.
    pub max_sql_rows: usize,
    /// Rows of an answer to a compiled report.
    pub max_report_rows: usize,
    /// Size of an answer in memory, in bytes.
    pub max_answer_bytes: usize,
    /// Size of the cache of report answers, in bytes.
    pub cache_bytes: u64,
}

impl QueryConfig {
    /// The limits for a machine with two cores and a few gigabytes to spare.
    pub fn new(lake_dir: PathBuf, scratch_dir: PathBuf) -> Self {
        Self {
            lake_dir,
            scratch_dir,
            datafusion_memory_bytes: 2 << 30,
            sql_memory_bytes: 512 << 20,
            worker: None,
            waiting_workers: 2,
            duckdb_memory_bytes: 2 << 30,
            spill_bytes: 20 << 30,
            threads: 2,
            max_concurrent: 4,
            queue_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_mins(1),
            wait_timeout: Duration::from_secs(10),
            max_sql_rows: 100_000,
            max_report_rows: 1_000_000,
            max_answer_bytes: 512 << 20,
            cache_bytes: 128 << 20,
        }
    }
}
