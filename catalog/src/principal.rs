//! Who is asking.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Role, Scope};

/// An authenticated person with everything [`policy`](crate::policy) needs to decide.
///
/// Team membership is resolved when the person is authenticated, so a decision needs no I/O and
/// the same ids serve as the cache key of analytical answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The person's user id.
    pub user_id: Uuid,
    /// Login name, for messages and the audit log.
    pub username: String,
    /// What they are.
    pub role: Role,
    /// Whose records they see.
    pub scope: Scope,
    /// Owners whose records they see when `scope` is not `All`; always contains `user_id`.
    pub visible_owner_ids: BTreeSet<Uuid>,
    /// Teams whose shared reports, dashboards and views they see: their own and those above it.
    #[serde(default)]
    pub team_ids: BTreeSet<Uuid>,
}

impl Principal {
    /// The system itself: migrations, import jobs started by an administrator, verification.
    pub fn system() -> Self {
        Self {
            user_id: Uuid::nil(),
            username: "system".to_owned(),
            role: Role::Admin,
            scope: Scope::All,
            visible_owner_ids: BTreeSet::new(),
            team_ids: BTreeSet::new(),
        }
    }

    /// Whether this is the system itself.
    pub fn is_system(&self) -> bool {
        self.user_id.is_nil()
    }
}
