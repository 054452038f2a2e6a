//! Tags: short words, each once, in one spelling.

use catalog::Invalid;
use serde_json::{Value, json};

use crate::records::{Batch, Draft, Verb};

/// Tags of one record; more say nothing.
const MAX_TAGS: usize = 30;
/// Characters of one tag.
const MAX_LEN: usize = 40;

/// Brings tags into one form: a list of trimmed words in lower case, in alphabetical order.
pub(super) fn complete(batch: &Batch<'_>, drafts: &mut [Draft]) {
    if matches!(batch.verb, Verb::Delete | Verb::Restore) {
        return;
    }
    for draft in drafts.iter_mut().filter(|draft| draft.alive() && draft.changes.get("tags").is_some()) {
        match canonical(draft.after("tags")) {
            Ok(tags) => draft.set(batch.object, "tags", &tags),
            Err(message) => draft.refuse(Invalid::field("tags", "invalid_tags", message)),
        }
    }
}

fn canonical(tags: &Value) -> Result<Value, String> {
    if tags.is_null() {
        return Ok(Value::Null);
    }
    let words = tags.as_array().and_then(|tags| tags.iter().map(Value::as_str).collect::<Option<Vec<&str>>>());
    let words = words.ok_or_else(|| "Tags must be a list of words".to_owned())?;
    let mut tags: Vec<String> = words.iter().map(|word| word.trim().to_lowercase()).collect();
    tags.sort();
    tags.dedup();
    if tags.len() > MAX_TAGS {
        return Err(format!("at most {MAX_TAGS} tags can be put on one record"));
    }
    if let Some(wrong) = tags.iter().find(|tag| tag.is_empty() || tag.chars().count() > MAX_LEN || tag.contains(',')) {
        return Err(format!("`{wrong}` is no tag: use 1 to {MAX_LEN} characters without a comma"));
    }
    Ok(if tags.is_empty() { Value::Null } else { json!(tags) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_one_form() {
        assert_eq!(canonical(&json!([" VIP ", "beta", "vip"])), Ok(json!(["beta", "vip"])));
        assert_eq!(canonical(&json!([])), Ok(Value::Null));
        for bad in [json!("vip"), json!([1]), json!([""]), json!(["a,b"]), json!(["x".repeat(41)])] {
            assert!(canonical(&bad).is_err(), "{bad}");
        }
    }
}
