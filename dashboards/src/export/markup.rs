//! Pieces of SVG: text that is only ever text, and pictures within a picture.

use std::fmt::Write as _;

use crate::render::{Fonts, Letters};

/// Where a text stands and how it looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    /// Left end, or right end with `anchor` `end`.
    pub(super) x: f64,
    /// Base line.
    pub(super) y: f64,
    pub(super) size: f64,
    pub(super) weight: u16,
    pub(super) color: &'a str,
    /// `start` or `end`.
    pub(super) anchor: &'a str,
}

/// A line of text, cut to its room.
pub(super) fn text(out: &mut String, style: Text<'_>, room: f64, words: &str) {
    let Text { x, y, size, weight, color, anchor } = style;
    let fitting = Fonts::shared().fitted(words, &Letters::of(size, weight), room);
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-family=\"Inter, 'DejaVu Sans'\" font-size=\"{size}\" \
         font-weight=\"{weight}\" fill=\"{color}\" text-anchor=\"{anchor}\">{}</text>",
        escaped(&fitting)
    );
}

/// How wide a line of text is.
pub(super) fn width(words: &str, size: f64, weight: u16) -> f64 {
    Fonts::shared().width(words, &Letters::of(size, weight))
}

/// Text that cannot be taken for markup; what XML cannot hold becomes a space.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// A picture of ours at a place within another; its ids get a prefix, so that they stay apart from
/// those of its neighbours.
pub(super) fn nested(svg: &str, (x, y): (f64, f64), prefix: &str) -> String {
    let inner = with_prefixed_ids(svg, prefix);
    inner.replacen("<svg ", &format!("<svg x=\"{x:.1}\" y=\"{y:.1}\" "), 1)
}

/// Puts a prefix before every id and every reference to one, in tags only: text stays as it is.
fn with_prefixed_ids(svg: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        out.push_str(text);
        let end = end_of_tag(tag);
        let (tag, after) = tag.split_at(end);
        let id = tag.replace(" id=\"", &format!(" id=\"{prefix}"));
        out.push_str(&id.replace("url(#", &format!("url(#{prefix}")).replace("href=\"#", &format!("href=\"#{prefix}")));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where a tag ends: the first `>` outside of quotes.
fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    for (at, letter) in tag.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '>' if !quoted => return at + 1,
            _ => {}
        }
    }
    tag.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let mut out = String::new();

        let style = Text { x: 0.0, y: 0.0, size: 12.0, weight: 400, color: "#000", anchor: "start" };
        text(&mut out, style, 1_000.0, "<script>\"&'\u{0}");

        assert!(out.ends_with(">&lt;script&gt;&quot;&amp;&#39; </text>"), "{out}");
    }

    #[test]
    fn ids_get_a_prefix_in_tags_and_text_stays() {
        let svg = "<svg width=\"1\"><clipPath id=\"c\"/><g clip-path=\"url(#c)\" aria-label=\"a > b\"/><text>url(#c) id=\"c\"</text></svg>";

        let nested = nested(svg, (1.0, 2.0), "t1-");

        assert_eq!(
            nested,
            "<svg x=\"1.0\" y=\"2.0\" width=\"1\"><clipPath id=\"t1-c\"/><g clip-path=\"url(#t1-c)\" aria-label=\"a > b\"/><text>url(#c) id=\"c\"</text></svg>"
        );
    }
}
