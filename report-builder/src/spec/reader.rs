//! Reads JSON with a pointer to every value, so that a refusal can say where.

use catalog::Invalid;
use serde_json::{Map, Value};

use crate::fault::refused;

/// A JSON value and where it is.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
}

/// A JSON object whose keys have been checked.
#[derive(Debug, Clone)]
pub(super) struct Object<'a> {
    map: &'a Map<String, Value>,
    pub(super) pointer: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, pointer: String::new() }
    }

    pub(super) fn object(&self, known: &[&str]) -> Result<Object<'a>, Invalid> {
        let map = self.value.as_object().ok_or_else(|| self.wrong("an object"))?;
        for key in map.keys() {
            if !known.contains(&key.as_str()) {
                let pointer = child(&self.pointer, key);
                let message = format!("there is no key `{key}` here; there are {}", known.join(", "));
                return Err(refused(&pointer, "unknown_key", message));
            }
        }
        Ok(Object { map, pointer: self.pointer.clone() })
    }

    pub(super) fn items(&self, most: usize) -> Result<Vec<Self>, Invalid> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("a list"))?;
        if items.len() > most {
            return Err(refused(&self.pointer, "too_many", format!("at most {most} are possible here")));
        }
        let item = |(index, value)| Self { value, pointer: format!("{}/{index}", self.pointer) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    pub(super) fn text(&self) -> Result<&'a str, Invalid> {
        let text = self.value.as_str().ok_or_else(|| self.wrong("text"))?;
        if text.chars().count() > MAX_TEXT || text.contains('\0') {
            let message = format!("at most {MAX_TEXT} characters are possible, and no zero character");
            return Err(refused(&self.pointer, "invalid_text", message));
        }
        Ok(text)
    }

    pub(super) fn truth(&self) -> Result<bool, Invalid> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    pub(super) fn count(&self, least: u64, most: u64) -> Result<u64, Invalid> {
        let count = self.value.as_u64().ok_or_else(|| self.wrong("a whole number"))?;
        if (least..=most).contains(&count) {
            return Ok(count);
        }
        Err(refused(&self.pointer, "out_of_range", format!("must be between {least} and {most}")))
    }

    /// One of a fixed list of words.
    pub(super) fn word<T: Copy>(&self, words: &[(T, &str)]) -> Result<T, Invalid> {
        let found = self.value.as_str().and_then(|text| words.iter().find(|(_, word)| *word == text));
        found.map(|(meaning, _)| *meaning).ok_or_else(|| {
            let known = words.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ");
            refused(&self.pointer, "unknown_word", format!("must be one of {known}"))
        })
    }

    pub(super) fn wrong(&self, expected: &str) -> Invalid {
        refused(&self.pointer, "wrong_type", format!("must be {expected}"))
    }
}

/// Longest text in a specification, in characters.
const MAX_TEXT: usize = 1_000;

impl<'a> Object<'a> {
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.map.get(key).filter(|value| !value.is_null())?;
        Some(Node { value, pointer: child(&self.pointer, key) })
    }

    /// Like `get`, but `null` counts as a value.
    pub(super) fn get_even_null(&self, key: &str) -> Option<Node<'a>> {
        Some(Node { value: self.map.get(key)?, pointer: child(&self.pointer, key) })
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub(super) fn need(&self, key: &str) -> Result<Node<'a>, Invalid> {
        self.get(key).ok_or_else(|| refused(&child(&self.pointer, key), "required", format!("`{key}` is missing")))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>, Invalid> {
        self.get(key).map(|node| node.text().map(str::to_owned)).transpose()
    }

    pub(super) fn truth(&self, key: &str) -> Result<bool, Invalid> {
        self.get(key).map_or(Ok(false), |node| node.truth())
    }
}

fn child(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")) // RFC 6901, section 3
}
