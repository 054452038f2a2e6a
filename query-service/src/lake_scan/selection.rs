//! Dead rows of a file as the row selection of a Parquet reader.

use datafusion::error::{DataFusionError, Result};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use roaring::RoaringBitmap;

/// Selects the rows `0..rows` that are not in `dead`.
///
/// # Errors
/// When `dead` names a row past the end: the file and its deletion vector do not belong together.
pub(super) fn live_rows(rows: u64, dead: &RoaringBitmap) -> Result<RowSelection> {
    let rows = usize::try_from(rows).map_err(|error| DataFusionError::External(Box::new(error)))?;
    let mut selectors = Vec::new();
    let mut next = 0;
    for row in dead {
        let row = usize::try_from(row).map_err(|error| DataFusionError::External(Box::new(error)))?;
        if row >= rows {
            return Err(DataFusionError::Internal(format!("dead row {row} of a file of {rows} rows")));
        }
        if row > next {
            selectors.push(RowSelector::select(row - next));
        }
        selectors.push(RowSelector::skip(1));
        next = row + 1;
    }
    if rows > next {
        selectors.push(RowSelector::select(rows - next));
    }
    // `RowSelection::from` merges neighbours of one kind.
    Ok(RowSelection::from(selectors))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exactly_the_live_rows_are_selected(rows in 1_u64..300, dead in prop::collection::btree_set(0_u32..300, 0..60)) {
            let dead: RoaringBitmap = dead.into_iter().filter(|row| u64::from(*row) < rows).collect();

            let selection = live_rows(rows, &dead).unwrap();

            let mut selected = Vec::new();
            let mut at = 0;
            for selector in selection.iter() {
                if !selector.skip {
                    selected.extend(at..at + selector.row_count);
                }
                at += selector.row_count;
            }
            let expected: Vec<usize> = (0..usize::try_from(rows).unwrap())
                .filter(|row| !dead.contains(u32::try_from(*row).unwrap()))
                .collect();
            prop_assert_eq!(selected, expected);
            prop_assert_eq!(at as u64, rows);
        }
    }

    #[test]
    fn a_dead_row_past_the_end_is_an_error() {
        assert!(live_rows(3, &RoaringBitmap::from([3])).is_err());
    }
}
