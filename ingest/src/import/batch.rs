//! One chunk of rows into the database: match, decide, write, and find out which rows cannot be.

mod decide;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use catalog::{Fault, Principal};
use chrono::{DateTime, Utc};
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow, RowOutcome},
};
use serde_json::Value;
use sqlx::{Connection, PgTransaction};

use self::decide::Decided;
use super::{
    Error, MatchPolicy,
    lookup::{Found, Lookups, NewLink},
    outcome::{Cells, Outcome, Reject},
    plan::Plan,
    reading::Prepared,
    rows::{Assembled, Row, assemble},
    write::{Target, new_row},
};

/// Turns chunks into records.
#[derive(Debug)]
pub(crate) struct Importer {
    pub oltp: Oltp,
    pub caller: Principal,
    pub plan: Arc<Plan>,
    pub dry_run: bool,
    /// The time of the import.
    pub now: DateTime<Utc>,
    pub audit: BulkAudit,
    pub lookups: Lookups,
    /// Fingerprints of what a dry run would have stored by now, because the database cannot tell.
    pub imagined: HashSet<u64>,
    /// Linked records a dry run would have made by now.
    pub imagined_links: HashSet<NewLink>,
}

impl Importer {
    /// Writes the rows of a chunk within the transaction; answers what became of every one of them.
    pub(crate) async fn store(
        &mut self,
        tx: &mut PgTransaction<'_>,
        prepared: &mut Prepared,
    ) -> Result<Outcome, Error> {
        self.lookups.resolve(&self.oltp, &self.caller, &self.plan, prepared).await?;
        let stages = self.stage_values()?;
        let broken = std::mem::take(&mut prepared.broken).into_iter();
        let mut outcome = Outcome {
            rejects: broken
                .map(|row| Reject { line: row.line, reason: row.reason, cells: Cells::Read(row.cells) })
                .collect(),
            ..Outcome::default()
        };
        let Assembled { rows, rejects } = assemble(&self.plan, &self.caller, &self.lookups, prepared);
        outcome.rejects.extend(rejects);
        for part in self.parts(&rows) {
            outcome.add(self.store_part(tx, part, &stages).await?);
        }
        Ok(outcome)
    }

