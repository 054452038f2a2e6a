//! What happened to one record, from the audit log.

use catalog::{ObjectDef, Principal, RowScope, policy};
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use uuid::Uuid;

use super::{moment_text, scope, statement};
use crate::{Error, Oltp, Result};

/// One entry of the audit log about a record.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct AuditEntry {
    /// The entry's id.
    pub id: i64,
    /// When it happened.
    #[serde(serialize_with = "canonical")]
    pub at: DateTime<Utc>,
    /// Who did it; null for the system.
    pub actor_id: Option<Uuid>,
    /// Their login name then.
    pub actor_name: String,
    /// `create`, `update`, `delete` or `restore`.
    pub action: String,
    /// The version it made.
    pub version: Option<i64>,
    /// Per field, the `old` and the `new` value.
    pub changes: serde_json::Value,
    /// Where a bulk load came from; null for a person's own request.
    pub source: Option<String>,
}

/// Moments look the same wherever they are answered.
fn canonical<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}

impl Oltp {
    /// The audit entries of a record, newest first, of versions below `before` when given.
    ///
    /// **Shape**: at most `limit` entries, one per version.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the caller may not see the record; records in the bin count
    /// as seen. [`Error::NotAllowed`] when they may not read its audit log. Changes of fields that
    /// they may not see are left out.
    pub async fn history(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        id: Uuid,
        (before, limit): (Option<i64>, u32),
    ) -> Result<Vec<AuditEntry>> {
        let policy = policy(caller, object);
        let mut connection = self.pool().acquire().await?;
        if !within(&mut connection, object, id, &policy.rows).await? {
            return Err(Error::not_found(object));
        }
        if !policy.audit || !within(&mut connection, object, id, &policy.audited).await? {
            return Err(Error::not_allowed("read the history of", object));
        }
        let mut entries: Vec<AuditEntry> = sqlx::query_as(include_str!("../../sql/record_history.sql"))
            .bind(&object.name)
            .bind(id)
            .bind(before)
            .bind(i64::from(limit))
            .fetch_all(&mut *connection)
            .await?;
        for changes in entries.iter_mut().filter_map(|entry| entry.changes.as_object_mut()) {
            changes.retain(|field, _| !policy.masked.contains(field));
        }
        Ok(entries)
    }
}

/// Whether a record, live or in the bin, is one of these rows.
pub(crate) async fn within(
    connection: &mut PgConnection,
    object: &ObjectDef,
    id: Uuid,
    rows: &RowScope,
) -> Result<bool> {
    let sql = format!(
        "select {row}.id from {table} {row} where {row}.id = $1 and {scope}",
        row = statement::ROW,
        table = statement::quoted(&object.table),
        scope = scope::condition(rows, 2),
    );
    let mut seen = sqlx::query_scalar::<_, Uuid>(AssertSqlSafe(sql)).bind(id);
    if let Some(owners) = scope::ids(rows) {
        seen = seen.bind(owners);
    }
    Ok(seen.fetch_optional(connection).await?.is_some())
}
