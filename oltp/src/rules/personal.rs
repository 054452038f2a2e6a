//! What people keep for themselves or share: it has an owner, and a team if it is shared with one.

use catalog::Invalid;
use serde_json::Value;

use crate::records::{Batch, Draft, Verb};

/// Gives new records their owner and checks with whom they are shared.
pub(super) fn complete(batch: &Batch<'_>, drafts: &mut [Draft]) {
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        if batch.verb == Verb::Create && !batch.caller.is_system() && draft.after("owner_id").is_null() {
            draft.set(batch.object, "owner_id", &Value::String(batch.caller.user_id.to_string()));
        }
        if draft.text_after("audience") == Some("team") && draft.after("team_id").is_null() {
            draft.refuse(Invalid::field("team_id", "required", "Choose the team to share it with"));
        }
    }
}
