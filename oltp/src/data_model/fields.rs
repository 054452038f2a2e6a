//! Fields that administrators add, change and delete.

use std::collections::BTreeMap;

use catalog::{
    AddedField, Catalog, CatalogObject, FieldDef, FieldKind, Ids, Invalid, ObjectDef, Principal, added_name, is_text,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{administrators_only, agree, begin, canonical, run, statement, store};
use crate::{Error, Oltp, Result};

/// A field to be added.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "object": "lead", "label": "Budget", "kind": { "type": "decimal", "precision": 12, "scale": 2 } }))]
pub struct NewField {
    /// Singular or plural name of the object.
    pub object: String,
    /// Its name on screen.
    pub label: String,
    /// What it holds, as `GET /api/catalog` writes it: `{"type": "choice", "options": ["gold", "silver"]}`.
    #[schema(value_type = Object)]
    pub kind: FieldKind,
    /// Its name in SQL and JSON, beginning with `cf_`; made from the label when not given.
    pub name: Option<String>,
    /// One sentence of help.
    #[serde(default)]
    pub help: String,
    /// Whether records are found by its words; text is when nothing is said.
    pub searchable: Option<bool>,
    /// A personal contact detail, masked for analysts.
    #[serde(default)]
    pub personal: bool,
}

/// What is to change; absent members keep their values.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "label": "Annual budget" }))]
pub struct FieldChanges {
    /// Its name on screen.
    pub label: Option<String>,
    /// One sentence of help.
    pub help: Option<String>,
    /// The words of a choice, in display order; none that a record still has may be missing.
    pub options: Option<Vec<String>>,
    /// A personal contact detail, masked for analysts.
    pub personal: Option<bool>,
}

/// A field that administrators added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0b0-0000-7000-8000-000000000001", "created_at": "2026-03-31T12:00:00.000000Z",
    "created_by": null, "object": "lead", "name": "cf_budget", "label": "Budget", "help": "",
    "kind": { "type": "decimal", "precision": 12, "scale": 2 }, "searchable": false, "personal": false, "values": 12
}))]
pub struct CustomField {
    /// Its id.
    pub id: Uuid,
    /// When it was added.
    #[serde(serialize_with = "canonical")]
    #[schema(value_type = String)]
    pub created_at: DateTime<Utc>,
    /// Who added it.
    pub created_by: Option<Uuid>,
    /// Singular name of its object.
    pub object: String,
    /// Its name in SQL and JSON.
    pub name: String,
    /// Its name on screen.
    pub label: String,
    /// One sentence of help.
    pub help: String,
    /// What it holds.
    #[schema(value_type = Object)]
    pub kind: FieldKind,
    /// Whether records are found by its words.
    pub searchable: bool,
    /// Whether it is masked for analysts.
    pub personal: bool,
    /// How many records have a value, those in the bin too.
    pub values: i64,
}

