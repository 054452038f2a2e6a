//! The rows that say what the added tables are called.

use std::collections::BTreeSet;

use catalog::AddedObject;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    objects::ObjectRow,
    store::{Deed, note},
};
use crate::{Error, Result};

const OBJECT: &str = "custom_object";

/// Every object that is there, in the order in which they were added.
pub(super) async fn objects(connection: &mut PgConnection) -> Result<Vec<ObjectRow>> {
    Ok(sqlx::query_as(include_str!("../../sql/custom_objects.sql")).bind(None::<Uuid>).fetch_all(connection).await?)
}

/// One object that is there.
pub(super) async fn object(connection: &mut PgConnection, id: Uuid) -> Result<ObjectRow> {
    let row = sqlx::query_as(include_str!("../../sql/custom_objects.sql")).bind(Some(id));
    row.fetch_optional(connection).await?.ok_or_else(|| Error::RecordNotFound { object: "custom object".to_owned() })
}

/// Every name that an object or its table has or had.
pub(super) async fn taken_objects(connection: &mut PgConnection) -> Result<BTreeSet<String>> {
    let names: Vec<String> =
        sqlx::query_scalar("select name from custom_objects union select table_name from custom_objects")
            .fetch_all(connection)
            .await?;
    Ok(names.into_iter().collect())
}

/// Stores a new definition.
pub(super) async fn insert_object(tx: &mut PgConnection, deed: Deed<'_>, added: &AddedObject) -> Result<()> {
    sqlx::query(
        "insert into custom_objects (id, created_at, updated_at, created_by, name, table_name, label, plural_label) \
         values ($1, $2, $2, $3, $4, $5, $6, $7)",
    )
    .bind(deed.id)
    .bind(deed.at)
    .bind(Some(deed.caller.user_id).filter(|id| !id.is_nil()))
    .bind(&added.name)
    .bind(&added.table)
    .bind(&added.label)
    .bind(&added.plural_label)
    .execute(&mut *tx)
    .await?;
    let changes = described(added).into_iter().map(|(name, value)| (name.to_owned(), json!({ "new": value })));
    note(tx, (deed, OBJECT), "create", changes.collect()).await
}

/// Stores other labels.
pub(super) async fn update_object(
    tx: &mut PgConnection,
    deed: Deed<'_>,
    (before, after): (&AddedObject, &AddedObject),
) -> Result<()> {
    sqlx::query("update custom_objects set updated_at = $2, label = $3, plural_label = $4 where id = $1")
        .bind(deed.id)
        .bind(deed.at)
        .bind(&after.label)
        .bind(&after.plural_label)
        .execute(&mut *tx)
        .await?;
    let pairs = described(before).into_iter().zip(described(after)).filter(|(old, new)| old != new);
    let changes = pairs.map(|((name, old), (_, new))| (name.to_owned(), json!({ "old": old, "new": new })));
    note(tx, (deed, OBJECT), "update", changes.collect()).await
}

/// Remembers only the names of an object and of its fields; puts what was attached to its records in the bin.
pub(super) async fn delete_object(
    tx: &mut PgConnection,
    deed: Deed<'_>,
    (before, records): (&AddedObject, i64),
) -> Result<()> {
    for statement in [
        "update custom_fields set updated_at = $2, deleted_at = $2 where object = $1 and deleted_at is null",
        "update documents set updated_at = $2, deleted_at = $2, version = version + 1 \
         where object = $1 and deleted_at is null",
        "update custom_objects set updated_at = $2, deleted_at = $2 where name = $1",
    ] {
        sqlx::query(statement).bind(&before.name).bind(deed.at).execute(&mut *tx).await?;
    }
    let mut changes: Map<String, Value> =
        described(before).into_iter().map(|(name, value)| (name.to_owned(), json!({ "old": value }))).collect();
    changes.insert("records".to_owned(), json!({ "old": records }));
    note(tx, (deed, OBJECT), "delete", changes).await
}

fn described(added: &AddedObject) -> [(&'static str, Value); 4] {
    [
        ("name", json!(added.name)),
        ("table", json!(added.table)),
        ("label", json!(added.label)),
        ("plural_label", json!(added.plural_label)),
    ]
}
