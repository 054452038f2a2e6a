//! Writes a result: text table, CSV, JSON, XLSX, PDF, Parquet.
//!
//! All forms but JSON share one flat layout: the row fields, then each column group's values, then
//! the row totals; the totals over all rows come last.

mod csv;
mod flat;
mod parquet;
mod pdf;
mod shown;
mod table;
mod xlsx;

pub use self::{
    csv::to_csv,
    flat::{FlatColumn, FlatRow, FlatTable, RowKind, flatten},
    parquet::to_parquet,
    pdf::{FACES, PageNotes, Sheet, filters, to_pdf, typeset},
    shown::shown,
    table::to_table_text,
    xlsx::{to_workbook, to_xlsx},
};
use crate::{Error, ReportResult};

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, harmless on every file system.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl File {
    /// A file named after what it shows.
    ///
    /// Letters that are not harmless in a header and on every file system become dashes.
    pub fn new(title: &str, extension: &str, media_type: &'static str, bytes: Vec<u8>) -> Self {
        let safe = title.chars().map(|letter| {
            let harmless = letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
            if harmless { letter } else { '-' }
        });
        Self { name: format!("{}.{extension}", safe.collect::<String>()), media_type, bytes }
    }
}

/// How a result is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// The whole result with everything known about it.
    #[default]
    Json,
    /// A text table for a terminal.
    Table,
    /// Comma-separated values, exact numbers.
    Csv,
    /// A workbook with real numbers and dates.
    Xlsx,
    /// Pages with title, filters and a table whose header repeats.
    Pdf,
    /// A typed columnar file, without totals.
    Parquet,
}

impl OutputFormat {
    /// The media type of the written result.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Table => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The usual end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Table => "txt",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
            Self::Parquet => "parquet",
        }
    }
}

/// Writes a result in a format.
///
/// # Errors
/// It cannot be written, such as more rows than a sheet can hold.
pub fn write(result: &ReportResult, format: OutputFormat) -> Result<Vec<u8>, Error> {
    match format {
        OutputFormat::Json => serde_json::to_vec(result).map_err(|error| failed("JSON", error)),
        OutputFormat::Table => Ok(to_table_text(result).into_bytes()),
        OutputFormat::Csv => to_csv(result),
        OutputFormat::Xlsx => to_xlsx(result),
        OutputFormat::Pdf => to_pdf(result, &PageNotes::default()),
        OutputFormat::Parquet => to_parquet(result),
    }
}

fn failed(format: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Output { format, source: Box::new(error) }
}
