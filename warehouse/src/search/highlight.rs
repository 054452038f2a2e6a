//! Where in a text the sought words are.

use super::{
    plan::mistakes,
    sought::{Part, Sought},
    text::{Word, digits, words},
};

/// Characters of a text that are looked at.
const MAX_CHARS: usize = 2_000;

/// One piece of a text to highlight.
///
/// **Units:** UTF-16 code units, as JavaScript counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The pieces of `text` that answer to what is sought, in order and apart.
pub fn marks(sought: &Sought, text: &str) -> Vec<Mark> {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
    let text = text.get(..end).unwrap_or(text);
    let found = words(text);
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    for part in &sought.parts {
        match part {
            Part::Word { text: word, open } => {
                let exact: Vec<_> = found.iter().filter_map(|found| agreeing(text, found, word, *open)).collect();
                let near = found.iter().filter(|found| exact.is_empty() && near(&found.text, word, *open));
                pieces.extend(near.map(|found| (found.from, found.to)).collect::<Vec<_>>());
                pieces.extend(exact);
            }
            Part::Phrase(phrase) => pieces.extend(runs(&found, phrase)),
        }
    }
    if let Some(number) = &sought.digits
        && digits(text).contains(number.as_str())
        && let Some((first, last)) = found.first().zip(found.last())
    {
        pieces.push((first.from, last.to));
    }
    apart(text, pieces)
}

/// The piece of a word that is the sought one, or begins with it.
fn agreeing(text: &str, found: &Word, word: &str, open: bool) -> Option<(usize, usize)> {
    if found.text == word {
        return Some((found.from, found.to));
    }
    if !open || !found.text.starts_with(word) {
        return None;
    }
    // Folding may have changed the number of letters (ß is ss); then the whole word is marked.
    let original = text.get(found.from..found.to)?;
    let same = original.chars().count() == found.text.chars().count();
    let end = original.char_indices().nth(word.chars().count()).filter(|_| same).map(|(at, _)| at);
    Some((found.from, end.map_or(found.to, |end| found.from + end)))
}

fn near(found: &str, word: &str, open: bool) -> bool {
    let forgiven = usize::from(mistakes(word));
    if forgiven == 0 {
        return false;
    }
    let letters = word.chars().count();
    let lengths = if open { letters.saturating_sub(forgiven)..=letters + forgiven } else { 0..=0 };
    let beginnings = lengths.filter_map(|length| found.char_indices().nth(length).map(|(at, _)| &found[..at]));
    [found].into_iter().chain(beginnings).any(|piece| strsim::osa_distance(piece, word) <= forgiven)
}

/// Where the words of a phrase follow one another.
fn runs(found: &[Word], phrase: &[String]) -> Vec<(usize, usize)> {
    let windows = found.windows(phrase.len());
    let same = windows.filter(|window| window.iter().zip(phrase).all(|(word, sought)| word.text == *sought));
    same.filter_map(|window| Some((window.first()?.from, window.last()?.to))).collect()
}

/// In order, overlapping pieces as one, counted as JavaScript counts.
fn apart(text: &str, mut pieces: Vec<(usize, usize)>) -> Vec<Mark> {
    pieces.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (from, to) in pieces {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    let units = |at: usize| text.get(..at).map_or(0, |before| before.encode_utf16().count());
    joined.into_iter().map(|(from, to)| Mark { start: units(from), end: units(to) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with its marks in brackets.
    fn shown(query: &str, text: &str) -> String {
        let units: Vec<u16> = text.encode_utf16().collect();
        let piece = |from: usize, to: usize| String::from_utf16(&units[from..to]).expect("whole characters");
        let (mut shown, mut at) = (String::new(), 0);
        for mark in marks(&Sought::parse(query).expect("valid"), text) {
            shown.extend([piece(at, mark.start), "[".to_owned(), piece(mark.start, mark.end), "]".to_owned()]);
            at = mark.end;
        }
        shown + &piece(at, units.len())
    }

    #[test]
    fn marks_are_the_words_their_beginnings_and_what_was_meant() {
        assert_eq!(shown("ada lov", "Ada Lovelace, ada@x.org"), "[Ada] [Lov]elace, [ada]@x.org");
        assert_eq!(shown("zoe", "😀 Zoë Zoo"), "😀 [Zoë] Zoo");
        assert_eq!(shown("gros", "Große Straße"), "[Große] Straße");
        assert_eq!(shown("lovelase", "Ada Lovelace"), "Ada [Lovelace]");
        assert_eq!(shown("lovwl", "Ada Lovelace"), "Ada [Lovelace]");
        assert_eq!(shown(r#""red ball""#, "a red ball, ball red"), "a [red ball], ball red");
        assert_eq!(shown("555 01", "+1 (555) 0123"), "+[1 (555) 0123]");
        assert_eq!(shown("nothing", "Ada"), "Ada");
    }
}
