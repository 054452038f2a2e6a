//! The lake: every captured table as open Parquet files, and the hot tail that makes a change
//! visible within fifty milliseconds.
//!
//! Reading order: a [`TableSpec`] says what a table looks like; the one [`Lake`] applies
//! transactions to it and flushes them; a [`LakeReader`] gives out [`LakeSnapshot`]s; a
//! [`SnapshotWriter`] takes the initial copy; an [`Erasure`] takes a person out of the stored past. [`search`] keeps the full-text index of the lake's rows.
//!
//! On disk: `cur/<table>/` and `hist/<table>/` are Delta tables (current rows with deletion
//! vectors, and every version there ever was); `_epochs/last.json` names the last consistent cut.
//!
//! Invariants: there is one writer, and a lock on the folder keeps it so; a snapshot never changes
//! and shows all tables at one position; a position is only given out for acknowledgement after
//! the epoch that contains it is on disk; the position is stored in the same atomic commit as the
//! data, so nothing is ever lost or doubled, wherever the process dies.

mod background;
mod cell;
mod columns;
mod compact;
mod config;
mod copy;
mod data_file;
mod deletion_vector;
mod delta_log;
mod disk;
mod epoch;
mod erase;
mod error;
mod failpoint;
mod flush;
mod garbage;
mod keys;
mod lake;
mod log;
mod parquet_file;
mod postgres_text;
mod reader;
mod recover;
mod reshape;
mod rows;
pub mod search;
mod snapshot;
mod spec;
mod status;
mod table;

pub use cell::{Cell, Op};
pub use config::LakeConfig;
pub use copy::{CopiedTable, SnapshotMark, SnapshotWriter};
pub use erase::{Emptied, Erased, Erasure};
pub use error::{Error, Result};
pub use lake::{Lake, LakeState, TableLsn};
pub use reader::LakeReader;
pub use snapshot::{LakeFile, LakeSnapshot, TableSnapshot};
pub use spec::{ColumnSpec, ColumnType, HISTORY_COLUMNS, TableSpec};
pub use status::{LakeStatus, TableStatus};
