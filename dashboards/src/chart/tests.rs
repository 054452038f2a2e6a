//! The specification of each kind of chart, and what is refused.

use serde_json::json;

use super::*;

fn column(name: &str, label: &str, kind: ColumnKind) -> ChartColumn {
    ChartColumn { name: name.to_owned(), label: label.to_owned(), kind, format: NumberFormat::Plain }
}

fn region() -> ChartColumn {
    column("owner.region", "Region", ColumnKind::Nominal)
}

fn stage() -> ChartColumn {
    column("deal.stage", "Stage", ColumnKind::Nominal)
}

fn revenue() -> ChartColumn {
    column("deal.amount_sum", "Won revenue", ColumnKind::Quantitative)
}

fn month() -> ChartColumn {
    column("deal.closed_on", "Closed", ColumnKind::Temporal)
}

/// A table whose rows are given as a JSON array of arrays.
fn table(columns: Vec<ChartColumn>, rows: Value) -> ChartData {
    ChartData { columns, rows: serde_json::from_value(rows).unwrap() }
}

fn refusal(kind: ChartKind, data: &ChartData) -> String {
    vega_lite(kind, "Refused", data).unwrap_err().to_string()
}

#[test]
fn bars_of_names_lie_in_the_order_of_the_rows() {
    let data =
        table(vec![region(), revenue()], json!([["West", "3568647.00"], ["Central", "3346293.00"], [null, "0.00"]]));

    insta::assert_json_snapshot!(vega_lite(ChartKind::Bar, "Won revenue by region", &data).unwrap());
}

#[test]
fn bars_of_months_stand_and_are_stacked_by_the_second_names() {
    let data = table(
        vec![month(), region(), revenue()],
        json!([["2017-03-01", "West", 12], ["2017-03-01", "East", 7], ["2017-04-01", "West", 9]]),
    );

    insta::assert_json_snapshot!(vega_lite(ChartKind::Bar, "Won revenue by month", &data).unwrap());
}

#[test]
fn a_line_runs_over_days_with_a_gap_where_there_is_no_number() {
    let data = table(
        vec![month(), column("deal.win_rate", "Win rate", ColumnKind::Quantitative)],
        json!([["2017-03-01", 0.25], ["2017-03-02", null], ["2017-03-03T00:00:00Z", "0.75"]]),
    );

    insta::assert_json_snapshot!(vega_lite(ChartKind::Line, "Deals won per day", &data).unwrap());
}

#[test]
fn areas_are_stacked_over_years() {
    let data = table(
        vec![month(), stage(), revenue()],
        json!([["2016-01-01", "Won", 40_000], ["2017-01-01", "Won", 50_000], ["2017-01-01", "Lost", 20_000]]),
    );

    insta::assert_json_snapshot!(vega_lite(ChartKind::Area, "Deals", &data).unwrap());
}

#[test]
fn a_funnel_is_centred_and_keeps_the_order_of_its_stages() {
    let data = table(
        vec![stage(), column("deal.count", "Deals", ColumnKind::Quantitative)],
        json!([["Prospecting", 500], ["Engaging", 1_589], ["Won", 4_238]]),
    );

    insta::assert_json_snapshot!(vega_lite(ChartKind::Funnel, "Open pipeline", &data).unwrap());
}

#[test]
fn a_figure_is_written_in_full() {
    let data = table(vec![revenue()], json!([["10005534.00"]]));

    insta::assert_json_snapshot!(vega_lite(ChartKind::Kpi, "Won revenue", &data).unwrap());
}

#[test]
fn a_figure_without_a_number_says_so() {
    for rows in [json!([]), json!([[null]])] {
        let chart = vega_lite(ChartKind::Kpi, "Won revenue", &table(vec![revenue()], rows)).unwrap();

        assert_eq!(chart["encoding"]["text"], json!({ "value": "no data" }));
    }
}

