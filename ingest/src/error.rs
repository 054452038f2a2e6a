//! Everything that can go wrong while moving data.

use catalog::{Fault, FaultKind, Lsn};

use crate::capture::{copy_text::BadRow, pgoutput::Malformed};

/// A failure of capture or import.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the database cannot be read.
    #[error("the database address is not a postgres:// address")]
    Address {
        /// What is wrong with it.
        #[source]
        source: sqlx::Error,
    },
    /// Postgres refused or could not be reached.
    #[error("could not {doing}")]
    Postgres {
        /// What was attempted.
        doing: &'static str,
        /// What Postgres or the connection said.
        #[source]
        source: sqlx::Error,
    },
    /// The replication connection failed.
    #[error("could not {doing}")]
    Stream {
        /// What was attempted.
        doing: &'static str,
        /// What Postgres or the connection said.
        #[source]
        source: pgwire_replication::PgWireError,
    },
    /// Postgres ended the stream without an error, as it does when it shuts down.
    #[error("Postgres ended the replication stream")]
    StreamEnded,
    /// A catalogue table does not exist in Postgres.
    #[error("table {table} does not exist in Postgres; run `leadhouse migrate` first")]
    TableMissing {
        /// The table.
        table: String,
    },
    /// Postgres did not answer in time.
    #[error("Postgres did not answer in time to {doing}")]
    Silent {
        /// What was attempted.
        doing: &'static str,
    },
    /// The identity of the lake cannot be kept in its folder.
    #[error("could not read or write the lake's identity in its folder")]
    LakeId {
        /// What the file system said.
        #[source]
        source: std::io::Error,
    },
    /// The lake holds data of another Postgres cluster.
    #[error("the lake was captured from Postgres cluster {expected}, but the database belongs to cluster {found}")]
    OtherCluster {
        /// System identifier the lake remembers.
        expected: String,
        /// System identifier of the server.
        found: String,
    },
    /// Something else uses the slot's name.
    #[error("replication slot {slot} belongs to the output plugin `{plugin}`, not to pgoutput")]
    SlotForeign {
        /// The slot.
        slot: String,
        /// Its plugin.
        plugin: String,
    },
    /// Transactions that have been open for long keep a new slot from being made.
    #[error("replication slot {slot} cannot be made while old transactions are open; end the ones of {sessions}")]
    SlotBlocked {
        /// The slot.
        slot: String,
        /// Who holds them: process, account and program of each.
        sessions: String,
    },
    /// Another process streams from the slot.
    #[error("replication slot {slot} is in use{}", .pid.map(|pid| format!(" by server process {pid}")).unwrap_or_default())]
    SlotActive {
        /// The slot.
        slot: String,
        /// The server process that holds it.
        pid: Option<i32>,
    },
    /// The slot is gone, and with it the changes since the lake's position.
    #[error(
        "replication slot {slot} does not exist any more, so changes after {durable} cannot be read; run `leadhouse warehouse rebuild`"
    )]
    SlotMissing {
        /// The slot.
        slot: String,
        /// The lake's position.
        durable: Lsn,
    },
    /// Postgres threw away log that the slot still needed.
    #[error(
        "replication slot {slot} was lost because its log grew past max_slot_wal_keep_size; changes after {durable} cannot be read; run `leadhouse warehouse rebuild`"
    )]
    SlotLost {
        /// The slot.
        slot: String,
        /// The lake's position.
        durable: Lsn,
    },
    /// The slot was moved forward by somebody else, past changes the lake has not seen.
    #[error(
        "replication slot {slot} stands at {confirmed} but the lake only holds changes up to {durable}; run `leadhouse warehouse rebuild`"
    )]
    LogGap {
        /// The slot.
        slot: String,
        /// Where the slot stands.
        confirmed: Lsn,
        /// The lake's position.
        durable: Lsn,
    },
    /// A replication message does not follow the protocol.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Messages came in an order that the protocol does not have.
    #[error("the replication stream is out of order: {problem}")]
    OutOfOrder {
        /// What was wrong.
        problem: &'static str,
    },
    /// A table changed in a way that the lake cannot follow.
    #[error("table {table}, column {column}: {problem}")]
    SchemaDrift {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What is different, and what to do.
        problem: String,
    },
    /// A cell that identifies a row is not an id.
    #[error("table {table}: a row arrived without a usable `id`")]
    BadKey {
        /// The table.
        table: String,
    },
    /// A row of the initial copy cannot be read.
    #[error("could not read a row of table {table} during the initial copy")]
    BadRow {
        /// The table.
        table: String,
        /// What is wrong with it.
        #[source]
        source: BadRow,
    },
    /// The lake refused or could not store something.
    #[error("could not {doing}")]
    Lake {
        /// What was attempted.
        doing: &'static str,
        /// What the lake said.
        #[source]
        source: warehouse::Error,
    },
    /// After a crash some tables of the lake are ahead of others until the log has brought them together.
    #[error("the warehouse is still catching up with Postgres; try again in a moment")]
    CatchingUp,
    /// The capture task is not running any more.
    #[error("capture is not running")]
    NotRunning,
    /// The thread or runtime of the task could not be started.
    #[error("could not start the capture task")]
    Spawn {
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Postgres { source, .. } => postgres_kind(source),
            Self::Stream { source, .. } => stream_kind(source),
            Self::Lake { source, .. } => source.kind(),
            Self::StreamEnded
            | Self::Silent { .. }
            | Self::SlotActive { .. }
            | Self::SlotBlocked { .. }
            | Self::CatchingUp
            | Self::NotRunning => FaultKind::Unavailable,
            Self::TableMissing { .. }
            | Self::OtherCluster { .. }
            | Self::SlotForeign { .. }
            | Self::SlotMissing { .. }
            | Self::SlotLost { .. }
            | Self::LogGap { .. } => FaultKind::Conflict,
            Self::Address { .. }
            | Self::LakeId { .. }
            | Self::Malformed(_)
            | Self::OutOfOrder { .. }
            | Self::SchemaDrift { .. }
            | Self::BadKey { .. }
            | Self::BadRow { .. }
            | Self::Spawn { .. } => FaultKind::Broken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "bad_database_address",
            Self::Postgres { .. } => "postgres_failed",
            Self::Stream { .. } => "replication_failed",
            Self::StreamEnded => "replication_ended",
            Self::TableMissing { .. } => "table_missing",
            Self::Silent { .. } => "postgres_silent",
            Self::LakeId { .. } => "lake_id_unusable",
            Self::OtherCluster { .. } => "other_cluster",
            Self::SlotForeign { .. } => "slot_foreign",
            Self::SlotActive { .. } => "slot_active",
            Self::SlotBlocked { .. } => "slot_blocked",
            Self::SlotMissing { .. } => "slot_missing",
            Self::SlotLost { .. } => "slot_lost",
            Self::LogGap { .. } => "log_gap",
            Self::Malformed(_) => "malformed_message",
            Self::OutOfOrder { .. } => "stream_out_of_order",
            Self::SchemaDrift { .. } => "schema_drift",
            Self::BadKey { .. } => "bad_key",
            Self::BadRow { .. } => "bad_row",
            Self::Lake { source, .. } => source.code(),
            Self::CatchingUp => "warehouse_catching_up",
            Self::NotRunning => "capture_not_running",
            Self::Spawn { .. } => "capture_not_started",
        }
    }
}

