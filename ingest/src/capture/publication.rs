//! The publication: which tables the log speaks about.
//!
//! It names its tables one by one, so that queues, sessions and credentials never leave Postgres.
//! It is only ever altered, never dropped and made again: membership is looked up with the
//! catalogue of the past while the log is decoded, and a publication that did not exist then ends
//! the stream.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::{Error, Result, capture::sql::identifier};

/// Makes sure that the publication exists and covers exactly these tables.
///
/// Doing it again changes nothing.
///
/// # Errors
/// [`Error::TableMissing`] if a table does not exist yet (migrations have not run);
/// [`Error::Postgres`] if the role may not create or alter it.
pub(crate) async fn ensure(connection: &mut PgConnection, name: &str, tables: &[&str]) -> Result<()> {
    for table in tables {
        require_table(connection, table).await?;
    }
    let Some(operations) = operations(connection, name).await? else {
        return create(connection, name, tables).await;
    };
    if !operations {
        let statement = format!(
            "alter publication {} set (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)",
            identifier(name)
        );
        run(connection, "set what the publication carries", &statement).await?;
    }
    let published = published(connection, name).await?;
    let wanted: BTreeSet<String> = tables.iter().map(|table| (*table).to_owned()).collect();
    for table in wanted.difference(&published) {
        let statement = format!("alter publication {} add table {}", identifier(name), identifier(table));
        run(connection, "add a table to the publication", &statement).await?;
    }
    for table in published.difference(&wanted) {
        let statement = format!("alter publication {} drop table {}", identifier(name), identifier(table));
        run(connection, "take a table out of the publication", &statement).await?;
    }
    Ok(())
}

async fn create(connection: &mut PgConnection, name: &str, tables: &[&str]) -> Result<()> {
    let list: Vec<String> = tables.iter().map(|table| identifier(table)).collect();
    let statement = format!(
        "create publication {} for table {} \
         with (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)",
        identifier(name),
        list.join(", ")
    );
    run(connection, "create the publication", &statement).await
}

async fn require_table(connection: &mut PgConnection, table: &str) -> Result<()> {
    // Returns whether the table can be found under the connection's search path; one row.
    let found: bool = sqlx::query_scalar("select to_regclass($1) is not null")
        .bind(identifier(table))
        .fetch_one(connection)
        .await
        .map_err(|source| Error::Postgres { doing: "look for the tables to capture", source })?;
    if found { Ok(()) } else { Err(Error::TableMissing { table: table.to_owned() }) }
}

/// Whether the publication carries all four operations; `None` if there is no such publication.
async fn operations(connection: &mut PgConnection, name: &str) -> Result<Option<bool>> {
    let statement = "
        select pubinsert and pubupdate and pubdelete and pubtruncate and pubviaroot
        from pg_publication
        where pubname = $1";
    sqlx::query_scalar(statement)
        .bind(name)
        .fetch_optional(connection)
        .await
        .map_err(|source| Error::Postgres { doing: "look for the publication", source })
}

async fn published(connection: &mut PgConnection, name: &str) -> Result<BTreeSet<String>> {
    // One row per published table.
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_publication_tables where pubname = $1")
            .bind(name)
            .fetch_all(connection)
            .await
            .map_err(|source| Error::Postgres { doing: "list the published tables", source })?;
    Ok(tables.into_iter().collect())
}

async fn run(connection: &mut PgConnection, doing: &'static str, statement: &str) -> Result<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(connection)
        .await
        .map_err(|source| Error::Postgres { doing, source })?;
    Ok(())
}
