//! Who has written something that the warehouse may not know yet.
//!
//! A person is noted when one of their requests or jobs has written; where the log ended then is
//! looked up when it is asked for the first time, so that writing costs nothing. What other servers of
//! the workspace wrote for them is not known here.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use catalog::{Lsn, Principal};
use uuid::Uuid;

use crate::{Oltp, Result};

/// People remembered; of more than these nobody waits for their own writes.
const MAX_PEOPLE: usize = 10_000;

/// The last write of each person.
#[derive(Debug, Default)]
pub(crate) struct OwnWrites(Mutex<BTreeMap<Uuid, Written>>);

#[derive(Debug, Clone, Copy, Default)]
struct Written {
    /// How often they wrote: a position counts for the write that it was looked up for.
    times: u64,
    /// They wrote nothing behind this position.
    before: Option<Lsn>,
}

impl OwnWrites {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Uuid, Written>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Oltp {
    /// Notes that a request or a job of this person has written something.
    pub fn wrote(&self, user_id: Uuid) {
        self.own_writes().with(|people| {
            if people.len() >= MAX_PEOPLE {
                people.clear();
            }
            let written = people.entry(user_id).or_default();
            *written = Written { times: written.times + 1, before: None };
        });
    }

    /// A position of the log behind which the caller has written nothing; `None` when all that they
    /// wrote has been seen.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub(crate) async fn last_write(&self, caller: &Principal) -> Result<Option<Lsn>> {
        let Some(known) = self.own_writes().with(|people| people.get(&caller.user_id).copied()) else {
            return Ok(None);
        };
        if known.before.is_some() {
            return Ok(known.before);
        }
        // What they wrote was flushed before they were answered; what others are about to write does not matter.
        let bytes = sqlx::query_scalar("select (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint");
        let bytes: i64 = bytes.fetch_one(self.pool()).await?;
        let lsn = Lsn(u64::try_from(bytes).unwrap_or_default());
        self.own_writes().with(|people| {
            if let Some(written) = people.get_mut(&caller.user_id).filter(|written| written.times == known.times) {
                written.before = Some(lsn);
            }
        });
        Ok(Some(lsn))
    }

    /// Everything that the caller wrote before this position can be seen.
    pub(crate) fn write_seen(&self, caller: &Principal, lsn: Lsn) {
        self.own_writes().with(|people| {
            if people.get(&caller.user_id).is_some_and(|written| written.before == Some(lsn)) {
                people.remove(&caller.user_id);
            }
        });
    }
}
