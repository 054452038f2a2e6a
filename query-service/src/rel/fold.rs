//! Letter case without locale rules.
//!
//! `lower('İ')` differs between the engines, so neither is asked: both translate letter by letter
//! through one table, which is written here.

use std::sync::LazyLock;

/// Latin, Greek, Cyrillic and Armenian letters; scripts beyond have no case or are rare in names.
const LAST_FOLDED: char = '\u{587}';

/// Upper-case letters that have exactly one lower-case letter, and those letters, in one order.
static TABLE: LazyLock<(String, String)> =
    LazyLock::new(|| ('A'..=LAST_FOLDED).filter_map(|upper| lower(upper).map(|lower| (upper, lower))).unzip());

/// Brings the letters of the table to lower case and leaves everything else alone.
pub fn fold_case(text: &str) -> String {
    text.chars().map(|letter| if letter <= LAST_FOLDED { lower(letter).unwrap_or(letter) } else { letter }).collect()
}

/// The table as two strings: letters and what they become.
pub(super) fn table() -> (&'static str, &'static str) {
    (&TABLE.0, &TABLE.1)
}

fn lower(letter: char) -> Option<char> {
    let mut lower = letter.to_lowercase();
    let first = lower.next().filter(|first| *first != letter)?;
    lower.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_fold_one_by_one_and_everything_else_stays() {
        assert_eq!(fold_case("ÄRGER Ölpreis ΣΊΣΥΦΟΣ Жук 東京"), "ärger ölpreis σίσυφοσ жук 東京");
        assert_eq!(fold_case("İstanbul"), "İstanbul", "a letter without a single lower case stays");
        assert_eq!(fold_case(""), "");
    }
}
