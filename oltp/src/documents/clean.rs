//! Clean-up: the bin is emptied after a while, and bytes go when no version refers to them.
//!
//! Safe to be killed anywhere and to run in several servers at once: a file is marked before its
//! bytes are removed and its row goes last, so what one run leaves behind the next one finds.

use chrono::TimeDelta;
use uuid::Uuid;

use super::Documents;
use crate::Result;

/// How long a document stays in the bin.
const BIN_LIFE: TimeDelta = TimeDelta::days(30);
/// Bytes that somebody asked for within this time may still get a version; longer than a request may
/// take.
const GRACE: TimeDelta = TimeDelta::hours(2);
/// Files and documents of one run; the next run takes the rest.
const AT_ONCE: i64 = 500;

/// What a run of [`Documents::clean_up`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// Documents whose time in the bin was over.
    pub documents: u64,
    /// Files that are gone from the store.
    pub files: u64,
}

impl Documents {
    /// Removes documents with all their versions, in the bin or not, and their bytes at once, as when
    /// somebody asks to be forgotten; answers the hashes of their versions. Bytes that another document
    /// has too stay.
    ///
    /// **Idempotent.**
    pub(crate) async fn erase_for_good(&self, ids: &[Uuid]) -> Result<Vec<Vec<u8>>> {
        let mut tx = self.inner.oltp.pool().begin().await?;
        let files: Vec<(Uuid, Vec<u8>)> =
            sqlx::query_as(include_str!("../../sql/abandon_files.sql")).bind(ids).fetch_all(&mut *tx).await?;
        sqlx::query("delete from documents where id = any($1)").bind(ids).execute(&mut *tx).await?;
        tx.commit().await?;
        // Bytes that somebody left before go with these.
        while self.clean_up().await?.files > 0 {}
        Ok(files.into_iter().map(|(_, sha256)| sha256).collect())
    }

    /// Empties the bin of what is old and removes bytes that nothing refers to.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store), [`Error::Database`](crate::Error::Database); what was
    /// done by then stays done.
    pub async fn clean_up(&self) -> Result<Cleaned> {
        let pool = self.inner.oltp.pool();
        let now = self.now();
        let gone: Vec<Uuid> = sqlx::query_scalar(include_str!("../../sql/empty_document_bin.sql"))
            .bind(now - BIN_LIFE)
            .bind(AT_ONCE)
            .bind(now)
            .fetch_all(pool)
            .await?;
        sqlx::query(include_str!("../../sql/doom_files.sql"))
            .bind(now - GRACE)
            .bind(now)
            .bind(AT_ONCE)
            .execute(pool)
            .await?;
        let doomed: Vec<Uuid> =
            sqlx::query_scalar("select id from stored_files where doomed_at is not null order by doomed_at limit $1")
                .bind(AT_ONCE)
                .fetch_all(pool)
                .await?;
        let mut removed = Vec::new();
        for id in doomed {
            self.inner.store.remove(id).await?;
            sqlx::query("delete from stored_files where id = $1").bind(id).execute(pool).await?;
            removed.push(id);
        }
        if !removed.is_empty() {
            tracing::info!(files = removed.len(), "removed files that no document refers to");
        }
        Ok(Cleaned { documents: gone.len() as u64, files: removed.len() as u64 })
    }
}
