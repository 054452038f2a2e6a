//! Administrators who look through another person's eyes: each such look is in the security log.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use catalog::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    Identity,
    security_log::{Entry, Event},
};
use crate::Result;

/// A page asks many times; one line says that somebody looked within this time.
const NOTED_FOR: TimeDelta = TimeDelta::minutes(10);

/// More pairs than administrators and people they look at within minutes; then all are noted again.
const MAX_REMEMBERED: usize = 1_000;

/// Who was noted to look at whom, and when.
#[derive(Debug, Default)]
pub(super) struct Previews(Mutex<BTreeMap<(Uuid, Uuid), DateTime<Utc>>>);

impl Previews {
    /// Whether a look is worth a line of its own.
    fn fresh(&self, pair: (Uuid, Uuid), now: DateTime<Utc>) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(&pair).is_some_and(|at| now - *at < NOTED_FOR) {
            return false;
        }
        if noted.len() >= MAX_REMEMBERED {
            noted.clear();
        }
        noted.insert(pair, now);
        true
    }
}

impl Identity {
    /// Writes down that `caller` looks through the eyes of the person.
    pub(super) async fn note_preview(&self, caller: &Principal, person: Uuid) -> Result<()> {
        let at = self.oltp.clock().now();
        if !self.previews.fresh((caller.user_id, person), at) {
            return Ok(());
        }
        let detail = json!({ "looked_at": person });
        let entry = Entry { event: Event::Previewed, at, user_id: Some(caller.user_id), ip: None, detail };
        entry.write(self.oltp.pool()).await
    }
}
