//! Tasks: when they were completed follows from their status, and a repeated one is followed by the next.

use catalog::{Changes, Ids, Invalid};
use chrono::{DateTime, Days, Months, Utc};
use serde_json::{Map, Value, json};

use crate::{
    Error, Result,
    records::{Batch, Draft, FollowUp, Verb, moment_of, moment_text},
};

const TASK: &str = "task";
/// What the next task takes from the one before.
const CARRIED: [&str; 10] = [
    "name",
    "description",
    "kind",
    "priority",
    "repeat_every",
    "lead_id",
    "contact_id",
    "company_id",
    "deal_id",
    "owner_id",
];

/// Status `done` sets `completed_at` unless it is given; any other status clears it. A task that
/// repeats needs a due moment to count from.
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
        if draft.text_after("repeat_every").is_some() && draft.after("due_at").is_null() {
            let message = "a task that repeats needs a due moment";
            draft.refuse(Invalid::field("due_at", "required", message));
        }
        if continues(draft) {
            draft.set(batch.object, "next_task_id", &json!(Ids.fresh()));
        }
    }
}

/// The tasks that follow those that were done, stored before them because they link to them.
pub(super) fn before(batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    let done = drafts.iter().filter(|draft| draft.alive() && draft.changing("next_task_id"));
    done.map(|draft| next(batch, draft)).collect()
}

/// Whether it is a repeated task that is done for the first time.
fn continues(draft: &Draft) -> bool {
    let repeats = draft.text_after("repeat_every").is_some() && !draft.after("due_at").is_null();
    let done = draft.changing("status") && draft.text_after("status") == Some("done");
    repeats && done && draft.after("next_task_id").is_null()
}

fn next(batch: &Batch<'_>, done: &Draft) -> Result<FollowUp> {
    let object = batch.catalog.object(TASK).ok_or_else(|| Error::unknown_object(TASK))?;
    let id = done.link_after("next_task_id").ok_or_else(|| Error::Broken("a task without its next one".to_owned()))?;
    let every = done.text_after("repeat_every").unwrap_or_default();
    let mut fields: Map<String, Value> =
        CARRIED.iter().map(|name| ((*name).to_owned(), done.after(name).clone())).collect();
    for name in ["due_at", "remind_at"] {
        let later = moment_of(done.after(name)).and_then(|at| step(at, every, done.effective_at));
        fields.insert(name.to_owned(), later.map_or(Value::Null, |at| json!(moment_text(at))));
    }
    let draft = Draft::new(id, Changes::parse_new(object, &fields)?, done.effective_at);
    Ok(FollowUp { object: TASK, verb: Verb::Create, draft })
}

/// The first step from `at` that lies after `done`: whoever was late is not late again at once.
///
/// Months are counted from `at`, so that the 31st stays the last day where there is none.
fn step(at: DateTime<Utc>, every: &str, done: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let late = u64::try_from((done - at).num_days()).unwrap_or(0);
    match every {
        "day" => at.checked_add_days(Days::new(late + 1)),
        "week" => at.checked_add_days(Days::new((late / 7 + 1) * 7)),
        "month" => (1..=late / 28 + 1)
            .filter_map(|months| at.checked_add_months(Months::new(u32::try_from(months).ok()?)))
            .find(|next| *next > done)
            .or_else(|| at.checked_add_months(Months::new(1))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn the_next_one_is_a_step_later_and_never_in_the_past() {
        let cases = [
            ("2026-03-01T09:00:00Z", "day", "2026-03-01T10:00:00Z", "2026-03-02T09:00:00Z"),
            ("2026-03-01T09:00:00Z", "day", "2026-03-05T08:00:00Z", "2026-03-05T09:00:00Z"),
            ("2026-03-01T09:00:00Z", "week", "2026-02-20T08:00:00Z", "2026-03-08T09:00:00Z"),
            ("2026-03-01T09:00:00Z", "week", "2026-03-20T08:00:00Z", "2026-03-22T09:00:00Z"),
            ("2026-01-31T09:00:00Z", "month", "2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z"),
            ("2026-01-31T09:00:00Z", "month", "2026-03-01T09:00:00Z", "2026-03-31T09:00:00Z"),
        ];
        for (due, every, done, next) in cases {
            assert_eq!(step(at(due), every, at(done)), Some(at(next)), "{every} from {due}, done {done}");
        }
    }
}
