//! Where the write-ahead log stands.

use catalog::Lsn;

use crate::{Oltp, Result};

impl Oltp {
    /// The end of the write-ahead log: whatever is committed by now lies before it.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn log_position(&self) -> Result<Lsn> {
        let bytes: i64 = sqlx::query_scalar("select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint")
            .fetch_one(self.pool())
            .await?;
        Ok(Lsn(u64::try_from(bytes).unwrap_or_default()))
    }
}
