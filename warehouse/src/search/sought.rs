//! What somebody typed into the search box.

use catalog::{Invalid, ObjectDef};

use super::text::{digits, whole, words};

/// Characters of a query.
const MAX_CHARS: usize = 200;
/// Words of a query; each is looked up in every field.
const MAX_WORDS: usize = 8;
/// Digits from which on a query can be a phone number.
const LEAST_DIGITS: usize = 3;
/// Letters from which on the last word may be the beginning of one.
const LEAST_PREFIX: usize = 2;

/// First characters that narrow a search down, and the objects they stand for.
const SIGILS: [(char, &[&str]); 4] =
    [('@', &["contact", "lead", "user"]), ('#', &["company"]), ('$', &["deal"]), ('!', &["task"])];

/// A checked query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// What must occur, each somewhere in the record.
    pub(crate) parts: Vec<Part>,
    /// The words together, as titles are compared; none when there are phrases.
    pub(crate) whole: Option<String>,
    /// The digits of what can be a phone number.
    pub(crate) digits: Option<String>,
    objects: Option<Vec<String>>,
}

/// One thing that must occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// A word; the last one may be the beginning of a word.
    Word {
        /// In its folded form.
        text: String,
        /// Whether a longer word counts.
        open: bool,
    },
    /// Words one after the other, just so.
    Phrase(Vec<String>),
}

impl Sought {
    /// Reads a query: words, `"phrases"`, and a first character that names what is sought: `@` a
    /// person, `#` a company, `$` a deal, `!` a task.
    ///
    /// # Errors
    /// The query is too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = |message: String| Invalid::field("q", "invalid_search", message);
        if text.chars().count() > MAX_CHARS {
            return Err(refused(format!("search for at most {MAX_CHARS} characters")));
        }
        let text = text.trim_start();
        let sigil = SIGILS.iter().find(|(sigil, _)| text.starts_with(*sigil));
        let text = sigil.map_or(text, |(sigil, _)| text.trim_start_matches(*sigil));
        let objects = sigil.map(|(_, objects)| objects.iter().map(|&object| object.to_owned()).collect());
        let parts = parts(text);
        if parts.len() > MAX_WORDS {
            return Err(refused(format!("search for at most {MAX_WORDS} words")));
        }
        let phrases = parts.iter().any(|part| matches!(part, Part::Phrase(_)));
        let number = digits(text);
        let numeric = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()./".contains(c));
        Ok(Self {
            whole: if phrases { None } else { whole(text) },
            digits: (numeric && number.len() >= LEAST_DIGITS).then_some(number),
            parts,
            objects,
        })
    }

    /// Whether there is nothing to look for.
    pub fn blank(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether records of the object can be meant.
    pub fn means(&self, object: &ObjectDef) -> bool {
        self.objects.as_ref().is_none_or(|objects| objects.contains(&object.name))
    }

    /// The same query for these objects only.
    #[must_use]
    pub fn among(mut self, objects: Vec<String>) -> Self {
        let meant = self.objects.take();
        let kept = objects.into_iter().filter(|object| meant.as_ref().is_none_or(|meant| meant.contains(object)));
        self.objects = Some(kept.collect());
        self
    }
}

/// Every second piece between quotation marks is a phrase; one that is not closed is still words.
fn parts(text: &str) -> Vec<Part> {
    let pieces: Vec<&str> = text.split('"').collect();
    let last = pieces.len() - 1;
    let mut parts = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let found = words(piece).into_iter().map(|word| word.text);
        if at % 2 == 1 && at < last {
            let phrase: Vec<String> = found.collect();
            if !phrase.is_empty() {
                parts.push(Part::Phrase(phrase));
            }
        } else {
            parts.extend(found.map(|text| Part::Word { text, open: false }));
        }
    }
    let typing = text.chars().last().is_some_and(char::is_alphanumeric);
    if let Some(Part::Word { text, open }) = parts.last_mut() {
        *open = typing && text.chars().count() >= LEAST_PREFIX;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let parts = Sought::parse(text).expect("valid").parts;
        let shown = parts.iter().map(|part| match part {
            Part::Word { text, open } => format!("{text}{}", if *open { "*" } else { "" }),
            Part::Phrase(words) => format!("[{}]", words.join(" ")),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_the_last_word_may_be_unfinished() {
        assert_eq!(shown("Ada Lov"), "ada lov*");
        assert_eq!(shown("ada lovelace "), "ada lovelace");
        assert_eq!(shown("ada l"), "ada l");
        assert_eq!(shown("ada@exa"), "ada exa*");
        assert_eq!(shown(r#"big "red  Ball" re"#), "big [red ball] re*");
        assert_eq!(shown(r#"say "hello wor"#), "say hello wor*");
        assert_eq!(shown("  ,;  "), "");
    }

    #[test]
    fn first_characters_name_the_object() {
        let catalog = catalog::Catalog::standard();
        let meant = |text: &str| {
            let sought = Sought::parse(text).expect("valid");
            let objects = catalog.objects.iter().filter(|object| sought.means(object));
            objects.map(|object| object.name.clone()).collect::<Vec<_>>().join(" ")
        };

        assert_eq!(meant("@ada"), "user contact lead");
        assert_eq!(meant("#acme"), "company");
        assert_eq!(meant("$big"), "deal");
        assert_eq!(meant(" !call"), "task");
        assert_eq!(meant("ada").split(' ').count(), catalog.objects.len());
    }

    #[test]
    fn digits_may_be_a_phone_number() {
        let number = |text: &str| Sought::parse(text).expect("valid").digits;

        assert_eq!(number("+1 (555) 01-23"), Some("15550123".to_owned()));
        assert_eq!(number("0170 12"), Some("17012".to_owned()));
        assert_eq!(number("12"), None);
        assert_eq!(number("room 1234"), None);
    }

    #[test]
    fn long_queries_are_refused() {
        assert!(Sought::parse(&"a".repeat(201)).is_err());
        assert!(Sought::parse("a b c d e f g h i").is_err());
    }
}
