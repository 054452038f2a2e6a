//! Goals: a period begins where it begins.

use catalog::Invalid;
use chrono::{Datelike, NaiveDate};

use crate::records::{Batch, Draft, Verb};

/// Refuses a first day that no month, quarter or year has.
pub(super) fn complete(batch: &Batch<'_>, drafts: &mut [Draft]) {
    if matches!(batch.verb, Verb::Delete | Verb::Restore) {
        return;
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let day = draft.text_after("starts_on").and_then(|day| day.parse::<NaiveDate>().ok());
        let period = draft.text_after("period").unwrap_or_default();
        if day.is_some_and(|day| !begins(day, period)) {
            let message = format!("a {period} does not begin on this day; give its first day");
            draft.refuse(Invalid::field("starts_on", "not_a_beginning", message));
        }
    }
}

fn begins(day: NaiveDate, period: &str) -> bool {
    day.day() == 1
        && match period {
            "quarter" => day.month0().is_multiple_of(3),
            "year" => day.month() == 1,
            _ => true,
        }
}
