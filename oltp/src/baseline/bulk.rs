//! Many rows in single statements: the floors of exports and of bulk changes.

use std::path::Path;

use futures::TryStreamExt;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::{Oltp, Result};

/// Writes the rows of a benchmark's own query into a CSV file by `copy`, and answers its bytes.
///
/// # Errors
/// The query fails, or the file cannot be written.
pub async fn copy_to(oltp: &Oltp, query: &str, file: &Path) -> Result<u64> {
    let mut connection = oltp.pool().acquire().await?;
    let chunks = connection.copy_out_raw(&format!("copy ({query}) to stdout (format csv, header)")).await?;
    let mut chunks = std::pin::pin!(chunks);
    let mut out = tokio::fs::File::create(file).await.map_err(sqlx::Error::from)?;
    let mut bytes = 0;
    while let Some(chunk) = chunks.try_next().await? {
        out.write_all(&chunk).await.map_err(sqlx::Error::from)?;
        bytes += u64::try_from(chunk.len()).unwrap_or_default();
    }
    out.sync_all().await.map_err(sqlx::Error::from)?;
    Ok(bytes)
}

/// Gives the leads of a priority to a person, with an audit entry each, in one statement; answers how
/// many they are.
///
/// # Errors
/// Postgres refuses.
pub async fn assign_leads(oltp: &Oltp, priority: &str, owner: Uuid) -> Result<u64> {
    let assigned = sqlx::query(include_str!("../../sql/assign_leads.sql")).bind(priority).bind(owner);
    Ok(assigned.execute(oltp.pool()).await?.rows_affected())
}
