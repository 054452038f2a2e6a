//! Copies every table in exactly the state in which the slot's stream begins.
//!
//! Creating the slot exports a snapshot of the database at the slot's first position. A second
//! connection reads the tables in that snapshot, so that a row is either in the copy or in the
//! stream, never in both and never in neither. The snapshot lives as long as the replication
//! session does nothing else.
//!
//! A copy that did not finish leaves a slot and unreferenced files; the next attempt removes both
//! and starts from nothing, because an exported snapshot cannot be entered again.

use std::time::Duration;

use bytes::Bytes;
use catalog::Lsn;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use pgwire_replication::{PgWireError, ReplicationClient};
use sqlx::PgConnection;
use tokio::{sync::mpsc, task::spawn_blocking};
use warehouse::{CopiedTable, SnapshotMark, SnapshotWriter, TableSpec};

use crate::{
    Error, Result,
    capture::{
        CaptureState,
        copy_text::RowReader,
        slot,
        sql::{identifier, literal},
        task::Task,
    },
};

/// Rows handed from the connection to the writer at once: enough to make the handing over cheap.
const BATCH_ROWS: usize = 1024;

/// Bytes after which a batch of long rows is handed over early.
const BATCH_BYTES: usize = 1 << 20;

/// Batches that may wait for the writer.
const WAITING_BATCHES: usize = 4;

/// State of a refusal because a lock was not free in time.
const LOCK_TIMEOUT: &str = "55P03";

/// What a copy needs to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<'a> {
    /// Name of the slot to make.
    pub(crate) slot: &'a str,
    /// The cluster.
    pub(crate) system_id: &'a str,
    /// Whether a slot of that name has to go first.
    pub(crate) drop_slot: bool,
}

/// Where a new slot begins.
struct Export {
    /// The stream holds every transaction from here on, the snapshot every one before.
    lsn: Lsn,
    snapshot: String,
}

/// Makes the slot on this gated session and fills the lake.
///
/// # Errors
/// Whatever Postgres or the lake refuse; nothing of an unfinished copy becomes visible.
pub(crate) async fn copy(task: &mut Task, client: &mut ReplicationClient, plan: &Plan<'_>) -> Result<()> {
    if plan.drop_slot {
        let mut connection = task.source.connect().await?;
        slot::drop(&mut connection, plan.slot).await?;
    }
    let export = match create_slot(client, plan.slot, task.config.slot_patience).await {
        Err(Error::Stream { source: PgWireError::Server(text), .. }) if text.contains(LOCK_TIMEOUT) => {
            let mut connection = task.source.connect().await?;
            let sessions = slot::oldest_writers(&mut connection).await?;
            return Err(Error::SlotBlocked { slot: plan.slot.to_owned(), sessions });
        }
        created => created?,
    };
    let mut connection = task.source.connect().await?;
    let taken_at = enter_snapshot(&mut connection, &export.snapshot, &task.tables).await?;
    let mark =
        SnapshotMark { lsn: export.lsn, system_id: plan.system_id.to_owned(), slot: plan.slot.to_owned(), taken_at };
    task.lake
        .begin_snapshot(mark)
        .map_err(|source| Error::Lake { doing: "begin the initial copy in the lake", source })?;
    let began = tokio::time::Instant::now();
    let mut copied = Vec::with_capacity(task.tables.len());
    let mut rows = 0;
    for table in &task.tables {
        task.status.send_modify(|status| status.state = CaptureState::Copying { table: table.name.clone() });
        let writer = task.lake.snapshot_table(&table.name).map_err(lake_failed)?;
        let (finished, count) = copy_table(&mut connection, table, writer).await?;
        copied.push(finished);
        rows += count;
        task.status.send_modify(|status| status.copied_rows = rows);
    }
    let durable = task.lake.finish_snapshot(copied).await.map_err(lake_failed)?;
    task.status.send_modify(|status| {
        status.durable_lsn = durable;
        status.applied_lsn = durable;
    });
    tracing::info!(rows, duration_ms = began.elapsed().as_millis(), lsn = %durable, "initial copy complete");
    Ok(())
}

