//! Divides rows into training, validation and test.

use polars::prelude::DataFrame;
use sha2::{Digest as _, Sha256};

use crate::{Error, Split, columns};

/// Of 100 rows, this many are for training.
const TRAINING_PERCENT: usize = 65;

/// Of 100 rows, this many are for training or validation; the rest is the test.
const SEEN_PERCENT: usize = 80;

/// Row numbers of each part, in the order of the frame or of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) training: Vec<usize>,
    pub(crate) validation: Vec<usize>,
    pub(crate) test: Vec<usize>,
}

impl Split {
    /// Divides the rows of a frame.
    ///
    /// # Errors
    ///
    /// [`Error::MissingColumn`], [`Error::WrongColumnKind`] or [`Error::MissingValue`] naming the
    /// column that decides.
    pub(crate) fn divide(&self, frame: &DataFrame) -> Result<Parts, Error> {
        match self {
            Self::Time { column } => Ok(by_time(&columns::moments(frame, column)?)),
            Self::Hash { column, salt } => Ok(by_hash(&columns::keys(frame, column)?, salt)),
        }
    }
}

fn by_time(moments: &[i64]) -> Parts {
    let mut order: Vec<usize> = (0..moments.len()).collect();
    order.sort_by_key(|row| moments[*row]);
    // Rows of one moment stay together, or the training would know part of what it is tested on.
    let cut = |percent: usize| {
        let start = order.len() * percent / 100;
        let last = start.checked_sub(1).map(|before| moments[order[before]]);
        start + order[start..].iter().take_while(|row| Some(moments[**row]) == last).count()
    };
    let (validation_start, test_start) = (cut(TRAINING_PERCENT), cut(SEEN_PERCENT));
    Parts {
        training: order[..validation_start].to_vec(),
        validation: order[validation_start..test_start].to_vec(),
        test: order[test_start..].to_vec(),
    }
}

fn by_hash(keys: &[String], salt: &str) -> Parts {
    let mut parts = Parts { training: Vec::new(), validation: Vec::new(), test: Vec::new() };
    for (row, key) in keys.iter().enumerate() {
        let percent = percent(salt, key);
        if percent < TRAINING_PERCENT {
            parts.training.push(row);
        } else if percent < SEEN_PERCENT {
            parts.validation.push(row);
        } else {
            parts.test.push(row);
        }
    }
    parts
}

/// Where the SHA-256 of salt and key lies in its range, 0 to 99.
fn percent(salt: &str, key: &str) -> usize {
    let digest: [u8; 32] = Sha256::new().chain_update(salt).chain_update(key).finalize().into();
    let place = digest.iter().take(4).fold(0, |place, byte| place << u8::BITS | u64::from(*byte));
    usize::try_from((place * 100) >> u32::BITS).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_fifth_of_the_time_is_the_test() {
        let newest_first: Vec<i64> = (0..100).rev().collect();

        let parts = by_time(&newest_first);

        assert_eq!([parts.training.len(), parts.validation.len(), parts.test.len()], [65, 15, 20]);
        assert!(parts.test.iter().all(|row| newest_first[*row] >= 80));
    }

    #[test]
    fn rows_of_one_moment_stay_in_one_part() {
        let moments = [vec![1; 60], vec![2; 20], vec![3; 20]].concat();

        let parts = by_time(&moments);

        assert_eq!([parts.training.len(), parts.validation.len(), parts.test.len()], [80, 0, 20]);
    }

    #[test]
    fn a_row_keeps_its_part_when_others_are_added() {
        let keys: Vec<String> = (0..2_000).map(|number| format!("lead-{number}")).collect();

        let (few, many) = (by_hash(&keys[..1_000], ""), by_hash(&keys, ""));

        assert_eq!(few.test, many.test[..few.test.len()]);
        assert!((350..=450).contains(&many.test.len()), "{}", many.test.len());
        assert!((1_220..=1_380).contains(&many.training.len()), "{}", many.training.len());
    }

    #[test]
    fn no_rows_give_empty_parts() {
        assert_eq!(by_time(&[]), by_hash(&[], ""));
    }
}
