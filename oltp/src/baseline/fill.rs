//! Leads by the million, made by Postgres itself: benchmarks are about what comes after.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{Oltp, Result};

/// Rows of one statement: progress is seen, and no transaction is huge.
const ROWS_PER_STATEMENT: i64 = 50_000;

/// Fills the table of leads with this many, shared out among the owners.
///
/// **Shape**: the first 20,000 are of the industry `Shipping`, the first 100,000 have the priority
/// `high`; statuses, sources and countries are spread over all of them, values and scores too.
///
/// # Errors
/// Postgres refuses.
pub async fn fill_leads(oltp: &Oltp, count: u32, owners: &[Uuid]) -> Result<()> {
    let count = i64::from(count);
    let mut first = 0;
    while first < count {
        let last = count.min(first + ROWS_PER_STATEMENT);
        let sql = AssertSqlSafe(include_str!("../../sql/fill_leads.sql"));
        sqlx::query(sql).bind(first).bind(last).bind(owners).execute(oltp.pool()).await?;
        first = last;
    }
    Ok(())
}
