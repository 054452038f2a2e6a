//! Outcomes in the order in which they became known, and the conversion rates known at a moment.

use std::collections::BTreeMap;

use super::Rows;
use crate::{Error, exact};

/// Average leads added to each group, so that a group of three leads says little by itself.
const PRIOR_LEADS: f64 = 20.0;
/// What the overall rate starts from before anything is known: one conversion among ten leads.
const FIRST_CONVERSIONS: f64 = 1.0;
const FIRST_LEADS: f64 = 10.0;

/// The outcome of one lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) lead_id: String,
    pub(super) source: Option<String>,
    pub(super) industry: Option<String>,
    /// When it became known. **Units**: microseconds since 1970.
    pub(super) known_us: i64,
    pub(super) converted: bool,
}

impl Outcome {
    /// Reads the answer to `sql/outcomes.sql`, which is in the order of `known_us`.
    pub(super) fn read(rows: &Rows<'_>) -> Result<Vec<Self>, Error> {
        let (ids, sources, industries) =
            (rows.required_texts("lead_id")?, rows.texts("source")?, rows.texts("industry")?);
        let (known, converted) = (rows.required_integers("known_us")?, rows.flags("converted")?);
        let columns = ids.into_iter().zip(sources).zip(industries).zip(known).zip(converted);
        let outcome = |((((lead_id, source), industry), known_us), converted)| Self {
            lead_id,
            source,
            industry,
            known_us,
            converted,
        };
        Ok(columns.map(outcome).collect())
    }

    fn word(&self, column: &str) -> Option<&str> {
        if column == "source" { self.source.as_deref() } else { self.industry.as_deref() }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    leads: usize,
    conversions: usize,
}

/// Conversion rates by one column.
#[derive(Debug)]
pub(super) struct Rates<'a> {
    outcomes: &'a [Outcome],
    column: &'a str,
}

impl<'a> Rates<'a> {
    /// Rates over outcomes in the order in which they became known.
    pub(super) fn new(outcomes: &'a [Outcome], column: &'a str) -> Self {
        Self { outcomes, column }
    }

    /// The rate of each word at each moment; a missing word has none.
    ///
    /// **Formula**: 100 · (conversions of the word + 20 · overall) / (leads of the word + 20), where
    /// overall = (conversions + 1) / (leads + 10), all among outcomes known at the moment.
    /// **Units**: percent.
    pub(super) fn at(&self, words: &[Option<String>], moments: &[i64]) -> Vec<Option<f64>> {
        let mut order: Vec<usize> = (0..words.len().min(moments.len())).collect();
        order.sort_by_key(|row| moments[*row]);
        let mut rates = vec![None; order.len()];
        let mut overall = Tally::default();
        let mut by_word: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut next = self.outcomes.iter().peekable();
        for row in order {
            while let Some(outcome) = next.next_if(|outcome| outcome.known_us <= moments[row]) {
                overall.count(outcome);
                if let Some(word) = outcome.word(self.column) {
                    by_word.entry(word).or_default().count(outcome);
                }
            }
            rates[row] = words[row].as_deref().map(|word| {
                let share = (exact::float(overall.conversions) + FIRST_CONVERSIONS)
                    / (exact::float(overall.leads) + FIRST_LEADS);
                let tally = by_word.get(word).copied().unwrap_or_default();
                100.0 * (exact::float(tally.conversions) + PRIOR_LEADS * share)
                    / (exact::float(tally.leads) + PRIOR_LEADS)
            });
        }
        rates
    }
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        self.leads += 1;
        self.conversions += usize::from(outcome.converted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(source: &str, known_us: i64, converted: bool) -> Outcome {
        Outcome { lead_id: known_us.to_string(), source: Some(source.to_owned()), industry: None, known_us, converted }
    }

    #[test]
    fn only_outcomes_known_at_the_moment_count() {
        let outcomes = [outcome("referral", 10, true), outcome("referral", 20, true), outcome("cold", 30, false)];
        let words = vec![Some("referral".to_owned()); 4];

        let rates = Rates::new(&outcomes, "source").at(&words, &[25, 5, 10, 35]);

        // Two of two known: overall 3/12, (2 + 5) / 22; none known: 1/10; one of one: overall 2/11.
        assert!((rates[0].unwrap() - 100.0 * 7.0 / 22.0).abs() < 1e-9, "{rates:?}");
        assert!((rates[1].unwrap() - 10.0).abs() < 1e-9, "{rates:?}");
        assert!((rates[2].unwrap() - 100.0 * (1.0 + 40.0 / 11.0) / 21.0).abs() < 1e-9, "{rates:?}");
        // The worked example of docs/METRICS.md.
        assert!((rates[3].unwrap() - 30.07).abs() < 0.005, "{rates:?}");
    }

    #[test]
    fn a_missing_word_has_no_rate_and_a_new_one_the_overall() {
        let outcomes = [outcome("referral", 1, true)];

        let rates = Rates::new(&outcomes, "source").at(&[None, Some("billboard".to_owned())], &[2, 2]);

        assert_eq!(rates[0], None);
        assert!((rates[1].unwrap() - 100.0 * 2.0 / 11.0).abs() < 1e-9, "{rates:?}");
    }
}
