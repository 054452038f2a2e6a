//! Tasks: when they were completed follows from their status.

use serde_json::{Value, json};

use crate::records::{Batch, Draft, Verb, moment_text};

/// Status `done` sets `completed_at` unless it is given; any other status clears it.
pub(super) fn complete(batch: &Batch<'_>, drafts: &mut [Draft]) {
    if matches!(batch.verb, Verb::Delete | Verb::Restore) {
        return;
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let done = draft.text_after("status") == Some("done");
        if done && draft.after("completed_at").is_null() {
            let at = json!(moment_text(draft.effective_at));
            draft.set(batch.object, "completed_at", &at);
        }
        if !done && !draft.after("completed_at").is_null() {
            draft.set(batch.object, "completed_at", &Value::Null);
        }
    }
}
