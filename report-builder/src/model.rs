//! The semantic model: what can be reported on, derived from the catalogue at run time.
//!
//! An entity is an object of the catalogue with its primary key `id`. Its dimensions are its own
//! fields and the fields reached over links that lead to one record (`deal.owner.team.region`).
//! Its measures are `count`, aggregates of its fields (`deal.amount_sum`) and the named measures of
//! [`measures`]. A measure is always aggregated at its own entity, so no link can multiply it.

mod describe;
mod measures;
mod path;

pub use describe::{ModelDescription, ModelField, ModelLink, ModelMeasure, ModelObject};
pub(crate) use measures::only as measures_only;
pub use measures::{MeasureBody, NAMED_MEASURES, NamedMeasure};
pub use path::{Dimension, Link, PathError, Resolved};

use std::sync::Arc;

use catalog::{Catalog, FieldKind, ObjectDef, SYSTEM_COLUMNS};
use query_service::rel::ValueType;

/// Most links in a path.
pub const MAX_LINKS: usize = 6;

/// What can be reported on.
#[derive(Debug, Clone)]
pub struct Model {
    catalog: Arc<Catalog>,
}

/// A column of an entity: a field of the catalogue or a system column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDef {
    /// Name of the column.
    pub name: String,
    /// Name on screen.
    pub label: String,
    /// Type in a plan.
    pub ty: ValueType,
    /// Whether it is an amount of money.
    pub money: bool,
    /// The words of a choice, in display order; empty for everything else.
    pub options: Vec<String>,
    /// Whether records can be grouped and compared by it (not so JSON).
    pub groupable: bool,
}

impl Model {
    /// The model of a catalogue.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog }
    }

    /// The catalogue it was derived from.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The object of this singular or plural name.
    pub fn object(&self, name: &str) -> Option<&ObjectDef> {
        self.catalog.find(name)
    }

    /// The column of an object.
    pub fn column(object: &ObjectDef, name: &str) -> Option<ColumnDef> {
        if let Some(field) = object.field(name) {
            let options = match &field.kind {
                FieldKind::Choice { options } => options.clone(),
                FieldKind::Text { .. }
                | FieldKind::LongText
                | FieldKind::Email
                | FieldKind::Phone
                | FieldKind::Url
                | FieldKind::Integer { .. }
                | FieldKind::Decimal { .. }
                | FieldKind::Money
                | FieldKind::Bool
                | FieldKind::Date
                | FieldKind::DateTime
                | FieldKind::Link { .. }
                | FieldKind::Json => Vec::new(),
            };
            return Some(ColumnDef {
                name: field.name.clone(),
                label: field.label.clone(),
                ty: ValueType::from_postgres(&field.kind.pg_type())?,
                money: field.kind == FieldKind::Money,
                options,
                groupable: field.kind != FieldKind::Json,
            });
        }
        let (name, pg_type) = SYSTEM_COLUMNS.iter().find(|(column, _)| *column == name && *column != "deleted_at")?;
        let label = match *name {
            "id" => "Id",
            "created_at" => "Created at",
            "updated_at" => "Updated at",
            "version" => "Version",
            other => other,
        };
        Some(ColumnDef {
            name: (*name).to_owned(),
            label: label.to_owned(),
            ty: ValueType::from_postgres(pg_type)?,
            money: false,
            options: Vec::new(),
            groupable: true,
        })
    }
}