#[test]
fn a_specification_names_no_remote_address() {
    let data = table(vec![region(), revenue()], json!([["https://example.com/a.csv", 1]]));

    let mut chart = vega_lite(ChartKind::Bar, "Links", &data).unwrap();

    let object = chart.as_object_mut().unwrap();
    assert_eq!(object.remove("$schema").unwrap(), "https://vega.github.io/schema/vega-lite/v4.json");
    assert_eq!(object["data"], json!({ "values": [{ "column_0": "https://example.com/a.csv", "column_1": 1.0 }] }));
    assert!(["url", "href", "datasets", "params", "transform"].iter().all(|key| !object.contains_key(*key)));
    assert!(!object["encoding"].to_string().contains("http"));
}

#[test]
fn a_moment_is_drawn_in_utc_and_to_the_minute_where_needed() {
    let data = table(vec![month(), revenue()], json!([["2017-03-01T01:30:00+02:00", 1], ["2017-03-02", 2]]));

    let chart = vega_lite(ChartKind::Line, "Calls", &data).unwrap();

    assert_eq!(chart["data"]["values"][0]["column_0"], "2017-02-28T23:30:00");
    assert_eq!(chart["encoding"]["x"]["axis"]["format"], "%d %b %Y %H:%M");
}

#[test]
fn columns_that_do_not_fit_the_kind_are_refused_with_what_would() {
    let data = table(vec![region(), stage(), month(), revenue()], json!([]));

    assert_eq!(
        refusal(ChartKind::Bar, &data),
        "the bar chart needs one column of numbers, one of dates or names, and at most one more of names, \
         but the data has 1 of numbers, 1 of dates and 2 of names"
    );
    assert_eq!(
        refusal(ChartKind::Funnel, &data),
        "the funnel needs one column of names and one of numbers, \
         but the data has 1 of numbers, 1 of dates and 2 of names"
    );
    assert_eq!(
        refusal(ChartKind::Kpi, &data),
        "the figure needs one column of numbers and nothing else, \
         but the data has 1 of numbers, 1 of dates and 2 of names"
    );
}

#[test]
fn a_wrong_cell_is_refused_with_its_row_and_column() {
    let cases = [
        (json!([["West", 1], ["East", "a lot"]]), "row 2, column `deal.amount_sum`: \"a lot\" is not a number"),
        (json!([["West", true]]), "row 1, column `deal.amount_sum`: true is not a number"),
        (json!([[["West"], 1]]), "row 1, column `owner.region`: [\"West\"] is not a text, a number, true or false"),
        (json!([["West", 1, 2]]), "row 1 has 3 cells, but there are 2 columns"),
    ];
    for (rows, message) in cases {
        assert_eq!(refusal(ChartKind::Bar, &table(vec![region(), revenue()], rows)), message);
    }
    let dates = table(vec![month(), revenue()], json!([["31.01.2026", 1]]));
    assert_eq!(
        refusal(ChartKind::Line, &dates),
        "row 1, column `deal.closed_on`: \"31.01.2026\" is not a date or a moment such as 2026-01-31 or \
         2026-01-31T12:00:00Z"
    );
}

#[test]
fn a_funnel_needs_numbers_from_zero_up() {
    let columns = || vec![stage(), revenue()];

    assert_eq!(
        refusal(ChartKind::Funnel, &table(columns(), json!([["Won", null]]))),
        "row 1, column `deal.amount_sum`: the funnel needs a value here"
    );
    assert_eq!(
        refusal(ChartKind::Funnel, &table(columns(), json!([["Won", -3]]))),
        "row 1, column `deal.amount_sum`: the funnel cannot show -3, which is below zero"
    );
}

#[test]
fn a_figure_of_two_rows_and_a_column_named_twice_are_refused() {
    let two_rows = table(vec![revenue()], json!([[1], [2]]));
    let twice = table(vec![revenue(), revenue()], json!([]));

    assert_eq!(refusal(ChartKind::Kpi, &two_rows), "the figure shows one row, but the data has 2");
    assert_eq!(refusal(ChartKind::Bar, &twice), "two columns are named `deal.amount_sum`");
}

#[test]
fn more_rows_than_a_chart_draws_are_refused() {
    let data =
        ChartData { columns: vec![region(), revenue()], rows: vec![vec![json!("West"), json!(1)]; MAX_ROWS + 1] };

    assert_eq!(
        refusal(ChartKind::Bar, &data),
        "5001 rows are more than the 5000 that one chart draws; group them first"
    );
}
