//! Finding the row of an id: in the tail by a map, in a file by a sorted list.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A map from row ids. The ids are made by us and random in their last half, so mixing is enough.
pub(crate) type IdMap<V> = HashMap<u128, V, BuildHasherDefault<IdHasher>>;

/// Mixes the two halves of an id.
#[derive(Debug, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0.rotate_left(8) ^ u64::from(*byte)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }

    fn write_u128(&mut self, id: u128) {
        let low = u64::try_from(id & u128::from(u64::MAX)).unwrap_or(0);
        let high = u64::try_from(id >> 64).unwrap_or(0);
        let mixed = (high ^ low.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ low;
        self.0 = mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ (mixed >> 29);
    }
}

/// The ids of a file in order, each with its row number. 20 bytes a row.
#[derive(Debug, Default)]
pub(crate) struct KeyIndex {
    ids: Vec<u128>,
    rows: Vec<u32>,
}

impl KeyIndex {
    /// The index of a file whose row `n` has the id `ids[n]`.
    pub(crate) fn new(ids: &[u128]) -> Self {
        if ids.is_sorted() {
            let rows = (0..).take(ids.len()).collect();
            return Self { ids: ids.to_vec(), rows };
        }
        let mut pairs: Vec<(u128, u32)> = ids.iter().copied().zip(0..).collect();
        pairs.sort_unstable();
        let (ids, rows) = pairs.into_iter().unzip();
        Self { ids, rows }
    }

    /// The row of an id.
    pub(crate) fn find(&self, id: u128) -> Option<u32> {
        let at = self.ids.binary_search(&id).ok()?;
        self.rows.get(at).copied()
    }

    /// Least and greatest id.
    pub(crate) fn range(&self) -> Option<(u128, u128)> {
        Some((*self.ids.first()?, *self.ids.last()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_every_row_and_nothing_else() {
        let ids: Vec<u128> = (0..1_000_u128).map(|n| (n * 7_919) % 1_009).collect();
        let index = KeyIndex::new(&ids);

        for (row, id) in ids.iter().enumerate() {
            assert_eq!(index.find(*id), u32::try_from(row).ok());
        }
        assert_eq!(index.find(5_000), None);
        assert_eq!(index.range(), Some((0, *ids.iter().max().unwrap())));
    }
}
