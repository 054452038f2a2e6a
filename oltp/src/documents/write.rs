//! Writing documents: new ones, new versions, names and folders, the bin.

use catalog::{Invalid, ObjectDef, Principal};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Document, Documents, Incoming, id_of, journal, name, not_found};
use crate::{Error, Result};

/// Documents of one record; more belong into a file server.
const MAX_PER_RECORD: i64 = 1_000;
/// Versions of one document.
const MAX_VERSIONS: i64 = 500;

/// A document to be made, besides its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewDocument {
    /// Its name, with the extension.
    pub name: String,
    /// Its folder; empty at the top.
    pub folder: String,
    /// Whether it holds personal data.
    pub personal: bool,
}

/// What is to change; absent fields keep their values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Proposal (signed).pdf", "folder": "Contracts/2026" }))]
pub struct DocumentChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new folder; empty for the top.
    pub folder: Option<String>,
    /// Whether it holds personal data.
    pub personal: Option<bool>,
}

/// A version about to be written.
struct NewVersion<'a> {
    document_id: Uuid,
    file_id: Uuid,
    file_name: &'a str,
    incoming: &'a Incoming,
}

impl Documents {
    /// Attaches a received file to a record. A document of the same name in the same folder gets a
    /// new version instead; its mark as personal is only ever set this way, never taken off.
    ///
    /// # Errors
    /// As [`may_attach`](Self::may_attach); [`Error::Invalid`] names what is wrong;
    /// [`Error::Conflict`] when the record or the document is full.
    pub async fn attach(
        &self,
        caller: &Principal,
        (object, record_id): (&ObjectDef, Uuid),
        new: &NewDocument,
        incoming: Incoming,
    ) -> Result<Document> {
        let (title, folder) = (name::file_name(&new.name)?, name::folder(&new.folder)?);
        self.may_attach(caller, object, record_id).await?;
        let file_id = self.stored(&incoming).await?;
        let now = self.now();
        let mut tx = self.inner.oltp.pool().begin().await?;
        // Uploads to one record come one after the other, so that names and numbers stay unique.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(record_id.to_string())
            .execute(&mut *tx)
            .await?;
        let there: Vec<(Uuid, bool)> = sqlx::query_as(
            "select id, lower(name) = lower($3) and folder = $4 from documents \
             where object = $1 and record_id = $2 and deleted_at is null",
        )
        .bind(&object.name)
        .bind(record_id)
        .bind(&title)
        .bind(&folder)
        .fetch_all(&mut *tx)
        .await?;
        let same = there.iter().find(|(_, same)| *same).map(|(id, _)| *id);
        let id = if let Some(id) = same {
            id
        } else {
            if i64::try_from(there.len()).unwrap_or(i64::MAX) >= MAX_PER_RECORD {
                let message = format!("a record has at most {MAX_PER_RECORD} documents; delete some first");
                return Err(Error::conflict("too_many_documents", Invalid::field("file", "too_many", message)));
            }
            let id = Self::fresh_id();
            insert(&mut tx, caller, now, (id, object, record_id), (&title, &folder)).await?;
            id
        };
        if new.personal {
            sqlx::query("update documents set personal = true where id = $1").bind(id).execute(&mut *tx).await?;
        }
        let version = NewVersion { document_id: id, file_id, file_name: &title, incoming: &incoming };
        let number = add_version(&mut tx, caller, now, &version).await?;
        let (action, record_version) =
            if same.is_some() { ("update", touched(&mut tx, id, now).await?) } else { ("create", 1) };
        let changes = json!({
            "record": { "new": format!("{}/{record_id}", object.table) }, "name": { "new": title },
            "folder": { "new": folder }, "number": { "new": number }, "size_bytes": { "new": incoming.size_bytes },
        });
        let entry = journal::Entry { action, document_id: id, version: Some(record_version), changes, source: None };
        journal::note(&mut tx, caller, now, entry).await?;
        tx.commit().await?;
        Ok(self.seen(caller, id).await?.document)
    }

