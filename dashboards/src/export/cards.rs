//! Tiles as cards, and all cards as one picture.

mod figure;
mod table;

use std::fmt::Write as _;

use super::{
    Heading,
    grid::{NOTE, PADDING, Placed, WIDTH},
    markup::{Text, nested, text},
};
use crate::{
    Figure, TableView,
    theme::{BAD, INK, LINE, MUTED},
};

/// Margin around a whole picture.
const MARGIN: f64 = 28.0;
/// Height of the heading of a whole picture.
const HEADING: f64 = 74.0;
/// What opens every picture of ours.
const NAMESPACE: &str = "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"";

/// A tile ready to be drawn.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) place: Placed,
    pub(super) title: String,
    /// What is not shown.
    pub(super) notes: Vec<String>,
    pub(super) content: Content,
}

/// What is on a card below its title.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Figure(Figure),
    /// The chart as SVG.
    Chart(String),
    Table(TableView),
    /// Why there is nothing, in words.
    Problem(String),
}

/// One card as a picture of its own; `number` keeps its ids apart from those of others.
pub(super) fn card(card: &Card, number: usize) -> String {
    let Placed { width, height, .. } = card.place;
    let mut out = format!(
        "<svg {NAMESPACE} width=\"{width:.1}\" height=\"{height:.1}\" viewBox=\"0 0 {width:.1} {height:.1}\">\
         <rect x=\"0.5\" y=\"0.5\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\" fill=\"#ffffff\" stroke=\"{LINE}\"/>",
        width - 1.0,
        height - 1.0,
    );
    let room = width - 2.0 * PADDING;
    let style = Text { x: PADDING, y: PADDING + 11.0, size: 13.0, weight: 600, color: INK, anchor: "start" };
    text(&mut out, style, room, &card.title);
    let area = card.place.content(!card.notes.is_empty());
    match &card.content {
        Content::Figure(figure) => figure::draw(&mut out, area, figure),
        Content::Chart(svg) => out.push_str(&nested(svg, (area.x, area.y), &format!("tile{number}-"))),
        Content::Table(view) => table::draw(&mut out, area, view),
        Content::Problem(words) => problem(&mut out, area, words),
    }
    if !card.notes.is_empty() {
        let style = Text {
            x: PADDING,
            y: height - PADDING + NOTE / 4.0,
            size: 10.0,
            weight: 400,
            color: MUTED,
            anchor: "start",
        };
        text(&mut out, style, room, &card.notes.join(" · "));
    }
    out.push_str("</svg>");
    out
}

/// All cards as one picture under their heading.
pub(super) fn picture(heading: &Heading, cards: &[Card]) -> String {
    let bottom = cards.iter().map(|card| card.place.bottom()).fold(0.0, f64::max);
    let (width, height) = (WIDTH + 2.0 * MARGIN, bottom + HEADING + 2.0 * MARGIN);
    let mut out = format!(
        "<svg {NAMESPACE} width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#f6f7f9\"/>",
    );
    let style = Text { x: MARGIN, y: MARGIN + 22.0, size: 24.0, weight: 600, color: INK, anchor: "start" };
    text(&mut out, style, WIDTH * 0.7, &heading.title);
    let below = Text { y: MARGIN + 44.0, size: 13.0, weight: 400, color: MUTED, ..style };
    text(&mut out, below, WIDTH * 0.7, &heading.description);
    let right = Text { x: MARGIN + WIDTH, y: MARGIN + 22.0, size: 12.0, weight: 400, color: MUTED, anchor: "end" };
    text(&mut out, right, WIDTH * 0.3, &heading.as_of);
    for (number, tile) in cards.iter().enumerate() {
        let place = (MARGIN + tile.place.x, MARGIN + HEADING + tile.place.y);
        out.push_str(&nested(&card(tile, number), place, ""));
    }
    out.push_str("</svg>");
    out
}

fn problem(out: &mut String, area: Placed, words: &str) {
    let style = Text { x: area.x, y: area.y + 14.0, size: 12.0, weight: 500, color: BAD, anchor: "start" };
    text(out, style, area.width, "This tile cannot be shown.");
    let below = Text { y: area.y + 32.0, size: 11.0, weight: 400, color: MUTED, ..style };
    text(out, below, area.width, words);
}

/// A bar that is filled to a part.
fn bar(out: &mut String, area: Placed, percent: u32, color: &str) {
    let Placed { x, y, width, height } = area;
    let filled = width * f64::from(percent.min(100)) / 100.0;
    let round = height / 2.0;
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round:.1}\" fill=\"{}\"/>\
         <rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{filled:.1}\" height=\"{height:.1}\" rx=\"{round:.1}\" fill=\"{color}\"/>",
        crate::theme::TRACK,
    );
}
