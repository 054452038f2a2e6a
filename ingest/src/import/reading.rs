//! From the text of a chunk to typed values, column by column.

mod dates;
mod numbers;

use catalog::{FieldKind, spreadsheet::restored};
use chrono::{DateTime, Utc};
use polars::prelude::{DataFrame, DataType, Int64Chunked, StringChunked};
use serde_json::Value;

pub(crate) use self::dates::moment;
use super::{
    Error,
    frame::{BrokenRow, Chunk},
    plan::{Cleaning, FieldRule, Origin, Plan, Reading},
    rule::EntryType,
};

/// What a cell turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// Nothing.
    Empty,
    /// A value in JSON; for lookups the text to look up.
    Value(Value),
    /// Something else than the field holds: what would be right.
    Wrong(String),
}

/// A moment of a row, nothing, or what is wrong with it.
pub(crate) type ReadMoment = Result<Option<DateTime<Utc>>, String>;

/// A chunk whose cells are typed.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The cells as written, for the rejects.
    pub frame: DataFrame,
    /// Line of every row.
    pub lines: Vec<u64>,
    /// One column of values per rule of the plan.
    pub values: Vec<Vec<Read>>,
    /// When each record came about, if a column says so.
    pub times: Option<Vec<ReadMoment>>,
    /// When each record took each step of the stage history.
    pub steps: Vec<Vec<ReadMoment>>,
    /// Rows that could not be read.
    pub broken: Vec<BrokenRow>,
    /// Bytes of the file read so far.
    pub bytes_read: u64,
}

impl Prepared {
    /// The line of its last row.
    pub(crate) fn last_line(&self) -> u64 {
        let broken = self.broken.iter().map(|row| row.line);
        self.lines.iter().copied().chain(broken).max().unwrap_or_default()
    }
}

/// Types the cells of a chunk.
pub(crate) fn prepare(plan: &Plan, chunk: Chunk) -> Result<Prepared, Error> {
    let columns = clean_columns(plan, &chunk.frame)?;
    let mut values = Vec::with_capacity(plan.rules.len());
    for rule in &plan.rules {
        let text = origin_text(rule, &columns, chunk.lines.len());
        values.push(read(rule, &text)?);
    }
    let column = |index: usize| &columns[index].1;
    let times = plan.times.column.map(|index| dates::moments(column(index), &plan.times.reading)).transpose()?;
    let steps = plan.times.steps.iter().map(|step| dates::moments(column(step.column), &step.reading));
    let steps = steps.collect::<Result<_, _>>()?;
    let Chunk { frame, lines, broken, bytes_read } = chunk;
    Ok(Prepared { frame, lines, values, times, steps, broken, bytes_read })
}

type Cleaned = Vec<(String, StringChunked)>;

fn clean_columns(plan: &Plan, frame: &DataFrame) -> Result<Cleaned, Error> {
    let columns = frame.columns().iter().zip(&plan.cleaning).map(|(column, cleaning)| {
        let text = column.as_materialized_series().str().map_err(Error::frame)?;
        Ok((column.name().to_string(), clean(text, cleaning)))
    });
    columns.collect()
}

/// Trims, takes away the apostrophe of our own exports, empties the words for nothing, replaces.
fn clean(text: &StringChunked, cleaning: &Cleaning) -> StringChunked {
    let cells = text.iter().map(|cell| {
        let cell = restored(cell?.trim());
        let cell = cleaning.replace.get(cell).map_or(cell, String::as_str);
        (!cell.is_empty() && !cleaning.null_words.contains(cell)).then_some(cell)
    });
    cells.collect()
}

fn origin_text(rule: &FieldRule, columns: &Cleaned, rows: usize) -> StringChunked {
    let text: StringChunked = match &rule.origin {
        Origin::Column(index, cleaning) => clean(&columns[*index].1, cleaning),
        Origin::Constant(text) => std::iter::repeat_n(Some(text.as_str()), rows).collect(),
        Origin::Template(template) => {
            let needed: Vec<(&str, &StringChunked)> =
                template.columns().filter_map(|name| find(columns, name).map(|text| (name, text))).collect();
            let fill = |row: usize| {
                template.fill(|name| needed.iter().find(|(of, _)| *of == name).and_then(|(_, text)| text.get(row)))
            };
            (0..rows).map(fill).collect()
        }
    };
    match &rule.reading.default {
        Some(default) => text.iter().map(|cell| cell.or(Some(default))).collect(),
        None => text,
    }
}

fn find<'c>(columns: &'c Cleaned, name: &str) -> Option<&'c StringChunked> {
    let exact = columns.iter().find(|(column, _)| column == name);
    let plain = super::automatic::plain(name);
    exact.or_else(|| columns.iter().find(|(column, _)| super::automatic::plain(column) == plain)).map(|(_, text)| text)
}

