//! Walking the chain: is the audit log still what it was?

use std::collections::BTreeMap;

use catalog::Principal;
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::{Checkpoint, GENESIS, link, list::administrators_only};
use crate::{Oltp, Result, privacy::settle};

/// Links read at once.
const AT_ONCE: i64 = 5_000;
/// Findings that are named; the first of them says where to look.
const MAX_FINDINGS: usize = 100;

/// What became of an entry after it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The entry says something else now.
    Changed,
    /// The entry is gone.
    Removed,
    /// An entry stands among sealed ones that was never sealed.
    Inserted,
    /// Links of the chain are gone.
    Gap,
    /// A link does not follow from the one before it.
    BrokenLink,
    /// The chain does not lead through the checkpoint that was given.
    OtherThanCheckpoint,
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The position in the chain, where there is one.
    pub position: Option<i64>,
    /// The entry of the audit log, where there is one.
    pub entry_id: Option<i64>,
}

/// What a walk over the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "intact": true, "sealed": 10482, "erased": 12, "checkpoint": "10482:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "finding_count": 0, "findings": []
}))]
pub struct Verification {
    /// Nothing was found.
    pub intact: bool,
    /// How many entries are sealed.
    pub sealed: i64,
    /// How many of them say less than they did because somebody asked to be forgotten.
    pub erased: i64,
    /// The end of the chain, to be kept elsewhere; null while nothing is sealed.
    pub checkpoint: Option<String>,
    /// How much was found.
    pub finding_count: u64,
    /// The first hundred of it.
    pub findings: Vec<Finding>,
}

#[derive(Debug, FromRow)]
struct Link {
    position: i64,
    entry_id: i64,
    entry_hash: Vec<u8>,
    chain_hash: Vec<u8>,
    hash_now: Option<Vec<u8>>,
}

impl Oltp {
    /// [`verify_audit`](Self::verify_audit) for administrators.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`](crate::Error::AdministratorsOnly).
    pub async fn audit_verification(&self, caller: &Principal, known: Option<Checkpoint>) -> Result<Verification> {
        administrators_only(caller, "verify the audit log")?;
        self.verify_audit(known).await
    }

    /// Compares every sealed entry with its hash and every link with the one before it; with a
    /// checkpoint, also whether the chain leads through it.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn verify_audit(&self, known: Option<Checkpoint>) -> Result<Verification> {
        let mut walk = Walk { known, ..Walk::default() };
        // Nothing is sealed or changed under the walk: one snapshot for all pages.
        let mut tx = self.pool().begin().await?;
        sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
        loop {
            let links: Vec<Link> = sqlx::query_as(include_str!("../../sql/chain_links.sql"))
                .bind(walk.end.position)
                .bind(AT_ONCE)
                .fetch_all(&mut *tx)
                .await?;
            let last = i64::try_from(links.len()).is_ok_and(|count| count < AT_ONCE);
            let mut other = BTreeMap::new();
            for link in &links {
                walk.step(link);
                if let Some(now) = link.hash_now.as_ref().filter(|now| **now != link.entry_hash) {
                    other.insert(link.entry_id, (link.entry_hash.clone(), now.clone()));
                }
            }
            if !other.is_empty() {
                let erased = settle(&mut tx, &other).await?;
                walk.tell_changed(&links, &erased);
            }
            if last {
                break;
            }
        }
        let inserted: Vec<i64> = sqlx::query_scalar(include_str!("../../sql/inserted_entries.sql"))
            .bind(i64::try_from(MAX_FINDINGS).unwrap_or(i64::MAX))
            .fetch_all(&mut *tx)
            .await?;
        for id in inserted {
            walk.find(FindingKind::Inserted, None, Some(id));
        }
        Ok(walk.result())
    }
}

#[derive(Debug)]
struct Walk {
    end: Checkpoint,
    known: Option<Checkpoint>,
    sealed: i64,
    erased: i64,
    count: u64,
    findings: Vec<Finding>,
}

impl Default for Walk {
    fn default() -> Self {
        let end = Checkpoint { position: 0, hash: GENESIS };
        Self { end, known: None, sealed: 0, erased: 0, count: 0, findings: Vec::new() }
    }
}

impl Walk {
    fn step(&mut self, next: &Link) {
        let (position, entry) = (Some(next.position), Some(next.entry_id));
        if next.position != self.end.position + 1 {
            self.find(FindingKind::Gap, Some(self.end.position + 1), None);
        } else if link(&self.end.hash, &next.entry_hash).as_slice() != next.chain_hash {
            self.find(FindingKind::BrokenLink, position, entry);
        }
        // Whether an entry that is there was changed or erased on request is told by `tell_changed`.
        if next.hash_now.is_none() {
            self.find(FindingKind::Removed, position, entry);
        }
        let hash = next.chain_hash.as_slice().try_into().unwrap_or(GENESIS);
        self.end = Checkpoint { position: next.position, hash };
        self.sealed += 1;
        if self.known.is_some_and(|known| known.position == next.position && known != self.end) {
            self.find(FindingKind::OtherThanCheckpoint, position, entry);
        }
    }

    /// Tells the links of which the entry is not what it was, unless it was erased on request.
    fn tell_changed(&mut self, links: &[Link], erased: &[i64]) {
        for link in links.iter().filter(|link| link.hash_now.as_ref().is_some_and(|now| *now != link.entry_hash)) {
            if erased.contains(&link.entry_id) {
                self.erased += 1;
            } else {
                self.find(FindingKind::Changed, Some(link.position), Some(link.entry_id));
            }
        }
    }

    fn find(&mut self, kind: FindingKind, position: Option<i64>, entry_id: Option<i64>) {
        self.count += 1;
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { kind, position, entry_id });
        }
    }

    fn result(mut self) -> Verification {
        if let Some(known) = self.known.filter(|known| known.position > self.end.position) {
            self.find(FindingKind::OtherThanCheckpoint, Some(known.position), None);
        }
        // By where they are; what has no place stands last.
        self.findings.sort_by_key(|finding| finding.position.unwrap_or(i64::MAX));
        let checkpoint = (self.end.position > 0).then(|| self.end.to_string());
        Verification {
            intact: self.count == 0,
            sealed: self.sealed,
            erased: self.erased,
            checkpoint,
            finding_count: self.count,
            findings: self.findings,
        }
    }
}
