//! Numbers that keep every bit: in JSON, and when a count becomes a float.
//!
//! `serde_json` reads a float with an error of up to one unit in the last place unless a feature is
//! set for the whole program. A stored model must give the very same scores as the fitted one, so
//! its numbers are written as the shortest text that parses back to the same bits.

use serde::{Deserialize, Deserializer, Serializer};

/// A count as a float, exactly.
///
/// Counts here are rows and slots, limited far below 2^32 by [`crate::train::MAX_ROWS`]; a larger
/// one would come out as 2^32 - 1.
pub(crate) fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// One number as text; use as `#[serde(with = "exact::number")]`.
pub(crate) mod number {
    use super::{Deserialize, Deserializer, Serializer, parse};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes every field by reference")]
    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        parse(&String::deserialize(deserializer)?)
    }
}

/// A list of numbers as texts; use as `#[serde(with = "exact::numbers")]`.
pub(crate) mod numbers {
    use super::{Deserialize, Deserializer, Serializer, parse};

    pub(crate) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(f64::to_string))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Vec::<String>::deserialize(deserializer)?.iter().map(|text| parse(text)).collect()
    }
}

fn parse<E: serde::de::Error>(text: &str) -> Result<f64, E> {
    let number: f64 = text.parse().map_err(|error| E::custom(format_args!("`{text}` is not a number: {error}")))?;
    if number.is_finite() { Ok(number) } else { Err(E::custom(format_args!("`{text}` is not a finite number"))) }
}
