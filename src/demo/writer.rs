//! Stores what happens in batches, each record's versions in order.

use std::collections::{BTreeMap, HashSet};

use anyhow::Context;
use catalog::{Changes, ObjectDef, Principal};
use chrono::{DateTime, Utc};
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow},
};
use uuid::Uuid;

use super::fields::Fields;

/// Rows collected before they are written; a few days at scale s, half an hour at scale l.
const BATCH_ROWS: usize = 8_000;

/// Collects new records and new versions and writes them set by set.
///
/// Within a batch, all inserts come before all updates and linked objects before the objects that
/// link to them; a batch never holds two updates of one record.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    oltp: &'a Oltp,
    inserts: BTreeMap<usize, Vec<BulkRow>>,
    updates: BTreeMap<usize, Vec<BulkRow>>,
    updated: HashSet<Uuid>,
    waiting: usize,
    versions: u64,
}

impl<'a> Writer<'a> {
    /// A writer with nothing collected.
    pub(super) fn new(oltp: &'a Oltp) -> Self {
        Self {
            oltp,
            inserts: BTreeMap::new(),
            updates: BTreeMap::new(),
            updated: HashSet::new(),
            waiting: 0,
            versions: 0,
        }
    }

    /// Collects a new record.
    ///
    /// # Errors
    /// The fields are not valid.
    pub(super) fn insert(&mut self, object: &str, id: Uuid, at: DateTime<Utc>, fields: Fields) -> anyhow::Result<()> {
        let (position, object) = self.object(object)?;
        let changes = Changes::parse_new(object, &fields.into_map()).with_context(|| object.name.clone())?;
        self.inserts.entry(position).or_default().push(BulkRow { id, changes, effective_at: at });
        self.waiting += 1;
        Ok(())
    }

    /// Collects a new version of a record; writes the batch first if it already holds one.
    ///
    /// # Errors
    /// The fields are not valid, or Postgres refuses the batch.
    pub(super) async fn update(
        &mut self,
        object: &str,
        id: Uuid,
        at: DateTime<Utc>,
        fields: Fields,
    ) -> anyhow::Result<()> {
        if self.updated.contains(&id) {
            self.flush().await?;
        }
        let (position, object) = self.object(object)?;
        let changes = Changes::parse_patch(object, &fields.into_map()).with_context(|| object.name.clone())?;
        self.updates.entry(position).or_default().push(BulkRow { id, changes, effective_at: at });
        self.updated.insert(id);
        self.waiting += 1;
        Ok(())
    }

    /// Writes the batch if it is large enough.
    ///
    /// # Errors
    /// Postgres refuses.
    pub(super) async fn flush_if_full(&mut self) -> anyhow::Result<()> {
        if self.waiting >= BATCH_ROWS { self.flush().await } else { Ok(()) }
    }

    /// Writes everything collected in one transaction.
    ///
    /// # Errors
    /// Postgres refuses; nothing of the batch is written then.
    pub(super) async fn flush(&mut self) -> anyhow::Result<()> {
        let system = Principal::system();
        let audit = BulkAudit::Summary { source: "simulator".to_owned() };
        let objects = &self.oltp.catalog().objects;
        let mut tx = self.oltp.pool().begin().await?;
        for (position, rows) in &self.inserts {
            let object = &objects[*position];
            self.oltp
                .bulk_insert(&mut tx, &system, object, rows, &audit)
                .await
                .with_context(|| object.table.clone())?;
        }
        for (position, rows) in &self.updates {
            let object = &objects[*position];
            self.oltp
                .bulk_update(&mut tx, &system, object, rows, &audit)
                .await
                .with_context(|| object.table.clone())?;
        }
        tx.commit().await?;
        self.versions += u64::try_from(self.waiting)?;
        self.inserts.clear();
        self.updates.clear();
        self.updated.clear();
        self.waiting = 0;
        Ok(())
    }

    /// Versions written so far.
    pub(super) fn versions(&self) -> u64 {
        self.versions
    }

    fn object(&self, name: &str) -> anyhow::Result<(usize, &'a ObjectDef)> {
        let objects = &self.oltp.catalog().objects;
        let position = objects.iter().position(|object| object.name == name);
        let position = position.with_context(|| format!("the catalogue has no {name}"))?;
        Ok((position, &objects[position]))
    }
}
