//! What stands on the pages, read back by another program.

use std::{io::Write as _, process::Stdio};

use catalog::Lsn;
use chrono::DateTime;
use query_service::Engine;

use super::*;
use crate::{Cell, ColumnGroup, Format, ResultField, ResultRow, Run};

fn field(id: &str, label: &str, format: Format) -> ResultField {
    ResultField { id: id.to_owned(), label: label.to_owned(), format }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn money(cents: i128) -> Cell {
    Cell::Decimal { unscaled: cents, scale: 2 }
}

fn row(keys: Vec<Cell>, cents: i128) -> ResultRow {
    ResultRow { keys, others: false, cells: vec![Some(vec![money(cents)])], total: None }
}

/// Revenue by region and owner, or by region alone.
fn revenue(fields: usize, rows: Vec<ResultRow>) -> ReportResult {
    let all = [field("region", "Region", Format::Text), field("owner", "Owner", Format::Text)];
    ReportResult {
        name: "revenue".to_owned(),
        title: "Revenue by region".to_owned(),
        description: "Won revenue.".to_owned(),
        row_fields: all.into_iter().take(fields).collect(),
        column_fields: Vec::new(),
        values: vec![field("amount", "Amount", Format::Money)],
        columns: vec![ColumnGroup { keys: Vec::new() }],
        row_count: u64::try_from(rows.len()).unwrap(),
        rows,
        column_totals: None,
        grand_total: Some(vec![money(123_456_789)]),
        truncated: false,
        totals_cover_all: false,
        time_zone: "UTC".to_owned(),
        ranges: Vec::new(),
        warnings: Vec::new(),
        run: Run { engine: Engine::DataFusion, as_of: DateTime::UNIX_EPOCH, lsn: Lsn(7), lag_ms: 0, elapsed_ms: 0 },
    }
}

/// The text of a PDF as poppler lays it out.
fn read_back(pdf: &[u8]) -> String {
    let mut reader = std::process::Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils is installed");
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rows_stand_in_groups_with_subtotals_from_the_records() {
    let rows = vec![
        row(vec![text("West"), text("Anna")], 10_000),
        row(vec![text("East"), text("Carl")], 5_000),
        row(vec![text("West"), text("Berta")], 20_000),
    ];
    // A sum of the rows above would be 300.00; the records know better, such as after rounding.
    let sums = revenue(1, vec![row(vec![text("West")], 30_001), row(vec![text("East")], 5_000)]);
    let notes = PageNotes { filters: vec!["Deal status is won".to_owned()], subtotals: Some(sums) };

    let page = read_back(&to_pdf(&revenue(2, rows), &notes).unwrap());

    let order = ["Revenue by region", "Deal status is won", "West", "Anna", "Berta", "Total West", "300.01", "East"];
    let mut from = page.find("Won revenue.").expect("the description");
    for words in &order[1..] {
        from += page[from..].find(words).unwrap_or_else(|| panic!("{words} is missing or misplaced:\n{page}"));
    }
    assert!(page.contains("1,234,567.89") && page.contains("Page 1 of 1") && page.contains("1 January 1970"), "{page}");
}

#[test]
fn text_of_records_is_never_markup() {
    let wild = "#image(\"/etc/passwd\") *bold* $x$ @ref // gone \\ <a> `raw`";

    let page = read_back(&to_pdf(&revenue(1, vec![row(vec![text(wild)], 1)]), &PageNotes::default()).unwrap());

    let unbroken = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unbroken.contains("#image(\"/etc/passwd\") *bold*"), "{page}");
    assert!(unbroken.contains("`raw`"), "{page}");
}

#[test]
fn a_long_table_repeats_its_header_and_counts_its_pages() {
    let rows = (0..120).map(|number| row(vec![text(&format!("Region {number}"))], number)).collect();

    let page = read_back(&to_pdf(&revenue(1, rows), &PageNotes::default()).unwrap());

    assert_eq!(page.matches("Amount").count(), page.matches('\u{c}').count(), "{page}");
    assert!(page.contains("Page 3 of 3"), "{page}");
}

#[test]
fn the_same_result_gives_the_same_bytes() {
    let pages = || to_pdf(&revenue(1, vec![row(vec![text("West")], 1)]), &PageNotes::default()).unwrap();

    assert!(pages() == pages());
}

#[test]
fn more_rows_than_a_person_reads_are_refused() {
    let rows = (0..=MAX_ROWS).map(|_| row(vec![text("West")], 1)).collect();

    let refusal = to_pdf(&revenue(1, rows), &PageNotes::default()).unwrap_err();

    assert!(refusal.to_string().contains("5001 rows for a PDF, more than 5000"), "{refusal}");
}

#[test]
fn a_wide_table_makes_the_page_lie_and_then_grow() {
    let wide = |values: usize| {
        let mut result = revenue(1, Vec::new());
        result.values = (0..values).map(|at| field(&at.to_string(), "Amount", Format::Money)).collect();
        Paper::holding(&printed(&result, None))
    };

    assert!(wide(4).width_mm < wide(16).width_mm);
    assert!(wide(200).width_mm > LONG_SIDE_MM);
}