    /// Cuts the rows where one updates what an earlier one of the same chunk writes, because a
    /// record gets one version at a time.
    fn parts<'r>(&self, rows: &'r [Row]) -> Vec<&'r [Row]> {
        let Some(field) = self.plan.match_field.as_ref().filter(|_| self.plan.policy == MatchPolicy::Update) else {
            return vec![rows];
        };
        let (mut parts, mut start, mut seen) = (Vec::new(), 0, HashSet::new());
        for (index, row) in rows.iter().enumerate() {
            let Some(key) = row.key(field) else { continue };
            if !seen.insert(key.clone()) {
                parts.push(&rows[start..index]);
                start = index;
                seen = HashSet::from([key]);
            }
        }
        parts.push(&rows[start..]);
        parts
    }

    /// Writes rows, all or none of them. Rows that the database refuses are rejected and the others
    /// written again without them, so that no record stays with half of its history.
    async fn store_part(
        &mut self,
        tx: &mut PgTransaction<'_>,
        rows: &[Row],
        stages: &[Option<Value>],
    ) -> Result<Outcome, Error> {
        let mut refused = Refused::new();
        loop {
            // Every further round has at least one row fewer, so there is a last one.
            let Some(mut outcome) = self.attempt(tx, (rows, stages), &mut refused).await? else { continue };
            let rejects = rows.iter().filter_map(|row| {
                refused.get(&row.index).map(|reason| Reject::of_row(row.index, row.line, reason.clone()))
            });
            outcome.rejects.extend(rejects);
            return Ok(outcome);
        }
    }

    /// Writes the rows that nothing is known against; nothing when the database refused some, which
    /// are then noted in `refused`.
    async fn attempt(
        &mut self,
        tx: &mut PgTransaction<'_>,
        (rows, stages): (&[Row], &[Option<Value>]),
        refused: &mut Refused,
    ) -> Result<Option<Outcome>, Error> {
        let mut tx = tx.begin().await?;
        let left: Vec<&Row> = rows.iter().filter(|row| !refused.contains_key(&row.index)).collect();
        let Decided { inserts, updates, mut outcome, stored, links } = self.decide(&mut tx, &left, stages).await?;
        let target = Target { oltp: &self.oltp, caller: &self.caller, audit: &self.audit };
        for (name, rows) in self.linked(&links)? {
            let Some(object) = self.plan.catalog.object(&name) else { continue };
            target.insert_all(&mut tx, object, &rows).await?;
        }
        let known = refused.len();
        for writes in inserts.values() {
            let outcomes = target.insert(&mut tx, &self.plan.object, &writes.rows).await?;
            outcome.versions += writes.note(outcomes, refused);
        }
        for writes in updates.values() {
            let writes = writes.without(refused);
            let outcomes = target.update(&mut tx, &self.plan.object, &writes.rows).await?;
            outcome.versions += writes.note(outcomes, refused);
        }
        if refused.len() > known {
            tx.rollback().await?;
            return Ok(None);
        }
        if self.dry_run {
            tx.rollback().await?;
            self.imagined.extend(stored);
            let new = links.into_iter().filter(|link| self.imagined_links.insert(link.clone()));
            outcome.linked_created = new.count() as u64;
            return Ok(Some(outcome));
        }
        tx.commit().await?;
        outcome.linked_created = links.len() as u64;
        for (rule, text) in &links {
            self.lookups.made(*rule, text);
        }
        Ok(Some(outcome))
    }

    /// The linked records to make first, by object.
    fn linked(&self, links: &[NewLink]) -> Result<BTreeMap<String, Vec<BulkRow>>, Error> {
        let mut rows: BTreeMap<String, Vec<BulkRow>> = BTreeMap::new();
        for (rule, text) in links {
            let Some(lookup) = &self.plan.rules[*rule].lookup else { continue };
            let Found::New(id) = self.lookups.find(*rule, text) else { continue };
            let values = self.lookups.new_values(&self.plan, *rule, text);
            let at = self.plan.times.default.unwrap_or(self.now);
            let row = new_row(&lookup.object, id, at, &values).map_err(|reason| {
                let object = lookup.object.label.to_lowercase();
                Error::mapping("lookup.create", format!("a new {object} `{text}` cannot be made: {reason}"))
            })?;
            rows.entry(lookup.object.name.clone()).or_default().push(row);
        }
        Ok(rows)
    }

    /// The value of each step's own stage.
    fn stage_values(&self) -> Result<Vec<Option<Value>>, Error> {
        let rule = self.plan.rule(&self.plan.times.stage_field);
        let steps = self.plan.times.steps.iter().map(|step| {
            let Some((text, rule)) = step.stage.as_ref().zip(rule) else { return Ok(None) };
            if self.plan.rules[rule].lookup.is_none() {
                return Ok(Some(Value::String(text.clone())));
            }
            match self.lookups.find(rule, text) {
                Found::One(id) | Found::New(id) => Ok(Some(Value::String(id.to_string()))),
                Found::Missing => Err(Error::mapping("stages", format!("there is no stage `{text}`"))),
                Found::Many(count) => {
                    let reason = format!("{count} stages are called `{text}`; say in which pipeline with `within`");
                    Err(Error::mapping("stages", reason))
                }
            }
        });
        steps.collect()
    }
}

/// Rows the database refused, by their place in the chunk, with the reason.
type Refused = BTreeMap<usize, String>;

/// Rows of one statement, with the places in the chunk of the rows they come from.
#[derive(Debug, Default)]
struct Writes {
    rows: Vec<BulkRow>,
    places: Vec<usize>,
}

impl Writes {
    fn push(&mut self, place: usize, row: BulkRow) {
        self.places.push(place);
        self.rows.push(row);
    }

    fn without(&self, refused: &Refused) -> Self {
        let pairs = self.places.iter().zip(&self.rows).filter(|(place, _)| !refused.contains_key(place));
        let (places, rows) = pairs.map(|(place, row)| (*place, row.clone())).unzip();
        Self { rows, places }
    }

    /// Notes the refused rows; answers how many were written.
    fn note(&self, outcomes: Vec<RowOutcome>, refused: &mut Refused) -> u64 {
        let mut written = 0;
        for (place, outcome) in self.places.iter().zip(outcomes) {
            match outcome {
                RowOutcome::Written => written += 1,
                RowOutcome::Refused(error) => {
                    let reason = error.invalid().map_or_else(|| error.to_string(), ToString::to_string);
                    refused.entry(*place).or_insert(reason);
                }
            }
        }
        written
    }
}
