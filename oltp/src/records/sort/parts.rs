//! An order whose first key can be empty, read in two parts: the records that have a value, in its
//! order, then those that have none.
//!
//! Neither part has an empty key to place, so an index on `(key, id)` serves both directions, and a
//! page begins where the one before ended instead of comparing every record with it.

use super::Sort;
use crate::records::cursor::Cursor;

/// Some of the records of a list, in order.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// What holds for these records besides the conditions of the list.
    pub(crate) only: Option<String>,
    /// Their order.
    pub(crate) sort: Sort,
    /// Where the page continues.
    pub(crate) cursor: Option<Cursor>,
}

impl Sort {
    /// The parts that are left from a position on, in the order in which they are read.
    pub(crate) fn parts(&self, cursor: Option<&Cursor>) -> Vec<Part> {
        let nullable = self.keys.first().filter(|key| key.nullable && !key.name.contains('.'));
        let Some(first) = nullable else {
            return vec![Part { only: None, sort: self.clone(), cursor: cursor.cloned() }];
        };
        let mut filled = self.clone();
        if let Some(key) = filled.keys.first_mut() {
            key.nullable = false;
        }
        let empty = Self { keys: self.keys.iter().skip(1).cloned().collect(), ..self.clone() };
        let without = |cursor| Part { only: Some(format!("{} is null", first.value)), sort: empty, cursor };
        let rest = |cursor: &Cursor| Cursor {
            position: cursor.position.iter().skip(1).cloned().collect(),
            fingerprint: cursor.fingerprint.clone(),
        };
        let past = cursor.filter(|cursor| cursor.position.first().is_some_and(Option::is_none));
        if past.is_some() {
            return vec![without(past.map(rest))];
        }
        let with = Part { only: Some(format!("{} is not null", first.value)), sort: filled, cursor: cursor.cloned() };
        vec![with, without(None)]
    }
}

#[cfg(test)]
mod tests {
    use catalog::{Catalog, Principal, policy};

    use super::*;
    use crate::records::filter::Setting;

    fn parts(spec: &str, position: Option<&[Option<&str>]>) -> Vec<String> {
        let catalog = Catalog::standard();
        let object = catalog.object("deal").expect("deals exist");
        let (caller, policy) = (&Principal::system(), &policy(&Principal::system(), object));
        let setting = Setting { catalog: &catalog, caller, object, policy };
        let sort = Sort::parse(&setting, spec).expect("valid");
        let cursor = position.map(|position| Cursor {
            fingerprint: String::new(),
            position: position.iter().map(|value| value.map(str::to_owned)).collect(),
        });
        let parts = sort.parts(cursor.as_ref()).into_iter();
        let text = |part: Part| {
            let only = part.only.unwrap_or_default();
            let from = part.cursor.map_or(0, |cursor| cursor.position.len());
            format!("{only} | {} | {from}", part.sort.order_by())
        };
        parts.map(text).collect()
    }

    #[test]
    fn a_key_that_can_be_empty_is_read_in_two_parts() {
        let filled = "t.\"amount\" is not null | t.\"amount\" desc, t.\"id\" desc";
        let empty = "t.\"amount\" is null | t.\"id\" desc";

        assert_eq!(parts("-amount", None), [format!("{filled} | 0"), format!("{empty} | 0")]);
        assert_eq!(parts("-amount", Some(&[Some("5"), Some("x")])), [format!("{filled} | 2"), format!("{empty} | 0")]);
        assert_eq!(parts("-amount", Some(&[None, Some("x")])), [format!("{empty} | 1")]);
    }

    #[test]
    fn other_keys_are_read_in_one() {
        assert_eq!(parts("name", None), [" | t.\"name\", t.\"id\" | 0"]);
        assert_eq!(parts("stage.position", None).len(), 1);
    }
}
