//! A mapping bound to one file and one object: every name resolved, every option checked.

mod bind;
mod times;

use std::{collections::BTreeMap, collections::BTreeSet, sync::Arc};

use catalog::{Catalog, FieldDef, ObjectDef};
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

pub(crate) use self::bind::bind;
use super::{
    MatchPolicy,
    rule::{EntryType, Lookup},
    template::Template,
};

/// Everything needed to turn the cells of a row into the values of a record.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What the rows become.
    pub object: ObjectDef,
    /// Every object, for lookups.
    pub catalog: Arc<Catalog>,
    /// How each column is cleaned before anything else looks at it.
    pub cleaning: Vec<Cleaning>,
    /// One per field, or entry of a JSON field, that the file fills.
    pub rules: Vec<FieldRule>,
    /// Field that decides whether a row is already there.
    pub match_field: Option<String>,
    /// What happens to rows that are already there.
    pub policy: MatchPolicy,
    /// Where effective times come from.
    pub times: Times,
    /// Columns that no rule uses.
    pub ignored: Vec<String>,
}

/// How a column is cleaned: trimmed, words for nothing emptied, values replaced.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cleaning {
    /// Words that mean nothing.
    pub null_words: BTreeSet<String>,
    /// Text to the text to read instead.
    pub replace: BTreeMap<String, String>,
}

/// How one field gets its value.
#[derive(Debug)]
pub(crate) struct FieldRule {
    /// The field.
    pub field: FieldDef,
    /// Entry of the JSON field, when it is one.
    pub entry: Option<String>,
    /// Where the text comes from.
    pub origin: Origin,
    /// How the text is read.
    pub reading: Reading,
    /// How the text becomes an id.
    pub lookup: Option<BoundLookup>,
}

/// Where text comes from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A column of the file, by position, cleaned once more by its own rule.
    Column(usize, Cleaning),
    /// Several columns.
    Template(Template),
    /// The mapping.
    Constant(String),
}

/// How text is read.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Text of empty cells.
    pub default: Option<String>,
    /// strptime formats; none means ISO 8601.
    pub formats: Vec<String>,
    /// Zone of moments without an offset.
    pub zone: Tz,
    /// Time of day of dates without one.
    pub at: NaiveTime,
    /// Before the fraction.
    pub decimal: char,
    /// Between groups of digits.
    pub thousands: Option<char>,
    /// Type of an entry of a JSON field.
    pub entry_type: EntryType,
}

/// A lookup with its names resolved.
#[derive(Debug)]
pub(crate) struct BoundLookup {
    /// The object looked in.
    pub object: ObjectDef,
    /// The field compared, or `id`.
    pub by: String,
    /// The rest, as the mapping says.
    pub options: Lookup,
}

/// Where effective times come from.
#[derive(Debug)]
pub(crate) struct Times {
    /// Column with the date a record came about.
    pub column: Option<usize>,
    /// Time of records without one; the time of the import when absent.
    pub default: Option<DateTime<Utc>>,
    /// How the dates are read.
    pub reading: Reading,
    /// The steps of the stage history.
    pub steps: Vec<Step>,
    /// Field that holds the stage.
    pub stage_field: String,
}

/// One step of the stage history.
#[derive(Debug)]
pub(crate) struct Step {
    /// Column with its date.
    pub column: usize,
    /// Name of that column.
    pub column_name: String,
    /// How its date is read.
    pub reading: Reading,
    /// The stage as text; absent for the row's own.
    pub stage: Option<String>,
    /// Fields known from then on.
    pub with: Vec<String>,
}

impl Plan {
    /// The rule that fills a whole field.
    pub(crate) fn rule(&self, field: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.field.name == field && rule.entry.is_none())
    }

    /// The fields that the file fills, each once.
    pub(crate) fn fields(&self) -> BTreeSet<&str> {
        self.rules.iter().map(|rule| rule.field.name.as_str()).collect()
    }
}
