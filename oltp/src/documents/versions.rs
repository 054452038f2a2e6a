//! The versions of a document.

use catalog::{Invalid, Principal};
use serde_json::json;
use uuid::Uuid;

use super::{DocumentVersion, Documents, journal};
use crate::{Error, Result};

impl Documents {
    /// Every version of a document, newest first, removed ones included.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when there is no such document that the caller may see.
    pub async fn versions(&self, caller: &Principal, id: Uuid) -> Result<Vec<DocumentVersion>> {
        self.read(caller, id).await?;
        let versions = sqlx::query_as(include_str!("../../sql/document_versions.sql")).bind(id);
        Ok(versions.fetch_all(self.inner.oltp.pool()).await?)
    }

    /// Removes one version for good; its bytes go with the last version that shares them. Links to
    /// it stop to work at once.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`]; [`Error::Conflict`] when it is the only one left;
    /// [`Error::NotAllowed`], [`Error::OwnerOnly`].
    pub async fn remove_version(&self, caller: &Principal, id: Uuid, number: i64) -> Result<()> {
        let seen = self.changed_by(caller, id).await?;
        if seen.document.deleted_at.is_some() {
            return Err(super::not_found());
        }
        let now = self.now();
        let mut tx = self.inner.oltp.pool().begin().await?;
        // The lock keeps two removals at once from leaving a document without a version.
        sqlx::query("select 1 from documents where id = $1 for update").bind(id).execute(&mut *tx).await?;
        let kept: Vec<i64> =
            sqlx::query_scalar("select number from document_versions where document_id = $1 and removed_at is null")
                .bind(id)
                .fetch_all(&mut *tx)
                .await?;
        if !kept.contains(&number) {
            return Err(Error::RecordNotFound { object: "version".to_owned() });
        }
        if kept.len() == 1 {
            let message = "this is the only version; delete the document instead";
            return Err(Error::conflict("only_version", Invalid::field("number", "only_version", message)));
        }
        sqlx::query(
            "update document_versions set file_id = null, removed_at = $3 where document_id = $1 and number = $2",
        )
        .bind(id)
        .bind(number)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let version = super::write::touched(&mut tx, id, now).await?;
        let entry = journal::Entry {
            action: "update",
            document_id: id,
            version: Some(version),
            changes: json!({ "removed_version": { "old": number } }),
            source: None,
        };
        journal::note(&mut tx, caller, now, entry).await?;
        tx.commit().await?;
        Ok(())
    }
}
