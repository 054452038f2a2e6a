//! How many records a list has: large tables are counted by whoever is faster at it than Postgres.

use std::fmt::Debug;

use catalog::{Lsn, ObjectDef, Policy, Principal};
use futures::future::BoxFuture;

use super::{ListQuery, condition::Condition, page};
use crate::{Oltp, Result};

/// Counts records elsewhere, under the same policy.
pub trait Counter: Debug + Send + Sync {
    /// How many records there are, or nothing when Postgres had better count them.
    fn count<'a>(&'a self, caller: &'a Principal, request: CountRequest<'a>) -> BoxFuture<'a, Option<Total>>;
}

/// Which records are to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRequest<'a> {
    /// What they are.
    pub object: &'a ObjectDef,
    /// What holds for them, besides being live and seen by the caller.
    pub condition: Condition,
    /// What the caller has written lies before this position of the log, when it may matter.
    pub written: Option<Lsn>,
}

/// A count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// How many records there are.
    pub count: i64,
    /// What the caller has written last may be missing.
    pub approximate: bool,
}

impl Oltp {
    /// Lets somebody else count large lists from now on; the first one stays.
    pub fn count_with(&self, counter: std::sync::Arc<dyn Counter>) {
        self.counter().set(counter).ok(); // a second one would count the same
    }

    /// The count of a list by somebody else; `None` when nobody offers, or it takes Postgres.
    pub(super) async fn counted_elsewhere(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        query: &ListQuery,
    ) -> Result<Option<Total>> {
        let (Some(counter), Some(condition)) = (self.counter().get(), query.condition()) else { return Ok(None) };
        let written = self.last_write(caller).await?;
        let total = counter.count(caller, CountRequest { object, condition, written }).await;
        if let (Some(Total { approximate: false, .. }), Some(lsn)) = (total, written) {
            self.write_seen(caller, lsn);
        }
        Ok(total)
    }

    /// The count of a list by Postgres.
    pub(super) async fn counted_here(
        &self,
        of: (&ObjectDef, &str),
        policy: &Policy,
        query: &ListQuery,
    ) -> Result<Option<i64>> {
        let mut connection = self.pool().acquire().await?;
        let count = page::fetch(&mut connection, &page::total(of, policy, query)).await?;
        Ok(count.first().and_then(serde_json::Value::as_i64))
    }
}
