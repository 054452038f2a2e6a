//! The order of a list, and where a page continues.
//!
//! Empty values come last in both directions. The id breaks ties in the direction of the last
//! key, so an index on `(key, id)` can be read either way.
//!
//! A key may be a field of a linked record, such as `stage.position`, where the caller sees all
//! records of that object: stages, people, products. Its value travels with the record under the
//! name of the path while the page is made, and is taken off before the answer.

mod parts;

use catalog::{FieldKind, ObjectDef, Principal, RowScope, policy};
use serde_json::Value;

use crate::Error;

use super::{
    Record,
    cursor::Cursor,
    filter::{Refusal, Setting, bound_text, value_text},
    page::{Bind, Conditions},
    statement,
};

pub(crate) use parts::Part;

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
    /// The field, or the path to it.
    name: String,
    /// Its value in SQL.
    value: String,
    kind: FieldKind,
    cast: String,
    direction: Direction,
    nullable: bool,
}

/// A checked order; the last key is always the id.
#[derive(Debug, Clone)]
pub(crate) struct Sort {
    keys: Vec<Key>,
    spec: String,
    forbidden: Option<Error>,
}

impl Sort {
    /// Checks an order such as `-amount,name`; empty means newest first.
    pub(crate) fn parse(setting: &Setting<'_>, spec: &str) -> Result<Self, Refusal> {
        let mut forbidden = None;
        let spec = if spec.is_empty() { DEFAULT_SORT } else { spec };
        let mut keys: Vec<Key> = Vec::new();
        for part in spec.split(',') {
            let (name, direction) = match part.trim().strip_prefix('-') {
                Some(name) => (name, Direction::Descending),
                None => (part.trim(), Direction::Ascending),
            };
            let key = match name.split_once('.') {
                Some((link, field)) => {
                    forbidden = forbidden.or_else(|| linked_mask(setting, link, field));
                    linked_key(setting, (link, field), direction)?
                }
                None => key(setting.object, name, direction)?,
            };
            if keys.iter().any(|other| other.name == key.name) {
                return Err(("duplicate_key", format!("{name} occurs twice in the order")));
            }
            keys.push(key);
        }
        if keys.len() > MAX_KEYS {
            return Err(("too_many_keys", format!("an order has at most {MAX_KEYS} keys")));
        }
        if let Some(position) = keys.iter().position(|key| key.name == "id") {
            keys.truncate(position + 1); // nothing after the id can make a difference
        } else {
            let direction = keys.last().map_or(Direction::Ascending, |key| key.direction);
            keys.push(key(setting.object, "id", direction)?);
        }
        Ok(Self { keys, spec: spec.to_owned(), forbidden })
    }

