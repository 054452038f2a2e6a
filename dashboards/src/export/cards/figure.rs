//! A figure on a card: the value, then its change, its target, its note, as far as there is room.

use std::fmt::Write as _;

use super::{
    super::{
        grid::Placed,
        markup::{Text, text, width},
    },
    bar,
};
use crate::{
    Change, Figure,
    theme::{ACCENT, BAD, GOOD, INK, MUTED},
};

/// Largest letters of a value.
const LARGEST: f64 = 36.0;
/// Smallest letters of a value.
const SMALLEST: f64 = 16.0;
/// Height of a line of small letters.
const LINE_HEIGHT: f64 = 20.0;
/// Height of the bar of a target.
const BAR: f64 = 7.0;

/// Draws a figure into its area.
pub(super) fn draw(out: &mut String, area: Placed, figure: &Figure) {
    let natural = width(&figure.text, LARGEST, 600);
    let size = (LARGEST * (area.width / natural.max(1.0)).min(1.0)).clamp(SMALLEST, LARGEST);
    let mut y = area.y + size * 0.86;
    let style = Text { x: area.x, y, size, weight: 600, color: INK, anchor: "start" };
    text(out, style, area.width, &figure.text);
    let small = Text { size: 12.0, weight: 400, color: MUTED, ..style };
    if let Some(change) = &figure.change {
        y += LINE_HEIGHT + 6.0;
        draw_change(out, Text { y, ..small }, area.width, change);
    }
    if let Some(target) = &figure.target {
        y += 15.0;
        let color = if target.percent >= 100 { GOOD } else { ACCENT };
        bar(out, Placed { x: area.x, y, width: area.width, height: BAR }, target.percent, color);
        y += BAR + LINE_HEIGHT - 1.0;
        let words = format!("{} of {}", target.share_text, target.text);
        text(out, Text { y, ..small }, area.width, &words);
    }
    if let Some(note) = figure.note.as_ref().filter(|_| y + LINE_HEIGHT <= area.bottom() + 6.0) {
        text(out, Text { y: y + LINE_HEIGHT, ..small }, area.width, note);
    }
}

/// A triangle, the difference, and what it is compared with.
fn draw_change(out: &mut String, style: Text<'_>, room: f64, change: &Change) {
    let color = match change.good {
        Some(true) => GOOD,
        Some(false) => BAD,
        None => MUTED,
    };
    let Text { x, y, .. } = style;
    let points = match change.direction {
        "up" => Some([(x, y - 1.0), (x + 9.0, y - 1.0), (x + 4.5, y - 9.0)]),
        "down" => Some([(x, y - 9.0), (x + 9.0, y - 9.0), (x + 4.5, y - 1.0)]),
        _ => None,
    };
    let mut start = x;
    if let Some(points) = points {
        let points = points.map(|(x, y)| format!("{x:.1},{y:.1}")).join(" ");
        // Writing into a String cannot fail.
        let _ = write!(out, "<polygon points=\"{points}\" fill=\"{color}\"/>");
        start += 14.0;
    }
    text(out, Text { x: start, weight: 600, color, ..style }, room, &change.text);
    let after = start + width(&change.text, style.size, 600) + 6.0;
    text(out, Text { x: after, ..style }, (room - after + x).max(0.0), &format!("from {}", change.previous));
}
