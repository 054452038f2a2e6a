//! The border to the records: the one way an import stores anything.

use catalog::{Changes, ObjectDef, Principal};
use chrono::{DateTime, Utc};
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow, RowOutcome},
};
use serde_json::{Map, Value};
use sqlx::PgTransaction;
use uuid::Uuid;

use super::Error;

/// Where rows are written, for whom and from what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'t> {
    pub oltp: &'t Oltp,
    pub caller: &'t Principal,
    pub audit: &'t BulkAudit,
}

/// A new record, checked.
///
/// # Errors
/// The reason to reject the row.
pub(crate) fn new_row(
    object: &ObjectDef,
    id: Uuid,
    effective_at: DateTime<Utc>,
    values: &Map<String, Value>,
) -> Result<BulkRow, String> {
    let changes = Changes::parse_new(object, values).map_err(|invalid| invalid.to_string())?;
    Ok(BulkRow { id, changes, effective_at })
}

/// A further version of a record, checked.
///
/// # Errors
/// The reason to reject the row.
pub(crate) fn next_row(
    object: &ObjectDef,
    id: Uuid,
    effective_at: DateTime<Utc>,
    values: &Map<String, Value>,
) -> Result<BulkRow, String> {
    let changes = Changes::parse_patch(object, values).map_err(|invalid| invalid.to_string())?;
    Ok(BulkRow { id, changes, effective_at })
}

impl Target<'_> {
    /// Stores new records, all or none.
    pub(crate) async fn insert_all(
        self,
        tx: &mut PgTransaction<'_>,
        object: &ObjectDef,
        rows: &[BulkRow],
    ) -> Result<u64, Error> {
        Ok(self.oltp.bulk_insert(tx, self.caller, object, rows, self.audit).await?)
    }

    /// Stores those new records that can be stored.
    pub(crate) async fn insert(
        self,
        tx: &mut PgTransaction<'_>,
        object: &ObjectDef,
        rows: &[BulkRow],
    ) -> Result<Vec<RowOutcome>, Error> {
        Ok(self.oltp.bulk_insert_each(tx, self.caller, object, rows, self.audit).await?)
    }

    /// Stores those further versions that can be stored, at most one per record.
    pub(crate) async fn update(
        self,
        tx: &mut PgTransaction<'_>,
        object: &ObjectDef,
        rows: &[BulkRow],
    ) -> Result<Vec<RowOutcome>, Error> {
        Ok(self.oltp.bulk_update_each(tx, self.caller, object, rows, self.audit).await?)
    }
}
