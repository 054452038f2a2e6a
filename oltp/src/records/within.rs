//! Writing records within the transaction of a verb that writes several.

use catalog::{ObjectDef, Principal};
use sqlx::PgTransaction;

use super::{Batch, Draft, Failure, Journal, Record, Verb, apply, prepare};
use crate::{Oltp, Result};

impl Oltp {
    /// Writes the drafts as part of `tx`, all of them or none, as if the caller had asked for each.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`update`](Self::update); the transaction must then be given up.
    pub(crate) async fn write_within(
        &self,
        tx: &mut PgTransaction<'_>,
        write: (&Principal, &ObjectDef, Verb),
        drafts: Vec<Draft>,
    ) -> Result<Vec<Record>> {
        self.write_recorded(tx, write, Journal::Live, drafts).await
    }

    /// The same, recorded in another way.
    ///
    /// # Errors
    /// As [`write_within`](Self::write_within).
    pub(crate) async fn write_recorded(
        &self,
        tx: &mut PgTransaction<'_>,
        (caller, object, verb): (&Principal, &ObjectDef, Verb),
        journal: Journal<'_>,
        mut drafts: Vec<Draft>,
    ) -> Result<Vec<Record>> {
        let at = self.clock().now();
        let batch = Batch { oltp: self, catalog: self.catalog(), caller, object, verb, journal, at };
        prepare(tx, &batch, &mut drafts).await?;
        self.store_within(tx, &batch, drafts).await
    }

    /// Stores drafts that a verb has decided about itself: neither policy nor rules are asked again.
    ///
    /// # Errors
    /// As [`write_within`](Self::write_within).
    pub(crate) async fn store_within(
        &self,
        tx: &mut PgTransaction<'_>,
        batch: &Batch<'_>,
        mut drafts: Vec<Draft>,
    ) -> Result<Vec<Record>> {
        if let Some(error) = drafts.iter_mut().find_map(|draft| draft.refused.take()) {
            return Err(error);
        }
        match apply(tx, batch, &drafts).await {
            Ok(records) => Ok(records),
            Err(Failure::Other(error)) => Err(error),
            Err(Failure::Violation(violation)) => {
                // The transaction is aborted, so the constraint is looked up on another connection.
                let mut connection = self.pool().acquire().await?;
                Err(violation.explain(&mut connection, batch.object).await?)
            }
        }
    }
}