fn read(rule: &FieldRule, text: &StringChunked) -> Result<Vec<Read>, Error> {
    let reading = &rule.reading;
    if rule.entry.is_some() {
        return Ok(cells(text, |cell| entry(cell, reading)));
    }
    if rule.lookup.is_some() {
        return Ok(cells(text, as_text));
    }
    Ok(match &rule.field.kind {
        FieldKind::Text { .. } | FieldKind::LongText | FieldKind::Email | FieldKind::Phone | FieldKind::Url => {
            cells(text, as_text)
        }
        FieldKind::Link { .. } => cells(text, as_text),
        FieldKind::Integer { .. } => integers(text, reading)?,
        FieldKind::Decimal { .. } | FieldKind::Money => cells(text, |cell| decimal(cell, reading)),
        FieldKind::Bool => cells(text, boolean),
        FieldKind::Date => dates::days(text, reading)?,
        FieldKind::DateTime => dates::moments(text, reading)?.into_iter().map(moment_value).collect(),
        FieldKind::Choice { options } => cells(text, |cell| Read::Value(choice(cell, options))),
        FieldKind::Json => cells(text, json),
    })
}

fn cells(text: &StringChunked, read: impl Fn(&str) -> Read) -> Vec<Read> {
    text.iter().map(|cell| cell.map_or(Read::Empty, &read)).collect()
}

fn as_text(cell: &str) -> Read {
    Read::Value(Value::String(cell.to_owned()))
}

fn integers(text: &StringChunked, reading: &Reading) -> Result<Vec<Read>, Error> {
    let cast = polars::prelude::IntoSeries::into_series(text.clone()).cast(&DataType::Int64).map_err(Error::frame)?;
    let typed: &Int64Chunked = cast.i64().map_err(Error::frame)?;
    let whole = |cell: &str| {
        let number = numbers::plain_number(cell, reading.decimal, reading.thousands);
        let whole = number.map(|number| match number.split_once('.') {
            Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
            _ => number,
        });
        let whole = whole.and_then(|number| number.parse::<i64>().ok());
        let wrong = || Read::Wrong(format!("`{}` is not a whole number", shown(cell)));
        whole.map_or_else(wrong, |number| Read::Value(number.into()))
    };
    let plain = reading.thousands.is_none();
    let read = text.iter().zip(typed.iter()).map(|(cell, number)| match (cell, number) {
        (None, _) => Read::Empty,
        (Some(_), Some(number)) if plain => Read::Value(number.into()),
        (Some(cell), _) => whole(cell),
    });
    Ok(read.collect())
}

fn decimal(cell: &str, reading: &Reading) -> Read {
    let number = numbers::plain_number(cell, reading.decimal, reading.thousands);
    let wrong = || Read::Wrong(format!("`{}` is not a number such as 1234{}50", shown(cell), reading.decimal));
    number.map_or_else(wrong, |number| Read::Value(Value::String(number)))
}

fn boolean(cell: &str) -> Read {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "y" | "t" | "1" | "on" => Read::Value(true.into()),
        "false" | "no" | "n" | "f" | "0" | "off" => Read::Value(false.into()),
        _ => Read::Wrong(format!("`{}` is neither yes nor no", shown(cell))),
    }
}

/// The option that is written this way, upper and lower case and separators apart; otherwise the
/// cell itself, which the catalogue then refuses with the list of options.
fn choice(cell: &str, options: &[String]) -> Value {
    let plain = super::automatic::plain(cell);
    let exact = options.iter().find(|option| *option == cell);
    let option = exact.or_else(|| options.iter().find(|option| super::automatic::plain(option) == plain));
    Value::String(option.map_or(cell, String::as_str).to_owned())
}

fn json(cell: &str) -> Read {
    match serde_json::from_str(cell) {
        Ok(value) => Read::Value(value),
        Err(error) => Read::Wrong(format!("`{}` is not JSON: {error}", shown(cell))),
    }
}

fn entry(cell: &str, reading: &Reading) -> Read {
    match reading.entry_type {
        EntryType::Text => as_text(cell),
        EntryType::Bool => boolean(cell),
        EntryType::Number => {
            let number = numbers::plain_number(cell, reading.decimal, reading.thousands);
            let number = number.and_then(|number| serde_json::from_str::<serde_json::Number>(&number).ok());
            number.map_or_else(
                || Read::Wrong(format!("`{}` is not a number", shown(cell))),
                |number| Read::Value(number.into()),
            )
        }
    }
}

fn moment_value(moment: ReadMoment) -> Read {
    match moment {
        Ok(None) => Read::Empty,
        Ok(Some(at)) => Read::Value(Value::String(at.to_rfc3339())),
        Err(reason) => Read::Wrong(reason),
    }
}

/// The beginning of a cell, for messages.
pub(crate) fn shown(cell: &str) -> String {
    const SHOWN_CHARS: usize = 60;
    let mut start: String = cell.chars().take(SHOWN_CHARS).collect();
    if start.len() < cell.len() {
        start.push('…');
    }
    start
}
