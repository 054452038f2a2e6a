//! Turns the features of a row into slots: one active slot per feature.
//!
//! A numeric feature has quantile bins and a slot for missing; a category has its frequent words, a
//! slot for all others and one for missing. The matrix of a row is zero but for a one in the active
//! slot of each feature, which is why a row is kept as slot numbers and a score is a sum of one
//! weight per feature.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use crate::{Error, Feature, FeatureKind, TrainingSpec, columns, exact};

/// Greatest number of quantile bins of a numeric feature.
const BINS: usize = 10;

/// A word seen in fewer training rows has no slot of its own.
const LEAST_ROWS_OF_WORD: usize = 10;

/// How each feature becomes a slot, fitted on the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Encoding {
    missing_words: Vec<String>,
    features: Vec<FeatureSlots>,
}

/// The slots of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum FeatureSlots {
    /// Slot i holds the values up to and including `upper_edges[i]`, the next one all larger
    /// values, the last one missing values.
    Numeric {
        name: String,
        #[serde(with = "exact::numbers")]
        upper_edges: Vec<f64>,
    },
    /// One slot per word in alphabetical order, then other words, then missing values.
    Category { name: String, words: Vec<String> },
}

/// The encoded rows of a frame.
#[derive(Debug)]
pub(crate) struct Encoded {
    /// Slots of all features together.
    pub(crate) width: usize,
    /// One entry per row: the active slot of each feature, in the order of the features.
    pub(crate) rows: Vec<Vec<usize>>,
}

impl Encoding {
    /// Fits the slots on the given rows of a frame.
    ///
    /// # Errors
    ///
    /// As [`Encoding::encode`].
    pub(crate) fn fit(frame: &DataFrame, spec: &TrainingSpec, training: &[usize]) -> Result<Self, Error> {
        let fit = |feature: &Feature| match feature.kind {
            FeatureKind::Numeric => {
                let values = columns::numbers(frame, &feature.name)?;
                let upper_edges = upper_edges(training.iter().filter_map(|row| values[*row]).collect());
                Ok(FeatureSlots::Numeric { name: feature.name.clone(), upper_edges })
            }
            FeatureKind::Category => {
                let values = columns::texts(frame, &feature.name, &spec.missing_words)?;
                let given: Vec<&str> = training.iter().filter_map(|row| values[*row].as_deref()).collect();
                Ok(FeatureSlots::Category { name: feature.name.clone(), words: frequent_words(&given) })
            }
        };
        let features = spec.features.iter().map(fit).collect::<Result<_, Error>>()?;
        Ok(Self { missing_words: spec.missing_words.clone(), features })
    }

    /// Encodes every row of a frame.
    ///
    /// # Errors
    ///
    /// [`Error::MissingColumn`] or [`Error::WrongColumnKind`] naming the feature.
    pub(crate) fn encode(&self, frame: &DataFrame) -> Result<Encoded, Error> {
        let mut rows = vec![Vec::with_capacity(self.features.len()); frame.height()];
        let mut first = 0;
        for feature in &self.features {
            for (row, slot) in rows.iter_mut().zip(self.slots(feature, frame)?) {
                row.push(first + slot);
            }
            first += feature.width();
        }
        Ok(Encoded { width: first, rows })
    }

    /// The active slot of one feature in every row, counted from its first slot.
    fn slots(&self, feature: &FeatureSlots, frame: &DataFrame) -> Result<Vec<usize>, Error> {
        match feature {
            FeatureSlots::Numeric { name, upper_edges } => {
                let values = columns::numbers(frame, name)?;
                Ok(values.into_iter().map(|value| bin(upper_edges, value)).collect())
            }
            FeatureSlots::Category { name, words } => {
                let values = columns::texts(frame, name, &self.missing_words)?;
                Ok(values.iter().map(|value| word_slot(words, value.as_deref())).collect())
            }
        }
    }

    /// Slots of all features together.
    pub(crate) fn width(&self) -> usize {
        self.features.iter().map(FeatureSlots::width).sum()
    }

    /// Names of the features and the slot where each begins.
    pub(crate) fn first_slots(&self) -> Vec<(&str, usize)> {
        let mut first = 0;
        let mut slots = Vec::with_capacity(self.features.len());
        for feature in &self.features {
            slots.push((feature.name(), first));
            first += feature.width();
        }
        slots
    }

    /// Describes a slot in words: `Google`, `3 to 5`, `over 12`, `other`, `missing`.
    ///
    /// `slot` counts from the first slot of the feature at `feature`.
    pub(crate) fn describe(&self, feature: usize, slot: usize) -> String {
        match &self.features[feature] {
            FeatureSlots::Numeric { upper_edges, .. } => describe_bin(upper_edges, slot),
            FeatureSlots::Category { words, .. } => match words.get(slot) {
                Some(word) => word.clone(),
                None if slot == words.len() => "other".to_owned(),
                None => "missing".to_owned(),
            },
        }
    }
}

