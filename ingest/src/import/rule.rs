//! One rule of a mapping: where the value of a field comes from and how it is read.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

/// Where the value of a field comes from and how it is read.
///
/// In a mapping file a plain text stands for the field (under `columns`) or for the column (under
/// `fields`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rule {
    /// The plain text, when the rule was written as one.
    pub short: Option<String>,
    /// The long form.
    pub long: RuleTable,
}

/// The long form of a rule.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleTable {
    /// Field, or `attributes.key` for one entry of a JSON field.
    pub field: Option<String>,
    /// Column.
    pub column: Option<String>,
    /// Text with column names in braces, such as `Lead {mql_id}`; empty when one of them is. A
    /// column can be passed through `lower`, `upper` or `slug`: `{sales_agent|slug}`.
    pub template: Option<String>,
    /// The same value for every row.
    pub value: Option<toml::Value>,
    /// Value of rows whose cell is empty.
    pub default: Option<String>,
    /// strptime format of this column, instead of `dates.formats`.
    pub format: Option<String>,
    /// Time zone of this column, instead of `dates.zone`.
    pub zone: Option<String>,
    /// Decimal separator of this column.
    pub decimal: Option<char>,
    /// Thousands separator of this column.
    pub thousands: Option<char>,
    /// Further words that mean "no value" in this column.
    pub null: Vec<String>,
    /// Cell text to the text to read instead.
    pub replace: BTreeMap<String, String>,
    /// How text becomes the id of another record.
    pub lookup: Option<Lookup>,
    /// Type of an entry of a JSON field: `text` (default), `number` or `bool`.
    #[serde(rename = "type")]
    pub entry_type: Option<EntryType>,
}

/// Type of an entry of a JSON field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryType {
    /// Text as written.
    #[default]
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Bool,
}

/// How text becomes the id of another record.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lookup {
    /// The object; must be the one the field links to.
    pub object: Option<String>,
    /// `id`, `external_id`, `name` (the field that names a record) or any other text field;
    /// default `name`.
    pub by: Option<String>,
    /// What happens when there is no such record.
    pub on_missing: OnMissing,
    /// Only among records with these links, by name: `{ pipeline_id = "Maven" }`.
    pub within: BTreeMap<String, String>,
    /// Further values of records made by `on_missing = "create"`.
    pub create: BTreeMap<String, toml::Value>,
}

/// What happens when a lookup finds nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMissing {
    /// The row is rejected.
    #[default]
    Reject,
    /// The field stays empty.
    Null,
    /// The record is made.
    Create,
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RuleVisitor)
    }
}

struct RuleVisitor;

impl<'de> Visitor<'de> for RuleVisitor {
    type Value = Rule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a table with field, column, template, value, lookup and the like")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Rule, E> {
        Ok(Rule { short: Some(text.to_owned()), long: RuleTable::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rule, A::Error> {
        let long = RuleTable::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Rule { short: None, long })
    }
}
