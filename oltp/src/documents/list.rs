//! Lists of documents: of one record, and of all records the caller sees.

use catalog::{Catalog, ObjectDef, Policy, Principal, policy};
use serde::Serialize;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Document, Documents, access::sees_personal};
use crate::{
    Error, Result,
    records::{invalid, scope, statement},
};

/// Documents on a page when nothing is said.
const DEFAULT_LIMIT: u32 = 50;
/// Documents on one page.
const MAX_LIMIT: u32 = 200;
/// Characters of a search.
const MAX_SEARCH_LEN: usize = 200;

/// What is known of a document `d` and its newest version `v` with its file `f`.
pub(super) const COLUMNS: &str = "d.id, d.object, d.record_id, d.name, d.folder, d.personal, d.created_at, d.updated_at, \
     d.deleted_at, d.version, d.created_by, d.created_by_name, v.number, \
     (select count(*) from document_versions k where k.document_id = d.id and k.removed_at is null) as version_count, \
     v.media_type, v.size_bytes, encode(f.sha256, 'hex') as sha256, v.uploaded_at, v.uploaded_by_name";

/// Where [`COLUMNS`] come from.
pub(super) const SOURCE: &str = "from documents d\n\
     join lateral (\n  select n.*\n  from document_versions n\n  \
     where n.document_id = d.id and n.removed_at is null\n  order by n.number desc\n  limit 1\n) v on true\n\
     join stored_files f on f.id = v.file_id";

/// Parameters bound before the owners of each object.
const FIXED_PARAMETERS: usize = 8;

/// Which documents are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentQuery {
    /// Singular name of the object of their records.
    pub object: Option<String>,
    /// Their record.
    pub record_id: Option<Uuid>,
    /// Their folder; documents in folders below are not meant.
    pub folder: Option<String>,
    /// Part of their name.
    pub q: Option<String>,
    /// Only those in the bin instead of only those that are not.
    pub deleted: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Documents per page, 1 to 200.
    pub limit: Option<u32>,
}

/// One page of documents, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentPage {
    /// The documents.
    pub items: Vec<Document>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
    /// Not counted.
    pub total: Option<i64>,
}

impl Documents {
    /// A document that is not in the bin.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when there is none that the caller may see.
    pub async fn read(&self, caller: &Principal, id: Uuid) -> Result<Document> {
        let seen = self.seen(caller, id).await?;
        if seen.document.deleted_at.is_some() { Err(super::not_found()) } else { Ok(seen.document) }
    }

    /// The documents of a record, newest first.
    ///
    /// # Errors
    /// As reading the record; [`Error::Invalid`] names a wrong parameter.
    pub async fn of_record(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        record_id: Uuid,
        query: DocumentQuery,
    ) -> Result<DocumentPage> {
        self.inner.oltp.read(caller, object, record_id).await?;
        let query = DocumentQuery { object: Some(object.name.clone()), record_id: Some(record_id), ..query };
        self.list(caller, &query).await
    }

    /// The documents of every record the caller sees, newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] names a wrong parameter.
    pub async fn list(&self, caller: &Principal, query: &DocumentQuery) -> Result<DocumentPage> {
        let (limit, before) = checked(query)?;
        let catalog = self.inner.oltp.catalog();
        let asked: Vec<(&ObjectDef, Policy)> = readable(caller, catalog, query);
        if asked.is_empty() {
            return Ok(DocumentPage { items: Vec::new(), next: None, total: None });
        }
        let sql = statement_of(&asked);
        let mut statement = sqlx::query_as::<_, Document>(AssertSqlSafe(sql))
            .bind(query.record_id)
            .bind(&query.folder)
            .bind(query.q.as_deref().map(containing))
            .bind(query.deleted)
            .bind(before)
            .bind(sees_personal(caller, catalog))
            .bind(query.object.as_deref())
            .bind(i64::from(limit) + 1);
        for owners in asked.iter().filter_map(|(_, policy)| scope::ids(&policy.rows)) {
            statement = statement.bind(owners);
        }
        let mut items = statement.fetch_all(self.inner.oltp.pool()).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| last.id.to_string());
        Ok(DocumentPage { items, next, total: None })
    }
}

fn checked(query: &DocumentQuery) -> Result<(u32, Option<Uuid>), Error> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let message = format!("limit must be a whole number between 1 and {MAX_LIMIT}");
        return Err(invalid("limit", "invalid_limit", message));
    }
    let cursor = query.cursor.as_deref().map(Uuid::parse_str).transpose();
    let before =
        cursor.map_err(|_not_an_id| invalid("cursor", "invalid_cursor", "this cursor was not made by a list"))?;
    let texts = [&query.q, &query.folder, &query.object].into_iter().flatten();
    if texts.into_iter().any(|text| text.contains('\0') || text.chars().count() > MAX_SEARCH_LEN) {
        let message = format!("search for at most {MAX_SEARCH_LEN} characters of plain text");
        return Err(invalid("q", "invalid_search", message));
    }
    Ok((limit, before))
}

fn readable<'a>(caller: &Principal, catalog: &'a Catalog, query: &DocumentQuery) -> Vec<(&'a ObjectDef, Policy)> {
    let wanted = catalog.objects.iter().filter(|object| query.object.as_ref().is_none_or(|name| *name == object.name));
    wanted.map(|object| (object, policy(caller, object))).filter(|(_, policy)| policy.read).collect()
}

/// The page of documents whose record is visible: one condition per object, each with the row
/// predicate that reading its records uses.
fn statement_of(asked: &[(&ObjectDef, Policy)]) -> String {
    let mut parameter = FIXED_PARAMETERS;
    let mut visible = Vec::new();
    let mut titles = Vec::new();
    for (object, policy) in asked {
        if scope::ids(&policy.rows).is_some() {
            parameter += 1;
        }
        let (name, table) = (literal(&object.name), statement::quoted(&object.table));
        let row = statement::ROW;
        visible.push(format!(
            "d.object = {name} and exists (select 1 from {table} {row} where {row}.id = d.record_id \
             and {row}.deleted_at is null and {scope})",
            scope = scope::condition(&policy.rows, parameter),
        ));
        if !policy.masked.contains(&object.title) {
            let title = statement::column(&object.title);
            titles.push(format!(
                "when {name} then (select {title}::text from {table} {row} where {row}.id = d.record_id)"
            ));
        }
    }
    let title =
        if titles.is_empty() { "null::text".to_owned() } else { format!("case d.object {} end", titles.join(" ")) };
    format!(
        "select {COLUMNS}, {title} as record_title\n{SOURCE}\n\
         where (d.deleted_at is not null) = $4\n  and ($1::uuid is null or d.record_id = $1)\n  \
         and ($2::text is null or d.folder = $2)\n  and ($3::text is null or d.name ilike $3)\n  \
         and ($5::uuid is null or d.id < $5)\n  and (not d.personal or $6)\n  \
         and ($7::text is null or d.object = $7)\n  and ({visible})\n\
         order by d.id desc\nlimit $8",
        visible = visible.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join("\n    or "),
    )
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The pattern that finds the text anywhere.
fn containing(text: &str) -> String {
    format!("%{}%", text.trim().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}
