//! Plans and runs analytical queries over one pinned snapshot of the lake, under the caller's
//! permissions.
//!
//! Reading order: [`QueryService`] takes a question; `sight` says what one person sees of one
//! snapshot; `guard` checks the text of a statement; `session` opens `DataFusion` over it, with
//! `secure` as the barrier and `lake_scan` and `fold` below it; `duck` is the second engine;
//! [`worker`] runs people's own statements in a process apart; `rel` is the algebra that reports
//! are compiled to; [`Answer`] is what comes back.
//!
//! Invariants: a query reads one snapshot at one log position, whichever engine runs it; no
//! expression of a person is ever evaluated on a row or value that the person may not see; only
//! SQL that we wrote reaches `DuckDB`; an answer that was cut says so.

mod access;
pub mod analytics;
pub mod answer;
pub mod api;
pub mod baseline;
mod compute;
mod config;
mod describe;
mod duck;
mod engine;
mod error;
mod facts;
mod fold;
mod guard;
mod lake_scan;
mod read_at;
pub mod rel;
mod search;
mod secure;
mod service;
mod session;
mod sight;
mod suggest;
mod totals;
mod verify;
pub mod worker;

pub use answer::Answer;
pub use config::QueryConfig;
pub use describe::{SqlColumn, SqlSchema, SqlTable};
pub use engine::{Engine, EngineChoice};
pub use error::Error;
pub use read_at::ReadAt;
pub use search::{SearchAnswer, SearchField, SearchGroup, SearchItem, SearchMark, SearchRequest, SearchService};
pub use service::QueryService;
pub use verify::{Check, Difference, TableReport, VerifyReport};
