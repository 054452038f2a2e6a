//! The values that a field has in the records the caller may see: what a pick-list offers.

use catalog::{FieldKind, ObjectDef, Principal, policy};
use serde::Serialize;
use serde_json::Value;

use super::{ListQuery, invalid, page, statement};
use crate::{Error, Oltp, Result};

/// Values in one answer when nothing is said, and at most.
const DEFAULT_VALUES: u32 = 50;
const MAX_VALUES: u32 = 500;
/// Parameters of a list that mean nothing for a list of values.
const FOREIGN: [&str; 4] = ["sort", "cursor", "total", "limit"];

/// Values of a field, the most frequent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldValues {
    /// The values.
    pub items: Vec<FieldValue>,
    /// Whether there are more of them.
    pub more: bool,
}

/// One value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldValue {
    /// As records have it.
    pub value: Value,
    /// In how many records.
    pub count: i64,
}

impl Oltp {
    /// The values of a field among the records that the caller may see and that match.
    ///
    /// `parameters` are those of a list that choose records (`filter`, `q`, `deleted`), `field`, and
    /// `limit` for the number of values.
    ///
    /// # Errors
    /// As [`list_query`](Self::list_query); [`Error::MaskedField`] when the caller may not see the field.
    pub async fn field_values(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        parameters: &[(String, String)],
    ) -> Result<FieldValues> {
        let given = |name: &str| parameters.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let field = given("field").ok_or_else(|| invalid("field", "required", "say whose values: field=city"))?;
        let policy = policy(caller, object);
        if !policy.read {
            return Err(Error::unknown_object(&object.table));
        }
        check(&policy.known(object), field)?;
        let limit = given("limit").map_or(Ok(DEFAULT_VALUES), limit)?;
        if let Some(foreign) = FOREIGN.into_iter().find(|name| *name != "limit" && given(name).is_some()) {
            return Err(invalid(foreign, "unknown_parameter", "values have no order and no pages of their own"));
        }
        if policy.masked.contains(field) {
            return Err(Error::MaskedField { field: field.to_owned() });
        }
        let choosing = parameters.iter().filter(|(name, _)| name != "field" && name != "limit").cloned();
        let query: ListQuery = self.list_query(caller, object, &choosing.collect::<Vec<_>>()).await?;
        let mut connection = self.pool().acquire().await?;
        let rows = page::fetch(&mut connection, &page::values(object, &policy, &query, (field, limit + 1))).await?;
        let read = |row: Value| {
            let count = row.get("count").and_then(Value::as_i64).unwrap_or_default();
            FieldValue { value: row.get("value").cloned().unwrap_or_default(), count }
        };
        let mut items: Vec<FieldValue> = rows.into_iter().map(read).collect();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(FieldValues { items, more })
    }
}

fn check(object: &ObjectDef, field: &str) -> Result<()> {
    let Some(kind) = statement::kind_of(object, field) else {
        return Err(invalid("field", "unknown_field", format!("{} has no field {field}", object.label)));
    };
    let listed = matches!(
        kind,
        FieldKind::Text { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Choice { .. }
            | FieldKind::Bool
            | FieldKind::Link { .. }
    );
    if listed { Ok(()) } else { Err(invalid("field", "unsuitable_field", format!("{field} has no list of values"))) }
}

fn limit(text: &str) -> Result<u32> {
    let limit = text.parse::<u32>().ok().filter(|limit| (1..=MAX_VALUES).contains(limit));
    limit.ok_or_else(|| invalid("limit", "invalid_limit", format!("limit must be between 1 and {MAX_VALUES}")))
}
