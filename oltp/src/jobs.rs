//! Jobs: work that takes longer than a request, in the background and never lost.
//!
//! A job is a row with what was asked for, how far it is and what came of it. A [`Runner`] claims
//! it, and its [`JobKind`] does the work in steps; each step is one transaction that also moves
//! `done`, so a job that was killed goes on after the last step and does nothing twice. Whoever
//! asked is looked up again at each step: what they may not do any more, the job does not do.
//!
//! ```text
//! queued ──claim──► running ──► done | failed | cancelled
//!    ▲                 │
//!    └── the program stops, or its heartbeat is too old: claimed again under the next attempt
//! ```
//!
//! Reading order: [`Job`] is what its author sees; `queue` adds, claims and ends jobs; `runner`
//! drives them; `bulk` changes many records, `merge` makes one record of several,
//! `undo` takes a job back; `files` are what
//! jobs leave to be fetched.
//!
//! Why it is so is in docs/decisions/0021.

mod bulk;
mod files;
mod list;
mod merge;
mod problems;
mod queue;
mod run;
mod runner;
mod selection;
mod undo;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

pub use bulk::{BulkChange, BulkVerb};
pub use files::{FileLink, JobFile, JobFiles};
pub use merge::{LinkedCount, Merge};
pub use problems::{JobProblem, Problems};
pub use queue::{MAX_ACTIVE_JOBS, NewJob};
pub use run::{Run, Step, Stopped};
pub use runner::{JobKind, Runner};
pub use selection::{MAX_SELECTED_IDS, Selection};

use crate::records::moment_text;

/// How long what a job did can be taken back, and how long jobs are listed.
///
/// **Units:** days.
pub const KEPT_DAYS: i64 = 30;

/// What has become of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Somebody works on it.
    Running,
    /// Everything was dealt with; what could not be done is counted in `problems`.
    Done,
    /// It could not go on; what was done stays.
    Failed,
    /// Its author stopped it; what was done stays.
    Cancelled,
}

impl JobState {
    const ALL: [(&str, Self); 5] = [
        ("queued", Self::Queued),
        ("running", Self::Running),
        ("done", Self::Done),
        ("failed", Self::Failed),
        ("cancelled", Self::Cancelled),
    ];

    fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, state)| *state == self).map_or("failed", |(word, _)| word)
    }
}

impl TryFrom<String> for JobState {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|(known, _)| *known == word);
        known.map(|(_, state)| state).ok_or_else(|| format!("`{word}` is not a state of a job"))
    }
}

/// A job as its author sees it.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow, ToSchema)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// What sort of work it is: `bulk`, `merge`, `undo`, `export`, `import`.
    pub kind: String,
    /// What it does, in words.
    pub title: String,
    /// Plural name of the object it is about.
    pub object: Option<String>,
    /// How far it is.
    #[sqlx(try_from = "String")]
    pub state: JobState,
    /// How many records or rows have been dealt with.
    pub done: i64,
    /// How many there are, once that is known.
    pub total: Option<i64>,
    /// How many of the done could not be done, or not wholly.
    pub problems: i64,
    /// Why it failed.
    pub message: Option<String>,
    /// What came of it; its shape depends on the kind.
    pub result: Option<Value>,
    /// Somebody has asked it to stop.
    pub cancel_requested: bool,
    /// What it did can be taken back now.
    pub undoable: bool,
    /// The job that takes this one back.
    pub undone_by: Option<Uuid>,
    /// The job that this one takes back.
    pub undoes: Option<Uuid>,
    /// When it was asked for.
    #[serde(serialize_with = "canonical")]
    pub created_at: DateTime<Utc>,
    /// When work on it began.
    #[serde(serialize_with = "canonical_if_any")]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(serialize_with = "canonical_if_any")]
    pub finished_at: Option<DateTime<Utc>>,
}

/// What the audit log says about the writes of a job; undo finds them by it.
pub fn source_of(title: &str, id: Uuid) -> String {
    format!("{title}, job {id}")
}

fn canonical<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}

#[expect(clippy::ref_option, reason = "the form that serde asks for")]
fn canonical_if_any<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => canonical(at, serializer),
        None => serializer.serialize_none(),
    }
}
