//! Who is asking.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{CustomRole, Role, Scope};

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
    /// What their custom role grants. [`Role::Custom`] without it sees nothing: the role is unknown
    /// or broken.
    #[serde(default)]
    pub granted: Option<Arc<CustomRole>>,
    /// Records of others that they work on, by singular name of the object.
    #[serde(default)]
    pub works_on: Arc<BTreeMap<String, Collaboration>>,
    /// What they ask for.
    #[serde(default)]
    pub purpose: Purpose,
}

/// Records of one object that somebody works on without owning them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collaboration {
    /// Those that they see.
    pub read: BTreeSet<Uuid>,
    /// Those among them that they change.
    pub write: BTreeSet<Uuid>,
}

/// What somebody asks for; anything but [`Purpose::Work`] takes rights away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To do everything that their role allows.
    #[default]
    Work,
    /// To look only: a token that may read, or an administrator who looks through their eyes.
    Look,
    /// To take rows out as a file: only those that their role may export.
    Export,
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
            granted: None,
            works_on: Arc::default(),
            purpose: Purpose::Work,
        }
    }

    /// Whether this is the system itself.
    pub fn is_system(&self) -> bool {
        self.user_id.is_nil()
    }

    /// The name of their role: a preset's, or the one that administrators gave.
    pub fn role_name(&self) -> &str {
        match (&self.role, &self.granted) {
            (Role::Custom, Some(granted)) => &granted.name,
            (role, _) => role.as_str(),
        }
    }

    /// Whether they run the workspace and came to do so: not through a reading token or a preview.
    pub fn administers(&self) -> bool {
        self.role == Role::Admin && self.purpose == Purpose::Work
    }

    /// The same person, taking rows out as a file.
    #[must_use]
    pub fn exporting(&self) -> Self {
        Self { purpose: Purpose::Export, ..self.clone() }
    }

    /// The same person, looking only.
    #[must_use]
    pub fn looking(&self) -> Self {
        Self { purpose: Purpose::Look, ..self.clone() }
    }
}