    /// Adds a version to a document, whatever the file is called.
    ///
    /// # Errors
    /// As [`attach`](Self::attach); [`Error::RecordNotFound`].
    pub async fn replace(&self, caller: &Principal, id: Uuid, file_name: &str, incoming: Incoming) -> Result<Document> {
        let file_name = name::file_name(file_name)?;
        let seen = self.changed_by(caller, id).await?;
        if seen.document.deleted_at.is_some() {
            return Err(not_found());
        }
        let file_id = self.stored(&incoming).await?;
        let now = self.now();
        let mut tx = self.inner.oltp.pool().begin().await?;
        let record_version = touched(&mut tx, id, now).await?;
        let version = NewVersion { document_id: id, file_id, file_name: &file_name, incoming: &incoming };
        let number = add_version(&mut tx, caller, now, &version).await?;
        let changes = json!({ "number": { "old": seen.document.number, "new": number },
                              "size_bytes": { "old": seen.document.size_bytes, "new": incoming.size_bytes } });
        let entry =
            journal::Entry { action: "update", document_id: id, version: Some(record_version), changes, source: None };
        journal::note(&mut tx, caller, now, entry).await?;
        tx.commit().await?;
        Ok(self.seen(caller, id).await?.document)
    }

    /// Changes name, folder or the mark as personal.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Stale`]; [`Error::Conflict`] when the name is taken;
    /// [`Error::RecordNotFound`], [`Error::NotAllowed`], [`Error::OwnerOnly`].
    pub async fn change(
        &self,
        caller: &Principal,
        (id, expected): (Uuid, Option<i64>),
        changes: &DocumentChanges,
    ) -> Result<Document> {
        let title = changes.name.as_deref().map(name::file_name).transpose()?;
        let folder = changes.folder.as_deref().map(name::folder).transpose()?;
        let before = self.changed_by(caller, id).await?.document;
        if before.deleted_at.is_some() {
            return Err(not_found());
        }
        let now = self.now();
        let mut tx = self.inner.oltp.pool().begin().await?;
        let version = touched_at(&mut tx, id, now, expected).await?;
        sqlx::query(
            "update documents set name = coalesce($2, name), folder = coalesce($3, folder), \
             personal = coalesce($4, personal) where id = $1",
        )
        .bind(id)
        .bind(&title)
        .bind(&folder)
        .bind(changes.personal)
        .execute(&mut *tx)
        .await
        .map_err(taken)?;
        let mut differences = Map::new();
        let mut differs = |field: &str, old: Value, new: Option<Value>| {
            if let Some(new) = new.filter(|new| *new != old) {
                differences.insert(field.to_owned(), json!({ "old": old, "new": new }));
            }
        };
        differs("name", json!(before.name), title.map(Value::from));
        differs("folder", json!(before.folder), folder.map(Value::from));
        differs("personal", json!(before.personal), changes.personal.map(Value::from));
        let changes = Value::Object(differences);
        let entry = journal::Entry { action: "update", document_id: id, version: Some(version), changes, source: None };
        journal::note(&mut tx, caller, now, entry).await?;
        tx.commit().await?;
        Ok(self.seen(caller, id).await?.document)
    }

    /// Moves a document to the bin, or takes it out.
    ///
    /// # Errors
    /// As [`change`](Self::change); [`Error::NotDeleted`] when it is not in the bin.
    pub async fn bin(&self, caller: &Principal, id: Uuid, way: Bin) -> Result<Document> {
        let before = self.changed_by(caller, id).await?.document;
        let deleted_at = match (way, before.deleted_at) {
            (Bin::In, Some(_)) => return Err(not_found()),
            (Bin::Out, None) => return Err(Error::NotDeleted { object: "document".to_owned() }),
            (Bin::In, None) => Some(self.now()),
            (Bin::Out, Some(_)) => None,
        };
        let now = self.now();
        let mut tx = self.inner.oltp.pool().begin().await?;
        let version = touched(&mut tx, id, now).await?;
        let moved = sqlx::query("update documents set deleted_at = $2 where id = $1").bind(id).bind(deleted_at);
        moved.execute(&mut *tx).await.map_err(taken)?;
        let action = if way == Bin::In { "delete" } else { "restore" };
        let changes = json!({ "name": { "old": before.name } });
        let entry = journal::Entry { action, document_id: id, version: Some(version), changes, source: None };
        journal::note(&mut tx, caller, now, entry).await?;
        tx.commit().await?;
        Ok(self.seen(caller, id).await?.document)
    }

