//! Files of jobs that hold the person: what was exported, and what was uploaded to be imported.
//!
//! Plain text is looked into. A workbook, an archive or a Parquet file is not plain: such a file is
//! removed whatever it holds, because it lives for two days only and can be made again.

use std::{
    io::{self, Read},
    path::Path,
};

use catalog::Words;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    order::{Place, Remains},
    texts::hex,
};
use crate::{Error, Result, jobs::JobFiles};

/// Bytes read at once.
const CHUNK_BYTES: usize = 1 << 20;
/// Bytes that are read again with the next chunk, because a word may lie across both: longer than any.
const OVERLAP_BYTES: usize = 1024;
/// How files begin that cannot be looked into: archives and workbooks, Parquet, gzip.
const CLOSED: [&[u8]; 3] = [b"PK", b"PAR1", &[0x1f, 0x8b]];

/// Removes the files that hold the person or cannot be looked into.
pub(super) async fn erase(files: &JobFiles, pool: &PgPool, words: &Words) -> Result<Place> {
    let (files, words) = (files.clone(), words.clone());
    let looked = tokio::task::spawn_blocking(move || remove(&files, &words)).await;
    let (removed, sha256) = looked.unwrap_or_else(|died| Err(io::Error::other(died))).map_err(broken)?;
    sqlx::query("update jobs set result = result - 'file' where id = any($1)").bind(&removed).execute(pool).await?;
    sqlx::query("delete from import_files where id = any($1)").bind(&removed).execute(pool).await?;
    let place = "files of exports and imports".to_owned();
    Ok(Place { place, removed: i64::try_from(removed.len()).unwrap_or(i64::MAX), changed: 0, sha256: Some(sha256) })
}

fn remove(files: &JobFiles, words: &Words) -> io::Result<(Vec<Uuid>, String)> {
    let (mut removed, mut hash) = (Vec::new(), Sha256::new());
    for (id, path) in files.finished()? {
        if closed(&path)? || holds(&path, words)? {
            digest(&path, &mut hash)?;
            std::fs::remove_file(&path)?;
            removed.push(id);
        }
    }
    Ok((removed, hex(&hash.finalize())))
}

/// In how many files below the folders one of the words stands in plain text.
pub(super) fn remains(folders: &[std::path::PathBuf], words: &Words) -> io::Result<Vec<Remains>> {
    let mut remains = Vec::new();
    for folder in folders {
        let mut count = 0;
        let mut below = vec![folder.clone()];
        while let Some(folder) = below.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for entry in entries {
                let path = entry?.path();
                if path.is_dir() {
                    below.push(path);
                } else {
                    count += i64::from(gone_is_clean(holds(&path, words))?);
                }
            }
        }
        if count > 0 {
            let place = folder.file_name().and_then(|name| name.to_str()).unwrap_or("a folder").to_owned();
            remains.push(Remains { place, count });
        }
    }
    Ok(remains)
}

/// A file that went away while folders are looked through holds nothing.
fn gone_is_clean(held: io::Result<bool>) -> io::Result<bool> {
    match held {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        held => held,
    }
}

/// Whether a file cannot be looked into.
fn closed(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(CLOSED.iter().any(|closed| start.starts_with(closed)))
}

/// Whether one of the words stands in a file.
pub(super) fn holds(path: &Path, words: &Words) -> io::Result<bool> {
    let mut file = std::fs::File::open(path)?;
    let mut bytes = Vec::with_capacity(CHUNK_BYTES + OVERLAP_BYTES);
    loop {
        let limit = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
        let read = file.by_ref().take(limit).read_to_end(&mut bytes)?;
        if read == 0 {
            return Ok(false);
        }
        if words.found_in(&String::from_utf8_lossy(&bytes)) {
            return Ok(true);
        }
        bytes.drain(..bytes.len().saturating_sub(OVERLAP_BYTES));
    }
}

fn digest(path: &Path, hash: &mut Sha256) -> io::Result<()> {
    io::copy(&mut std::fs::File::open(path)?, hash).map(drop)
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over as `map_err` gives them")]
pub(super) fn broken(error: io::Error) -> Error {
    Error::Store { attempt: "looking through the files of the workspace".to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_across_two_chunks_is_found_and_a_workbook_is_not_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, book) = (folder.path().join("plain"), folder.path().join("book"));
        let mut text = "x".repeat(CHUNK_BYTES - 4);
        text.push_str(" ann@x.com ");
        std::fs::write(&plain, text).unwrap();
        std::fs::write(&book, b"PK\x03\x04").unwrap();
        let words = Words::new(["ann@x.com"]);

        assert!(holds(&plain, &words).unwrap());
        assert!(!holds(&plain, &Words::new(["bo@x.com"])).unwrap());
        assert!(closed(&book).unwrap() && !closed(&plain).unwrap());
        let remains = remains(&[folder.path().to_owned(), folder.path().join("none")], &words).unwrap();
        assert_eq!(remains.iter().map(|place| place.count).collect::<Vec<_>>(), [1]);
    }
}
