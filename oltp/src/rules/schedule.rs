//! Schedules: what goes out exists, whom it goes to can get it, and when it runs next is known.

use catalog::Invalid;
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{
    Result,
    records::{Batch, Draft, Verb, moment_text},
    schedules::{TIMING_FIELDS, Timing, wrong_content},
};

/// What a run depends on besides its time.
const CONTENT_FIELDS: [&str; 5] = ["name", "subject_kind", "subject", "formats", "recipients"];

/// Refuses a schedule that could not run, and computes the next run when its timing changes.
///
/// What a person did not touch is not checked again: a schedule whose recipient has left can still
/// be paused or moved to another hour.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        if batch.verb == Verb::Delete {
            continue;
        }
        choose_first_day(batch, draft);
        let fresh = batch.verb == Verb::Create;
        let changing = |names: &[&str]| fresh || names.iter().any(|name| draft.changing(name));
        let (content, timing) = (changing(&CONTENT_FIELDS), changing(&TIMING_FIELDS));
        let restarted = batch.verb == Verb::Restore || draft.changing("active");
        let mut refused = if content {
            wrong_content(tx, batch.catalog, batch.caller, |name| draft.after(name)).await?
        } else {
            Vec::new()
        };
        if timing || restarted {
            match Timing::of(|name| draft.after(name)) {
                Ok(timing) => set_next_run(batch, draft, timing),
                Err(Invalid(fields)) => refused.extend(fields),
            }
        }
        if !refused.is_empty() {
            draft.refuse(Invalid(refused));
        }
    }
    Ok(())
}

/// A week begins on Monday and a month on the first unless another day is chosen.
fn choose_first_day(batch: &Batch<'_>, draft: &mut Draft) {
    let day = match draft.text_after("cadence") {
        Some("weekly") => "weekday",
        Some("monthly") => "day_of_month",
        Some(_) | None => return,
    };
    if draft.after(day).is_null() {
        draft.set(batch.object, day, &json!(1));
    }
}

/// A paused schedule has no next run; a resumed one does not make up for the pause.
fn set_next_run(batch: &Batch<'_>, draft: &mut Draft, timing: Timing) {
    let active = draft.after("active").as_bool().unwrap_or(true);
    let next = timing.next_after(batch.at).filter(|_| active);
    let next = next.map_or(Value::Null, |at| json!(moment_text(at)));
    draft.set(batch.object, "next_run_at", &next);
}
