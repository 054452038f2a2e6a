//! Postgres itself as the alternative that benchmarks measure the warehouse against.
//!
//! The benchmark's statements run in a schema of their own, `bench`, whose views show the live rows
//! of every object and whose tables hold what only the warehouse has (history).

use catalog::ObjectDef;
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::{Oltp, Result};

mod bulk;
mod fill;
mod lead;

pub use bulk::{assign_leads, copy_to};
pub use fill::fill_leads;
pub use lead::LeadStatements;

/// Creates the schema with a view of live rows per object and an empty history table for some.
///
/// # Errors
/// Postgres refuses.
pub async fn prepare(oltp: &Oltp, with_history: &[&str]) -> Result<()> {
    let mut connection = oltp.pool().acquire().await?;
    run(&mut connection, "drop schema if exists bench cascade; create schema bench".to_owned()).await?;
    for object in &oltp.catalog().objects {
        let table = &object.table;
        run(
            &mut connection,
            format!("create view bench.{table} as select * from public.{table} where deleted_at is null"),
        )
        .await?;
        if with_history.contains(&table.as_str()) {
            run(
                &mut connection,
                format!("create table bench.{table}_history as select * from public.{table} with no data"),
            )
            .await?;
        }
    }
    Ok(())
}

/// Adds CSV rows of these columns, which a comma separates, to a history table.
///
/// # Errors
/// The rows do not fit, or Postgres refuses.
pub async fn load_history(oltp: &Oltp, object: &ObjectDef, columns: &str, csv: &[u8]) -> Result<u64> {
    let table = format!("bench.{}_history", object.table);
    let mut connection = oltp.pool().acquire().await?;
    let mut copy = connection.copy_in_raw(&format!("copy {table} ({columns}) from stdin (format csv, header)")).await?;
    copy.send(csv).await?;
    Ok(copy.finish().await?)
}

/// Indexes a filled history table.
///
/// # Errors
/// Postgres refuses.
pub async fn index_history(oltp: &Oltp, object: &ObjectDef) -> Result<()> {
    let mut connection = oltp.pool().acquire().await?;
    run(&mut connection, format!("create index on bench.{}_history (id, updated_at)", object.table)).await
}

/// Loads a CSV file with these columns and types into a table without keys, checks or audit: the floor
/// of every import.
///
/// # Errors
/// The file cannot be read or does not fit.
pub async fn copy_file(oltp: &Oltp, file: &std::path::Path, columns: &[(&str, &str)]) -> Result<u64> {
    let mut connection = oltp.pool().acquire().await?;
    let columns: Vec<String> = columns.iter().map(|(name, pg_type)| format!("{name} {pg_type}")).collect();
    let columns = columns.join(", ");
    run(
        &mut connection,
        format!(
            "create schema if not exists bench; drop table if exists bench.bare; create table bench.bare ({columns})"
        ),
    )
    .await?;
    let mut copy = connection.copy_in_raw("copy bench.bare from stdin (format csv, header)").await?;
    let opened = tokio::fs::File::open(file).await.map_err(sqlx::Error::from)?;
    copy.read_from(opened).await?;
    Ok(copy.finish().await?)
}

/// Gives contacts the indexes that a search by `ilike` needs; `false` where Postgres lacks `pg_trgm`,
/// so that the search has to look at every row.
///
/// # Errors
/// Postgres refuses.
pub async fn index_contacts(oltp: &Oltp) -> Result<bool> {
    let mut connection = oltp.pool().acquire().await?;
    if run(&mut connection, "create extension if not exists pg_trgm".to_owned()).await.is_err() {
        return Ok(false);
    }
    for column in ["name", "email", "phone"] {
        let index = format!("create index bench_contacts_{column} on contacts using gin ({column} gin_trgm_ops)");
        run(&mut connection, index).await?;
    }
    Ok(true)
}

/// Finds up to five contacts in which every word occurs, as a list without a search index does.
///
/// # Errors
/// The query fails.
pub async fn search_contacts(oltp: &Oltp, words: &[&str]) -> Result<Vec<uuid::Uuid>> {
    let word = |n: usize| format!("(name ilike ${n} or email ilike ${n} or phone ilike ${n})");
    let conditions: Vec<String> = (1..=words.len()).map(word).collect();
    let sql = format!("select id from contacts where deleted_at is null and {} limit 5", conditions.join(" and "));
    let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
    for word in words {
        query = query.bind(format!("%{word}%"));
    }
    Ok(query.fetch_all(oltp.pool()).await?)
}

/// Brings the planner's statistics up to date, as autovacuum would in time.
///
/// # Errors
/// Postgres refuses.
pub async fn analyze(oltp: &Oltp) -> Result<()> {
    let mut connection = oltp.pool().acquire().await?;
    run(&mut connection, "vacuum analyze".to_owned()).await
}

/// Runs one of the benchmark's own queries and returns its rows as CSV without a header.
///
/// # Errors
/// The query fails.
pub async fn query_csv(oltp: &Oltp, query: &str) -> Result<Vec<u8>> {
    let mut connection = oltp.pool().acquire().await?;
    run(&mut connection, "set search_path = bench, public".to_owned()).await?;
    let chunks = connection.copy_out_raw(&format!("copy ({query}) to stdout (format csv)")).await?;
    let mut csv = Vec::new();
    let mut chunks = std::pin::pin!(chunks);
    while let Some(chunk) = chunks.try_next().await? {
        csv.extend_from_slice(&chunk);
    }
    Ok(csv)
}

async fn run(connection: &mut PgConnection, statement: String) -> Result<()> {
    // Names come from the catalogue and queries from the benchmark; nobody's input reaches this.
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await?;
    Ok(())
}
