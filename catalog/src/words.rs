//! What stands for a person in texts: their name, addresses and numbers, found and taken out.

/// What stands where something was taken out.
pub const ERASED: &str = "[erased]";

/// Shortest text that is sought: shorter ones stand in too many words.
const LEAST_CHARS: usize = 4;

/// Texts that are sought in other texts, in any case of letters and only as wholes: `ann@x.com`
/// is not found in `joann@x.com`, nor `Ann Lee` in `Ann Leeds`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Vec<Vec<char>>);

impl Words {
    /// Those of the texts that are long enough to stand for one person.
    pub fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let folded = texts.into_iter().map(|text| text.as_ref().trim().chars().flat_map(char::to_lowercase).collect());
        let mut words: Vec<Vec<char>> = folded.filter(|word: &Vec<char>| word.len() >= LEAST_CHARS).collect();
        // The longest first, so that nothing of it is left where a shorter one is part of it.
        words.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        words.dedup();
        Self(words)
    }

    /// Whether there is nothing to seek.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them stands in the text.
    pub fn found_in(&self, text: &str) -> bool {
        self.first_in(text, 0).is_some()
    }

    /// The text with [`ERASED`] in the place of each; none when there is nothing to take out.
    pub fn taken_out(&self, text: &str) -> Option<String> {
        let mut rest = 0;
        let mut clean = String::new();
        while let Some((start, end)) = self.first_in(text, rest) {
            clean.push_str(text.get(rest..start).unwrap_or_default());
            clean.push_str(ERASED);
            rest = end;
        }
        if rest == 0 {
            return None;
        }
        clean.push_str(text.get(rest..).unwrap_or_default());
        Some(clean)
    }

    /// Where the first of them begins and ends, from byte `from` on.
    fn first_in(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        let tail = text.get(from..)?;
        tail.char_indices().find_map(|(at, letter)| {
            let start = from + at;
            let folded = letter.to_lowercase().next();
            let mut begins = self.0.iter().filter(|word| word.first().copied() == folded);
            begins.find_map(|word| whole(word, text, start)).map(|end| (start, end))
        })
    }
}

/// Where `word` ends in `text` if it stands at `start` and is not part of something longer.
fn whole(word: &[char], text: &str, start: usize) -> Option<usize> {
    let mut end = start;
    let mut sought = word.iter();
    for letter in text.get(start..)?.chars() {
        if sought.as_slice().is_empty() {
            break;
        }
        if !letter.to_lowercase().all(|folded| sought.next() == Some(&folded)) {
            return None;
        }
        end += letter.len_utf8();
    }
    let complete = sought.as_slice().is_empty();
    let address = word.contains(&'@');
    let before = text.get(..start)?.chars().next_back();
    let mut after = text.get(end..)?.chars();
    let (next, next_but_one) = (after.next(), after.next());
    let letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let longer = letter(before)
        || letter(next)
        || address && before.is_some_and(|before| "._%+-".contains(before))
        || address && (next == Some('-') || next == Some('.') && letter(next_but_one));
    (complete && !longer).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_out_in_any_case_and_only_as_a_whole() {
        let words = Words::new(["Ann@X.com", "Ann Lee", "+49 30 123"]);
        let cases = [
            ("mail to ANN@x.COM.", Some("mail to [erased].")),
            ("<ann@x.com>,ann@x.com", Some("<[erased]>,[erased]")),
            ("joann@x.com and jo.ann@x.com", None),
            ("ann@x.com.au", None),
            ("ann@x.com-mirror", None),
            ("Dear ann lee, dear Ann Leeds", Some("Dear [erased], dear Ann Leeds")),
            ("call +49 30 123 or +49 30 1234", Some("call [erased] or +49 30 1234")),
            (r#"{"name":"Ann Lee"}"#, Some(r#"{"name":"[erased]"}"#)),
            ("", None),
        ];

        for (text, clean) in cases {
            assert_eq!(words.taken_out(text).as_deref(), clean, "{text}");
            assert_eq!(words.found_in(text), clean.is_some(), "{text}");
        }
    }

    #[test]
    fn the_longest_goes_first_and_the_short_are_left_alone() {
        let words = Words::new(["Zoë", "Zoë Ångström", "Zoë Ångström-Lee", "  "]);

        assert_eq!(words.taken_out("ZOË ÅNGSTRÖM-LEE wrote").as_deref(), Some("[erased] wrote"));
        assert!(!words.found_in("Zoë"), "three letters stand for nobody");
        assert!(Words::new(["a", ""]).is_empty());
    }
}