impl FeatureSlots {
    fn name(&self) -> &str {
        match self {
            Self::Numeric { name, .. } | Self::Category { name, .. } => name,
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Numeric { upper_edges, .. } => upper_edges.len() + 2,
            Self::Category { words, .. } => words.len() + 2,
        }
    }
}

/// Cuts values into at most [`BINS`] bins of about equal size; equal values are never parted.
fn upper_edges(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    let mut edges: Vec<f64> =
        (1..BINS).filter_map(|bin| values.get((values.len() * bin / BINS).saturating_sub(1)).copied()).collect();
    edges.dedup();
    // An edge at the greatest value would leave the bin above it without training rows.
    if edges.last() == values.last() {
        edges.pop();
    }
    edges
}

fn frequent_words(values: &[&str]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_insert(0) += 1;
    }
    counts.into_iter().filter(|(_, rows)| *rows >= LEAST_ROWS_OF_WORD).map(|(word, _)| word.to_owned()).collect()
}

fn bin(upper_edges: &[f64], value: Option<f64>) -> usize {
    value.map_or(upper_edges.len() + 1, |value| upper_edges.partition_point(|edge| *edge < value))
}

fn word_slot(words: &[String], value: Option<&str>) -> usize {
    let Some(value) = value else {
        return words.len() + 1;
    };
    words.binary_search_by(|word| word.as_str().cmp(value)).unwrap_or(words.len())
}

fn describe_bin(upper_edges: &[f64], slot: usize) -> String {
    if slot > upper_edges.len() {
        return "missing".to_owned();
    }
    let below = slot.checked_sub(1).and_then(|lower| upper_edges.get(lower));
    match (below, upper_edges.get(slot)) {
        (Some(lower), Some(upper)) => format!("over {lower} to {upper}"),
        (None, Some(upper)) => format!("up to {upper}"),
        (Some(lower), None) => format!("over {lower}"),
        (None, None) => "any number".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;
    use crate::Split;

    fn spec(name: &str, kind: FeatureKind) -> TrainingSpec {
        TrainingSpec {
            outcome: "won".to_owned(),
            features: vec![Feature { name: name.to_owned(), kind }],
            missing_words: vec!["Select".to_owned()],
            split: Split::Hash { column: "id".to_owned(), salt: String::new() },
        }
    }

    #[test]
    fn numbers_fall_into_bins_of_equal_size_and_missing_into_its_own() {
        let mut visits: Vec<Option<f64>> = (1..=100).map(|number| Some(f64::from(number))).collect();
        visits.push(None);
        let frame = df!("visits" => visits).unwrap();

        let encoding =
            Encoding::fit(&frame, &spec("visits", FeatureKind::Numeric), &(0..101).collect::<Vec<_>>()).unwrap();
        let encoded = encoding.encode(&frame).unwrap();

        assert_eq!(encoded.width, 11);
        assert!((0..10).all(|slot| encoded.rows.iter().filter(|row| row[0] == slot).count() == 10));
        assert_eq!(encoded.rows[100], [10]);
        assert_eq!(encoding.describe(0, 1), "over 10 to 20");
        assert_eq!(encoding.describe(0, 10), "missing");
    }

    #[test]
    fn equal_numbers_share_a_bin() {
        assert_eq!(upper_edges([vec![0.0; 95], vec![1.0, 2.0, 3.0, 4.0, 5.0]].concat()), [0.0]);
        assert_eq!(upper_edges(vec![7.0; 50]), [0.0_f64; 0]);
        assert_eq!(upper_edges(Vec::new()), [0.0_f64; 0]);
    }

    #[test]
    fn only_words_of_ten_training_rows_have_a_slot() {
        let sources = [vec![Some("Google"); 10], vec![Some("Bing"); 9], vec![Some("Select")]].concat();
        let frame = df!("source" => sources).unwrap();

        let encoding =
            Encoding::fit(&frame, &spec("source", FeatureKind::Category), &(0..20).collect::<Vec<_>>()).unwrap();
        let encoded = encoding.encode(&frame).unwrap();

        assert_eq!([&encoded.rows[0], &encoded.rows[10], &encoded.rows[19]], [&[0], &[1], &[2]]);
        assert_eq!([0, 1, 2].map(|slot| encoding.describe(0, slot)), ["Google", "other", "missing"]);
    }

    #[test]
    fn rows_outside_the_training_part_shape_nothing() {
        let frame = df!("visits" => (0..100).map(f64::from).collect::<Vec<_>>()).unwrap();

        let encoding =
            Encoding::fit(&frame, &spec("visits", FeatureKind::Numeric), &(0..20).collect::<Vec<_>>()).unwrap();

        assert_eq!(encoding.describe(0, 9), "over 17");
    }

    #[test]
    fn an_encoding_survives_json_bit_for_bit() {
        let encoding = Encoding {
            missing_words: Vec::new(),
            features: vec![FeatureSlots::Numeric {
                name: "share".to_owned(),
                upper_edges: vec![0.1, 1.0 / 3.0, 1e-300],
            }],
        };

        let text = serde_json::to_string(&encoding).unwrap();

        assert_eq!(serde_json::from_str::<Encoding>(&text).unwrap(), encoding);
    }
}
