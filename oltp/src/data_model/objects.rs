//! Objects that administrators add, relabel and delete.

use catalog::{AddedObject, Catalog, FieldKind, Ids, Invalid, Principal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{administrators_only, agree, begin, canonical, object_rows, run, statement, store};
use crate::{Error, Oltp, Result};

/// An object to be added.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "label": "Project", "plural_label": "Projects" }))]
pub struct NewObject {
    /// Singular name on screen; the names in SQL and addresses are made from it.
    pub label: String,
    /// Plural name on screen.
    pub plural_label: String,
}

/// Other labels; absent ones stay.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "plural_label": "Customer projects" }))]
pub struct ObjectChanges {
    /// Singular name on screen.
    pub label: Option<String>,
    /// Plural name on screen.
    pub plural_label: Option<String>,
}

/// An object that administrators added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0b0-0000-7000-8000-000000000001", "created_at": "2026-03-31T12:00:00.000000Z", "created_by": null,
    "name": "co_project", "table": "co_projects", "label": "Project", "plural_label": "Projects", "records": 12
}))]
pub struct CustomObject {
    /// Its id.
    pub id: Uuid,
    /// When it was added.
    #[serde(serialize_with = "canonical")]
    #[schema(value_type = String)]
    pub created_at: DateTime<Utc>,
    /// Who added it.
    pub created_by: Option<Uuid>,
    /// Singular name.
    pub name: String,
    /// Plural name, used for the table, the warehouse table and the address.
    pub table: String,
    /// Singular name on screen.
    pub label: String,
    /// Plural name on screen.
    pub plural_label: String,
    /// How many records there are, those in the bin too.
    pub records: i64,
}

#[derive(Debug, Clone, FromRow)]
pub(super) struct ObjectRow {
    id: Uuid,
    created_at: DateTime<Utc>,
    created_by: Option<Uuid>,
    name: String,
    table_name: String,
    label: String,
    plural_label: String,
}

impl ObjectRow {
    /// What the catalogue has of it.
    pub(super) fn added(&self) -> AddedObject {
        AddedObject {
            name: self.name.clone(),
            table: self.table_name.clone(),
            label: self.label.clone(),
            plural_label: self.plural_label.clone(),
        }
    }
}

impl Oltp {
    /// Every object that administrators added, with the number of its records.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`].
    pub async fn custom_objects(&self, caller: &Principal) -> Result<Vec<CustomObject>> {
        administrators_only(caller)?;
        let mut connection = self.pool().acquire().await?;
        let mut objects = Vec::new();
        for row in object_rows::objects(&mut connection).await? {
            objects.push(counted(&mut connection, row).await?);
        }
        Ok(objects)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`].
    pub async fn custom_object(&self, caller: &Principal, id: Uuid) -> Result<CustomObject> {
        administrators_only(caller)?;
        let mut connection = self.pool().acquire().await?;
        let row = object_rows::object(&mut connection, id).await?;
        counted(&mut connection, row).await
    }

    /// Refuses an object that cannot be added, before anything else is asked to make way.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::Invalid`] names what is wrong.
    pub async fn check_new_object(&self, caller: &Principal, new: &NewObject) -> Result<()> {
        administrators_only(caller)?;
        let mut connection = self.pool().acquire().await?;
        self.object_named(&mut connection, new).await.map(drop)
    }

    /// Adds an object: its table, its place in the publication that the warehouse follows, its definition
    /// and an audit entry. The catalogue in force stays as it is; the answer is what it must be next.
    ///
    /// # Errors
    /// As [`check_new_object`](Self::check_new_object).
    pub async fn add_custom_object(
        &self,
        caller: &Principal,
        new: &NewObject,
        publication: &str,
    ) -> Result<(Uuid, Catalog)> {
        administrators_only(caller)?;
        let mut tx = self.pool().begin().await?;
        begin(&mut tx).await?;
        let added = self.object_named(&mut tx, new).await?;
        let mut additions = store::additions(&mut tx).await?;
        additions.objects.push(added.clone());
        let next = self.catalog().with_additions(&additions)?;
        for statement in statement::create_table(&next, &added.definition(), publication) {
            run(&mut tx, statement).await?;
        }
        let id = Ids.fresh();
        object_rows::insert_object(&mut tx, store::Deed { caller, id, at: self.clock().now() }, &added).await?;
        tx.commit().await?;
        Ok((id, next))
    }

