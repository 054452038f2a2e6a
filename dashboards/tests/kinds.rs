//! Every kind of chart becomes a picture with the marks and words that it should have.

use dashboards::{
    ChartColumn, ChartData, ChartKind, ColumnKind, Drawing, NumberFormat, RenderLimits, Renderer, Theme, vega_lite,
};
use serde_json::{Value, json};

fn column(name: &str, label: &str, kind: ColumnKind, format: NumberFormat) -> ChartColumn {
    ChartColumn { name: name.to_owned(), label: label.to_owned(), kind, format }
}

fn names(label: &str) -> ChartColumn {
    column(label, label, ColumnKind::Nominal, NumberFormat::Plain)
}

fn months() -> ChartColumn {
    column("month", "Month", ColumnKind::Temporal, NumberFormat::Plain)
}

fn money() -> ChartColumn {
    column("revenue", "Won revenue", ColumnKind::Quantitative, NumberFormat::Money)
}

fn data(columns: Vec<ChartColumn>, rows: Value) -> ChartData {
    ChartData { columns, rows: serde_json::from_value(rows).unwrap() }
}

/// Revenue of four months in two regions.
fn along_time() -> ChartData {
    let rows = json!([
        ["2026-01-01", "West", "1200000.00"],
        ["2026-01-01", "Süd & Ost", "800000.00"],
        ["2026-02-01", "West", "1500000.00"],
        ["2026-02-01", "Süd & Ost", "900000.00"],
        ["2026-03-01", "West", "900000.00"],
        ["2026-03-01", "Süd & Ost", "1100000.00"],
        ["2026-04-01", "West", "1900000.00"],
        ["2026-04-01", "Süd & Ost", "1300000.00"],
    ]);
    data(vec![months(), names("Region"), money()], rows)
}

fn of_names() -> ChartData {
    data(vec![names("Stage"), money()], json!([["Prospecting", 500], ["Proposal <1>", 300], ["Negotiation", 120]]))
}

/// The data, and what the picture must contain; marks are counted by their role.
fn cases() -> Vec<(ChartKind, ChartData, &'static [&'static str])> {
    vec![
        (ChartKind::Bar, of_names(), &["mark-rect", "Proposal &lt;1&gt;", "Won revenue"]),
        (ChartKind::Line, along_time(), &["mark-line", "mark-symbol", "Jan 2026", "Süd &amp; Ost", "1.5M"]),
        (ChartKind::Area, along_time(), &["mark-area", "Apr 2026", "West"]),
        (ChartKind::Stacked, along_time(), &["mark-rect", "Feb 2026", "Süd &amp; Ost"]),
        (ChartKind::Donut, of_names(), &["mark-arc", "Negotiation"]),
        (ChartKind::Funnel, of_names(), &["mark-rect", "Negotiation"]),
        (ChartKind::Heatmap, along_time(), &["mark-rect", "Mar 2026", "Süd &amp; Ost"]),
        (ChartKind::Kpi, data(vec![money()], json!([["10005534.00"]])), &["mark-text", "10,005,534"]),
    ]
}

#[tokio::test]
async fn every_kind_becomes_a_picture_with_its_marks_and_words() {
    let renderer = Renderer::new(RenderLimits::default());
    for (kind, data, expected) in cases() {
        let spec = vega_lite(kind, "A title", &data).unwrap();

        let svg = renderer.svg(Drawing::of(spec, Theme::Light)).await.unwrap_or_else(|error| panic!("{kind}: {error}"));

        assert!(svg.starts_with("<svg ") && svg.contains("A title"), "{kind}: {svg}");
        for words in expected {
            assert!(svg.contains(words), "{kind} lacks {words}: {svg}");
        }
    }
}

#[tokio::test]
async fn the_same_specification_gives_the_same_picture_on_every_thread() {
    let renderer = Renderer::new(RenderLimits::default());
    let spec = vega_lite(ChartKind::Line, "Again", &along_time()).unwrap();

    let mut pictures = Vec::new();
    for _ in 0..4 {
        pictures.push(renderer.svg(Drawing::of(spec.clone(), Theme::Print)).await.unwrap());
    }

    assert!(pictures.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn a_picture_of_dots_has_the_size_that_was_asked_for_and_is_not_empty() {
    let renderer = Renderer::new(RenderLimits::default());
    let mut spec = vega_lite(ChartKind::Bar, "Dots", &of_names()).unwrap();
    spec["width"] = json!(400);
    spec["height"] = json!(200);

    let png = renderer.png(Drawing::of(spec, Theme::Light), 2.0).await.unwrap();

    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!((size(16), size(20)), (800, 400));
    assert!(png.len() > 5_000, "{} bytes are an empty picture", png.len());
}

#[tokio::test]
async fn moments_are_written_in_the_zone_of_the_drawing() {
    let renderer = Renderer::new(RenderLimits::default());
    let spec = json!({
        "data": {"values": [{"at": "2026-03-01T23:30:00Z"}]},
        "mark": "text",
        "encoding": {"text": {"field": "at", "type": "temporal", "format": "%d %H:%M"}},
    });

    let drawing = Drawing { zone: "Asia/Kolkata".parse().unwrap(), ..Drawing::of(spec, Theme::Light) };
    let svg = renderer.svg(drawing).await.unwrap();

    assert!(svg.contains("02 05:00"), "{svg}");
}
