//! One found record as it is shown in a list of results.

use catalog::ObjectDef;
use oltp::records::Record;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use warehouse::search::{Sought, marks};

/// Characters of a text that are shown.
const SHOWN_CHARS: usize = 160;
/// Characters before the first marked word, so that it is read in its sentence.
const BEFORE_CHARS: usize = 40;
/// Matching fields that are shown besides the title.
const MAX_FIELDS: usize = 3;
/// Fields that tell two records of the same title apart, the most telling first.
const DETAILS: [&str; 7] = ["company_name", "job_title", "industry", "status", "kind", "city", "number"];

/// One record that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchItem {
    /// Its id.
    pub id: String,
    /// What names it; a piece of it when it is long.
    pub title: String,
    /// The pieces of the title that match.
    pub marks: Vec<SearchMark>,
    /// What tells it from others of the same title.
    pub detail: Option<String>,
    /// Other fields that match.
    pub fields: Vec<SearchField>,
}

/// A field that matches.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchField {
    /// Name of the field.
    pub name: String,
    /// Its name on screen.
    pub label: String,
    /// Its text, or the piece of it that matches.
    pub text: String,
    /// The pieces that match.
    pub marks: Vec<SearchMark>,
}

/// A piece of a text to highlight.
///
/// **Units:** UTF-16 code units, as JavaScript counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SearchMark {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl SearchItem {
    pub(super) fn of(object: &ObjectDef, record: &Record, sought: &Sought) -> Self {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let (title, marks) = excerpt(sought, text(&object.title));
        let others = object.fields.iter().filter(|field| field.searchable && field.name != object.title);
        let matching = others.filter_map(|field| {
            let (text, marks) = excerpt(sought, text(&field.name));
            let (name, label) = (field.name.clone(), field.label.clone());
            (!marks.is_empty()).then_some(SearchField { name, label, text, marks })
        });
        let fields: Vec<SearchField> = matching.take(MAX_FIELDS).collect();
        let detail = DETAILS.into_iter().filter(|name| *name != object.title).map(text).find(|text| !text.is_empty());
        Self { id: text("id").to_owned(), title, marks, detail: detail.map(str::to_owned), fields }
    }
}

/// The text, or the piece of a long one around its first match, with what to highlight in it.
fn excerpt(sought: &Sought, text: &str) -> (String, Vec<SearchMark>) {
    let mut shown = text.to_owned();
    if text.chars().count() > SHOWN_CHARS {
        let units: Vec<u16> = text.encode_utf16().collect();
        let first = marks(sought, text).first().map_or(0, |mark| mark.start);
        let before = String::from_utf16_lossy(units.get(..first).unwrap_or_default()).chars().count();
        let skipped = before.saturating_sub(BEFORE_CHARS);
        let piece: String = text.chars().skip(skipped).take(SHOWN_CHARS).collect();
        shown = if skipped > 0 { format!("…{piece}") } else { piece };
        if skipped + SHOWN_CHARS < text.chars().count() {
            shown.push('…');
        }
    }
    let marks = marks(sought, &shown).into_iter().map(|mark| SearchMark { start: mark.start, end: mark.end });
    let marks = marks.collect();
    (shown, marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_around_its_first_match() {
        let sought = Sought::parse("needle").expect("valid");
        let long = format!("{} the needle {}", "hay ".repeat(100), "straw ".repeat(100));

        let (shown, marks) = excerpt(&sought, &long);
        let (short, none) = excerpt(&sought, "no such thing");

        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.chars().count() <= SHOWN_CHARS + 2, "{shown}");
        let [mark] = marks[..] else { panic!("one mark, not {marks:?}") };
        let units: Vec<u16> = shown.encode_utf16().collect();
        assert_eq!(String::from_utf16_lossy(&units[mark.start..mark.end]), "needle");
        assert_eq!((short.as_str(), none.len()), ("no such thing", 0));
    }
}
