//! The data model as administrators extend it while the program runs.
//!
//! A field of their own is a real column, an object of their own a real table, made in one transaction
//! with its definition and its audit entry. Who calls this decides when the new catalogue comes into
//! force: capture and the warehouse must know a column before anybody writes to it, and nobody may
//! speak of it any more when it goes.

mod fields;
mod object_rows;
mod objects;
mod statement;
mod store;

pub use fields::{CustomField, FieldChanges, NewField};
pub use objects::{CustomObject, NewObject, ObjectChanges};

use catalog::{Catalog, Invalid, Principal, Role};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::{Error, Oltp, Result, records::moment_text};

/// How long a change of a table waits for those who are using it; meanwhile everybody else waits too.
const LOCK_PATIENCE: &str = "2s";
/// Postgres did not get the lock in time.
const LOCK_TIMEOUT: &str = "55P03";

impl Oltp {
    /// The catalogue with everything that administrators have added, as the database has it now.
    ///
    /// # Errors
    /// [`Error::Broken`] when a definition does not fit this version's standard objects.
    pub async fn stored_catalog(&self) -> Result<Catalog> {
        let mut connection = self.pool().acquire().await?;
        let additions = store::additions(&mut connection).await?;
        self.catalog()
            .with_additions(&additions)
            .map_err(|invalid| Error::Broken(format!("what was added to the data model cannot be used: {invalid}")))
    }

    /// Puts the stored catalogue into force.
    ///
    /// # Errors
    /// As [`stored_catalog`](Self::stored_catalog).
    pub async fn take_up_catalog(&self) -> Result<()> {
        let stored = self.stored_catalog().await?;
        if stored != **self.catalog() {
            self.live_catalog().replace(stored);
        }
        Ok(())
    }
}

/// What everybody's records consist of is not for everybody to decide.
fn administrators_only(caller: &Principal) -> Result<()> {
    if caller.role == Role::Admin {
        return Ok(());
    }
    Err(Error::AdministratorsOnly { verb: "change the data model".to_owned() })
}

/// Begins a change of the data model: one at a time, and none that makes everybody wait for long.
async fn begin(tx: &mut PgConnection) -> Result<()> {
    run(&mut *tx, format!("set local lock_timeout = '{LOCK_PATIENCE}'")).await?;
    sqlx::query("lock table custom_fields in share row exclusive mode").execute(tx).await.map_err(in_use)?;
    Ok(())
}

/// A table that somebody uses for long cannot be changed now.
fn in_use(error: sqlx::Error) -> Error {
    let state = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    if state.as_deref() == Some(LOCK_TIMEOUT) { Error::TableInUse } else { error.into() }
}

/// What is deleted is what was shown.
fn agree(what: &str, seen: i64, found: i64) -> Result<()> {
    if seen == found {
        return Ok(());
    }
    let message = format!("there are {found} {what} now, not {seen}; look again before you delete them");
    Err(Error::conflict("count_changed", Invalid::field(what, "changed", message)))
}

/// Runs a statement that comes once.
async fn run(tx: &mut PgConnection, statement: String) -> Result<()> {
    sqlx::query(AssertSqlSafe(statement)).persistent(false).execute(tx).await.map_err(in_use)?;
    Ok(())
}

fn canonical<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}
