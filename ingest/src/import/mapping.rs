//! The mapping file: how the columns of a file become the fields of a record.
//!
//! Written in TOML and checked for unknown words; `docs/examples/` holds complete ones. What it
//! says is bound to one file and one object by [`Plan`](super::plan::Plan).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{MatchPolicy, rule::Rule};
use crate::import::Error;

/// Greatest size of a mapping file: far above any real one, small enough to sit in a request.
pub const MAX_MAPPING_BYTES: usize = 64 * 1024;

/// How the columns of a file become the fields of a record.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Object the mapping is for; when given, importing into another object is refused.
    pub object: Option<String>,
    /// Field that decides whether a row is already there; a request may say otherwise.
    #[serde(rename = "match")]
    pub match_field: Option<String>,
    /// What happens to rows that are already there; a request may say otherwise.
    pub policy: Option<MatchPolicy>,
    /// Where columns go that no rule names: `ignore`, or the name of a JSON field such as
    /// `attributes`, which then holds them by column name. Default: `attributes` where the object
    /// has that field, otherwise `ignore`; the summary lists ignored columns.
    pub unmapped: Option<String>,
    /// Words that mean "no value", besides the empty cell, in every column.
    pub null_words: Vec<String>,
    /// How the file is written, where it should not be detected.
    pub source: SourceOptions,
    /// How dates and moments are written.
    pub dates: DateOptions,
    /// How numbers are written.
    pub numbers: NumberOptions,
    /// Column name to field, or to a rule that names its field.
    pub columns: BTreeMap<String, Rule>,
    /// Field to a rule that names its column, template or constant.
    pub fields: BTreeMap<String, Rule>,
    /// When the records came about.
    pub time: TimeOptions,
    /// At which date a record entered which stage, in the order of the stages.
    pub stages: Vec<StageStep>,
}

impl Mapping {
    /// Reads a mapping from its TOML text.
    ///
    /// # Errors
    /// The text is too long, is not TOML, or says something that a mapping does not know.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_MAPPING_BYTES {
            return Err(Error::mapping("", format!("the mapping is longer than {MAX_MAPPING_BYTES} bytes")));
        }
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let place = line.map_or_else(String::new, |line| format!("line {line}: "));
            Error::mapping("", format!("{place}{}", error.message()))
        })
    }
}

/// How a file is written, where detection should not decide.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceOptions {
    /// Character between cells.
    pub delimiter: Option<char>,
    /// Character around cells.
    pub quote: Option<char>,
    /// `utf-8`, `utf-16` or `windows-1252`.
    pub encoding: Option<String>,
    /// Sheet of a workbook; default the first.
    pub sheet: Option<String>,
}

/// How dates and moments are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DateOptions {
    /// strptime formats, tried in order; default ISO 8601.
    pub formats: Vec<String>,
    /// Time zone of moments without an offset, such as `Europe/Berlin`; default UTC.
    pub zone: Option<String>,
}

/// How numbers are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NumberOptions {
    /// Character before the fraction; default the point.
    pub decimal: Option<char>,
    /// Character between groups of digits; default none.
    pub thousands: Option<char>,
}

/// When the records came about: their effective time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeOptions {
    /// Column with the date a record came about.
    pub column: Option<String>,
    /// Effective time of records whose column is empty or whose stages have no date: a date or
    /// moment; default the time of the import.
    pub default: Option<String>,
    /// Time of day that a date without one stands for, `HH:MM`; default midnight. Noon keeps a
    /// date on its day in every time zone.
    pub at: Option<String>,
}

/// One step of a stage history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StageStep {
    /// Column with the date of the step; a row where it is empty did not take it.
    pub at: String,
    /// The stage entered, as the stage column would write it; absent means the row's own, final
    /// stage.
    pub stage: Option<String>,
    /// Fields that became known at this step and are empty before.
    pub with: Vec<String>,
}
