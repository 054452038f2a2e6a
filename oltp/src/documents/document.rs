//! A document and its versions as they are answered.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::records::moment_text;

/// A file attached to a record, in its newest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
#[schema(example = json!({
    "id": "0190a0b0-0000-7000-8000-000000000001", "object": "deal", "record_id": "0190a0b0-0000-7000-8000-000000000002",
    "record_title": "Northwind renewal", "name": "Proposal.pdf", "folder": "Offers", "personal": false,
    "created_at": "2026-03-31T12:00:00.000000Z", "updated_at": "2026-03-31T12:00:00.000000Z", "deleted_at": null,
    "version": 1, "created_by": null, "created_by_name": "anna", "number": 1, "version_count": 1,
    "media_type": "application/pdf", "size_bytes": 48213, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "uploaded_at": "2026-03-31T12:00:00.000000Z", "uploaded_by_name": "anna"
}))]
pub struct Document {
    /// The document's id.
    pub id: Uuid,
    /// Singular name of the object of its record.
    pub object: String,
    /// The record it belongs to.
    pub record_id: Uuid,
    /// What the record is called, if the caller may see that.
    pub record_title: Option<String>,
    /// Its name, with the extension.
    pub name: String,
    /// Its folder, such as `Contracts/2026`; empty at the top.
    pub folder: String,
    /// Holds personal data, so that only who may see personal fields may see it.
    pub personal: bool,
    /// When its first version came.
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String)]
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String)]
    pub updated_at: DateTime<Utc>,
    /// When it went to the bin.
    #[serde(serialize_with = "maybe_moment")]
    #[schema(value_type = Option<String>)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it changed; send it as `If-Match` to change what was read.
    pub version: i64,
    /// Who made it; null for the system.
    pub created_by: Option<Uuid>,
    /// Their login name then.
    pub created_by_name: String,
    /// The number of its newest version.
    pub number: i64,
    /// How many versions are kept.
    pub version_count: i64,
    /// What the newest version really is; `application/octet-stream` when name and content disagree.
    pub media_type: String,
    /// Bytes of the newest version.
    pub size_bytes: i64,
    /// SHA-256 of the newest version, hexadecimal.
    pub sha256: String,
    /// When the newest version came.
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String)]
    pub uploaded_at: DateTime<Utc>,
    /// Login name of who brought it.
    pub uploaded_by_name: String,
}

/// One upload of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
#[schema(example = json!({
    "number": 2, "file_name": "Proposal final.pdf", "media_type": "application/pdf", "size_bytes": 51200,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "uploaded_at": "2026-03-31T12:00:00.000000Z", "uploaded_by": null, "uploaded_by_name": "anna", "removed_at": null
}))]
pub struct DocumentVersion {
    /// Counts the versions of the document from 1.
    pub number: i64,
    /// The name the file had when it was brought.
    pub file_name: String,
    /// What it really is.
    pub media_type: String,
    /// Bytes.
    pub size_bytes: i64,
    /// SHA-256, hexadecimal; null once it was removed.
    pub sha256: Option<String>,
    /// When it came.
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String)]
    pub uploaded_at: DateTime<Utc>,
    /// Who brought it; null for the system.
    pub uploaded_by: Option<Uuid>,
    /// Their login name then.
    pub uploaded_by_name: String,
    /// When it was removed.
    #[serde(serialize_with = "maybe_moment")]
    #[schema(value_type = Option<String>)]
    pub removed_at: Option<DateTime<Utc>>,
}

/// Moments look the same wherever they are answered.
pub(super) fn moment<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}

#[expect(clippy::ref_option, reason = "serde hands over the field as it is")]
fn maybe_moment<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(moment_text).serialize(serializer)
}
