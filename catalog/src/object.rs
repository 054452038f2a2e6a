//! One record type, described as data.

use serde::Serialize;

use crate::{FieldDef, FieldKind, Writers};

/// Columns that every table has besides its fields, with their Postgres types.
///
/// `updated_at` is the effective time of a version: when what it says became true. `version`
/// counts the versions of a record from 1; `deleted_at` is set while the record is in the bin.
pub const SYSTEM_COLUMNS: [(&str, &str); 5] = [
    ("id", "uuid"),
    ("created_at", "timestamp with time zone"),
    ("updated_at", "timestamp with time zone"),
    ("deleted_at", "timestamp with time zone"),
    ("version", "bigint"),
];

/// How the rows of an object belong to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// Everybody sees every row: products, stages, people.
    Shared,
    /// Each row has an `owner_id`; own, team and all visibility apply.
    Owned,
    /// Each row belongs to the one who made it, whatever their role, until they share it with a
    /// team or with everyone: saved reports, dashboards, views, schedules. Others read it only.
    Personal,
}

/// One record type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectDef {
    /// Singular name: `deal`.
    pub name: String,
    /// Plural name, used for the table, the warehouse table and the URL: `deals`.
    pub table: String,
    /// Singular name on screen.
    pub label: String,
    /// Plural name on screen.
    pub plural_label: String,
    /// The field that names a record to a person; also how imports find it.
    pub title: String,
    /// How rows belong to people.
    pub ownership: Ownership,
    /// Who may write.
    pub writers: Writers,
    /// Links to what a row is a part of, if it is: it belongs to the owner of that, and whoever works on
    /// that sees it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub part_of: Vec<String>,
    /// The fields, in display order, without the system columns.
    pub fields: Vec<FieldDef>,
}

impl ObjectDef {
    /// The field of this name, if there is one.
    pub fn field(&self, name: &str) -> Option<&FieldDef> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Every column with its Postgres type: the system columns, then the fields.
    pub fn columns(&self) -> impl Iterator<Item = (&str, String)> {
        let system = SYSTEM_COLUMNS.iter().map(|(name, pg_type)| (*name, (*pg_type).to_owned()));
        let fields = self.fields.iter().map(|field| (field.name.as_str(), field.kind.pg_type()));
        system.chain(fields)
    }

    /// Fields that point at other records, with the name of the other object.
    pub fn links(&self) -> impl Iterator<Item = (&FieldDef, &str)> {
        self.fields.iter().filter_map(|field| {
            if let FieldKind::Link { object } = &field.kind { Some((field, object.as_str())) } else { None }
        })
    }
}
