//! Everything that Postgres holds about a person, as JSON.

use catalog::Catalog;
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use uuid::Uuid;

use super::{
    subject::Subject,
    targets::{Targets, links_to},
};
use crate::{Result, records::statement};

/// What is known of a person by the ids of their records, besides records: a name, and a statement that
/// answers rows of JSON for ids `$1` and addresses `$2`.
const ELSEWHERE: [(&str, &str); 8] = [
    (
        "audit_log",
        "select to_jsonb(r) - 'tx' from audit_log r where r.record_id = any($1) and cardinality($2) >= 0 order by r.id",
    ),
    (
        "notifications",
        "select to_jsonb(r) from notifications r where (r.record_id = any($1) or r.recipient_id = any($1)) and cardinality($2) >= 0 order by r.at",
    ),
    (
        "mails",
        "select to_jsonb(r) from mails r where lower(r.to_address) = any($2) and cardinality($1) >= 0 order by r.created_at",
    ),
    (
        "bookmarks",
        "select to_jsonb(r) from bookmarks r where (r.record_id = any($1) or r.user_id = any($1)) and cardinality($2) >= 0 order by r.at",
    ),
    (
        "webhook_deliveries",
        "select to_jsonb(r) from webhook_deliveries r where r.record_id = any($1) and cardinality($2) >= 0 order by r.created_at",
    ),
    (
        "sessions",
        "select to_jsonb(r) from sessions r where r.user_id = any($1) and cardinality($2) >= 0 order by r.created_at",
    ),
    (
        "security_events",
        "select to_jsonb(r) from security_log r where r.user_id = any($1) and cardinality($2) >= 0 order by r.id",
    ),
    (
        "accounts_elsewhere",
        "select to_jsonb(r) from external_identities r where r.user_id = any($1) and cardinality($2) >= 0 order by r.linked_at",
    ),
];

/// One stored version of a document of the person.
#[derive(Debug, Clone, FromRow)]
pub(super) struct StoredVersion {
    pub(super) document_id: Uuid,
    pub(super) name: String,
    pub(super) number: i64,
    pub(super) file_id: Option<Uuid>,
    pub(super) file_name: String,
    media_type: String,
    size_bytes: i64,
    uploaded_at: chrono::DateTime<chrono::Utc>,
    sha256: Option<String>,
}

impl StoredVersion {
    /// Where it lies in the file that the person gets: nothing of a name becomes a path.
    pub(super) fn path(&self) -> String {
        let ending = self.file_name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let plain = !ending.is_empty() && ending.len() <= 8 && ending.chars().all(|c| c.is_ascii_alphanumeric());
        let ending = if plain { format!(".{ending}") } else { String::new() };
        format!("documents/{}-{}{ending}", self.document_id, self.number)
    }

    fn told(&self) -> Value {
        json!({
            "document_id": self.document_id,
            "name": self.name,
            "version": self.number,
            "file_name": self.file_name,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "uploaded_at": crate::records::moment_text(self.uploaded_at),
            "sha256": self.sha256,
            "file": self.file_id.map(|_| self.path()),
        })
    }
}

/// Everything, and the documents with it.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) data: Value,
    pub(super) versions: Vec<StoredVersion>,
    /// How many rows, by place.
    pub(super) counts: Map<String, Value>,
}

/// Gathers it.
pub(super) async fn gather(tx: &mut PgConnection, catalog: &Catalog, subject: &Subject) -> Result<Gathered> {
    let (mut records, mut linked, mut elsewhere, mut counts) = (Map::new(), Map::new(), Map::new(), Map::new());
    for (object, ids) in subject.each(catalog) {
        let rows = rows(tx, object, ("id", &ids)).await?;
        counts.insert(object.table.clone(), json!(rows.len()));
        records.insert(object.table.clone(), Value::Array(rows));
    }
    for (other, field, ids) in links_to(catalog, subject) {
        let rows = rows(tx, other, (&field.name, &ids)).await?;
        if rows.is_empty() {
            continue;
        }
        let known = linked.entry(other.table.clone()).or_insert_with(|| json!([]));
        let Some(known) = known.as_array_mut() else { continue };
        // A record may link to the person twice.
        let fresh: Vec<Value> = rows.into_iter().filter(|row| !known.contains(row)).collect();
        known.extend(fresh);
        counts.insert(other.table.clone(), json!(known.len()));
    }
    let targets = Targets::find(tx, catalog, subject).await?;
    let versions: Vec<StoredVersion> = sqlx::query_as(include_str!("../../sql/versions_of_documents.sql"))
        .bind(targets.documents.iter().copied().collect::<Vec<_>>())
        .fetch_all(&mut *tx)
        .await?;
    counts.insert("documents".to_owned(), json!(targets.documents.len()));
    let addresses = subject.emails.iter().cloned().collect::<Vec<_>>();
    let told: Vec<Uuid> = subject.ids().into_iter().chain(targets.told_ids()).collect();
    for (place, sql) in ELSEWHERE {
        let rows: Vec<Value> = sqlx::query_scalar(sql).bind(&told).bind(&addresses).fetch_all(&mut *tx).await?;
        counts.insert(place.to_owned(), json!(rows.len()));
        elsewhere.insert(place.to_owned(), Value::Array(rows));
    }
    let documents: Vec<Value> = versions.iter().map(StoredVersion::told).collect();
    let data = json!({
        "records": records,
        "linked_records": linked,
        "documents": documents,
        "elsewhere": elsewhere,
        "sought_by": { "emails": subject.emails, "phones": subject.phones, "names": subject.names },
    });
    Ok(Gathered { data, versions, counts })
}

async fn rows(
    tx: &mut PgConnection,
    object: &catalog::ObjectDef,
    (column, ids): (&str, &[Uuid]),
) -> Result<Vec<Value>> {
    let sql = format!(
        "select {json}\nfrom {table} {row}\nwhere {column} = any($1)\norder by {row}.id",
        json = statement::record_json(object),
        table = statement::quoted(&object.table),
        row = statement::ROW,
        column = statement::column(column),
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).bind(ids).fetch_all(tx).await?)
}
