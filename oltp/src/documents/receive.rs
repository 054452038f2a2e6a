//! An upload on its way in: into a scratch file, hashed as it passes.

use std::{fs, path::Path};

use bytes::Bytes;
use futures::{Stream, StreamExt, pin_mut};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use super::{Documents, kind};
use crate::{Error, Result};

/// A received file; its scratch file goes when it is dropped.
#[derive(Debug)]
pub struct Incoming {
    pub(super) file: NamedTempFile,
    pub(super) sha256: [u8; 32],
    pub(super) size_bytes: u64,
    head: Vec<u8>,
}

impl Incoming {
    /// What the bytes are under this name.
    pub(super) fn media_type(&self, name: &str) -> &'static str {
        kind::media_type(name, &self.head)
    }
}

impl Documents {
    /// Receives a file piece by piece.
    ///
    /// # Errors
    /// [`Error::FileTooLarge`] as soon as the limit is passed; [`Error::UploadBroken`];
    /// [`Error::Store`] when there is no room.
    pub async fn receive<E: std::fmt::Display + Send>(
        &self,
        pieces: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<Incoming> {
        let scratch = |error: std::io::Error| Error::store("writing an upload", &error);
        let file = NamedTempFile::new_in(&self.inner.incoming).map_err(scratch)?;
        let mut writer = tokio::fs::File::from_std(file.reopen().map_err(scratch)?);
        let mut hash = Sha256::new();
        let mut size_bytes = 0_u64;
        let mut head = Vec::new();
        pin_mut!(pieces);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| Error::UploadBroken { reason: error.to_string() })?;
            size_bytes = size_bytes.saturating_add(piece.len() as u64);
            if size_bytes > self.inner.max_bytes {
                return Err(Error::FileTooLarge { limit_bytes: self.inner.max_bytes });
            }
            let wanted = kind::HEAD_BYTES.saturating_sub(head.len()).min(piece.len());
            head.extend_from_slice(piece.get(..wanted).unwrap_or_default());
            hash.update(&piece);
            writer.write_all(&piece).await.map_err(scratch)?;
        }
        writer.flush().await.map_err(scratch)?;
        Ok(Incoming { file, sha256: hash.finalize().into(), size_bytes, head })
    }
}

/// Makes the folder of arriving uploads and removes what a crash left there.
pub(super) fn empty(folder: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::store("preparing the folder of uploads", &error);
    fs::create_dir_all(folder).map_err(failed)?;
    for entry in fs::read_dir(folder).map_err(failed)? {
        fs::remove_file(entry.map_err(failed)?.path()).map_err(failed)?;
    }
    Ok(())
}
