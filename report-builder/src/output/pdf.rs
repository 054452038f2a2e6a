//! A report as PDF pages: who it is of, as of when, what was asked, and one long table.

mod filters;
mod fonts;
mod pages;
mod typeset;

use serde_json::json;

use self::pages::{PrintedTable, printed};
pub use self::{
    filters::filters,
    fonts::FACES,
    typeset::{Sheet, typeset},
};
use crate::{Error, ReportResult};

/// More rows make hundreds of pages that nobody reads; CSV and XLSX hold them all.
const MAX_ROWS: usize = 5_000;
/// Long side of the page, in millimetres (ISO 216, A4).
const LONG_SIDE_MM: f64 = 297.0;
/// Short side of the page, in millimetres (ISO 216, A4).
const SHORT_SIDE_MM: f64 = 210.0;
/// Both margins together, in millimetres.
const MARGINS_MM: f64 = 30.0;
/// Sizes of letters that are tried, largest first, in points.
const SIZES_PT: [f64; 4] = [9.0, 8.0, 7.0, 6.0];
/// Width of an average letter or digit of the font, in parts of its size.
const LETTER_WIDTH: f64 = 0.6;
/// Space beside the text of a cell, in points.
const CELL_PADDING_PT: f64 = 10.0;
/// One point in millimetres.
const POINT_MM: f64 = 25.4 / 72.0;
/// A column of longer texts is wrapped, in letters.
const WRAPPED_LETTERS: usize = 36;

/// What the pages say beside the result itself.
#[derive(Debug, Clone, Default)]
pub struct PageNotes {
    /// What was asked for, one short text per condition.
    pub filters: Vec<String>,
    /// The same report by its first row field alone.
    pub subtotals: Option<ReportResult>,
}

/// The result as PDF.
///
/// **Shape:** A4, portrait or landscape as the table needs; a wider table makes a wider page, so
/// that no column is cut.
///
/// # Errors
/// There are more rows than a person would turn pages for.
pub fn to_pdf(result: &ReportResult, notes: &PageNotes) -> Result<Vec<u8>, Error> {
    if result.rows.len() > MAX_ROWS {
        return Err(Error::TooManyGroups { what: "rows for a PDF", found: result.rows.len(), most: MAX_ROWS });
    }
    let table = printed(result, notes.subtotals.as_ref());
    let paper = Paper::holding(&table);
    let mut table = table;
    if !paper.spares_room(&table) {
        table.let_no_column_stretch();
    }
    let cover_all = "Totals also cover rows that are not shown.".to_owned();
    let below = (result.totals_cover_all && result.grand_total.is_some()).then_some(cover_all);
    let title = if result.title.is_empty() { "Report" } else { &result.title };
    let data = json!({
        "title": title,
        "description": result.description,
        "as_of": result.run.as_of.format("As of %-d %B %Y, %H:%M UTC").to_string(),
        "source": format!("Leadhouse · log position {} · days in {}", result.run.lsn, result.time_zone),
        "filters": notes.filters,
        "warnings": result.warnings,
        "notes": below.into_iter().collect::<Vec<_>>(),
        "columns": table.columns,
        "rows": table.rows,
        "size": paper.size_pt,
        "width": paper.width_mm,
        "height": paper.height_mm,
    });
    typeset(&Sheet { template: include_str!("pdf/report.typ"), data: &data, images: &[] })
}

/// The page and the letters that hold a table.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Paper {
    width_mm: f64,
    height_mm: f64,
    size_pt: f64,
}

impl Paper {
    fn holding(table: &PrintedTable) -> Self {
        let letters: usize = table.widths().iter().sum();
        let columns = float(table.columns.len());
        let needed = |size: f64| (float(letters) * size * LETTER_WIDTH + columns * CELL_PADDING_PT) * POINT_MM;
        let upright = |size: f64| Self { width_mm: SHORT_SIDE_MM, height_mm: LONG_SIDE_MM, size_pt: size };
        let lying = |size: f64| Self { width_mm: LONG_SIDE_MM, height_mm: SHORT_SIDE_MM, size_pt: size };
        let [first, second, ..] = SIZES_PT;
        let tried = [upright(first), upright(second)].into_iter().chain(SIZES_PT.map(lying));
        let fitting = tried.into_iter().find(|paper| needed(paper.size_pt) <= paper.width_mm - MARGINS_MM);
        let smallest = SIZES_PT[SIZES_PT.len() - 1];
        fitting.unwrap_or(Self { width_mm: needed(smallest) + MARGINS_MM, height_mm: SHORT_SIDE_MM, size_pt: smallest })
    }
}

impl Paper {
    /// Whether every header fits on one line, so that one column can take what is left.
    fn spares_room(self, table: &PrintedTable) -> bool {
        let headers = table.columns.iter().map(|column| column.label().chars().count());
        let letters: usize = table.widths().iter().zip(headers).map(|(cells, header)| header.max(*cells)).sum();
        let needed = float(letters) * self.size_pt * LETTER_WIDTH + float(table.columns.len()) * CELL_PADDING_PT;
        needed * POINT_MM <= self.width_mm - MARGINS_MM
    }
}

impl PrintedTable {
    fn let_no_column_stretch(&mut self) {
        for column in &mut self.columns {
            column.wide = false;
        }
    }

    /// Letters of the longest line of each column.
    fn widths(&self) -> Vec<usize> {
        let longest = |at: usize| {
            let cells = self.rows.iter().filter(|row| row.cells.len() > 1).filter_map(|row| row.cells.get(at));
            let cells = cells.map(|cell| cell.chars().count().min(WRAPPED_LETTERS)).max().unwrap_or(0);
            let words = self.columns.get(at).map_or("", |column| column.label()).split(' ');
            words.map(|word| word.chars().count()).max().unwrap_or(0).max(cells)
        };
        (0..self.columns.len()).map(longest).collect()
    }
}

/// A count as a number that can be multiplied; counts here are far below 2^32.
fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