/// Whether waiting can help: a server that is starting, stopping, full or away comes back.
fn postgres_kind(error: &sqlx::Error) -> FaultKind {
    let sqlx::Error::Database(refusal) = error else { return FaultKind::Unavailable };
    refusal.code().map_or(FaultKind::Broken, |code| sqlstate_kind(&code))
}

fn stream_kind(error: &pgwire_replication::PgWireError) -> FaultKind {
    use pgwire_replication::PgWireError as Wire;
    if let Wire::Server(text) = error {
        // The transport puts the state into the text: `… (SQLSTATE 55006)`.
        let state = text.rsplit_once("SQLSTATE ").and_then(|(_, rest)| rest.get(..5));
        return state.map_or(FaultKind::Broken, sqlstate_kind);
    }
    // The rest is about passwords, certificates, malformed or oversized messages.
    let passing = matches!(error, Wire::Io(_) | Wire::Task(_) | Wire::Internal(_));
    if passing { FaultKind::Unavailable } else { FaultKind::Broken }
}

/// **Source:** PostgreSQL documentation, appendix "PostgreSQL Error Codes".
fn sqlstate_kind(code: &str) -> FaultKind {
    match code {
        // object_in_use (the slot), lock_not_available, wal_sender or role limits.
        "55006" | "55P03" | "53300" | "53400" => FaultKind::Unavailable,
        // Connection exceptions, operator intervention (shutdown, crash), resources, serialization.
        _ if ["08", "57", "53", "40"].iter().any(|class| code.starts_with(class)) => FaultKind::Unavailable,
        _ => FaultKind::Broken,
    }
}
