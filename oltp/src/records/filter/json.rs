//! The JSON form of filters.

use catalog::InvalidField;
use serde_json::{Map, Value};

use super::{Filter, MAX_TESTS, Refusal, Setting, operand::Given, test::Test};

/// Bytes of one filter: fifty tests with short lists; more does not fit into an address anyway.
const MAX_BYTES: usize = 16 * 1024;
/// Deepest nesting of `and`, `or` and `not`; nobody reads deeper ones.
const MAX_DEPTH: usize = 6;

/// The parameter that carries the tree.
const PARAMETER: &str = "filter";

/// Reads the tree; `room` is how many tests it may have.
///
/// # Errors
/// The first thing that is wrong, with the place in the tree.
pub(crate) fn parse(setting: &Setting<'_>, text: &str, room: usize) -> Result<Filter, InvalidField> {
    let mut reading = Reading { setting, room, depth: 0, place: format!("/{PARAMETER}") };
    if text.len() > MAX_BYTES {
        return Err(reading.refuse(("too_long", format!("a filter has at most {MAX_BYTES} bytes"))));
    }
    let value = serde_json::from_str(text)
        .map_err(|error| reading.refuse(("invalid_filter", format!("a filter is JSON: {error}"))))?;
    reading.node(&value)
}

struct Reading<'a> {
    setting: &'a Setting<'a>,
    room: usize,
    depth: usize,
    /// JSON pointer of what is being read.
    place: String,
}

impl Reading<'_> {
    fn refuse(&self, (code, message): Refusal) -> InvalidField {
        InvalidField { pointer: self.place.clone(), code, message }
    }

    fn node(&mut self, value: &Value) -> Result<Filter, InvalidField> {
        let shape = || {
            let shapes =
                r#"{"and": [...]}, {"or": [...]}, {"not": ...} or {"field": ..., "operator": ..., "value": ...}"#;
            ("invalid_filter", format!("write {shapes}"))
        };
        let node = value.as_object().ok_or_else(|| self.refuse(shape()))?;
        let mut entries = node.iter();
        match (entries.next(), entries.next()) {
            (Some((word, parts)), None) if word == "and" => self.list(word, parts).map(Filter::All),
            (Some((word, parts)), None) if word == "or" => self.list(word, parts).map(Filter::Any),
            (Some((word, inside)), None) if word == "not" => {
                let inside = self.within(word, |reading| reading.node(inside))?;
                Ok(Filter::Not(Box::new(inside)))
            }
            _ if node.contains_key("field") => self.test(node),
            _ => Err(self.refuse(shape())),
        }
    }

    fn list(&mut self, word: &str, parts: &Value) -> Result<Vec<Filter>, InvalidField> {
        self.within(word, |reading| {
            let parts = parts.as_array().filter(|parts| !parts.is_empty());
            let parts = parts.ok_or_else(|| {
                reading.refuse(("invalid_filter", format!("`{word}` takes a list of at least one condition")))
            })?;
            let numbered = parts.iter().enumerate();
            numbered.map(|(n, part)| reading.at(&n.to_string(), |reading| reading.node(part))).collect()
        })
    }

    fn test(&mut self, node: &Map<String, Value>) -> Result<Filter, InvalidField> {
        self.room = self
            .room
            .checked_sub(1)
            .ok_or_else(|| self.refuse(("too_many_filters", format!("a query has at most {MAX_TESTS} filters"))))?;
        if let Some(unknown) = node.keys().find(|key| !["field", "operator", "value"].contains(&key.as_str())) {
            let message = format!("there is no `{unknown}`; a condition has field, operator and value");
            let unknown = unknown.replace('~', "~0").replace('/', "~1");
            return self.at(&unknown, |reading| Err(reading.refuse(("unknown_field", message))));
        }
        let field = self.word(node, "field")?;
        let operator = if node.contains_key("operator") { self.word(node, "operator")? } else { "eq" };
        let (path, operator) = Test::begin(self.setting, field, operator).map_err(|refusal| {
            let place = if refusal.0.ends_with("_operator") { "operator" } else { "field" };
            InvalidField { pointer: format!("{}/{place}", self.place), ..self.refuse(refusal) }
        })?;
        let test = self.at("value", |reading| {
            let given = Given::of_json(node.get("value").unwrap_or(&Value::Null));
            let test = given.and_then(|given| Test::finish(reading.setting, path, operator, given));
            test.map_err(|refusal| reading.refuse(refusal))
        })?;
        Ok(Filter::Test(Box::new(test)))
    }

    fn word<'v>(&mut self, node: &'v Map<String, Value>, key: &str) -> Result<&'v str, InvalidField> {
        let word = node.get(key).and_then(Value::as_str);
        self.at(key, |reading| word.ok_or_else(|| reading.refuse(("wrong_type", format!("{key} must be text")))))
    }

    /// Reads what is one level deeper.
    fn within<T>(
        &mut self,
        step: &str,
        read: impl FnOnce(&mut Self) -> Result<T, InvalidField>,
    ) -> Result<T, InvalidField> {
        if self.depth == MAX_DEPTH {
            let message = format!("and, or and not can be nested {MAX_DEPTH} levels deep");
            return Err(self.refuse(("too_deep", message)));
        }
        self.depth += 1;
        let read = self.at(step, read);
        self.depth -= 1;
        read
    }

    fn at<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.place.len();
        self.place.push('/');
        self.place.push_str(step);
        let read = read(self);
        self.place.truncate(length);
        read
    }
}
