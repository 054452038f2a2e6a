//! The public leads of X Education, by which training is measured: 9,240 leads of an online school.

use std::path::Path;

use polars::prelude::{CsvReadOptions, DataFrame, SerReader};

use crate::{Error, Feature, FeatureKind, Split, TrainingSpec};

/// Numbers that are known when a lead arrives.
const NUMBERS: [&str; 3] = ["TotalVisits", "Total Time Spent on Website", "Page Views Per Visit"];
/// Words that are known when a lead arrives.
const WORDS: [&str; 12] = [
    "Lead Origin",
    "Lead Source",
    "Do Not Email",
    "Do Not Call",
    "Country",
    "Specialization",
    "City",
    "A free copy of Mastering The Interview",
    "Search",
    "Newspaper",
    "Digital Advertisement",
    "Through Recommendations",
];

/// Words that were asked of a lead soon after, which is before anybody worked on it.
const ASKED: [&str; 3] = [
    "What is your current occupation",
    "What matters most to you in choosing a course",
    "How did you hear about X Education",
];

/// The salt of the division that the published baselines were measured on.
const SALT: &str = "nucleus-v1";

/// Reads a CSV file with a header, types found from all of its rows.
///
/// # Errors
/// [`Error::Frame`] when it cannot be read.
pub fn read(path: &Path) -> Result<DataFrame, Error> {
    let reader = CsvReadOptions::default()
        .with_infer_schema_length(None)
        .map_parse_options(|options| options.with_try_parse_dates(true))
        .try_into_reader_with_file_path(Some(path.to_owned()))?;
    Ok(reader.finish()?)
}

/// What to learn from the leads of X Education, split by time: only columns that are known when the
/// lead arrives.
///
/// `Tags`, `Lead Quality`, `Last Activity` and the like are filled in after the fact and would leak
/// the outcome.
pub fn known_at_arrival() -> TrainingSpec {
    spec(&WORDS, Split::Time { column: "Lead Number".to_owned() })
}

/// The same with the three answers asked soon after, split by a hash of the id.
pub fn known_before_work() -> TrainingSpec {
    let split = Split::Hash { column: "Prospect ID".to_owned(), salt: SALT.to_owned() };
    spec(&[WORDS.as_slice(), &ASKED].concat(), split)
}

fn spec(words: &[&str], split: Split) -> TrainingSpec {
    let feature = |kind| move |name: &&str| Feature { name: (*name).to_owned(), kind };
    let numbers = NUMBERS.iter().map(feature(FeatureKind::Numeric));
    TrainingSpec {
        outcome: "Converted".to_owned(),
        features: numbers.chain(words.iter().map(feature(FeatureKind::Category))).collect(),
        missing_words: vec!["Select".to_owned()],
        split,
    }
}