    /// The record's own fields it sorts by.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.name.as_str()).filter(|name| !name.contains('.'))
    }

    /// Why the caller may not sort by a linked record, if they may not.
    pub(crate) fn forbidden(&self) -> Option<Error> {
        self.forbidden.clone()
    }

    /// What is added to the record in JSON, so that its position in the order is known.
    pub(crate) fn linked_json(&self) -> String {
        let linked = self.keys.iter().filter(|key| key.name.contains('.'));
        let pairs = linked.map(|key| statement::named(&key.name, key.value.clone(), &key.cast));
        let pairs: Vec<String> = pairs.collect();
        if pairs.is_empty() { String::new() } else { format!(" || jsonb_build_object({})", pairs.join(", ")) }
    }

    /// Takes what [`linked_json`](Self::linked_json) added off the record.
    pub(crate) fn without_links(&self, mut record: Record) -> Record {
        for key in self.keys.iter().filter(|key| key.name.contains('.')) {
            record.remove(&key.name);
        }
        record
    }

    /// The order as it was asked for.
    pub(crate) fn spec(&self) -> &str {
        &self.spec
    }

    /// The keys in the form of an `order by` clause.
    pub(crate) fn order_by(&self) -> String {
        let print = |key: &Key| {
            let column = &key.value;
            match (key.direction, key.nullable) {
                (Direction::Ascending, _) => column.clone(), // nulls last is what Postgres does here
                (Direction::Descending, false) => format!("{column} desc"),
                (Direction::Descending, true) => format!("{column} desc nulls last"),
            }
        };
        self.keys.iter().map(print).collect::<Vec<_>>().join(", ")
    }

    /// The values of a record that a page continues after.
    pub(crate) fn position(&self, record: &Record) -> Vec<Option<String>> {
        self.keys.iter().map(|key| value_text(record.get(&key.name).unwrap_or(&Value::Null))).collect()
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
        let columns: Vec<String> = self.keys.iter().map(|key| key.value.clone()).collect();
        let values: Vec<String> = values.iter().flatten().cloned().collect();
        Some(format!("({}) {} ({})", columns.join(", "), sign(first.direction), values.join(", ")))
    }

    /// After in the first key, or equal there and after in the second, and so on.
    fn key_by_key(&self, values: &[Option<String>]) -> String {
        let mut cases = Vec::new();
        let mut equal: Vec<String> = Vec::new();
        for (key, value) in self.keys.iter().zip(values) {
            let column = &key.value;
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
    let column = &key.value;
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
    Ok(Key { name: name.to_owned(), value: statement::column(name), kind, cast, direction, nullable })
}

/// A field of the record at the end of a link.
fn linked_key(setting: &Setting<'_>, (link, field): (&str, &str), direction: Direction) -> Result<Key, Refusal> {
    let unknown = || ("unknown_field", format!("{} has no field {link}.{field}", setting.object.label));
    let (column, target) = linked(setting, link).ok_or_else(unknown)?;
    if policy(setting.caller, target).rows != RowScope::All {
        let message = format!("{link}.{field} is no order for you, because you do not see all {}", target.table);
        return Err(("unsortable_field", message));
    }
    let Key { kind, cast, .. } = key(target, field, direction)?;
    let value = format!(
        "(select l.{field} from {table} l where l.id = {column} and l.deleted_at is null)",
        field = statement::quoted(field),
        table = statement::quoted(&target.table),
        column = statement::column(&column),
    );
    Ok(Key { name: format!("{link}.{field}"), value, kind, cast, direction, nullable: true })
}

/// The refusal of a field that the caller does not see.
fn linked_mask(setting: &Setting<'_>, link: &str, field: &str) -> Option<Error> {
    let (column, target) = linked(setting, link)?;
    let policy = policy(setting.caller, target);
    if !policy.read {
        return Some(Error::not_allowed("read", target));
    }
    let masked = setting.policy.masked.contains(&column) || policy.masked.contains(field);
    masked.then(|| Error::MaskedField { field: field.to_owned() })
}

/// The link field that a word stands for, and the object at its end.
fn linked<'a>(setting: &Setting<'a>, link: &str) -> Option<(String, &'a ObjectDef)> {
    let named = |name: &str| name == link || name.strip_suffix("_id") == Some(link);
    let (field, target) = setting.object.links().find(|(field, _)| named(&field.name))?;
    Some((field.name.clone(), setting.catalog.object(target)?))
}

#[cfg(test)]
mod tests {
    use catalog::Catalog;

    use super::*;

    fn condition(spec: &str, position: &[Option<&str>]) -> String {
        let catalog = Catalog::standard();
        let object = catalog.object("deal").expect("deals exist");
        let (caller, policy) = (&Principal::system(), &policy(&Principal::system(), object));
        let setting = Setting { catalog: &catalog, caller, object, policy };
        let sort = Sort::parse(&setting, spec).expect("valid");
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
    fn a_linked_record_gives_its_value() {
        let text = condition("stage.position", &[Some("3"), Some("x")]);

        let value = "(select l.\"position\" from \"stages\" l where l.id = t.\"stage_id\" and l.deleted_at is null)";
        assert_eq!(
            text,
            format!(
                "(({value} > ($1::text)::bigint or {value} is null)\n    \
                 or {value} = ($1::text)::bigint and t.\"id\" > ($2::text)::uuid)"
            )
        );
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
