//! A table on a card: as many rows as there is room for, and how many there are more.

use std::fmt::Write as _;

use super::super::{
    grid::Placed,
    markup::{Text, text, width},
};
use crate::{
    TableRow, TableView,
    theme::{INK, LINE, MUTED},
};

/// Height of a row.
const ROW: f64 = 22.0;
/// Size of the letters.
const SIZE: f64 = 11.5;
/// Space between columns.
const BETWEEN: f64 = 14.0;
/// Narrowest column.
const NARROWEST: f64 = 34.0;

/// Draws a table into its area; the total stays in sight when rows are left out.
pub(super) fn draw(out: &mut String, area: Placed, table: &TableView) {
    let columns = columns(table, area);
    let header = Text { x: 0.0, y: area.y + 12.0, size: SIZE - 0.5, weight: 500, color: MUTED, anchor: "start" };
    let labels: Vec<String> = table.columns.iter().map(|column| column.label.clone()).collect();
    line(out, header, (table, &columns), &labels);
    rule(out, area, area.y + ROW - 3.0, "1");
    let (totals, groups): (Vec<&TableRow>, Vec<&TableRow>) = table.rows.iter().partition(|row| row.total);
    let room = rows_that_fit(area.height - ROW);
    let shown = if groups.len() + totals.len() <= room { groups.len() } else { room.saturating_sub(totals.len() + 1) };
    let mut y = area.y + ROW;
    for row in groups.iter().take(shown) {
        line(out, Text { y: y + 14.0, size: SIZE, weight: 400, color: INK, ..header }, (table, &columns), &row.cells);
        rule(out, area, y + ROW - 1.0, "0.6");
        y += ROW;
    }
    if shown < groups.len() {
        let words = format!("and {} more", groups.len() - shown);
        text(out, Text { x: area.x, y: y + 14.0, size: SIZE, ..header }, area.width, &words);
        y += ROW;
    }
    for row in totals {
        line(out, Text { y: y + 14.0, size: SIZE, weight: 600, color: INK, ..header }, (table, &columns), &row.cells);
        y += ROW;
    }
}

fn rows_that_fit(height: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a card has room for some hundred rows"
    )]
    let rows = (height.max(0.0) / ROW) as usize;
    rows
}

/// Left end and width of each column: as wide as its texts, made narrower together where needed.
fn columns(table: &TableView, area: Placed) -> Vec<(f64, f64)> {
    let natural = |at: usize, label: &str| {
        let cells = table.rows.iter().filter_map(|row| row.cells.get(at));
        let longest = cells.map(|cell| width(cell, SIZE, 600)).fold(width(label, SIZE, 500), f64::max);
        longest.max(NARROWEST)
    };
    let widths: Vec<f64> = table.columns.iter().enumerate().map(|(at, column)| natural(at, &column.label)).collect();
    let between = BETWEEN * float(widths.len().saturating_sub(1));
    let all: f64 = widths.iter().sum();
    let (scale, spare) = if all + between > area.width {
        (((area.width - between) / all).max(0.05), 0.0)
    } else {
        (1.0, (area.width - between - all) / float(widths.len().max(1)))
    };
    let mut x = area.x;
    let place = |width: f64| {
        let placed = (x, width * scale + spare);
        x += placed.1 + BETWEEN;
        placed
    };
    widths.into_iter().map(place).collect()
}

fn line(out: &mut String, style: Text<'_>, (table, columns): (&TableView, &[(f64, f64)]), cells: &[String]) {
    for ((cell, column), (x, width)) in cells.iter().zip(&table.columns).zip(columns) {
        let style = if column.number { Text { x: x + width, anchor: "end", ..style } } else { Text { x: *x, ..style } };
        text(out, style, *width, cell);
    }
}

fn rule(out: &mut String, area: Placed, y: f64, thickness: &str) {
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"{LINE}\" stroke-width=\"{thickness}\"/>",
        area.x,
        area.x + area.width,
    );
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
