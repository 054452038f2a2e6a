//! Bulk loads with explicit effective times: import and the simulator.
//!
//! The same path as a single record ([`records`](crate::records)), with whole batches per
//! statement: scope, links, rules, audit and outbox are the same. What a batch does is part of
//! the caller's transaction; a refused row leaves nothing behind.

use std::collections::{BTreeSet, VecDeque};

use catalog::{Changes, Invalid, ObjectDef, Principal, RowScope, policy};
use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection, PgTransaction};
use uuid::Uuid;

use crate::{
    Error, Oltp, Result,
    records::{Batch, Draft, Failure, Journal, Verb, apply, default_owner, prepare},
};

/// Rows per statement: large enough that the round trip does not matter, small enough that one
/// statement's `jsonb` stays at a few megabytes.
const ROWS_PER_STATEMENT: usize = 5_000;

/// One row of a bulk load.
#[derive(Debug, Clone)]
pub struct BulkRow {
    /// The record's id; of a new record too, so that rows loaded later can link to it.
    pub id: Uuid,
    /// The fields to write.
    pub changes: Changes,
    /// When this version became true: `created_at` and `updated_at` of a new record,
    /// `updated_at` of a changed one. Never before the record's latest version.
    pub effective_at: DateTime<Utc>,
}

/// How a bulk load appears in the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkAudit {
    /// One entry per record, as if somebody had typed it.
    PerRecord {
        /// Where the rows came from, such as `import opportunities.csv`.
        source: String,
    },
    /// One entry per statement with the number of records.
    Summary {
        /// Where the rows came from, such as `simulator`.
        source: String,
    },
}

/// What became of one row.
#[derive(Debug)]
pub enum RowOutcome {
    /// It is written, or nothing about it differed from what is stored.
    Written,
    /// It was refused; nothing of it is written.
    Refused(Error),
}

#[expect(clippy::too_many_arguments, reason = "the contract of bulk loads: transaction, who, what, rows, audit")]
impl Oltp {
    /// Inserts all rows or none and answers how many.
    ///
    /// Rows without an owner belong to the caller when the caller does not see everybody's
    /// records, and to nobody otherwise.
    ///
    /// # Errors
    /// [`Error::BulkRow`] with the index of the first refused row and why; nothing is written.
    pub async fn bulk_insert(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        object: &ObjectDef,
        rows: &[BulkRow],
        audit: &BulkAudit,
    ) -> Result<u64> {
        self.all_or_none(tx, self.batch(caller, object, Verb::Create, audit), rows).await
    }

    /// Updates all rows or none and answers how many; one version per row.
    ///
    /// # Errors
    /// As [`bulk_insert`](Self::bulk_insert).
    pub async fn bulk_update(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        object: &ObjectDef,
        rows: &[BulkRow],
        audit: &BulkAudit,
    ) -> Result<u64> {
        self.all_or_none(tx, self.batch(caller, object, Verb::Update, audit), rows).await
    }

    /// Moves all records to the bin or none and answers how many; `changes` are not looked at.
    ///
    /// # Errors
    /// As [`bulk_insert`](Self::bulk_insert).
    pub async fn bulk_soft_delete(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        object: &ObjectDef,
        rows: &[BulkRow],
        audit: &BulkAudit,
    ) -> Result<u64> {
        self.all_or_none(tx, self.batch(caller, object, Verb::Delete, audit), rows).await
    }

    /// Inserts the rows that can be inserted; one outcome per row, in order.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], or the database is away; the transaction must then be given up.
    pub async fn bulk_insert_each(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        object: &ObjectDef,
        rows: &[BulkRow],
        audit: &BulkAudit,
    ) -> Result<Vec<RowOutcome>> {
        self.each(tx, self.batch(caller, object, Verb::Create, audit), rows).await
    }

    /// Updates the rows that can be updated; one outcome per row, in order.
    ///
    /// # Errors
    /// As [`bulk_insert_each`](Self::bulk_insert_each).
    pub async fn bulk_update_each(
        &self,
        tx: &mut PgTransaction<'_>,
        caller: &Principal,
        object: &ObjectDef,
        rows: &[BulkRow],
        audit: &BulkAudit,
    ) -> Result<Vec<RowOutcome>> {
        self.each(tx, self.batch(caller, object, Verb::Update, audit), rows).await
    }
}

impl Oltp {
    /// Does the same to all rows that allow it; one outcome per row, in order.
    ///
    /// # Errors
    /// As [`bulk_insert_each`](Self::bulk_insert_each).
    pub(crate) async fn bulk_each(
        &self,
        tx: &mut PgConnection,
        (caller, object): (&Principal, &ObjectDef),
        (verb, rows): (Verb, &[BulkRow]),
        source: &str,
    ) -> Result<Vec<RowOutcome>> {
        let audit = BulkAudit::PerRecord { source: source.to_owned() };
        self.each(tx, self.batch(caller, object, verb, &audit), rows).await
    }

