//! The report specification, version 1: what a person asks for, as JSON.
//!
//! Parsing checks shape only (unknown keys, types, limits, ids); names of fields and measures are
//! resolved by [`bind`](crate::bind). Every refusal has the JSON pointer of the value at fault.

mod condition;
mod parse;
mod reader;

pub use condition::{ConditionSpec, Operator, Quantifier, RelativeRange, ValueLiteral};

use query_service::rel::Grain;

/// Greatest number of row plus column fields; more make a table nobody can read.
pub(crate) const MAX_GROUPS: usize = 8;
/// Greatest number of values.
pub(crate) const MAX_VALUES: usize = 50;
/// Rows shown when the specification does not say.
pub(crate) const DEFAULT_LIMIT: u64 = 2_000;
/// Greatest number of rows a report can ask for.
pub(crate) const MAX_LIMIT: u64 = 100_000;

/// A report as a person asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSpec {
    /// Stable name, `lower-case-with-dashes`; empty for an ad-hoc report.
    pub name: String,
    /// Title on screen; empty for an ad-hoc report.
    pub title: String,
    /// One sentence on what it shows.
    pub description: String,
    /// What makes a row.
    pub rows: Vec<GroupSpec>,
    /// What makes a column (pivot); empty for a plain table.
    pub columns: Vec<GroupSpec>,
    /// What is shown per group; at least one.
    pub values: Vec<ValueSpec>,
    /// Which records count.
    pub condition: Option<ConditionSpec>,
    /// Which row groups are shown.
    pub having: Vec<HavingSpec>,
    /// The order of the rows; empty means by the row fields.
    pub sort: Vec<SortSpec>,
    /// Only the first rows by a value.
    pub top: Option<TopSpec>,
    /// Which totals are shown.
    pub totals: TotalsSpec,
    /// Most rows shown.
    pub limit: u64,
    /// IANA name of the zone that days are counted in; `None` means that of the request, or UTC.
    pub time_zone: Option<String>,
}

/// A field to group by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSpec {
    /// Name for sort and output, unique among groups and values.
    pub id: String,
    /// The field's path; several when measures of different objects meet in one group, such as
    /// `deal.closed_on` and `lead.created_at`.
    pub fields: Vec<String>,
    /// The period, for dates and moments.
    pub grain: Option<Grain>,
    /// Label instead of the field's own.
    pub label: Option<String>,
    /// JSON pointer of the group.
    pub pointer: String,
}

/// A value to compute per group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueSpec {
    /// Name for formulas, sort and output, unique among groups and values.
    pub id: String,
    /// What to compute.
    pub source: ValueSource,
    /// Only records for which this is true count.
    pub condition: Option<ConditionSpec>,
    /// Label instead of the measure's own.
    pub label: Option<String>,
    /// Format instead of the measure's own.
    pub format: Option<Format>,
    /// JSON pointer of the value.
    pub pointer: String,
}

/// What a value is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueSource {
    /// A measure of the model, such as `deal.count` or `deal.win_rate`.
    Measure(String),
    /// An aggregate of a field.
    Aggregate {
        /// Path of the field.
        field: String,
        /// How.
        aggregate: Aggregate,
    },
    /// Arithmetic over other values of the report.
    Formula(String),
}

/// How the values of a field become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aggregate {
    /// How many values there are.
    Count,
    /// How many different values there are.
    CountDistinct,
    /// The exact sum.
    Sum,
    /// The sum divided by the number of values, six digits after the point, half to even.
    Avg,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
}

impl Aggregate {
    /// Every aggregate with its word in specifications and measure names.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Count, "count"),
        (Self::CountDistinct, "count_distinct"),
        (Self::Sum, "sum"),
        (Self::Avg, "avg"),
        (Self::Min, "min"),
        (Self::Max, "max"),
    ];
}

/// How a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Text as it is.
    Text,
    /// Yes or no.
    Bool,
    /// A whole number with thousands separators.
    Integer,
    /// A number with up to six digits after the point.
    Decimal,
    /// A number with two digits after the point and thousands separators.
    Money,
    /// A ratio shown in percent.
    Percent,
    /// A calendar day or the first day of a period.
    Date,
    /// A moment, in UTC.
    DateTime,
}

impl Format {
    /// Every format with its word in specifications.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Text, "text"),
        (Self::Bool, "bool"),
        (Self::Integer, "integer"),
        (Self::Decimal, "decimal"),
        (Self::Money, "money"),
        (Self::Percent, "percent"),
        (Self::Date, "date"),
        (Self::DateTime, "date_time"),
    ];
}

/// A condition on a value of a row group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HavingSpec {
    /// Id of the value.
    pub value: String,
    /// How it is compared.
    pub operator: Operator,
    /// What it is compared with, as decimal text.
    pub than: String,
    /// JSON pointer of the condition.
    pub pointer: String,
}

/// One key of the order of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortSpec {
    /// Id of a value or of a row field.
    pub by: String,
    /// Greatest first.
    pub descending: bool,
    /// JSON pointer of the key.
    pub pointer: String,
}

/// Only the first rows by a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopSpec {
    /// How many rows.
    pub count: u64,
    /// Id of the value that decides; greatest first unless `ascending`.
    pub by: String,
    /// Least first.
    pub ascending: bool,
    /// Ids of row fields: the first rows of each of their combinations.
    pub per: Vec<String>,
    /// Adds one row (per combination of `per`) for everything else.
    pub others: bool,
    /// JSON pointer of the object.
    pub pointer: String,
}

/// Which totals are shown; each is computed from the records, never from the cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TotalsSpec {
    /// A total over all columns for each row.
    pub rows: bool,
    /// A total over all rows for each column.
    pub columns: bool,
    /// The total over everything.
    pub grand: bool,
}

impl ReportSpec {
    /// Reads a specification.
    ///
    /// # Errors
    /// The first thing that is wrong, with its JSON pointer.
    pub fn parse(json: &serde_json::Value) -> Result<Self, catalog::Invalid> {
        parse::report(json)
    }
}
