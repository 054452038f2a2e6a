//! Lead feedback: reasons are words from a list, so that they can be counted and learned from.

use catalog::Invalid;
use serde_json::Value;

use crate::records::{Batch, Draft, Verb};

/// Why a lead is good or bad.
const REASONS: [&str; 9] = [
    "budget_confirmed",
    "decision_maker",
    "urgent_need",
    "good_fit",
    "no_budget",
    "wrong_contact",
    "not_interested",
    "bad_timing",
    "bad_data",
];

/// Refuses feedback whose reasons are not a list of known words, each at most once.
pub(super) fn complete(batch: &Batch<'_>, drafts: &mut [Draft]) {
    if matches!(batch.verb, Verb::Delete | Verb::Restore) {
        return;
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive() && draft.changes.get("reasons").is_some()) {
        if let Err(message) = check(draft.after("reasons")) {
            draft.refuse(Invalid::field("reasons", "unknown_reason", message));
        }
    }
}

fn check(reasons: &Value) -> Result<(), String> {
    let known = || format!("use a list of these words: {}", REASONS.join(", "));
    let words = match reasons {
        Value::Null => return Ok(()),
        Value::Array(words) => words,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Err(format!("Reasons must be a list; {}", known()));
        }
    };
    for (place, word) in words.iter().enumerate() {
        if !word.as_str().is_some_and(|word| REASONS.contains(&word)) {
            return Err(format!("{word} is no known reason; {}", known()));
        }
        if words[..place].contains(word) {
            return Err(format!("{word} occurs twice"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reasons_are_a_list_of_known_words() {
        for good in [json!(null), json!([]), json!(["urgent_need"]), json!(["no_budget", "bad_timing"])] {
            assert_eq!(check(&good), Ok(()), "{good}");
        }
        for bad in [json!("urgent_need"), json!({}), json!([1]), json!(["nice"]), json!(["no_budget", "no_budget"])] {
            assert!(check(&bad).is_err(), "{bad}");
        }
        assert!(check(&json!(["nice"])).unwrap_err().contains("budget_confirmed, decision_maker"));
    }
}
