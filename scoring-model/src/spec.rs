//! What to learn from which columns.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Which columns a model is trained on, towards which outcome, and how rows are split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Column with the outcome: true or false, 1 or 0, never missing.
    pub outcome: String,
    /// Columns to learn from, in the order of explanations with equal weight.
    pub features: Vec<Feature>,
    /// Texts that mean 'not given', such as `Select`; the empty text always does.
    pub missing_words: Vec<String>,
    /// How rows are divided into training, validation and test.
    pub split: Split,
}

/// One column to learn from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Name of the column.
    pub name: String,
    /// How its values are read.
    pub kind: FeatureKind,
}

/// How the values of a feature are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// Numbers, cut into quantile bins.
    Numeric,
    /// Words, frequent ones kept apart.
    Category,
}

/// How rows are divided: 65 % training, 15 % validation, 20 % test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Split {
    /// The latest rows are the test, those before them the validation.
    ///
    /// Rows of the same moment stay in one part, so a part can be a little larger than its share.
    Time {
        /// Column with a date, a moment or a running number.
        column: String,
    },
    /// By a hash of an identifying column, so that a row never changes its part.
    Hash {
        /// Column whose text identifies the row.
        column: String,
        /// Hashed before the text: another salt is another division.
        salt: String,
    },
}

impl TrainingSpec {
    /// Checks that the spec can be meant.
    ///
    /// # Errors
    ///
    /// [`Error::BadSpec`] without features, with a feature named twice, or with the outcome among
    /// the features.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.features.is_empty() {
            return Err(Error::BadSpec { problem: "it names no feature".to_owned() });
        }
        let mut seen = BTreeSet::new();
        for feature in &self.features {
            if feature.name == self.outcome {
                return Err(Error::BadSpec { problem: format!("the outcome `{}` is also a feature", self.outcome) });
            }
            if !seen.insert(&feature.name) {
                return Err(Error::BadSpec { problem: format!("feature `{}` is named twice", feature.name) });
            }
        }
        Ok(())
    }
}