    fn batch<'a>(
        &'a self,
        caller: &'a Principal,
        object: &'a ObjectDef,
        verb: Verb,
        audit: &'a BulkAudit,
    ) -> Batch<'a> {
        let journal = match audit {
            BulkAudit::PerRecord { source } => Journal::Records { source },
            BulkAudit::Summary { source } => Journal::Summary { source },
        };
        Batch { oltp: self, catalog: self.catalog(), caller, object, verb, journal, at: self.clock().now() }
    }

    async fn all_or_none(&self, tx: &mut PgConnection, batch: Batch<'_>, rows: &[BulkRow]) -> Result<u64> {
        let mut savepoint = tx.begin().await?;
        let outcomes = self.each(&mut savepoint, batch, rows).await?;
        let count = u64::try_from(outcomes.len()).unwrap_or(u64::MAX);
        for (index, outcome) in outcomes.into_iter().enumerate() {
            if let RowOutcome::Refused(error) = outcome {
                savepoint.rollback().await?;
                return Err(Error::BulkRow { index, source: Box::new(error) });
            }
        }
        savepoint.commit().await?;
        Ok(count)
    }

    async fn each(&self, tx: &mut PgConnection, batch: Batch<'_>, rows: &[BulkRow]) -> Result<Vec<RowOutcome>> {
        let mut outcomes = Vec::with_capacity(rows.len());
        for rows in rows.chunks(ROWS_PER_STATEMENT) {
            outcomes.extend(load(tx, &batch, rows).await?);
        }
        Ok(outcomes)
    }
}

/// Loads one chunk.
async fn load(tx: &mut PgConnection, batch: &Batch<'_>, rows: &[BulkRow]) -> Result<Vec<RowOutcome>> {
    let mut drafts = drafts(batch, rows);
    prepare(tx, batch, &mut drafts).await?;
    let mut outcomes: Vec<RowOutcome> = Vec::with_capacity(drafts.len());
    let mut places = Vec::with_capacity(drafts.len());
    let mut accepted = Vec::with_capacity(drafts.len());
    for (place, mut draft) in drafts.into_iter().enumerate() {
        if let Some(error) = draft.refused.take() {
            outcomes.push(RowOutcome::Refused(error));
        } else {
            outcomes.push(RowOutcome::Written);
            places.push(place);
            accepted.push(draft);
        }
    }
    for (accepted_place, error) in store(tx, batch, &accepted).await? {
        if let Some(outcome) = places.get(accepted_place).and_then(|place| outcomes.get_mut(*place)) {
            *outcome = RowOutcome::Refused(error);
        }
    }
    Ok(outcomes)
}

fn drafts(batch: &Batch<'_>, rows: &[BulkRow]) -> Vec<Draft> {
    let own = batch.verb == Verb::Create && policy(batch.caller, batch.object).rows != RowScope::All;
    let mut seen = BTreeSet::new();
    let draft = |row: &BulkRow| {
        let changes = if batch.verb == Verb::Delete { Changes::default() } else { row.changes.clone() };
        let mut draft = Draft::new(row.id, changes, row.effective_at);
        if own {
            default_owner(&mut draft, batch.caller, batch.object);
        }
        if !seen.insert(row.id) {
            draft.refuse(Invalid::field("id", "duplicate", "the record occurs twice in one batch"));
        }
        draft
    };
    rows.iter().map(draft).collect()
}

/// Writes the drafts and answers those the database refused, by place.
///
/// A refused statement says little about the row to blame, so it is halved until the row stands
/// alone: `k` bad rows among `n` cost about `k * log2(n)` statements.
async fn store(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<(usize, Error)>> {
    let mut refused = Vec::new();
    let mut pending = VecDeque::new();
    pending.push_back(0..drafts.len());
    while let Some(range) = pending.pop_front() {
        let part = drafts.get(range.clone()).unwrap_or_default();
        if part.is_empty() {
            continue;
        }
        let mut savepoint = tx.begin().await?;
        let error = match apply(&mut savepoint, batch, part).await {
            Ok(_) => {
                savepoint.commit().await?;
                continue;
            }
            Err(Failure::Other(error)) if !error.blames_input() => return Err(error),
            Err(failure) => {
                savepoint.rollback().await?;
                failure
            }
        };
        if part.len() > 1 {
            let middle = range.start + part.len() / 2;
            pending.push_front(middle..range.end);
            pending.push_front(range.start..middle);
            continue;
        }
        let error = match error {
            Failure::Other(error) => error,
            Failure::Violation(violation) => violation.explain(tx, batch.object).await?,
        };
        refused.push((range.start, error));
    }
    Ok(refused)
}
