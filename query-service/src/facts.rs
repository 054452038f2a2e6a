//! What the footers of lake files say, read once per file.
//!
//! Lake files never change after they are written, so a footer that was read stays true; the
//! lake may delete a file, which only makes an entry useless.

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use crate::Error;

/// Files remembered before the memory is cleared; one entry is about a kilobyte.
const MAX_FILES: usize = 20_000;

/// What one footer says.
#[derive(Debug)]
pub(crate) struct FileFacts {
    /// Names of the columns in the file; a file older than a column lacks it.
    pub(crate) columns: BTreeSet<String>,
    /// Rows with a `deleted_at`; `None` if the footer does not say.
    pub(crate) deleted_rows: Option<u64>,
}

/// Footers by path.
#[derive(Debug, Default)]
pub(crate) struct Facts(Mutex<HashMap<PathBuf, Arc<FileFacts>>>);

impl Facts {
    /// The facts of the file at `path`; reads its footer the first time.
    pub(crate) fn of(&self, path: &Path) -> Result<Arc<FileFacts>, Error> {
        if let Some(facts) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Ok(Arc::clone(facts));
        }
        let facts = Arc::new(read(path)?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_FILES {
            known.clear();
        }
        known.insert(path.to_owned(), Arc::clone(&facts));
        Ok(facts)
    }
}

fn read(path: &Path) -> Result<FileFacts, Error> {
    let failed =
        |source: Box<dyn std::error::Error + Send + Sync>| Error::File { path: path.display().to_string(), source };
    let file = File::open(path).map_err(|error| failed(Box::new(error)))?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| failed(Box::new(error)))?;
    let columns = metadata.file_metadata().schema_descr().columns();
    let names = columns.iter().map(|column| column.name().to_owned()).collect();
    let deleted_at = columns.iter().position(|column| column.name() == "deleted_at");
    // A file written before the column existed has no deleted rows.
    let deleted_rows = deleted_at.map_or(Some(0), |index| non_null_rows(&metadata, index));
    Ok(FileFacts { columns: names, deleted_rows })
}

fn non_null_rows(metadata: &ParquetMetaData, column: usize) -> Option<u64> {
    let mut rows = 0;
    for group in metadata.row_groups() {
        let nulls = group.column(column).statistics()?.null_count_opt()?;
        let group_rows = u64::try_from(group.num_rows()).ok()?;
        rows += group_rows.checked_sub(nulls)?;
    }
    Some(rows)
}
