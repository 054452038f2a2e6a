//! Reads a definition and says with a JSON pointer what is wrong with it.

use std::{collections::BTreeSet, str::FromStr};

use catalog::{Invalid, InvalidField};
use report_builder::ReportSpec;
use rust_decimal::Decimal;
use serde_json::Value;

use super::{COLUMNS, Definition, MAX_TILES, TileDefinition, TileKind};
use crate::Error;

/// Longest id of a tile.
const MAX_ID: usize = 40;
/// Longest title or note of a tile.
const MAX_TITLE: usize = 120;
/// Tallest tile, and lowest row a dashboard reaches.
const MAX_ROWS: u32 = 200;

/// Reads a definition.
///
/// # Errors
/// [`Error::Invalid`] names everything that is wrong, each with its pointer.
pub fn parse(json: &Value) -> Result<Definition, Error> {
    let definition: Definition = serde_path_to_error::deserialize(json).map_err(|error| {
        let pointer = pointer(error.path());
        one(pointer, "wrong_shape", error.inner().to_string())
    })?;
    let mut problems = Vec::new();
    if definition.version != 1 {
        problems.push(field("/version", "unknown_version", "this server reads version 1"));
    }
    if definition.tiles.is_empty() || definition.tiles.len() > MAX_TILES {
        problems.push(field("/tiles", "wrong_number", format!("a dashboard has 1 to {MAX_TILES} tiles")));
    }
    let mut ids = BTreeSet::new();
    for (at, tile) in definition.tiles.iter().enumerate() {
        let place = format!("/tiles/{at}");
        if !ids.insert(&tile.id) {
            problems.push(field(&format!("{place}/id"), "duplicate", format!("two tiles are called `{}`", tile.id)));
        }
        problems.extend(wrong(tile, &place));
        let covered = definition.tiles.iter().take(at).find(|other| overlap(other, tile));
        if let Some(other) = covered {
            problems.push(field(&place, "overlap", format!("it covers a part of the tile `{}`", other.id)));
        }
    }
    if problems.is_empty() { Ok(definition) } else { Err(Invalid(problems).into()) }
}

fn wrong(tile: &TileDefinition, place: &str) -> Vec<InvalidField> {
    let mut problems = Vec::new();
    let mut say = |key: &str, code: &'static str, message: String| {
        problems.push(field(&format!("{place}/{key}"), code, message));
    };
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if tile.id.is_empty() || tile.id.len() > MAX_ID || !tile.id.chars().all(harmless) {
        say("id", "invalid_id", format!("must be 1 to {MAX_ID} letters, digits, `-` and `_`"));
    }
    let note = tile.note.iter().map(|note| ("note", note));
    for (key, text) in [("title", &tile.title)].into_iter().chain(note) {
        if text.chars().count() > MAX_TITLE || text.chars().any(char::is_control) {
            say(key, "invalid_text", format!("must be at most {MAX_TITLE} letters on one line"));
        }
    }
    if tile.w == 0 || tile.x.saturating_add(tile.w) > COLUMNS {
        say("w", "outside", format!("`x` and `w` must stay within the {COLUMNS} columns of the grid"));
    }
    if tile.h == 0 || tile.y.saturating_add(tile.h) > MAX_ROWS {
        say("h", "outside", format!("`y` and `h` must stay within the first {MAX_ROWS} rows"));
    }
    let target = tile.target.as_deref().map(Decimal::from_str);
    match (tile.kind, target) {
        (TileKind::Progress, None) => say("target", "required", "a tile that shows progress needs a target".to_owned()),
        (_, Some(Err(_))) => say("target", "not_a_number", "must be decimal text such as \"250000\"".to_owned()),
        (TileKind::Kpi | TileKind::Progress, Some(Ok(target))) if target <= Decimal::ZERO => {
            say("target", "not_positive", "must be above zero".to_owned());
        }
        (_, None | Some(Ok(_))) => {}
    }
    problems.extend(wrong_report(tile, place));
    problems
}

fn wrong_report(tile: &TileDefinition, place: &str) -> Vec<InvalidField> {
    match &tile.report {
        Value::String(_) => Vec::new(),
        spec @ Value::Object(_) => match ReportSpec::parse(spec) {
            Ok(_) => Vec::new(),
            Err(Invalid(fields)) => {
                let below = |problem: InvalidField| InvalidField {
                    pointer: format!("{place}/report{}", problem.pointer),
                    ..problem
                };
                fields.into_iter().map(below).collect()
            }
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            let message = "must be a report specification, or the name or id of a report";
            vec![field(&format!("{place}/report"), "wrong_type", message)]
        }
    }
}

fn overlap(one: &TileDefinition, other: &TileDefinition) -> bool {
    let meet = |first: u32, width: u32, second: u32, other_width: u32| {
        first < second.saturating_add(other_width) && second < first.saturating_add(width)
    };
    meet(one.x, one.w, other.x, other.w) && meet(one.y, one.h, other.y, other.h)
}

/// `tiles[0].report` as a pointer: `/tiles/0/report`.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    path.iter().map(part).collect()
}

fn field(pointer: &str, code: &'static str, message: impl Into<String>) -> InvalidField {
    InvalidField { pointer: pointer.to_owned(), code, message: message.into() }
}

fn one(pointer: String, code: &'static str, message: String) -> Error {
    Invalid(vec![InvalidField { pointer, code, message }]).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tile(id: &str, x: u32) -> Value {
        json!({"id": id, "title": "Won", "kind": "kpi", "report": "won-by-month", "x": x, "y": 0, "w": 3, "h": 2})
    }

    fn refusal(tiles: &Value) -> String {
        let error = parse(&json!({"version": 1, "tiles": tiles})).unwrap_err();
        let Error::Invalid(Invalid(fields)) = error else { panic!("{error}") };
        let line = |field: &InvalidField| format!("{} {}", field.pointer, field.code);
        fields.iter().map(line).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn tiles_side_by_side_are_a_dashboard() {
        let definition = parse(&json!({"version": 1, "tiles": [tile("a", 0), tile("b", 3)]})).unwrap();

        assert_eq!(definition.tiles.len(), 2);
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let changed = |key: &str, value: Value| {
            let mut tile = tile("a", 0);
            tile[key] = value;
            refusal(&json!([tile]))
        };

        assert_eq!(changed("colour", json!("red")), "/tiles/0/colour wrong_shape");
        assert_eq!(changed("kind", json!("pie")), "/tiles/0/kind wrong_shape");
        assert_eq!(changed("w", json!(13)), "/tiles/0/w outside");
        assert_eq!(changed("target", json!("a lot")), "/tiles/0/target not_a_number");
        assert_eq!(changed("kind", json!("progress")), "/tiles/0/target required");
        assert_eq!(changed("report", json!(7)), "/tiles/0/report wrong_type");
        assert_eq!(changed("report", json!({"spec_version": 1})), "/tiles/0/report/values required");
        assert_eq!(refusal(&json!([tile("a", 0), tile("a", 2)])), "/tiles/1/id duplicate, /tiles/1 overlap");
        assert_eq!(refusal(&json!([])), "/tiles wrong_number");
    }
}
