//! Results as files.

use query_service::rel::Literal;
use serde_json::json;

use super::{Records, money, report, text};
use crate::{
    ReportResult,
    output::{OutputFormat, to_csv, to_table_text, write},
};

fn result() -> ReportResult {
    let mut records = Records::default();
    for (at, (name, amount)) in
        [("=cmd|' /C calc'!A0", "1234567.00"), ("Ümlaut, \"quoted\"", "-0.50")].into_iter().enumerate()
    {
        let id = Literal::Text(at.to_string());
        records
            .add("deals", vec![("id", id), ("name", text(name)), ("amount", money(amount)), ("status", text("won"))]);
    }
    let spec = json!({"spec_version": 1, "title": "Deals", "rows": [{"field": "deal.name"}],
        "values": [{"measure": "deal.count"}, {"measure": "deal.amount_sum"}, {"measure": "deal.win_rate"}],
        "totals": true});
    let mut result = report(&records.engines(), &spec);
    result.title = "Deals".to_owned();
    result
}

#[test]
fn csv_has_exact_numbers_and_no_formulas() {
    let csv = String::from_utf8(to_csv(&result()).expect("written")).expect("UTF-8");

    assert_eq!(
        csv,
        "Name,Deals,Amount,Win rate\n'=cmd|' /C calc'!A0,1,1234567.00,1.000000\n\
         \"Ümlaut, \"\"quoted\"\"\",1,-0.50,1.000000\nTotal,2,1234566.50,1.000000\n"
    );
}

#[test]
fn a_terminal_shows_separators_percent_and_the_state_it_is_of() {
    let table = to_table_text(&result());

    assert!(table.starts_with("Deals\n\nName "), "{table}");
    assert!(table.contains("1,234,567.00    100.0%"), "{table}");
    assert!(table.contains("Total "), "{table}");
    assert!(table.contains("2 rows · as of 2026-03-31 10:00:00 UTC · log position 0/7 · datafusion"), "{table}");
}

#[test]
fn a_workbook_holds_text_as_text_and_numbers_as_numbers() {
    let bytes = write(&result(), OutputFormat::Xlsx).expect("written");

    assert!(bytes.starts_with(b"PK"), "a zip file");
    assert!(bytes.len() > 1_000);
}

#[test]
fn json_says_everything_once() {
    let json: serde_json::Value =
        serde_json::from_slice(&write(&result(), OutputFormat::Json).expect("written")).expect("JSON");

    assert_eq!(json["rows"][0]["cells"][0], json!([1, "1234567.00", "1.000000"]));
    assert_eq!(json["grand_total"], json!([2, "1234566.50", "1.000000"]));
    assert_eq!(json["values"][1]["format"], "money");
    assert_eq!(json["run"]["lsn"], "0/7");
}

#[test]
fn parquet_starts_and_ends_with_its_mark() {
    let bytes = write(&result(), OutputFormat::Parquet).expect("written");

    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}
