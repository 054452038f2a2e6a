//! Digests of answers: a speed without an equal digest is void.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use anyhow::Context;
use rust_decimal::Decimal;

/// A digest of the rows of a CSV text, whatever their order and however their numbers are padded.
///
/// # Errors
/// The text is not CSV.
pub(super) fn of_csv(text: &[u8], header: Header) -> anyhow::Result<u64> {
    let mut reader = csv::ReaderBuilder::new().has_headers(header == Header::Present).from_reader(text);
    let mut rows: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for record in reader.records() {
        let row = record.context("the answer is not CSV")?.iter().map(normal).collect();
        *rows.entry(row).or_default() += 1;
    }
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    Ok(hasher.finish())
}

/// Whether the first line of a CSV text names the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// It does.
    Present,
    /// It is a row already.
    Absent,
}

fn normal(cell: &str) -> String {
    cell.parse::<Decimal>().map_or_else(|_| cell.to_owned(), |number| number.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_padding_do_not_matter_but_values_do() {
        let a = of_csv(b"x,1.50\ny,2\n", Header::Absent).unwrap();
        let b = of_csv(b"n,v\ny,2.00\nx,1.5\n", Header::Present).unwrap();
        let c = of_csv(b"x,1.51\ny,2\n", Header::Absent).unwrap();
        let twice = of_csv(b"x,1.50\ny,2\ny,2\n", Header::Absent).unwrap();

        assert_eq!(a, b);
        assert_ne!(a, c);
        assert_ne!(a, twice);
    }
}
