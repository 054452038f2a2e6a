//! A pinned snapshot on its way to another process: names of files, and the rows that are in none.
//!
//! Only the tables that a statement names travel, and of each only the current rows or the
//! history, whichever is read. Files stay where they are: the server holds the snapshot, and with
//! it the files, until the other process has ended.

use std::{collections::BTreeMap, io::Cursor, path::PathBuf, sync::Arc};

use arrow::{
    array::RecordBatch,
    datatypes::SchemaRef,
    ipc::{reader::StreamReader, writer::StreamWriter},
};
use catalog::Lsn;
use chrono::{DateTime, Utc};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use warehouse::{LakeFile, LakeSnapshot, TableSnapshot};

use crate::Error;

/// What is read of each table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) current: bool,
    pub(super) history: bool,
}

/// A snapshot without its attachments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PinnedSnapshot {
    lsn: Lsn,
    committed_at: Option<DateTime<Utc>>,
    published_at: DateTime<Utc>,
    tables: Vec<PinnedTable>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct PinnedTable {
    name: String,
    version: u64,
    files: Vec<PinnedFile>,
    hist_files: Vec<PinnedFile>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct PinnedFile {
    path: PathBuf,
    size: u64,
    rows: u64,
    /// Whether an attachment lists rows to leave out.
    dead: bool,
}

/// The parts of `snapshot` that are wanted, and their attachments in the order they are read.
pub(super) fn pin(
    snapshot: &LakeSnapshot,
    wanted: &BTreeMap<String, Wanted>,
) -> Result<(PinnedSnapshot, Vec<Vec<u8>>), Error> {
    let mut attachments = Vec::new();
    let mut tables = Vec::new();
    for (name, Wanted { current, history }) in wanted {
        let Some(table) = snapshot.tables.get(name) else { continue };
        let (files, tail) = if *current { (table.files.as_slice(), table.tail.as_slice()) } else { Default::default() };
        let (hist_files, hist_tail) =
            if *history { (table.hist_files.as_slice(), table.hist_tail.as_slice()) } else { Default::default() };
        attachments.push(encoded(&table.schema, tail)?);
        attachments.push(encoded(&table.hist_schema, hist_tail)?);
        tables.push(PinnedTable {
            name: name.clone(),
            version: table.version,
            files: pinned(files, &mut attachments)?,
            hist_files: pinned(hist_files, &mut attachments)?,
        });
    }
    let LakeSnapshot { lsn, committed_at, published_at, .. } = *snapshot;
    Ok((PinnedSnapshot { lsn, committed_at, published_at, tables }, attachments))
}

impl PinnedSnapshot {
    /// The snapshot; `next` gives its attachments in order.
    pub(super) fn unpin(self, mut next: impl FnMut() -> Result<Vec<u8>, Error>) -> Result<LakeSnapshot, Error> {
        let Self { lsn, committed_at, published_at, tables: pinned } = self;
        let mut tables = BTreeMap::new();
        for PinnedTable { name, version, files, hist_files } in pinned {
            let (schema, tail) = decoded(next()?)?;
            let (hist_schema, hist_tail) = decoded(next()?)?;
            let files = unpinned(files, &mut next)?;
            let hist_files = unpinned(hist_files, &mut next)?;
            let table =
                TableSnapshot { name: name.clone(), schema, hist_schema, version, files, tail, hist_files, hist_tail };
            tables.insert(name, Arc::new(table));
        }
        Ok(LakeSnapshot { lsn, committed_at, published_at, tables })
    }
}

fn pinned(files: &[LakeFile], attachments: &mut Vec<Vec<u8>>) -> Result<Vec<PinnedFile>, Error> {
    let mut pinned = Vec::with_capacity(files.len());
    for LakeFile { path, size, rows, dead } in files {
        if let Some(dead) = dead {
            let mut bytes = Vec::with_capacity(dead.serialized_size());
            dead.serialize_into(&mut bytes).map_err(|error| unreadable(&error))?;
            attachments.push(bytes);
        }
        pinned.push(PinnedFile { path: path.clone(), size: *size, rows: *rows, dead: dead.is_some() });
    }
    Ok(pinned)
}

fn unpinned(files: Vec<PinnedFile>, next: &mut impl FnMut() -> Result<Vec<u8>, Error>) -> Result<Vec<LakeFile>, Error> {
    let mut unpinned = Vec::with_capacity(files.len());
    for PinnedFile { path, size, rows, dead } in files {
        let dead = if dead {
            let bitmap = RoaringBitmap::deserialize_from(next()?.as_slice()).map_err(|error| unreadable(&error))?;
            Some(Arc::new(bitmap))
        } else {
            None
        };
        unpinned.push(LakeFile { path, size, rows, dead });
    }
    Ok(unpinned)
}

fn encoded(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, Error> {
    let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
    for batch in batches {
        writer.write(batch)?;
    }
    Ok(writer.into_inner()?)
}

fn decoded(bytes: Vec<u8>) -> Result<(SchemaRef, Vec<RecordBatch>), Error> {
    let reader = StreamReader::try_new(Cursor::new(bytes), None)?;
    let schema = reader.schema();
    Ok((schema, reader.collect::<Result<_, _>>()?))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::Defect(format!("row numbers cannot be passed on: {error}"))
}