    /// Gives an object other labels. The catalogue in force stays as it is.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`]; [`Error::Invalid`] names what is wrong.
    pub async fn change_custom_object(&self, caller: &Principal, id: Uuid, changes: &ObjectChanges) -> Result<()> {
        administrators_only(caller)?;
        let mut tx = self.pool().begin().await?;
        begin(&mut tx).await?;
        let before = object_rows::object(&mut tx, id).await?.added();
        let mut after = before.clone();
        if let Some(label) = &changes.label {
            label.trim().clone_into(&mut after.label);
        }
        if let Some(label) = &changes.plural_label {
            label.trim().clone_into(&mut after.plural_label);
        }
        self.catalog().check_object(&after)?;
        let deed = store::Deed { caller, id, at: self.clock().now() };
        object_rows::update_object(&mut tx, deed, (&before, &after)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Refuses a deletion by somebody who saw another number of records than there are, or while another
    /// object links to this one; the answer is the catalogue without the object.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`]; [`Error::Conflict`] says what is in the way.
    pub async fn check_object_deletion(&self, caller: &Principal, id: Uuid, records: i64) -> Result<Catalog> {
        let object = self.custom_object(caller, id).await?;
        agree("records", records, object.records)?;
        let mut connection = self.pool().acquire().await?;
        let mut additions = store::additions(&mut connection).await?;
        additions.fields.retain(|added| added.object != object.name);
        let linking = additions
            .fields
            .iter()
            .find(|added| matches!(&added.field.kind, FieldKind::Link { object: target } if *target == object.name));
        if let Some(linking) = linking {
            let message =
                format!("the field {} of {} links to it; delete that first", linking.field.label, linking.object);
            return Err(Error::conflict("linked", Invalid::field("records", "linked", message)));
        }
        additions.objects.retain(|added| added.name != object.name);
        Ok(self.catalog().with_additions(&additions)?)
    }

    /// Deletes an object with its records, if there are as many as the caller saw. The catalogue in force
    /// must not have it any more. Files attached to its records go to the bin.
    ///
    /// # Errors
    /// As [`check_object_deletion`](Self::check_object_deletion); [`Error::TableInUse`].
    pub async fn delete_custom_object(&self, caller: &Principal, id: Uuid, records: i64) -> Result<()> {
        administrators_only(caller)?;
        let mut tx = self.pool().begin().await?;
        begin(&mut tx).await?;
        let added = object_rows::object(&mut tx, id).await?.added();
        let object = added.definition();
        run(&mut tx, statement::lock_table(&object)).await?;
        agree("records", records, count(&mut tx, &added).await?)?;
        run(&mut tx, statement::drop_table(&object)).await?;
        object_rows::delete_object(&mut tx, store::Deed { caller, id, at: self.clock().now() }, (&added, records))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn object_named(&self, connection: &mut PgConnection, new: &NewObject) -> Result<AddedObject> {
        let taken = object_rows::taken_objects(connection).await?;
        let added = AddedObject::named(new.label.trim(), new.plural_label.trim(), &taken);
        self.catalog().check_object(&added)?;
        Ok(added)
    }
}

async fn counted(connection: &mut PgConnection, row: ObjectRow) -> Result<CustomObject> {
    let records = count(connection, &row.added()).await?;
    Ok(CustomObject {
        id: row.id,
        created_at: row.created_at,
        created_by: row.created_by,
        name: row.name,
        table: row.table_name,
        label: row.label,
        plural_label: row.plural_label,
        records,
    })
}

async fn count(connection: &mut PgConnection, added: &AddedObject) -> Result<i64> {
    let statement = statement::count_records(&added.definition());
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(connection).await?)
}
