//! News for one person.

use catalog::Principal;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// Something that one person hears of: how far their job is.
#[derive(Debug, Deserialize)]
pub(crate) struct News {
    /// Whom it is for; null for the system itself.
    to: Option<Uuid>,
    /// The name of the event.
    pub(crate) event: String,
    /// What has happened.
    pub(crate) data: Value,
}

impl News {
    /// Whether the person hears of it.
    pub(crate) fn for_caller(&self, caller: &Principal) -> bool {
        self.to.unwrap_or_default() == caller.user_id
    }
}
