//! An import as a job: each chunk is a step, and a killed one goes on behind its last chunk.

use catalog::Principal;
use oltp::{
    Oltp,
    bulk::BulkAudit,
    jobs::{JobProblem, Run, Step, Stopped},
};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{Cause, Error, ImportSummary};

/// What is known once a chunk is committed; chunks have the same bounds in every attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    /// The last line of the chunk.
    pub(crate) line: u64,
    /// Size of the file of rejects.
    pub(crate) rejects_bytes: u64,
    pub(crate) rows: u64,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) skipped: u64,
    pub(crate) rejected: u64,
    pub(crate) versions: u64,
    pub(crate) linked_created: u64,
    pub(crate) causes: Vec<Cause>,
}

impl Kept {
    pub(crate) fn of(summary: &ImportSummary, line: u64, rejects_bytes: u64) -> Self {
        Self {
            line,
            rejects_bytes,
            rows: summary.rows,
            created: summary.created,
            updated: summary.updated,
            skipped: summary.skipped,
            rejected: summary.rejected,
            versions: summary.versions,
            linked_created: summary.linked_created,
            causes: summary.causes.clone(),
        }
    }

    /// Puts what an earlier attempt did into the summary of this one.
    pub(crate) fn add_to(&self, summary: &mut ImportSummary) {
        summary.rows = self.rows;
        summary.created = self.created;
        summary.updated = self.updated;
        summary.skipped = self.skipped;
        summary.rejected = self.rejected;
        summary.versions = self.versions;
        summary.linked_created = self.linked_created;
        summary.causes.clone_from(&self.causes);
    }
}

/// The job that an import is.
#[derive(Debug)]
pub(crate) struct JobSteps {
    run: Run,
    caller: Principal,
    dry_run: bool,
}

impl JobSteps {
    pub(crate) fn new(run: Run, caller: Principal, dry_run: bool) -> Self {
        Self { run, caller, dry_run }
    }

    pub(crate) fn oltp(&self) -> &Oltp {
        &self.run.oltp
    }

    /// Every record gets its audit entry, by which the import can be taken back.
    pub(crate) fn audit(&self) -> BulkAudit {
        BulkAudit::PerRecord { source: self.run.source.clone() }
    }

    /// Where an earlier attempt was; a dry run begins again, because it remembers what it imagined.
    pub(crate) fn before(&self) -> Kept {
        let result = self.run.result.clone().filter(|_| !self.dry_run);
        result.and_then(|result| serde_json::from_value(result).ok()).unwrap_or_default()
    }

    /// Makes the transaction of a chunk a step of the job: from now on no other attempt can begin.
    pub(crate) async fn hold(&self, tx: &mut PgConnection) -> Result<(), Error> {
        if self.run.caller().await.map_err(Error::Job)? != self.caller {
            let words = "What you may do has changed meanwhile; what was imported stays. Start again with the rest.";
            return Err(Error::Job(Stopped::Failed(words.to_owned())));
        }
        self.run.hold(tx).await.map_err(Error::Job)?;
        Ok(())
    }

    /// Stores within the transaction of a chunk how far the import is.
    pub(crate) async fn keep(
        &self,
        tx: &mut PgConnection,
        kept: &Kept,
        rejects: &[(u64, String)],
        (bytes_read, bytes_total): (u64, u64),
    ) -> Result<(), Error> {
        let problem = |(line, reason): &(u64, String)| JobProblem {
            object: None,
            record_id: None,
            code: "rejected".to_owned(),
            message: format!("Line {line}: {reason}"),
        };
        let step = Step {
            done: i64::try_from(kept.rows).unwrap_or(i64::MAX),
            total: Some(estimate(kept.rows, bytes_read, bytes_total)),
            problems: rejects.iter().map(problem).collect(),
            result: serde_json::to_value(kept).ok(),
        };
        self.run.advance(tx, &step).await.map_err(Error::Job)
    }
}

/// How many rows there will be, if the rest of the file is like what was read.
fn estimate(rows: u64, bytes_read: u64, bytes_total: u64) -> i64 {
    let all = u128::from(rows) * u128::from(bytes_total.max(bytes_read)) / u128::from(bytes_read.max(1));
    i64::try_from(all).unwrap_or(i64::MAX).max(i64::try_from(rows).unwrap_or(i64::MAX))
}
