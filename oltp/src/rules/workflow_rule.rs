//! Workflow rules: they act with the rights of whoever decided what they do, and only if they can.

use catalog::Invalid;
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{
    Result,
    records::{Batch, Draft, Verb},
    workflow::wrong_parts,
};

/// What a rule depends on.
const PARTS: [&str; 5] = ["object", "event", "watched_fields", "conditions", "actions"];

/// Sets the author; refuses a rule that could not act.
///
/// Whoever renames a rule or switches it does not lend it their rights. What nobody touched is not checked again: a rule whose recipient has left can still be switched off.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    if batch.verb == Verb::Delete {
        return Ok(());
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        if draft.changing("watched_fields") && draft.after("watched_fields") == &json!([]) {
            draft.set(batch.object, "watched_fields", &Value::Null);
        }
        let decided = batch.verb == Verb::Create || PARTS.iter().any(|part| draft.changing(part));
        if decided {
            let author = Some(batch.caller.user_id).filter(|id| !id.is_nil());
            draft.set(batch.object, "author_id", &json!(author));
        }
        let switched_on = draft.changing("active") && draft.after("active") == &json!(true);
        if decided || switched_on || batch.verb == Verb::Restore {
            let wrong = wrong_parts(tx, batch, draft).await?;
            if !wrong.is_empty() {
                draft.refuse(Invalid(wrong));
            }
        }
    }
    Ok(())
}
