//! The bytes of a version, on their way out.

use catalog::Principal;
use futures::{Stream, stream::BoxStream};
use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Documents, journal};
use crate::{Error, Result};

/// A version with its bytes.
pub struct Content {
    /// The name of the document.
    pub name: String,
    /// What it really is.
    pub media_type: String,
    /// How many bytes there are.
    pub size_bytes: i64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// The bytes, piece by piece.
    pub bytes: BoxStream<'static, std::io::Result<bytes::Bytes>>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("name", &self.name).finish_non_exhaustive()
    }
}

#[derive(Debug, FromRow)]
struct Found {
    number: i64,
    file_id: Uuid,
    media_type: String,
    size_bytes: i64,
    sha256: String,
}

impl Documents {
    /// The bytes of a version, or of the newest one; who read them is noted in the audit log.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when there is none that the caller may see; [`Error::Store`].
    pub async fn content(&self, caller: &Principal, id: Uuid, number: Option<i64>) -> Result<Content> {
        self.content_from(caller, id, number, None).await
    }

    pub(super) async fn content_from(
        &self,
        caller: &Principal,
        id: Uuid,
        number: Option<i64>,
        source: Option<&'static str>,
    ) -> Result<Content> {
        let document = self.read(caller, id).await?;
        let file: Option<Found> = sqlx::query_as(include_str!("../../sql/document_file.sql"))
            .bind(id)
            .bind(number)
            .fetch_optional(self.inner.oltp.pool())
            .await?;
        let file = file.ok_or_else(|| Error::RecordNotFound { object: "version".to_owned() })?;
        let bytes = boxed(self.inner.store.get(file.file_id).await?);
        let mut connection = self.inner.oltp.pool().acquire().await?;
        let changes = json!({ "number": { "new": file.number } });
        let entry = journal::Entry { action: "download", document_id: id, version: None, changes, source };
        journal::note(&mut connection, caller, self.now(), entry).await?;
        let Found { media_type, size_bytes, sha256, .. } = file;
        Ok(Content { name: document.name, media_type, size_bytes, sha256, bytes })
    }
}

impl Documents {
    /// The bytes of a stored file, for whoever has decided that they may be read.
    pub(crate) async fn bytes(&self, file: Uuid) -> Result<BoxStream<'static, std::io::Result<bytes::Bytes>>> {
        Ok(boxed(self.inner.store.get(file).await?))
    }
}

fn boxed(
    bytes: impl Stream<Item = std::io::Result<bytes::Bytes>> + Send + 'static,
) -> BoxStream<'static, std::io::Result<bytes::Bytes>> {
    Box::pin(bytes)
}
