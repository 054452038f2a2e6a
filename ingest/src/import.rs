//! Files into records: CSV and XLSX, mapped to any object, checked row by row.
//!
//! A file is a stream of chunks. Each chunk is read into a Polars frame of text and typed by the
//! [`Mapping`] (a thread of its own), links are looked up, rows are matched with what is there,
//! and the chunk is written in one transaction through the same path as any other record. A row
//! that cannot be stored goes to the file of rejects with its line and its reason, and stops
//! nothing else.
//!
//! Reading order: [`ImportRequest`] and [`run`]; [`Mapping`] says how columns become fields;
//! `plan` binds it to a file; `source` reads; `reading` types; `lookup` finds linked records;
//! `matching`, `versions` and `batch` decide; `write` stores.

mod automatic;
mod batch;
mod causes;
mod csv;
mod error;
mod frame;
mod lookup;
mod mapping;
mod matching;
mod outcome;
mod plan;
mod reading;
mod rejects;
mod rows;
mod rule;
mod run;
mod source;
mod steps;
mod template;
mod versions;
mod write;
mod xlsx;

use std::path::PathBuf;

use catalog::Lsn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use self::{
    automatic::fields as suggested_fields, plan::bind, run::run_as_job, source::Source, steps::JobSteps,
};
pub use self::{
    causes::Cause,
    error::Error,
    mapping::{DateOptions, MAX_MAPPING_BYTES, Mapping, NumberOptions, SourceOptions, StageStep, TimeOptions},
    rule::{EntryType, Lookup, OnMissing, Rule, RuleTable},
    run::{OnProgress, check, run},
};

/// What is to be imported, into what, and how.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// Singular or plural name of the object.
    pub object: String,
    /// The file.
    pub path: PathBuf,
    /// What the person calls the file, with its extension; default the name in `path`.
    pub file_name: Option<String>,
    /// How columns become fields; the default maps by name.
    pub mapping: Mapping,
    /// Field that decides whether a row is already there; default what the mapping says.
    pub match_field: Option<String>,
    /// What happens to rows that are already there; default what the mapping says.
    pub policy: Option<MatchPolicy>,
    /// Check everything against the database, write nothing.
    pub dry_run: bool,
    /// Where rejected rows go; default next to the file, as `NAME.rejects.csv`.
    pub rejects: Option<PathBuf>,
}

/// What happens to rows that are already there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchPolicy {
    /// Every row becomes a new record, matched or not.
    #[default]
    Create,
    /// Rows that are there are left alone; the others become new records.
    Skip,
    /// Rows that are there are updated; the others become new records.
    Update,
}

impl std::str::FromStr for MatchPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "create" => Ok(Self::Create),
            "skip" => Ok(Self::Skip),
            "update" => Ok(Self::Update),
            other => Err(format!("`{other}` is not a policy; use skip, update or create")),
        }
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Bytes of the file read so far.
    pub bytes_read: u64,
    /// Size of the file in bytes.
    pub bytes_total: u64,
    /// Rows decided so far.
    pub rows: u64,
    /// Records created so far.
    pub created: u64,
    /// Records updated so far.
    pub updated: u64,
    /// Rows skipped so far.
    pub skipped: u64,
    /// Rows rejected so far.
    pub rejected: u64,
}

/// What an import did; of a dry run, what it would have done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportSummary {
    /// Singular name of the object.
    pub object: String,
    /// What the person calls the file.
    pub file: String,
    /// How the file turned out to be written.
    pub format: String,
    /// Nothing was written.
    pub dry_run: bool,
    /// Data rows in the file: created + updated + skipped + rejected.
    pub rows: u64,
    /// Records created.
    pub created: u64,
    /// Records updated.
    pub updated: u64,
    /// Rows left alone: already there under policy `skip`, or with nothing new under `update`.
    pub skipped: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Versions of records written; more than records when a stage history was.
    pub versions: u64,
    /// Linked records made because a lookup said `on_missing = "create"`.
    pub linked_created: u64,
    /// Why rows were rejected, the most frequent first.
    pub causes: Vec<Cause>,
    /// The first reasons for rejection, as in the file of rejects.
    pub first_rejects: Vec<RejectedRow>,
    /// The file of rejects, if any row was rejected.
    pub rejects: Option<PathBuf>,
    /// Columns of the file that nothing used.
    pub ignored_columns: Vec<String>,
    /// Column and field pairs, in the order of the file, for checking an automatic mapping.
    pub mapped_columns: Vec<(String, String)>,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Rows per second.
    pub rows_per_second: f64,
    /// Position of the log after the last write, to wait for before reading it back in reports.
    pub lsn: Option<Lsn>,
}

/// A row that was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedRow {
    /// Line in the file (row of the sheet), counted from 1.
    pub line: u64,
    /// Field and message, several joined by a semicolon.
    pub reason: String,
}
