//! Words as the index knows them: lower case, without accents; and the digits of phone numbers.

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer, TokenStream,
};

/// Name of the analyser in the schema of the index.
pub(crate) const ANALYZER: &str = "words";
/// Bytes of the longest word that is kept; longer ones are keys and encoded data.
const MAX_WORD_BYTES: usize = 64;
/// Digits of the shortest end of a phone number that is kept.
const LEAST_DIGITS: usize = 4;
/// Digits of the longest phone number (ITU-T E.164 has 15) with a prefix for going abroad.
const MOST_DIGITS: usize = 20;
/// Characters of a text that are kept as a whole, to be found as a whole.
const MAX_WHOLE_CHARS: usize = 120;

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The word in its folded form.
    pub(crate) text: String,
    /// Where it begins in the original, in bytes.
    pub(crate) from: usize,
    /// Where it ends.
    pub(crate) to: usize,
}

/// Splits at everything that is neither letter nor digit.
pub(crate) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(MAX_WORD_BYTES))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

/// The words of a text, in order.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(text);
    let mut words = Vec::new();
    while let Some(token) = stream.next() {
        words.push(Word { text: token.text.clone(), from: token.offset_from, to: token.offset_to });
    }
    words
}

/// A short text as a whole, by its words: how titles are compared.
pub(crate) fn whole(text: &str) -> Option<String> {
    (text.chars().count() <= MAX_WHOLE_CHARS).then(|| {
        let words: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        words.join(" ")
    })
}

/// The digits of a phone number, without the zeros of a trunk or of going abroad.
pub(crate) fn digits(text: &str) -> String {
    let without_trunk = text.replace("(0)", "");
    let digits = without_trunk.chars().filter(char::is_ascii_digit).skip_while(|digit| *digit == '0');
    digits.take(MOST_DIGITS).collect()
}

/// Every end of a number that somebody may type: with and without country and area code, down to
/// its last digits. A prefix of one of these is any piece of the number.
pub(crate) fn number_ends(text: &str) -> Vec<String> {
    let digits = digits(text);
    let last = digits.len().saturating_sub(LEAST_DIGITS);
    (0..=last).filter_map(|from| digits.get(from..)).filter(|end| !end.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_folded_and_addresses_come_apart() {
        assert_eq!(texts("Café Zoë-Łódź"), ["cafe", "zoe", "lodz"]);
        assert_eq!(texts("ada.lovelace@Example.com"), ["ada", "lovelace", "example", "com"]);
        assert_eq!(texts("日本 Größe"), ["日本", "grosse"]);
        assert_eq!(whole(" The  NAME "), Some("the name".to_owned()));
        assert_eq!(whole(&"x ".repeat(100)), None);
    }

    #[test]
    fn numbers_are_found_by_any_end() {
        assert_eq!(digits("+49 (0)170 123-456"), "49170123456");
        assert_eq!(digits("0049 170"), "49170");
        assert_eq!(number_ends("+1 555 01"), ["155501", "55501", "5501"]);
        assert_eq!(number_ends("12"), ["12"]);
        assert_eq!(number_ends("none"), Vec::<String>::new());
    }
}
