//! The look of charts that the server draws; browsers bring their own.

use serde_json::{Value, json};

/// Ink of titles and figures.
pub(crate) const INK: &str = "#1b2430";
/// Ink of labels and notes.
pub(crate) const MUTED: &str = "#5b6675";
/// Lines that only lead the eye.
pub(crate) const LINE: &str = "#e3e7ec";
/// What is good news.
pub(crate) const GOOD: &str = "#0f7b4f";
/// What is bad news.
pub(crate) const BAD: &str = "#b42318";
/// The first colour of charts.
pub(crate) const ACCENT: &str = "#0f6b5c";
/// The part of a bar that is still to be filled.
pub(crate) const TRACK: &str = "#e6ebe9";

/// Colours of series, those of the browser's light look, so that a page and its mail agree.
const SERIES: [&str; 8] = ["#0f6b5c", "#d97706", "#2563a8", "#b0413e", "#6b4fb3", "#4d8b31", "#b03a7b", "#6b7a75"];

/// Where a picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// On a screen, on white.
    Light,
    /// On paper: no background, darker lines.
    Print,
}

impl Theme {
    /// Vega's configuration for this look.
    pub fn config(self) -> Value {
        let (background, line) = match self {
            Self::Light => (json!("#ffffff"), LINE),
            Self::Print => (Value::Null, "#d3d9e1"),
        };
        let label = json!({
            "labelFont": "Inter", "labelFontSize": 11, "labelColor": MUTED,
            "titleFont": "Inter", "titleFontSize": 11, "titleFontWeight": 500, "titleColor": MUTED,
        });
        let mut axis = label.clone();
        merge(
            &mut axis,
            json!({
                "domain": false, "ticks": false, "gridColor": line, "labelPadding": 6, "titlePadding": 8,
                "labelLimit": 150, "labelOverlap": true,
            }),
        );
        let mut legend = label;
        merge(
            &mut legend,
            json!({
                "labelColor": INK, "symbolType": "circle", "symbolSize": 70, "labelLimit": 130, "title": null, "offset": 12,
            }),
        );
        json!({
            "background": background,
            "font": "Inter",
            "padding": 2,
            "view": {"stroke": null},
            "title": {"font": "Inter", "fontSize": 13, "fontWeight": 600, "color": INK, "anchor": "start", "offset": 12},
            "axis": axis,
            "axisQuantitative": {"grid": true, "tickCount": 5},
            "axisTemporal": {"grid": false, "domain": true, "domainColor": line},
            "axisXBand": {"labelAngle": 0},
            "axisBand": {"grid": false, "labelColor": INK, "title": null, "domain": true, "domainColor": line},
            "legend": legend,
            "range": {"category": SERIES, "heatmap": ["#eef4f2", ACCENT], "ramp": ["#eef4f2", ACCENT]},
            "mark": {"color": ACCENT},
            "bar": {"cornerRadiusEnd": 2, "color": ACCENT},
            "line": {"strokeWidth": 2.2, "strokeJoin": "round", "strokeCap": "round"},
            "point": {"size": 26, "filled": true},
            "area": {"fillOpacity": 0.75},
            "arc": {"stroke": "#ffffff", "strokeWidth": 1.5},
            "rect": {"stroke": "#ffffff", "strokeWidth": 1},
            "text": {"font": "Inter", "fill": INK, "fontWeight": 600},
        })
    }
}

/// Puts the members of one object into another.
fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
