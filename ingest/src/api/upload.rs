//! The body of a request into a scratch file.

use std::path::Path;

use axum::body::Body;
use futures::TryStreamExt;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use crate::import::Error;

/// Largest file: ten million rows of two hundred bytes.
pub(super) const MAX_UPLOAD_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Writes the body to a file that is removed when it is dropped.
///
/// # Errors
/// The body is larger than the limit, ends early, or there is no room for it.
pub(super) async fn receive(body: Body) -> Result<NamedTempFile, Error> {
    let file = NamedTempFile::with_prefix("leadhouse-import-")
        .map_err(|source| Error::Read { path: "the scratch folder".into(), source })?;
    write(body, file.path()).await?;
    Ok(file)
}

/// Writes the body to a file.
///
/// # Errors
/// As [`receive`].
pub(super) async fn write(body: Body, path: &Path) -> Result<(), Error> {
    let scratch = |source| Error::Read { path: path.to_owned(), source };
    let mut writer = tokio::fs::File::create(path).await.map_err(scratch)?;
    let mut size_bytes = 0_u64;
    let mut pieces = body.into_data_stream();
    let broken = |error: axum::Error| Error::file("the body", format!("the upload broke off: {error}"));
    while let Some(piece) = pieces.try_next().await.map_err(broken)? {
        size_bytes += piece.len() as u64;
        if size_bytes > MAX_UPLOAD_BYTES {
            return Err(Error::TooLarge { limit_bytes: MAX_UPLOAD_BYTES });
        }
        writer.write_all(&piece).await.map_err(scratch)?;
    }
    writer.flush().await.map_err(scratch)
}
