//! Files stay short, modules are named for what they are, and nothing is left for later.

use super::source::code;

/// A longer file has more than one subject.
const MOST_LINES: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 5] = ["util", "helpers", "common", "misc", "types"];

/// Marks of unfinished work, written in two parts so that this file does not find itself.
const UNFINISHED: [(&str, &str); 4] = [("TO", "DO"), ("FIX", "ME"), ("unimplemented", "!"), ("todo", "!")];

#[test]
fn no_file_is_longer_than_500_lines() {
    let long: Vec<String> = code()
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(file, lines)| format!("{}: {lines} lines", file.path))
        .collect();

    assert!(long.is_empty(), "split these files by concept: {long:#?}");
}

#[test]
fn every_module_is_named_for_its_concept() {
    let empty: Vec<String> = code()
        .iter()
        .filter(|file| {
            file.path.split('/').any(|part| EMPTY_NAMES.contains(&part.split('.').next().unwrap_or_default()))
        })
        .map(|file| file.path.clone())
        .collect();

    assert!(empty.is_empty(), "these names say nothing: {empty:#?}");
}

#[test]
fn nothing_is_left_for_later() {
    let mut unfinished = Vec::new();
    for file in code() {
        for (index, line) in file.text.lines().enumerate() {
            if UNFINISHED.iter().any(|(start, end)| contains_word(line, &format!("{start}{end}"))) {
                unfinished.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    assert!(unfinished.is_empty(), "finish it, or open an issue: {unfinished:#?}");
}

#[test]
fn every_rust_file_begins_by_saying_what_it_is() {
    let silent: Vec<String> = code()
        .iter()
        .filter(|file| file.extension() == "rs" && !file.text.starts_with("//! "))
        .map(|file| file.path.clone())
        .collect();

    assert!(silent.is_empty(), "begin these files with a `//!` sentence: {silent:#?}");
}

/// Whether the word stands in the line and is not part of a longer word.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let joined =
            |neighbour: Option<char>| neighbour.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !joined(before) && !joined(after)
    })
}
