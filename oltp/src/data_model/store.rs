//! The rows that say what the added columns mean.

use std::collections::BTreeSet;

use catalog::{AddedField, Additions, FieldDef, FieldKind, Principal};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection, types::Json};
use uuid::Uuid;

use super::{object_rows, objects::ObjectRow};
use crate::{Error, Result};

const FIELD: &str = "custom_field";

/// A definition as it is stored.
#[derive(Debug, Clone, FromRow)]
pub(super) struct FieldRow {
    pub(super) id: Uuid,
    pub(super) created_at: DateTime<Utc>,
    pub(super) created_by: Option<Uuid>,
    pub(super) object: String,
    name: String,
    label: String,
    help: String,
    kind: Json<FieldKind>,
    searchable: bool,
    personal: bool,
}

impl FieldRow {
    /// What the catalogue has of it.
    pub(super) fn added(&self) -> AddedField {
        let mut field = FieldDef::new(&self.name, &self.label, self.kind.0.clone()).help(&self.help);
        (field.searchable, field.personal) = (self.searchable, self.personal);
        AddedField { object: self.object.clone(), field }
    }
}

/// Every field that is there, in the order in which they were added.
pub(super) async fn rows(connection: &mut PgConnection) -> Result<Vec<FieldRow>> {
    Ok(sqlx::query_as(include_str!("../../sql/custom_fields.sql")).bind(None::<Uuid>).fetch_all(connection).await?)
}

/// One field that is there.
pub(super) async fn row(connection: &mut PgConnection, id: Uuid) -> Result<FieldRow> {
    let row = sqlx::query_as(include_str!("../../sql/custom_fields.sql")).bind(Some(id));
    row.fetch_optional(connection).await?.ok_or_else(|| Error::RecordNotFound { object: "custom field".to_owned() })
}

/// What the catalogue has of all of them.
pub(super) async fn additions(connection: &mut PgConnection) -> Result<Additions> {
    let objects = object_rows::objects(&mut *connection).await?.iter().map(ObjectRow::added).collect();
    Ok(Additions { objects, fields: rows(connection).await?.iter().map(FieldRow::added).collect() })
}

/// Every name that a field of the object has or had.
pub(super) async fn taken_names(connection: &mut PgConnection, object: &str) -> Result<BTreeSet<String>> {
    let names: Vec<String> = sqlx::query_scalar("select name from custom_fields where object = $1")
        .bind(object)
        .fetch_all(connection)
        .await?;
    Ok(names.into_iter().collect())
}

/// Who does what, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed<'a> {
    pub(super) caller: &'a Principal,
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
}

/// Stores a new definition.
pub(super) async fn insert(tx: &mut PgConnection, deed: Deed<'_>, added: &AddedField) -> Result<()> {
    let field = &added.field;
    sqlx::query(
        "insert into custom_fields \
         (id, created_at, updated_at, created_by, object, name, label, help, kind, searchable, personal) \
         values ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(deed.id)
    .bind(deed.at)
    .bind(Some(deed.caller.user_id).filter(|id| !id.is_nil()))
    .bind(&added.object)
    .bind(&field.name)
    .bind(&field.label)
    .bind(&field.help)
    .bind(Json(&field.kind))
    .bind(field.searchable)
    .bind(field.personal)
    .execute(&mut *tx)
    .await?;
    let changes = described(added).into_iter().map(|(name, value)| (name.to_owned(), json!({ "new": value })));
    note(tx, (deed, FIELD), "create", changes.collect()).await
}

/// Stores what changed in a definition.
pub(super) async fn update(tx: &mut PgConnection, deed: Deed<'_>, change: (&AddedField, &AddedField)) -> Result<()> {
    let (before, after) = change;
    sqlx::query(
        "update custom_fields set updated_at = $2, label = $3, help = $4, kind = $5, searchable = $6, personal = $7 \
         where id = $1",
    )
    .bind(deed.id)
    .bind(deed.at)
    .bind(&after.field.label)
    .bind(&after.field.help)
    .bind(Json(&after.field.kind))
    .bind(after.field.searchable)
    .bind(after.field.personal)
    .execute(&mut *tx)
    .await?;
    let pairs = described(before).into_iter().zip(described(after)).filter(|(old, new)| old != new);
    let changes = pairs.map(|((name, old), (_, new))| (name.to_owned(), json!({ "old": old, "new": new })));
    note(tx, (deed, FIELD), "update", changes.collect()).await
}

/// Remembers only the name of a definition, and that it held so many values.
pub(super) async fn delete(tx: &mut PgConnection, deed: Deed<'_>, (before, values): (&AddedField, i64)) -> Result<()> {
    sqlx::query("update custom_fields set updated_at = $2, deleted_at = $2 where id = $1")
        .bind(deed.id)
        .bind(deed.at)
        .execute(&mut *tx)
        .await?;
    let mut changes: serde_json::Map<String, Value> =
        described(before).into_iter().map(|(name, value)| (name.to_owned(), json!({ "old": value }))).collect();
    changes.insert("values".to_owned(), json!({ "old": values }));
    note(tx, (deed, FIELD), "delete", changes).await
}

fn described(added: &AddedField) -> [(&'static str, Value); 7] {
    let field = &added.field;
    [
        ("object", json!(added.object)),
        ("name", json!(field.name)),
        ("label", json!(field.label)),
        ("help", json!(field.help)),
        ("kind", json!(field.kind)),
        ("searchable", json!(field.searchable)),
        ("personal", json!(field.personal)),
    ]
}

/// Writes the audit entry of a deed.
pub(super) async fn note(
    tx: &mut PgConnection,
    (deed, object): (Deed<'_>, &str),
    action: &str,
    changes: serde_json::Map<String, Value>,
) -> Result<()> {
    sqlx::query(include_str!("../../sql/write_audit.sql"))
        .bind(Json(json!([{ "record_id": deed.id, "changes": changes }])))
        .bind(Some(deed.caller.user_id).filter(|id| !id.is_nil()))
        .bind(&deed.caller.username)
        .bind(action)
        .bind(object)
        .bind(None::<&str>)
        .bind(deed.at)
        .bind(crate::http::current_request_id())
        .execute(tx)
        .await?;
    Ok(())
}
