//! Specifications that are out to harm fail in words, in time, and alone.

use std::time::{Duration, Instant};

use dashboards::{Drawing, Error, RenderLimits, Renderer, Theme};
use serde_json::{Value, json};

/// Time that a drawing may take here, and a generous bound on the time until it says so.
const DEADLINE: Duration = Duration::from_millis(1_500);
const BOUND: Duration = Duration::from_secs(20);

fn renderer() -> Renderer {
    Renderer::new(RenderLimits { deadline: DEADLINE, memory_bytes: 160 << 20, threads: 1, ..RenderLimits::default() })
}

fn harmless() -> Value {
    json!({"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}})
}

/// Why the drawing failed; the one thread must be able to draw afterwards.
async fn failure(spec: Value) -> Error {
    let renderer = renderer();
    let start = Instant::now();

    let failure = renderer.svg(Drawing::of(spec, Theme::Light)).await.expect_err("it was drawn");

    assert!(start.elapsed() < BOUND, "it took {:?} to fail: {failure}", start.elapsed());
    let next = renderer.svg(Drawing::of(harmless(), Theme::Light)).await;
    assert!(next.is_ok_and(|svg| svg.contains("mark-symbol")), "nothing can be drawn after it");
    failure
}

/// A drawing whose data is computed by an expression.
fn computed(expression: &str) -> Value {
    json!({
        "data": {"values": [{"a": 1}]},
        "transform": [{"calculate": expression, "as": "b"}],
        "mark": "point",
        "encoding": {"x": {"field": "b", "type": "quantitative"}},
    })
}

#[tokio::test]
async fn data_from_elsewhere_is_refused() {
    for url in ["https://example.com/a.csv", "file:///etc/passwd", "//example.com/a.json", "data.csv"] {
        let spec = json!({"data": {"url": url}, "mark": "point"});

        let failure = failure(spec).await;

        assert!(matches!(failure, Error::NotDrawn { .. }), "{url}: {failure}");
        assert!(failure.to_string().contains(url), "{failure}");
    }
}

#[tokio::test]
async fn a_link_or_an_image_is_refused_or_left_out() {
    for channel in ["href", "url"] {
        let mark = if channel == "url" { "image" } else { "point" };
        let spec = json!({
            "data": {"values": [{"a": "https://example.com/track.png"}]},
            "mark": mark,
            "encoding": {channel: {"field": "a", "type": "nominal"}},
        });

        let drawn = renderer().svg(Drawing::of(spec, Theme::Light)).await;

        assert!(drawn.as_ref().map_or(true, |svg| !svg.contains("example.com")), "{channel}: {drawn:?}");
    }
}

#[tokio::test]
async fn a_huge_sequence_runs_into_a_limit() {
    let by_expression = failure(computed("length(sequence(0, 1000000000))")).await;
    let by_data = failure(json!({"data": {"sequence": {"start": 0, "stop": 1e9}}, "mark": "point"})).await;

    for failure in [by_expression, by_data] {
        assert!(matches!(failure, Error::DrawingTooSlow { .. } | Error::DrawingTooLarge { .. }), "{failure}");
    }
}

#[tokio::test]
async fn a_catastrophic_pattern_is_stopped() {
    let text = "a".repeat(60);

    let failure = failure(computed(&format!("test(/^(a+)+$/, '{text}!')"))).await;

    assert!(matches!(failure, Error::DrawingTooSlow { .. }), "{failure}");
}

#[tokio::test]
async fn a_text_without_end_runs_into_a_limit() {
    let failure = failure(computed("length(split(pad('x', 400000000, 'y', 'right'), 'y'))")).await;

    assert!(matches!(failure, Error::DrawingTooSlow { .. } | Error::DrawingTooLarge { .. }), "{failure}");
}

#[tokio::test]
async fn signals_that_wait_for_each_other_are_refused() {
    let mut spec = harmless();
    spec["params"] = json!([{"name": "one", "expr": "other + 1"}, {"name": "other", "expr": "one + 1"}]);

    let failure = failure(spec).await;

    assert!(matches!(failure, Error::NotDrawn { .. } | Error::DrawingTooSlow { .. }), "{failure}");
}

#[tokio::test]
async fn text_never_becomes_code() {
    for expression in
        ["eval('1')", "constructor.constructor('return 1')()", "datum['constructor']['constructor']('return 1')()"]
    {
        let drawn = renderer().svg(Drawing::of(computed(expression), Theme::Light)).await;

        assert!(matches!(drawn, Err(Error::NotDrawn { .. })), "{expression}: {drawn:?}");
    }
}

#[tokio::test]
async fn what_is_not_a_specification_is_refused_in_words() {
    for spec in [json!(null), json!([]), json!({"mark": "flower", "data": {"values": []}}), json!({"a": {"b": 1}})] {
        let failure = failure(spec).await;

        assert!(matches!(failure, Error::NotDrawn { .. }), "{failure}");
    }
}