    /// Removes a document with all its versions for good, from the bin or not; only for
    /// administrators, as when somebody asks to be forgotten. Its bytes go with the next clean-up.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`].
    pub async fn erase(&self, caller: &Principal, id: Uuid) -> Result<()> {
        if !caller.administers() {
            return Err(Error::AdministratorsOnly { verb: "erase documents".to_owned() });
        }
        let now = self.now();
        let mut tx = self.inner.oltp.pool().begin().await?;
        // Bytes that only this document has need not wait for the usual age.
        sqlx::query(
            "update stored_files set used_at = '-infinity' where id in \
                     (select file_id from document_versions where document_id = $1)",
        )
        .bind(id)
        .execute(&mut *tx)
        .await?;
        let gone = sqlx::query("delete from documents where id = $1").bind(id).execute(&mut *tx).await?;
        if gone.rows_affected() == 0 {
            return Err(not_found());
        }
        // The entry names nothing of what was erased.
        let entry =
            journal::Entry { action: "erase", document_id: id, version: None, changes: json!({}), source: None };
        journal::note(&mut tx, caller, now, entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The file with the bytes received: the one that is there already, or a new one.
    async fn stored(&self, incoming: &Incoming) -> Result<Uuid> {
        let size_bytes = i64::try_from(incoming.size_bytes).unwrap_or(i64::MAX);
        let (id, complete): (Uuid, bool) = sqlx::query_as(include_str!("../../sql/reserve_file.sql"))
            .bind(Self::fresh_id())
            .bind(incoming.sha256.as_slice())
            .bind(size_bytes)
            .bind(self.now())
            .fetch_one(self.inner.oltp.pool())
            .await?;
        if !complete {
            self.inner.store.put(id, incoming).await?;
        }
        Ok(id)
    }
}

/// Into the bin or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bin {
    /// Delete.
    In,
    /// Restore.
    Out,
}

async fn insert(
    tx: &mut PgConnection,
    caller: &Principal,
    now: DateTime<Utc>,
    (id, object, record_id): (Uuid, &ObjectDef, Uuid),
    (title, folder): (&str, &str),
) -> Result<()> {
    sqlx::query(
        "insert into documents (id, created_at, updated_at, object, record_id, name, folder, created_by, created_by_name) \
         values ($1, $2, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(now)
    .bind(&object.name)
    .bind(record_id)
    .bind(title)
    .bind(folder)
    .bind(id_of(caller))
    .bind(&caller.username)
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes a version of a locked document and answers its number.
async fn add_version(
    tx: &mut PgConnection,
    caller: &Principal,
    now: DateTime<Utc>,
    version: &NewVersion<'_>,
) -> Result<i64> {
    let NewVersion { document_id, file_id, file_name, incoming } = *version;
    // Clean-up may have taken a file that waited too long; then it has to be brought again.
    let kept = sqlx::query("update stored_files set complete = true where id = $1 and doomed_at is null");
    if kept.bind(file_id).execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(Error::UploadBroken { reason: "it took too long".to_owned() });
    }
    let number: i64 =
        sqlx::query_scalar("select coalesce(max(number), 0) + 1 from document_versions where document_id = $1")
            .bind(document_id)
            .fetch_one(&mut *tx)
            .await?;
    if number > MAX_VERSIONS {
        let message = format!("a document has at most {MAX_VERSIONS} versions; begin a new one");
        return Err(Error::conflict("too_many_versions", Invalid::field("file", "too_many", message)));
    }
    sqlx::query(
        "insert into document_versions (document_id, number, file_id, file_name, media_type, size_bytes, uploaded_at, \
         uploaded_by, uploaded_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(document_id)
    .bind(number)
    .bind(file_id)
    .bind(file_name)
    .bind(incoming.media_type(file_name))
    .bind(i64::try_from(incoming.size_bytes).unwrap_or(i64::MAX))
    .bind(now)
    .bind(id_of(caller))
    .bind(&caller.username)
    .execute(tx)
    .await?;
    Ok(number)
}

/// Locks a document and counts a change; answers its version now.
pub(super) async fn touched(tx: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<i64> {
    touched_at(tx, id, now, None).await
}

async fn touched_at(tx: &mut PgConnection, id: Uuid, now: DateTime<Utc>, expected: Option<i64>) -> Result<i64> {
    let sql = "update documents set version = version + 1, updated_at = $2 where id = $1 returning version";
    let version: Option<i64> = sqlx::query_scalar(sql).bind(id).bind(now).fetch_optional(&mut *tx).await?;
    let version = version.ok_or_else(not_found)?;
    if expected.is_some_and(|expected| expected + 1 != version) {
        return Err(Error::Stale { object: "document".to_owned(), current: version - 1 });
    }
    Ok(version)
}

/// A name that another document of the folder has.
fn taken(error: sqlx::Error) -> Error {
    let duplicate = error.as_database_error().is_some_and(|error| error.constraint() == Some("documents_name_unique"));
    if duplicate {
        let message = "there is a document of this name in the folder";
        return Error::conflict("duplicate", Invalid::field("name", "duplicate", message));
    }
    error.into()
}
