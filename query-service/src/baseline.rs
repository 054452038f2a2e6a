//! The raw engines on plain Parquet files: what benchmarks measure the service against.
//!
//! The files hold the rows of each object as the service shows them to an administrator, in the
//! order and with the compression of the lake, so that both sides read the same amount of data.

mod plain;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use catalog::Lsn;
use chrono::{DateTime, Utc};
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use duckdb::Connection;

use crate::{
    Answer, Engine, Error, QueryService,
    answer::{normal_batch, normal_schema},
    duck::bridge::{from_duckdb, schema_from_duckdb},
};

/// Plain Parquet files of every object, one per table, with both engines open on them.
pub struct PlainFiles {
    datafusion: SessionContext,
    duckdb: Arc<Mutex<Connection>>,
    written_at: DateTime<Utc>,
    lsn: Lsn,
}

impl std::fmt::Debug for PlainFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlainFiles").field("lsn", &self.lsn).finish_non_exhaustive()
    }
}

impl PlainFiles {
    /// Writes the files into a folder and opens both engines on them.
    ///
    /// # Errors
    /// The rows cannot be read or the files not written.
    pub async fn write(service: &QueryService, dir: &Path, with_history: &[&str]) -> Result<Self, Error> {
        std::fs::create_dir_all(dir).map_err(|source| failed(dir, source))?;
        let written = plain::write(service, dir, with_history).await?;
        let datafusion = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2));
        let duckdb = Connection::open_in_memory()?;
        duckdb.execute_batch("set threads = 2; set TimeZone = 'UTC'; set preserve_insertion_order = false")?;
        for (table, file) in &written.tables {
            let path = file.display().to_string();
            let registered = datafusion.register_parquet(table, &path, ParquetReadOptions::default()).await;
            registered.map_err(|error| Error::Defect(format!("{table}: {error}")))?;
            duckdb.execute_batch(&format!(
                "create view {table} as select * from read_parquet('{}')",
                path.replace('\'', "''")
            ))?;
        }
        Ok(Self { datafusion, duckdb: Arc::new(Mutex::new(duckdb)), written_at: written.at, lsn: written.lsn })
    }

    /// Runs a query of the benchmark on `DataFusion` alone.
    ///
    /// # Errors
    /// The query fails.
    pub async fn datafusion(&self, sql: &str) -> Result<Answer, Error> {
        let started = Instant::now();
        let broken = |error: datafusion::error::DataFusionError| Error::Defect(error.to_string());
        let frame = self.datafusion.sql(sql).await.map_err(broken)?;
        let engine_schema = frame.schema().as_arrow().clone();
        let batches = frame.collect().await.map_err(broken)?;
        let schema = normal_schema(&engine_schema);
        let batches = batches.iter().map(|batch| normal_batch(batch, &schema)).collect::<Result<_, _>>()?;
        Ok(self.answer(schema, batches, Engine::DataFusion, started))
    }

    /// Runs a query of the benchmark on `DuckDB` alone.
    ///
    /// # Errors
    /// The query fails.
    pub async fn duckdb(&self, sql: &str) -> Result<Answer, Error> {
        let started = Instant::now();
        let connection = Arc::clone(&self.duckdb);
        let sql = sql.to_owned();
        let rows = tokio::task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let mut statement = connection.prepare(&sql)?;
            drop(statement.stream_arrow([])?);
            let schema = normal_schema(schema_from_duckdb(&statement.schema())?.as_ref());
            let mut batches = Vec::new();
            while let Some(rows) = statement.step()? {
                batches.push(normal_batch(&from_duckdb(&rows)?, &schema)?);
            }
            Ok::<_, Error>((schema, batches))
        });
        let (schema, batches) = rows.await.map_err(|error| Error::Defect(error.to_string()))??;
        Ok(self.answer(schema, batches, Engine::DuckDb, started))
    }

    fn answer(
        &self,
        schema: arrow::datatypes::SchemaRef,
        batches: Vec<arrow::array::RecordBatch>,
        engine: Engine,
        started: Instant,
    ) -> Answer {
        Answer {
            schema,
            batches,
            engine,
            lsn: self.lsn,
            as_of: self.written_at,
            lag_ms: 0,
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            truncated: false,
            cached: false,
        }
    }
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::File { path: path.display().to_string(), source: Box::new(source) }
}

/// What was written.
#[derive(Debug)]
struct Written {
    tables: Vec<(String, PathBuf)>,
    at: DateTime<Utc>,
    lsn: Lsn,
}
