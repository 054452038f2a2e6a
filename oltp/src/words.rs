//! Texts that name fields of the record in braces: `Call {name}`.

use serde_json::Value;

use crate::records::Record;

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Field(&'a str),
}

/// The names in braces.
pub(crate) fn fields(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Field(name) => Some(name),
        Piece::Plain(_) => None,
    })
}

/// The text with the values of the record, at most `longest` characters of it; an empty value is a dash.
pub(crate) fn filled(text: &str, record: &Record, longest: usize) -> String {
    let value = |name: &str| match record.get(name) {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let words = pieces(text).into_iter().map(|piece| match piece {
        Piece::Plain(plain) => plain.to_owned(),
        Piece::Field(name) => value(name),
    });
    words.collect::<String>().chars().take(longest).collect()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((plain, name, after)) = next_field(rest) {
        pieces.push(Piece::Plain(plain));
        pieces.push(Piece::Field(name));
        rest = after;
    }
    pieces.push(Piece::Plain(rest));
    pieces
}

/// The first name in braces, with what stands before and after it; other braces are plain text.
fn next_field(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('{').find_map(|(start, _)| {
        let (name, after) = text[start + 1..].split_once('}')?;
        let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        named.then_some((&text[..start], name, after))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_in_braces_become_values() {
        let record = json!({"name": "Ada", "amount": "12.50", "score": 7, "city": null});
        let record = record.as_object().expect("a record");
        let fill = |text| filled(text, record, 40);

        assert_eq!(fill("Call {name} about {amount}: {score}"), "Call Ada about 12.50: 7");
        assert_eq!(fill("{city} {nothing}"), "– –");
        assert_eq!(fill("{ name } {} {name {{name}}"), "{ name } {} {name {Ada}");
        assert_eq!(filled("{name} and more", record, 5), "Ada a");
        assert_eq!(fields("{name}, {city} and {x y}").collect::<Vec<_>>(), ["name", "city"]);
    }
}
