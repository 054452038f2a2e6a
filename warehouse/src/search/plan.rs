//! From what is sought to a query of the index.
//!
//! Every part must occur in one of the fields that the caller sees. How well it occurs decides its
//! weight: a word of a title more than a word elsewhere, a whole word more than its beginning, both
//! more than one that is misspelt.

use std::{collections::BTreeSet, ops::Bound};

use tantivy::{
    Term,
    query::{
        BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, FuzzyTermQuery,
        InvertedIndexRangeQuery, Occur, PhraseQuery, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use super::{
    schema::{Manner, SearchSchema, Searched},
    sought::{Part, Sought},
};

/// Weights, in the order of what people expect first.
const WHOLE_TITLE: f32 = 20.0;
const TITLE_BEGINS: f32 = 2.5;
const WHOLE_VALUE: f32 = 16.0;
const TITLE_WORD: f32 = 8.0;
const TITLE_PREFIX: f32 = 5.0;
const NUMBER: f32 = 6.0;
const WORD: f32 = 4.0;
const PREFIX: f32 = 2.5;
const TITLE_MISSPELT: f32 = 2.0;
const MISSPELT: f32 = 1.0;

/// Letters from which on one mistake, and two mistakes, are forgiven: in shorter words every other
/// word is a neighbour.
const ONE_MISTAKE: usize = 4;
const TWO_MISTAKES: usize = 9;

/// Digits that a piece of a phone number has at least.
const LEAST_DIGITS: usize = 3;

/// How closely words must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Letter by letter.
    Exact,
    /// Mistakes are forgiven, more of them in longer words.
    Forgiving,
}

/// Mistakes that are forgiven in a word.
pub(crate) fn mistakes(word: &str) -> u8 {
    let letters = word.chars().count();
    // A number with another digit is another number.
    if letters < ONE_MISTAKE || word.chars().any(|c| c.is_ascii_digit()) {
        0
    } else if letters < TWO_MISTAKES {
        1
    } else {
        2
    }
}

/// What a caller may have compared: per field of the index the objects in which it is hidden.
#[derive(Debug, Clone)]
pub(crate) struct Hidden(pub(crate) Vec<BTreeSet<usize>>);

/// The query for what is sought.
pub(crate) fn plan(schema: &SearchSchema, sought: &Sought, hidden: &Hidden, spelling: Spelling) -> Box<dyn Query> {
    let builder = Builder { schema, hidden, spelling };
    let mut must: Vec<(Occur, Box<dyn Query>)> =
        sought.parts.iter().map(|part| (Occur::Must, builder.part(part))).collect();
    must.extend(builder.whole(sought));
    let words: Box<dyn Query> = Box::new(BooleanQuery::new(must));
    let number = sought.digits.as_deref().map(|digits| builder.number(digits)).filter(|found| !found.is_empty());
    match number {
        Some(number) => Box::new(DisjunctionMaxQuery::new(number.into_iter().chain([words]).collect())),
        None => words,
    }
}

struct Builder<'a> {
    schema: &'a SearchSchema,
    hidden: &'a Hidden,
    spelling: Spelling,
}

impl Builder<'_> {
    fn part(&self, part: &Part) -> Box<dyn Query> {
        let mut found = Vec::new();
        for (place, field) in self.schema.fields.iter().enumerate() {
            let in_field = match (part, field.manner) {
                (Part::Word { text, open }, Manner::Words | Manner::Prose) => self.word(field, text, *open),
                (Part::Phrase(words), Manner::Words | Manner::Prose) => vec![phrase(field, words)],
                (Part::Word { text, .. }, Manner::Number) if digits_only(text) => {
                    vec![weighed(prefix(field.words, text), NUMBER)]
                }
                (Part::Word { .. } | Part::Phrase(_), Manner::Number) => Vec::new(),
            };
            found.extend(in_field.into_iter().map(|query| self.visible(place, query)));
        }
        if found.is_empty() { Box::new(EmptyQuery) } else { Box::new(DisjunctionMaxQuery::new(found)) }
    }

    fn word(&self, field: &Searched, text: &str, open: bool) -> Vec<Box<dyn Query>> {
        let term = Term::from_field_text(field.words, text);
        let (whole, beginning, misspelt) =
            if field.title { (TITLE_WORD, TITLE_PREFIX, TITLE_MISSPELT) } else { (WORD, PREFIX, MISSPELT) };
        let mut found = vec![weighed(exact(term.clone()), whole)];
        if open {
            found.push(weighed(prefix(field.words, text), beginning));
        }
        let distance = mistakes(text);
        if self.spelling == Spelling::Forgiving && distance > 0 {
            let near = if open {
                FuzzyTermQuery::new_prefix(term, distance, true)
            } else {
                FuzzyTermQuery::new(term, distance, true)
            };
            found.push(weighed(Box::new(near), misspelt));
        }
        found
    }

    /// What lifts a record whose title, e-mail address or number is just what was typed.
    fn whole(&self, sought: &Sought) -> Vec<(Occur, Box<dyn Query>)> {
        let Some(text) = sought.whole.as_deref().filter(|text| !text.is_empty()) else { return Vec::new() };
        let mut lifts = Vec::new();
        for (place, field) in self.schema.fields.iter().enumerate() {
            let Some(whole) = field.whole else { continue };
            let weight = if field.title { WHOLE_TITLE } else { WHOLE_VALUE };
            lifts.push(self.visible(place, weighed(exact(Term::from_field_text(whole, text)), weight)));
            if field.title {
                lifts.push(self.visible(place, weighed(prefix(whole, text), TITLE_BEGINS)));
            }
        }
        lifts.into_iter().map(|query| (Occur::Should, query)).collect()
    }

    fn number(&self, digits: &str) -> Vec<Box<dyn Query>> {
        let fields = self.schema.fields.iter().enumerate().filter(|(_, field)| field.manner == Manner::Number);
        fields.map(|(place, field)| self.visible(place, weighed(prefix(field.words, digits), NUMBER))).collect()
    }

    /// The query without the objects in which the caller does not see the field.
    fn visible(&self, place: usize, query: Box<dyn Query>) -> Box<dyn Query> {
        let hidden = self.hidden.0.get(place).filter(|kinds| !kinds.is_empty());
        let Some(hidden) = hidden else { return query };
        let except = hidden.iter().map(|kind| {
            let term = Term::from_field_u64(self.schema.kind, u64::try_from(*kind).unwrap_or(u64::MAX));
            (Occur::MustNot, exact(term))
        });
        Box::new(BooleanQuery::new([(Occur::Must, query)].into_iter().chain(except).collect()))
    }
}

fn phrase(field: &Searched, words: &[String]) -> Box<dyn Query> {
    let terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(field.words, word)).collect();
    let weight = if field.title { TITLE_WORD } else { WORD };
    match <[Term; 1]>::try_from(terms) {
        Ok([term]) => weighed(exact(term), weight),
        Err(terms) => weighed(Box::new(PhraseQuery::new(terms)), weight),
    }
}

fn digits_only(text: &str) -> bool {
    text.len() >= LEAST_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn exact(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// Every term that begins with the text.
fn prefix(field: Field, text: &str) -> Box<dyn Query> {
    // No character of a word is greater than this one.
    let beyond = format!("{text}{}", char::MAX);
    let least = Bound::Included(Term::from_field_text(field, text));
    Box::new(InvertedIndexRangeQuery::new(least, Bound::Excluded(Term::from_field_text(field, &beyond))))
}

fn weighed(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(Box::new(ConstScoreQuery::new(query, 1.0)), weight))
}
