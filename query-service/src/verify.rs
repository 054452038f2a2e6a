//! Comparing the warehouse with Postgres, row for row, at one position of the log.
//!
//! Writers are held back by a share lock for as long as the warehouse needs to catch up (its lag,
//! some tens of milliseconds). Under the lock two things are pinned: a snapshot of Postgres and one
//! of the lake. After that writers go on, and the pinned states are compared at leisure.

mod digest;
mod postgres;
mod report;

use std::{sync::Arc, time::Instant};

use arrow::datatypes::SchemaRef;
use catalog::{ObjectDef, Principal};
use futures::StreamExt;
use oltp::Oltp;
use warehouse::LakeSnapshot;

pub use self::report::{Check, Difference, TableReport, VerifyReport};
use self::{digest::Digest, postgres::Pinned};
use crate::{
    Error, QueryService, ReadAt,
    duck::{Batches, Job},
    session::mapped,
    sight::Sight,
};

impl QueryService {
    /// Compares every table of the catalogue with Postgres through both engines, and the newest
    /// versions in its history with its current rows.
    ///
    /// # Errors
    /// When the caller is no administrator, Postgres cannot be locked or read, or the warehouse
    /// does not catch up in time; differences are not errors but part of the report.
    pub async fn verify(&self, caller: &Principal, oltp: &Oltp) -> Result<VerifyReport, Error> {
        if !caller.administers() {
            return Err(Error::AdminsOnly("verify the warehouse"));
        }
        let started = Instant::now();
        let objects = &oltp.catalog().objects;
        let lock = postgres::lock(oltp.pool(), objects).await?;
        let snapshot = self.pin(&ReadAt { as_of: None, min_lsn: Some(lock.lsn()) }).await?;
        let (mut pinned, blocked) = lock.pin_and_release(oltp.pool()).await?;
        let mut tables = Vec::with_capacity(objects.len());
        for object in objects {
            tables.push(self.verify_table(object, &mut pinned, &snapshot).await?);
        }
        pinned.finish().await?;
        Ok(VerifyReport {
            equal: tables.iter().all(TableReport::equal),
            lsn: snapshot.lsn,
            writers_held_ms: milliseconds(blocked),
            elapsed_ms: milliseconds(started.elapsed()),
            tables,
        })
    }

    async fn verify_table(
        &self,
        object: &ObjectDef,
        pinned: &mut Pinned,
        snapshot: &Arc<LakeSnapshot>,
    ) -> Result<TableReport, Error> {
        let sight = Sight::stored(self.catalog(), Arc::clone(snapshot));
        let postgres = pinned.digest(object).await?;
        let mut checks = Vec::with_capacity(3);
        let current = self.datafusion_digest(&sight, object, &object.table).await?;
        checks.push(Check::of("datafusion", &postgres, &current));
        let current = self.duckdb_digest(&sight, object).await?;
        checks.push(Check::of("duckdb", &postgres, &current));
        let newest = self.datafusion_digest(&sight, object, &format!("{}_folded", object.table)).await?;
        checks.push(Check::of("history", &postgres, &newest));
        Ok(TableReport { table: object.table.clone(), rows: postgres.rows(), checks })
    }

    async fn datafusion_digest(&self, sight: &Sight, object: &ObjectDef, table: &str) -> Result<Digest, Error> {
        let (context, sql) = (self.open(sight)?, select(object, table));
        let work = async move {
            let failed = |error| mapped(error, None);
            let mut stream = context.sql(&sql).await.map_err(failed)?.execute_stream().await.map_err(failed)?;
            let mut digest = Digest::default();
            while let Some(batch) = stream.next().await {
                digest.add(&batch.map_err(failed)?)?;
            }
            Ok(digest.sorted())
        };
        self.compute().run(work).await
    }

    async fn duckdb_digest(&self, sight: &Sight, object: &ObjectDef) -> Result<Digest, Error> {
        let sql = select(object, &object.table);
        let job = Job { sight: sight.clone(), sql, names: [object.table.clone()].into() };
        let consume = |_: &SchemaRef, batches: &mut Batches<'_>| {
            let mut digest = Digest::default();
            while let Some(batch) = batches()? {
                digest.add(&batch)?;
            }
            Ok(digest.sorted())
        };
        self.duck().run(self.compute(), job, postgres::READ_TIMEOUT, consume).await
    }
}

fn select(object: &ObjectDef, table: &str) -> String {
    let columns: Vec<String> = object.columns().map(|(column, _)| format!("\"{column}\"")).collect();
    format!("select {} from \"{table}\"", columns.join(", "))
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
