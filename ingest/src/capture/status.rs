//! What the capture task says about itself.

use catalog::Lsn;
use serde::Serialize;
use utoipa::ToSchema;

/// What the task is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CaptureState {
    /// Connecting, or looking at the slot.
    Starting,
    /// Making the initial copy of this table.
    Copying {
        /// The table.
        table: String,
    },
    /// Following the log.
    Streaming,
    /// Waiting before it tries again; the last error says why.
    Waiting,
    /// Stopped because it was asked to; everything received is durable.
    Stopped,
    /// Stopped because of an error that trying again cannot mend.
    Failed,
}

/// How far the capture is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaptureStatus {
    /// What the task is doing.
    #[serde(flatten)]
    pub state: CaptureState,
    /// Name of the replication slot, once it is known.
    pub slot: Option<String>,
    /// The server's end of the log when it last spoke.
    #[schema(value_type = String)]
    pub received_lsn: Lsn,
    /// Everything up to here is visible to queries.
    #[schema(value_type = String)]
    pub applied_lsn: Lsn,
    /// Everything up to here is stored durably and acknowledged.
    #[schema(value_type = String)]
    pub durable_lsn: Lsn,
    /// **Units:** milliseconds from the commit of the last applied transaction in Postgres to its
    /// arrival in the lake, by the clocks of both machines.
    pub lag_ms: Option<i64>,
    /// **Units:** bytes of log that Postgres keeps for the slot, as of the last look.
    pub retained_wal_bytes: Option<i64>,
    /// Postgres' word for the slot's log: `reserved`, `extended`, `unreserved` or `lost`.
    pub wal_status: Option<String>,
    /// Rows copied by the initial copy of this run.
    pub copied_rows: u64,
    /// Transactions applied since the task started.
    pub transactions: u64,
    /// Row changes applied since the task started.
    pub changes: u64,
    /// How often the connection had to be made again.
    pub restarts: u32,
    /// The last error with its causes, until the stream runs again.
    pub last_error: Option<String>,
}

impl CaptureStatus {
    /// The status before anything has happened.
    pub(crate) fn starting(durable_lsn: Lsn) -> Self {
        Self {
            state: CaptureState::Starting,
            slot: None,
            received_lsn: durable_lsn,
            applied_lsn: durable_lsn,
            durable_lsn,
            lag_ms: None,
            retained_wal_bytes: None,
            wal_status: None,
            copied_rows: 0,
            transactions: 0,
            changes: 0,
            restarts: 0,
            last_error: None,
        }
    }
}
