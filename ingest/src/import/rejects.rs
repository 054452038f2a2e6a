//! The file of rejected rows: line, reason, and the row as it was.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use catalog::spreadsheet::harmless;
use polars::prelude::DataFrame;

use super::{
    Error, RejectedRow,
    outcome::{Cells, Reject},
};

/// Rejects repeated in the summary.
const FIRST_REJECTS: usize = 20;

/// Writes rejected rows; makes the file with the first of them. Text that a spreadsheet would run
/// is made harmless: it may come from strangers.
#[derive(Debug)]
pub(crate) struct RejectsFile {
    path: PathBuf,
    header: Vec<String>,
    writer: Option<csv::Writer<File>>,
    first: Vec<RejectedRow>,
}

impl RejectsFile {
    /// A file that will be made when it is needed; an old one of the same name is removed, so that
    /// it cannot be taken for the answer of this import.
    pub(crate) fn new(path: PathBuf, header: &[String]) -> Result<Self, Error> {
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::Rejects { path, source }),
            _ => Ok(Self { path, header: header.to_vec(), writer: None, first: Vec::new() }),
        }
    }

    /// Adds the rejected rows of a chunk, in the order of the file.
    pub(crate) fn add(&mut self, mut rejects: Vec<Reject>, frame: &DataFrame) -> Result<(), Error> {
        rejects.sort_by_key(|reject| reject.line);
        for reject in rejects {
            let cells = match &reject.cells {
                Cells::Read(cells) => cells.clone(),
                Cells::InChunk(row) => frame.columns().iter().map(|column| cell(column, *row)).collect(),
            };
            self.write(&reject, &cells)?;
            if self.first.len() < FIRST_REJECTS {
                self.first.push(RejectedRow { line: reject.line, reason: reject.reason });
            }
        }
        Ok(())
    }

    /// A file that an earlier attempt began: what it wrote after the first `kept_bytes` is not true.
    pub(crate) fn again(path: PathBuf, header: &[String], kept_bytes: u64) -> Result<Self, Error> {
        if kept_bytes == 0 {
            return Self::new(path, header);
        }
        let failed = |source| Error::Rejects { path: path.clone(), source };
        let file = File::options().append(true).open(&path).map_err(failed)?;
        file.set_len(kept_bytes).map_err(failed)?;
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
        Ok(Self { path, header: header.to_vec(), writer: Some(writer), first: Vec::new() })
    }

    /// Makes sure that what was added is in the file; answers its size.
    pub(crate) fn flush(&mut self) -> Result<u64, Error> {
        let failed = |source| Error::Rejects { path: self.path.clone(), source };
        let Some(writer) = &mut self.writer else { return Ok(0) };
        writer.flush().map_err(failed)?;
        std::fs::metadata(&self.path).map(|file| file.len()).map_err(failed)
    }

    /// Closes the file; its path if there is one, and the first rejects.
    pub(crate) fn finish(mut self) -> Result<(Option<PathBuf>, Vec<RejectedRow>), Error> {
        let Some(mut writer) = self.writer.take() else { return Ok((None, self.first)) };
        writer.flush().map_err(|source| Error::Rejects { path: self.path.clone(), source })?;
        Ok((Some(self.path), self.first))
    }

    fn write(&mut self, reject: &Reject, cells: &[String]) -> Result<(), Error> {
        let path = &self.path;
        let failed = |error: csv::Error| Error::Rejects { path: path.clone(), source: error.into() };
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let file = File::create(path).map_err(|source| Error::Rejects { path: path.clone(), source })?;
                let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
                let header = self.header.iter().map(|name| harmless(name));
                let header = ["line", "reason"].into_iter().map(str::to_owned).chain(header);
                writer.write_record(header).map_err(failed)?;
                none.insert(writer)
            }
        };
        let line = reject.line.to_string();
        let start = [line, reject.reason.clone()];
        writer.write_record(start.into_iter().chain(cells.iter().map(|cell| harmless(cell)))).map_err(failed)
    }
}

/// `NAME.rejects.csv` next to the file.
pub(crate) fn next_to(path: &Path) -> PathBuf {
    path.with_extension("rejects.csv")
}

fn cell(column: &polars::prelude::Column, row: usize) -> String {
    column.str().ok().and_then(|text| text.get(row)).unwrap_or_default().to_owned()
}
