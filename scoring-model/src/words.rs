//! Reasons in words.

use polars::prelude::DataFrame;

use crate::{Error, FeatureKind, columns, feature};

/// What one row holds in each feature, ready to be told.
#[derive(Debug)]
pub(crate) struct Words {
    texts: Vec<(&'static str, Vec<String>)>,
}

impl Words {
    /// Reads the features of a frame.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] naming the feature.
    pub(crate) fn of(frame: &DataFrame) -> Result<Self, Error> {
        let texts = feature::FEATURES.iter().map(|feature| {
            let texts: Vec<String> = match feature.kind {
                FeatureKind::Category => {
                    let words = columns::texts(frame, feature.name, &[])?;
                    words.into_iter().map(|word| told(feature.label, word.as_deref(), "")).collect()
                }
                FeatureKind::Numeric => {
                    let numbers = columns::numbers(frame, feature.name)?;
                    let number = |number: Option<f64>| told(feature.label, number.map(short).as_deref(), feature.unit);
                    numbers.into_iter().map(number).collect()
                }
            };
            Ok((feature.name, texts))
        });
        Ok(Self { texts: texts.collect::<Result<_, Error>>()? })
    }

    /// The words for a feature of a row.
    pub(crate) fn at(&self, name: &str, row: usize) -> String {
        let texts = self.texts.iter().find(|(feature, _)| *feature == name);
        texts.and_then(|(_, texts)| texts.get(row)).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// The label of a feature; its name when an older model used one that is gone.
pub(crate) fn label(name: &str) -> String {
    feature::named(name).map_or(name, |feature| feature.label).to_owned()
}

fn told(label: &str, value: Option<&str>, unit: &str) -> String {
    match (value, unit) {
        (None, _) => format!("{label}: not known"),
        (Some(value), "") => format!("{label}: {value}"),
        (Some(value), "%") => format!("{label}: {value} %"),
        (Some(value), unit) => format!("{label}: {value} {unit}"),
    }
}

/// A number as people write it: whole from ten on, one digit after the point below.
fn short(number: f64) -> String {
    if number.abs() >= 10.0 || (number - number.round()).abs() < 0.05 {
        format!("{number:.0}")
    } else {
        format!("{number:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_with_label_and_unit() {
        assert_eq!(told("Last contact", Some(&short(3.24)), "days ago"), "Last contact: 3.2 days ago");
        assert_eq!(told("Conversion of this source", Some(&short(31.4)), "%"), "Conversion of this source: 31 %");
        assert_eq!(told("Source", Some("referral"), ""), "Source: referral");
        assert_eq!(told("Latest rating", None, "of 5"), "Latest rating: not known");
        assert_eq!([short(4.0), short(12.6), short(0.04)], ["4", "13", "0"]);
    }
}
