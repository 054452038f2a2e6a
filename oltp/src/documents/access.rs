//! Who may see and change a document: whoever may see and change its record.

use catalog::{Catalog, ObjectDef, Ownership, Principal, policy};
use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{Document, Documents, list, not_found};
use crate::{
    Error, Result,
    records::{Record, scope},
};

/// A document the caller sees, with what decides about it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) document: Document,
    object: ObjectDef,
    record: Record,
}

impl Documents {
    /// A document, in the bin or not, of a record the caller sees.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] whatever the reason is.
    pub(super) async fn seen(&self, caller: &Principal, id: Uuid) -> Result<Seen> {
        let oltp = &self.inner.oltp;
        let mut document = one(oltp.pool(), id).await?.ok_or_else(not_found)?;
        let object = oltp.catalog().object(&document.object).ok_or_else(not_found)?;
        if document.personal && !sees_personal(caller, oltp.catalog()) {
            return Err(not_found());
        }
        let record = match oltp.read(caller, object, document.record_id).await {
            Ok(record) => record,
            Err(Error::RecordNotFound { .. } | Error::NotAllowed { .. }) => return Err(not_found()),
            Err(error) => return Err(error),
        };
        document.record_title = record.get(&object.title).and_then(Value::as_str).map(str::to_owned);
        Ok(Seen { document, object: object.clone(), record })
    }

    /// The same for somebody who wants to change it.
    ///
    /// # Errors
    /// As [`seen`](Self::seen); [`Error::NotAllowed`], [`Error::OwnerOnly`].
    pub(super) async fn changed_by(&self, caller: &Principal, id: Uuid) -> Result<Seen> {
        let seen = self.seen(caller, id).await?;
        may_change(caller, &seen.object, &seen.record)?;
        Ok(seen)
    }

    /// Makes sure that the caller may bring another version, before its bytes are taken.
    ///
    /// # Errors
    /// As reading the document; [`Error::NotAllowed`], [`Error::OwnerOnly`].
    pub async fn may_replace(&self, caller: &Principal, id: Uuid) -> Result<()> {
        self.changed_by(caller, id).await.map(drop)
    }

    /// Makes sure that the caller sees the record and may attach files to it.
    ///
    /// # Errors
    /// As reading the record; [`Error::NotAllowed`], [`Error::OwnerOnly`].
    pub async fn may_attach(&self, caller: &Principal, object: &ObjectDef, record_id: Uuid) -> Result<()> {
        let record = self.inner.oltp.read(caller, object, record_id).await?;
        may_change(caller, object, &record)
    }
}

/// A document by its id; without the title of its record.
pub(super) async fn one(executor: impl PgExecutor<'_>, id: Uuid) -> Result<Option<Document>> {
    let sql = format!("select {}, null::text as record_title\n{}\nwhere d.id = $1", list::COLUMNS, list::SOURCE);
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(executor).await?)
}

/// Whether the caller's role sees personal fields, shown by the e-mail address of people.
pub(super) fn sees_personal(caller: &Principal, catalog: &Catalog) -> bool {
    catalog.object("contact").is_none_or(|contacts| !policy(caller, contacts).masked.contains("email"))
}

fn may_change(caller: &Principal, object: &ObjectDef, record: &Record) -> Result<()> {
    let policy = policy(caller, object);
    if !policy.update {
        return Err(Error::not_allowed("attach files to", object));
    }
    if object.ownership != Ownership::Shared && !scope::includes(&policy.changeable, record) {
        return Err(Error::OwnerOnly { object: object.label.to_lowercase() });
    }
    Ok(())
}
