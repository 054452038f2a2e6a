//! Moves data: changes from Postgres into the lake, and files into Postgres.
//!
//! Reading order: [`Capture`] is the running task that copies every catalogue table once and then
//! follows the write-ahead log; [`CaptureConfig`] sets its limits; [`CaptureStatus`] says how far
//! it is; [`pgoutput`](capture::pgoutput) reads the bytes of the log; [`Error`] is everything that
//! can go wrong there. [`import::run`] brings a CSV or XLSX file into any object, as an
//! [`import::Mapping`] says; [`imports`] does it as a job; [`data_model`] changes what records consist of while everything runs; [`api`] are the
//! routes.
//!
//! Invariants: a position is acknowledged to Postgres only after the lake has stored it durably
//! together with the data; a transaction reaches the lake whole or not at all, and once; columns
//! are matched by name, never by position; bytes from the network never cause a panic.

pub mod api;
pub mod capture;
pub mod data_model;
mod error;
pub mod import;
pub mod imports;

pub use capture::{Capture, CaptureConfig, CaptureHandle, CaptureState, CaptureStatus, Origin};
pub use error::Error;

/// What a function of this crate gives back.
pub type Result<T, E = Error> = std::result::Result<T, E>;