impl Oltp {
    /// Every field that administrators added, with the number of its values.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`].
    pub async fn custom_fields(&self, caller: &Principal) -> Result<Vec<CustomField>> {
        administrators_only(caller)?;
        let mut connection = self.pool().acquire().await?;
        let rows = store::rows(&mut connection).await?;
        let mut counts: BTreeMap<&str, BTreeMap<String, i64>> = BTreeMap::new();
        for object in &self.catalog().objects {
            let fields: Vec<&str> = object.fields.iter().filter(|f| f.added()).map(|f| f.name.as_str()).collect();
            if !fields.is_empty() {
                counts.insert(&object.name, counted(&mut connection, object, &fields).await?);
            }
        }
        let count = |added: &AddedField| counts.get(added.object.as_str())?.get(&added.field.name).copied();
        Ok(rows.iter().map(|row| CustomField::of(row, count(&row.added()).unwrap_or(0))).collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`].
    pub async fn custom_field(&self, caller: &Principal, id: Uuid) -> Result<CustomField> {
        administrators_only(caller)?;
        let mut connection = self.pool().acquire().await?;
        let row = store::row(&mut connection, id).await?;
        let object = self.object_of(&row.added())?;
        let values = count(&mut connection, &object, &row.added().field.name).await?;
        Ok(CustomField::of(&row, values))
    }

    /// Refuses a field that cannot be added, before anything else is asked to make way.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::Invalid`] names what is wrong.
    pub async fn check_new_field(&self, caller: &Principal, new: &NewField) -> Result<()> {
        administrators_only(caller)?;
        let mut connection = self.pool().acquire().await?;
        self.named(&mut connection, new).await.map(drop)
    }

    /// Adds a field: its column, its definition and an audit entry. The catalogue in force stays as it is;
    /// the answer is what it must have next.
    ///
    /// # Errors
    /// As [`check_new_field`](Self::check_new_field); [`Error::TableInUse`] when the table is not free soon.
    pub async fn add_custom_field(&self, caller: &Principal, new: &NewField) -> Result<(Uuid, Catalog)> {
        administrators_only(caller)?;
        let mut tx = self.pool().begin().await?;
        begin(&mut tx).await?;
        let added = self.named(&mut tx, new).await?;
        let object = self.object_of(&added)?;
        for statement in statement::add_column(self.catalog(), &object, &added.field) {
            run(&mut tx, statement).await?;
        }
        let mut additions = store::additions(&mut tx).await?;
        additions.fields.push(added.clone());
        let next = self.catalog().with_additions(&additions)?;
        let id = Ids.fresh();
        store::insert(&mut tx, store::Deed { caller, id, at: self.clock().now() }, &added).await?;
        tx.commit().await?;
        Ok((id, next))
    }

    /// Changes what people read of a field. The catalogue in force stays as it is.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`]; [`Error::Invalid`] names what is wrong;
    /// [`Error::Conflict`] when records still have a word that is to go.
    pub async fn change_custom_field(&self, caller: &Principal, id: Uuid, changes: &FieldChanges) -> Result<()> {
        administrators_only(caller)?;
        let mut tx = self.pool().begin().await?;
        begin(&mut tx).await?;
        let before = store::row(&mut tx, id).await?.added();
        let after = changed(&before, changes)?;
        self.catalog().check_change(&after)?;
        if let Some(gone) = gone_words(&before.field.kind, &after.field.kind) {
            let object = self.object_of(&before)?;
            refuse_used(&mut tx, &object, &before.field, &gone).await?;
        }
        store::update(&mut tx, store::Deed { caller, id, at: self.clock().now() }, (&before, &after)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Refuses a deletion by somebody who saw another number of values than there are; the answer is the
    /// catalogue without the field.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`]; [`Error::Conflict`] says how many there are.
    pub async fn check_deletion(&self, caller: &Principal, id: Uuid, values: i64) -> Result<Catalog> {
        let field = self.custom_field(caller, id).await?;
        agree("values", values, field.values)?;
        let mut connection = self.pool().acquire().await?;
        let mut additions = store::additions(&mut connection).await?;
        additions.fields.retain(|added| (&added.object, &added.field.name) != (&field.object, &field.name));
        Ok(self.catalog().with_additions(&additions)?)
    }

    /// Deletes a field with its values, if it has as many as the caller saw. The catalogue in force must
    /// not have it any more.
    ///
    /// # Errors
    /// As [`check_deletion`](Self::check_deletion); [`Error::TableInUse`] when the table is not free soon.
    pub async fn delete_custom_field(&self, caller: &Principal, id: Uuid, values: i64) -> Result<()> {
        administrators_only(caller)?;
        let mut tx = self.pool().begin().await?;
        begin(&mut tx).await?;
        let added = store::row(&mut tx, id).await?.added();
        let object = self.object_of(&added)?;
        run(&mut tx, statement::lock_table(&object)).await?;
        agree("values", values, count(&mut tx, &object, &added.field.name).await?)?;
        run(&mut tx, statement::drop_column(&object, &added.field.name)).await?;
        store::delete(&mut tx, store::Deed { caller, id, at: self.clock().now() }, (&added, values)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The field as it would be added: under a name that no other field has or had.
    async fn named(&self, connection: &mut PgConnection, new: &NewField) -> Result<AddedField> {
        let object = self.catalog().find(&new.object).ok_or_else(|| {
            let message = format!("there is no object called {}", new.object);
            Invalid::field("object", "unknown_object", message)
        })?;
        let taken = store::taken_names(connection, &object.name).await?;
        let label = new.label.trim();
        let name = new.name.clone().unwrap_or_else(|| added_name(label, &taken));
        let mut field = FieldDef::new(&name, label, new.kind.clone()).help(new.help.trim());
        field.searchable = new.searchable.unwrap_or_else(|| is_text(&new.kind));
        field.personal = new.personal;
        let added = AddedField { object: object.name.clone(), field };
        self.catalog().check_addition(&added)?;
        if taken.contains(&name) {
            let message = format!("{name} was the name of a field that was deleted; choose another");
            return Err(Invalid::field("name", "duplicate", message).into());
        }
        Ok(added)
    }

    fn object_of(&self, added: &AddedField) -> Result<CatalogObject> {
        CatalogObject::find(self.catalog(), &added.object).ok_or_else(|| Error::unknown_object(&added.object))
    }
}

impl CustomField {
    fn of(row: &store::FieldRow, values: i64) -> Self {
        let AddedField { object, field } = row.added();
        Self {
            id: row.id,
            created_at: row.created_at,
            created_by: row.created_by,
            object,
            name: field.name,
            label: field.label,
            help: field.help,
            kind: field.kind,
            searchable: field.searchable,
            personal: field.personal,
            values,
        }
    }
}

fn changed(before: &AddedField, changes: &FieldChanges) -> Result<AddedField> {
    let mut after = before.clone();
    if let Some(label) = &changes.label {
        label.trim().clone_into(&mut after.field.label);
    }
    if let Some(help) = &changes.help {
        help.trim().clone_into(&mut after.field.help);
    }
    if let Some(personal) = changes.personal {
        after.field.personal = personal;
    }
    if let Some(options) = &changes.options {
        if !matches!(before.field.kind, FieldKind::Choice { .. }) {
            return Err(Invalid::field("options", "not_a_choice", "only a choice has options").into());
        }
        after.field.kind = FieldKind::Choice { options: options.clone() };
    }
    Ok(after)
}

/// The words of a choice that are to go.
fn gone_words(before: &FieldKind, after: &FieldKind) -> Option<Vec<String>> {
    let (FieldKind::Choice { options: old }, FieldKind::Choice { options: new }) = (before, after) else { return None };
    let gone: Vec<String> = old.iter().filter(|word| !new.contains(word)).cloned().collect();
    (!gone.is_empty()).then_some(gone)
}

async fn refuse_used(tx: &mut PgConnection, object: &ObjectDef, field: &FieldDef, gone: &[String]) -> Result<()> {
    let used: Vec<(String, i64)> =
        sqlx::query_as(AssertSqlSafe(statement::count_words(object, &field.name))).bind(gone).fetch_all(tx).await?;
    if used.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = used.iter().map(|(word, count)| format!("{word} ({count})")).collect();
    let message = format!("{} still have {}; change them first", object.plural_label.to_lowercase(), words.join(", "));
    Err(Error::conflict("option_in_use", Invalid::field("options", "in_use", message)))
}

async fn count(connection: &mut PgConnection, object: &ObjectDef, field: &str) -> Result<i64> {
    Ok(counted(connection, object, &[field]).await?.get(field).copied().unwrap_or(0))
}

async fn counted(connection: &mut PgConnection, object: &ObjectDef, fields: &[&str]) -> Result<BTreeMap<String, i64>> {
    let Json(counts): Json<BTreeMap<String, i64>> =
        sqlx::query_scalar(AssertSqlSafe(statement::count_values(object, fields))).fetch_one(connection).await?;
    Ok(counts)
}
