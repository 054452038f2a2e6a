//! Comments: about exactly one record, owned with it, changed by their author only.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Invalid, ObjectDef};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Error, Result,
    records::{Batch, Draft, Record, Verb, locked},
};

/// What a comment can be about, by the field that says so.
const SUBJECTS: [(&str, &str); 4] =
    [("lead_id", "lead"), ("contact_id", "contact"), ("company_id", "company"), ("deal_id", "deal")];
/// People named in one comment; more is a mailing list.
const MAX_MENTIONS: usize = 50;

/// Sets author, owner and mentions; refuses a comment about nothing or about two records, and changes of
/// what somebody else said.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        match batch.verb {
            Verb::Create => {
                let author = Some(batch.caller.user_id).filter(|id| !id.is_nil());
                draft.set(batch.object, "author_id", &author.map_or(Value::Null, |id| json!(id)));
                check_subject(draft);
            }
            Verb::Update if draft.before("author_id") != &json!(batch.caller.user_id) => {
                draft.refuse(Error::OwnerOnly { object: "comment".to_owned() });
            }
            Verb::Update => check_moved(draft),
            Verb::Delete | Verb::Restore => {}
        }
    }
    if !matches!(batch.verb, Verb::Create | Verb::Update) {
        return Ok(());
    }
    let owners = owners(tx, batch, drafts).await?;
    let people = named_people(tx, drafts).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let subject = subject(draft).and_then(|(_, id)| owners.get(&id));
        draft.set(batch.object, "owner_id", subject.unwrap_or(&Value::Null));
        let mentioned: BTreeSet<Uuid> = names_in(draft.text_after("body").unwrap_or_default())
            .iter()
            .filter_map(|name| people.get(name))
            .copied()
            .collect();
        let mentions = if mentioned.is_empty() { Value::Null } else { json!(mentioned) };
        draft.set(batch.object, "mentions", &mentions);
    }
    Ok(())
}

fn subject(draft: &Draft) -> Option<(&'static str, Uuid)> {
    SUBJECTS.into_iter().find_map(|(field, object)| draft.link_after(field).map(|id| (object, id)))
}

fn check_subject(draft: &mut Draft) {
    let count = SUBJECTS.iter().filter(|(field, _)| draft.link_after(field).is_some()).count();
    if count != 1 {
        let message = "say what it is about: exactly one of lead_id, contact_id, company_id and deal_id";
        draft.refuse(Invalid::field("lead_id", "about_one", message));
    }
}

fn check_moved(draft: &mut Draft) {
    if let Some((field, _)) = SUBJECTS.into_iter().find(|(field, _)| draft.changing(field)) {
        draft.refuse(Invalid::field(field, "fixed", "a comment stays where it was made"));
    }
}

/// The owner of each record that is commented on, locked so that it does not change hands meanwhile.
async fn owners(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<BTreeMap<Uuid, Value>> {
    let mut owners = BTreeMap::new();
    for (_, name) in SUBJECTS {
        let ids = drafts.iter().filter(|draft| draft.alive()).filter_map(subject);
        let ids: Vec<Uuid> = ids.filter(|(object, _)| *object == name).map(|(_, id)| id).collect();
        if ids.is_empty() {
            continue;
        }
        let object: &ObjectDef = batch.catalog.object(name).ok_or_else(|| Error::unknown_object(name))?;
        let owner = |record: &Record| record.get("owner_id").cloned().unwrap_or_default();
        let records = locked(tx, object, &ids, ("true", None)).await?;
        owners.extend(records.into_iter().map(|(id, record)| (id, owner(&record))));
    }
    Ok(owners)
}

/// The active people whose usernames occur after an `@`, by username in lower case.
async fn named_people(tx: &mut PgConnection, drafts: &[Draft]) -> Result<BTreeMap<String, Uuid>> {
    let bodies = drafts.iter().filter(|draft| draft.alive()).filter_map(|draft| draft.text_after("body"));
    let names: BTreeSet<String> = bodies.flat_map(names_in).collect();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names: Vec<String> = names.into_iter().collect();
    let sql = "select lower(username), id from users
               where lower(username) = any($1) and status = 'active' and deleted_at is null";
    let people: Vec<(String, Uuid)> = sqlx::query_as(sql).bind(names).fetch_all(tx).await?;
    Ok(people.into_iter().collect())
}

/// The words after an `@` that begins a word, in lower case; a full stop at the end is the sentence's.
fn names_in(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut before = ' ';
    for (place, letter) in text.char_indices() {
        if letter == '@' && !before.is_alphanumeric() {
            let rest = &text[place + 1..];
            let end =
                rest.find(|letter: char| !(letter.is_alphanumeric() || "._-".contains(letter))).unwrap_or(rest.len());
            let name = rest[..end].trim_end_matches(['.', '-']);
            if !name.is_empty() && names.len() < MAX_MENTIONS {
                names.insert(name.to_lowercase());
            }
        }
        before = letter;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_after_an_at_sign() {
        let cases = [
            ("@ada, look. And @Ben.Miller.", vec!["ada", "ben.miller"]),
            ("mail ada@example.com", vec![]),
            ("(@zoë-k) @@x @ @ada @ADA", vec!["ada", "x", "zoë-k"]),
        ];
        for (text, names) in cases {
            assert_eq!(names_in(text).into_iter().collect::<Vec<_>>(), names, "{text}");
        }
    }
}
