//! Whether a session is open: asked with every request, so remembered for a moment.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{Oltp, Result};

/// How long an answer may be used when this process ended no session: another one may have.
const FRESH_FOR: Duration = Duration::from_secs(3);

/// More sessions than this are used within a few seconds only in an attack.
const MAX_REMEMBERED: usize = 10_000;

/// Sessions looked up within the last seconds.
#[derive(Debug, Default)]
pub(in crate::identity) struct LiveSessions {
    remembered: Mutex<BTreeMap<Uuid, Remembered>>,
}

#[derive(Debug, Clone, Copy)]
struct Remembered {
    user_id: Option<Uuid>,
    people_version: u64,
    since: Instant,
}

impl LiveSessions {
    /// Whether this is an open session of the person.
    pub(in crate::identity) async fn open(&self, oltp: &Oltp, id: Uuid, user_id: Uuid) -> Result<bool> {
        // Read before the database is asked, so that an end in between is not missed.
        let people_version = oltp.people_version();
        if let Some(known) = self.known(id, people_version) {
            return Ok(known.user_id == Some(user_id));
        }
        let sql = "select user_id from sessions where id = $1 and ended_at is null and expires_at > $2";
        let owner: Option<Uuid> =
            sqlx::query_scalar(sql).bind(id).bind(oltp.clock().now()).fetch_optional(oltp.pool()).await?;
        let mut all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_REMEMBERED {
            all.clear();
        }
        all.insert(id, Remembered { user_id: owner, people_version, since: Instant::now() });
        Ok(owner == Some(user_id))
    }

    fn known(&self, id: Uuid, people_version: u64) -> Option<Remembered> {
        let all = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&id)?;
        (known.people_version == people_version && known.since.elapsed() < FRESH_FOR).then_some(*known)
    }
}