/// Makes the slot, waiting for the transactions that run now, but not for ever.
async fn create_slot(client: &mut ReplicationClient, name: &str, patience: Duration) -> Result<Export> {
    let failed = |source: PgWireError| Error::Stream { doing: "create the replication slot", source };
    // The slot waits for the end of running transactions; a forgotten one must not hang the start.
    let limit = format!("set lock_timeout = {}", patience.as_millis());
    client.simple_query(&limit).await.map_err(failed)?;
    let create = format!("CREATE_REPLICATION_SLOT {} LOGICAL pgoutput (SNAPSHOT 'export')", identifier(name));
    let rows = client.simple_query(&create).await.map_err(failed)?;
    // One row: slot name, consistent point, snapshot name, plugin.
    let text = |index: usize| {
        let cell = rows.first().and_then(|row| row.get(index)).and_then(Option::as_ref)?;
        std::str::from_utf8(cell).ok()
    };
    let export = text(1).and_then(|lsn| lsn.parse().ok()).zip(text(2));
    let (lsn, snapshot) = export.ok_or(Error::OutOfOrder { problem: "a new slot without position and snapshot" })?;
    Ok(Export { lsn, snapshot: snapshot.to_owned() })
}

/// Enters the exported snapshot and holds every table against being emptied or rewritten, which
/// would show in spite of the snapshot.
async fn enter_snapshot(connection: &mut PgConnection, snapshot: &str, tables: &[TableSpec]) -> Result<DateTime<Utc>> {
    let failed = |source| Error::Postgres { doing: "enter the snapshot of the new slot", source };
    let names: Vec<String> = tables.iter().map(|table| identifier(&table.name)).collect();
    let statement = format!(
        "begin isolation level repeatable read read only; set transaction snapshot {}; lock table {} in access share mode",
        literal(snapshot),
        names.join(", ")
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *connection).await.map_err(failed)?;
    sqlx::query_scalar("select clock_timestamp()").fetch_one(connection).await.map_err(failed)
}

/// Streams one table into its writer; the connection and the writer work at the same time.
async fn copy_table(
    connection: &mut PgConnection,
    table: &TableSpec,
    writer: SnapshotWriter,
) -> Result<(CopiedTable, u64)> {
    let (batches, waiting) = mpsc::channel(WAITING_BATCHES);
    let columns = table.columns.len();
    let name = table.name.clone();
    let written = spawn_blocking(move || write_rows(&name, columns, writer, waiting));
    let read = read_rows(connection, table, batches).await;
    let result = written.await.map_err(|_panicked| Error::OutOfOrder { problem: "the writer of a copy failed" })?;
    // If the writer stopped, reading failed only because of that: its error is the cause.
    let finished = result?;
    read?;
    Ok(finished)
}

async fn read_rows(connection: &mut PgConnection, table: &TableSpec, batches: mpsc::Sender<Vec<Bytes>>) -> Result<()> {
    let failed = |source| Error::Postgres { doing: "copy a table", source };
    let columns: Vec<String> = table.columns.iter().map(|column| identifier(&column.name)).collect();
    let statement = format!("copy {} ({}) to stdout", identifier(&table.name), columns.join(", "));
    let mut rows = connection.copy_out_raw(&statement).await.map_err(failed)?;
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut bytes = 0;
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        bytes += row.len();
        batch.push(row);
        if batch.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
            bytes = 0;
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            batches.send(full).await.map_err(|_writer_gone| Error::NotRunning)?;
        }
    }
    batches.send(batch).await.map_err(|_writer_gone| Error::NotRunning)
}

fn write_rows(
    table: &str,
    columns: usize,
    mut writer: SnapshotWriter,
    mut batches: mpsc::Receiver<Vec<Bytes>>,
) -> Result<(CopiedTable, u64)> {
    let mut reader = RowReader::new(columns);
    while let Some(batch) = batches.blocking_recv() {
        for line in &batch {
            let cells = reader.read(line).map_err(|source| Error::BadRow { table: table.to_owned(), source })?;
            writer.row(&cells).map_err(lake_failed)?;
        }
    }
    let rows = writer.rows();
    Ok((writer.finish().map_err(lake_failed)?, rows))
}

fn lake_failed(source: warehouse::Error) -> Error {
    Error::Lake { doing: "copy into the lake", source }
}
