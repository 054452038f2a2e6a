//! The order of a list, and where a page continues.
//!
//! Empty values come last in both directions. The id breaks ties in the direction of the last
//! key, so an index on `(key, id)` can be read either way.

use catalog::{FieldKind, ObjectDef, Principal};
use serde_json::Value;

use super::{
    Record,
    cursor::Cursor,
    filter::{Refusal, bound_text, value_text},
    page::{Bind, Conditions},
    statement,
};

/// Keys in one order.
const MAX_KEYS: usize = 4;

/// Newest first.
const DEFAULT_SORT: &str = "-created_at";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    column: String,
    kind: FieldKind,
    cast: String,
    direction: Direction,
    nullable: bool,
}

/// A checked order; the last key is always the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sort {
    keys: Vec<Key>,
    spec: String,
}

impl Sort {
    /// Checks an order such as `-amount,name`; empty means newest first.
    pub(crate) fn parse(object: &ObjectDef, spec: &str) -> Result<Self, Refusal> {
        let spec = if spec.is_empty() { DEFAULT_SORT } else { spec };
        let mut keys: Vec<Key> = Vec::new();
        for part in spec.split(',') {
            let (name, direction) = match part.trim().strip_prefix('-') {
                Some(name) => (name, Direction::Descending),
                None => (part.trim(), Direction::Ascending),
            };
            let key = key(object, name, direction)?;
            if keys.iter().any(|other| other.column == key.column) {
                return Err(("duplicate_key", format!("{name} occurs twice in the order")));
            }
            keys.push(key);
        }
        if keys.len() > MAX_KEYS {
            return Err(("too_many_keys", format!("an order has at most {MAX_KEYS} keys")));
        }
        if let Some(position) = keys.iter().position(|key| key.column == "id") {
            keys.truncate(position + 1); // nothing after the id can make a difference
        } else {
            let direction = keys.last().map_or(Direction::Ascending, |key| key.direction);
            keys.push(key(object, "id", direction)?);
        }
        Ok(Self { keys, spec: spec.to_owned() })
    }

    /// The fields it sorts by.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.column.as_str())
    }

    /// The order as it was asked for.
    pub(crate) fn spec(&self) -> &str {
        &self.spec
    }

    /// The keys in the form of an `order by` clause.
    pub(crate) fn order_by(&self) -> String {
        let print = |key: &Key| {
            let column = statement::column(&key.column);
            match (key.direction, key.nullable) {
                (Direction::Ascending, _) => column, // nulls last is what Postgres does here
                (Direction::Descending, false) => format!("{column} desc"),
                (Direction::Descending, true) => format!("{column} desc nulls last"),
            }
        };
        self.keys.iter().map(print).collect::<Vec<_>>().join(", ")
    }

    /// The values of a record that a page continues after.
    pub(crate) fn position(&self, record: &Record) -> Vec<Option<String>> {
        self.keys.iter().map(|key| value_text(record.get(&key.column).unwrap_or(&Value::Null))).collect()
    }

    /// Checks that a position fits the keys, since it came back from outside.
    pub(crate) fn check(&self, caller: &Principal, position: &[Option<String>]) -> bool {
        position.len() == self.keys.len()
            && self.keys.iter().zip(position).all(|(key, value)| match value {
                None => key.nullable,
                Some(value) => bound_text(caller, &key.kind, value).is_ok(),
            })
    }

    /// Adds the condition that a row comes after the cursor.
    pub(crate) fn after(&self, cursor: &Cursor, conditions: &mut Conditions) {
        let values: Vec<Option<String>> = self
            .keys
            .iter()
            .zip(&cursor.position)
            .map(|(key, value)| {
                let parameter = value.clone().map(|value| conditions.bind(Bind::Text(value)));
                parameter.map(|parameter| format!("(${parameter}::text)::{}", key.cast))
            })
            .collect();
        let condition = self.whole_row(&values).unwrap_or_else(|| self.key_by_key(&values));
        conditions.push(condition);
    }

    /// One row comparison, which an index can serve, when no key is nullable and all agree.
    fn whole_row(&self, values: &[Option<String>]) -> Option<String> {
        let first = self.keys.first()?;
        if self.keys.iter().any(|key| key.nullable || key.direction != first.direction) {
            return None;
        }
        let columns: Vec<String> = self.keys.iter().map(|key| statement::column(&key.column)).collect();
        let values: Vec<String> = values.iter().flatten().cloned().collect();
        Some(format!("({}) {} ({})", columns.join(", "), sign(first.direction), values.join(", ")))
    }

    /// After in the first key, or equal there and after in the second, and so on.
    fn key_by_key(&self, values: &[Option<String>]) -> String {
        let mut cases = Vec::new();
        let mut equal: Vec<String> = Vec::new();
        for (key, value) in self.keys.iter().zip(values) {
            let column = statement::column(&key.column);
            if let Some(value) = value {
                let beyond = beyond(key, value);
                cases.push(equal.iter().cloned().chain([beyond]).collect::<Vec<_>>().join(" and "));
                equal.push(format!("{column} = {value}"));
            } else {
                equal.push(format!("{column} is null")); // nothing comes after an empty value
            }
        }
        format!("({})", cases.join("\n    or "))
    }
}

/// A value of the key that comes after the given one; empty values come after all others.
fn beyond(key: &Key, value: &str) -> String {
    let column = statement::column(&key.column);
    let beyond = format!("{column} {} {value}", sign(key.direction));
    if key.nullable { format!("({beyond} or {column} is null)") } else { beyond }
}

fn sign(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => ">",
        Direction::Descending => "<",
    }
}

fn key(object: &ObjectDef, name: &str, direction: Direction) -> Result<Key, Refusal> {
    let unknown = || ("unknown_field", format!("{} has no field {name}", object.label));
    let kind = statement::kind_of(object, name).ok_or_else(unknown)?;
    if matches!(kind, FieldKind::Json) {
        return Err(("unsortable_field", format!("{name} has no order")));
    }
    let cast = statement::cast_type(object, name).ok_or_else(unknown)?;
    let nullable = object.field(name).map_or(name == "deleted_at", |field| !field.required);
    Ok(Key { column: name.to_owned(), kind, cast, direction, nullable })
}

#[cfg(test)]
mod tests {
    use catalog::Catalog;

    use super::*;

    fn condition(spec: &str, position: &[Option<&str>]) -> String {
        let catalog = Catalog::standard();
        let sort = Sort::parse(catalog.object("deal").expect("deals exist"), spec).expect("valid");
        let position = position.iter().map(|value| value.map(str::to_owned)).collect();
        let mut conditions = Conditions::default();
        sort.after(&Cursor { fingerprint: String::new(), position }, &mut conditions);
        conditions.text()
    }

    #[test]
    fn keys_without_empty_values_become_one_row_comparison() {
        let text = condition("-created_at", &[Some("2026-01-01T00:00:00.000000Z"), Some("x")]);

        assert_eq!(text, "(t.\"created_at\", t.\"id\") < (($1::text)::timestamp with time zone, ($2::text)::uuid)");
    }

    #[test]
    fn empty_values_come_last() {
        let text = condition("-amount", &[Some("10"), Some("x")]);
        let at_the_empty = condition("-amount", &[None, Some("x")]);

        assert_eq!(
            text,
            "((t.\"amount\" < ($1::text)::numeric or t.\"amount\" is null)\n    \
             or t.\"amount\" = ($1::text)::numeric and t.\"id\" < ($2::text)::uuid)"
        );
        assert_eq!(at_the_empty, "(t.\"amount\" is null and t.\"id\" < ($1::text)::uuid)");
    }
}
