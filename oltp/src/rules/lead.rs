//! Leads: when they were converted follows from their status.

use serde_json::{Value, json};

use crate::records::{Batch, Draft, Verb, moment_text};

/// Converting sets `converted_at` unless it is given; any other status clears it.
pub(super) fn complete(batch: &Batch<'_>, drafts: &mut [Draft]) {
    if matches!(batch.verb, Verb::Delete | Verb::Restore) {
        return;
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let converted = draft.text_after("status") == Some("converted");
        if converted && draft.after("converted_at").is_null() {
            let at = json!(moment_text(draft.effective_at));
            draft.set(batch.object, "converted_at", &at);
        }
        if !converted && !draft.after("converted_at").is_null() {
            draft.set(batch.object, "converted_at", &Value::Null);
        }
    }
}
