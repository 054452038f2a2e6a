//! What a captured table looks like: in Postgres, in Arrow, and in a Delta log.

use std::{collections::BTreeSet, sync::Arc};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use catalog::ObjectDef;
use serde::{Deserialize, Serialize};

use crate::{Error, error::Result};

/// The columns that history has after the table's own, in this order.
pub const HISTORY_COLUMNS: [&str; 5] = ["_lsn", "_seq", "_xid", "_commit_ts", "_op"];

/// Most digits that a stored number can have.
const MAX_PRECISION: u8 = 38;

/// One column as Postgres describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSpec {
    /// Name.
    pub name: String,
    /// Type as `format_type` prints it: `numeric(18,2)`.
    pub pg_type: String,
    /// Whether it may be null. The lake itself treats every column but `id` as nullable.
    pub nullable: bool,
}

/// One captured table. The first column is always `id uuid`, the primary key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSpec {
    /// Name of the table: `deals`.
    pub name: String,
    /// Its columns in the order in which rows bring their cells.
    pub columns: Vec<ColumnSpec>,
}

impl TableSpec {
    /// The table of an object of the catalogue: its system columns, then its fields.
    pub fn from_object(object: &ObjectDef) -> Self {
        let columns = object.columns().map(|(name, pg_type)| ColumnSpec {
            name: name.to_owned(),
            pg_type,
            nullable: name != "id" && !object.field(name).is_some_and(|field| field.required),
        });
        Self { name: object.table.clone(), columns: columns.collect() }
    }

    /// The Arrow schema of current rows.
    ///
    /// # Errors
    /// [`Error::UnsupportedType`] and [`Error::UnsuitableTable`].
    pub fn schema(&self) -> Result<SchemaRef> {
        Ok(Arc::clone(&TableShape::new(self)?.schema))
    }

    /// The Arrow schema of history: the same columns and [`HISTORY_COLUMNS`].
    ///
    /// # Errors
    /// [`Error::UnsupportedType`] and [`Error::UnsuitableTable`].
    pub fn hist_schema(&self) -> Result<SchemaRef> {
        Ok(Arc::clone(&TableShape::new(self)?.hist_schema))
    }
}

/// How the lake stores a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Any text, also JSON.
    Text,
    /// An id in its text form of 36 characters.
    Uuid,
    /// Whole number of 64 bits.
    Int,
    /// Exact number.
    Decimal {
        /// Digits in total, 1 to 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Floating-point number of 64 bits.
    Float,
    /// Yes or no.
    Bool,
    /// Calendar day.
    Date,
    /// Moment in UTC, to the microsecond.
    Moment,
}

impl ColumnType {
    /// The type for a Postgres type, if the lake can store it.
    pub fn from_pg_type(pg_type: &str) -> Option<Self> {
        let base = pg_type.split('(').next().unwrap_or(pg_type).trim();
        match base {
            "text" | "character varying" | "varchar" | "citext" | "json" | "jsonb" => Some(Self::Text),
            "uuid" => Some(Self::Uuid),
            "bigint" | "integer" | "smallint" | "int8" | "int4" | "int2" => Some(Self::Int),
            "double precision" | "float8" | "real" | "float4" => Some(Self::Float),
            "boolean" | "bool" => Some(Self::Bool),
            "date" => Some(Self::Date),
            "timestamp with time zone" | "timestamptz" => Some(Self::Moment),
            "numeric" | "decimal" => decimal(pg_type),
            _ => None,
        }
    }

    /// The Arrow type.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text | Self::Uuid => DataType::Utf8,
            Self::Int => DataType::Int64,
            Self::Decimal { precision, scale } => DataType::Decimal128(precision, i8::try_from(scale).unwrap_or(0)),
            Self::Float => DataType::Float64,
            Self::Bool => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::Moment => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// The name of the type in a Delta schema.
    pub(crate) fn delta(self) -> String {
        match self {
            Self::Text | Self::Uuid => "string".to_owned(),
            Self::Int => "long".to_owned(),
            Self::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            Self::Float => "double".to_owned(),
            Self::Bool => "boolean".to_owned(),
            Self::Date => "date".to_owned(),
            Self::Moment => "timestamp".to_owned(),
        }
    }
}

/// `numeric(18,2)`; a numeric without precision has no place in a column of fixed width.
fn decimal(pg_type: &str) -> Option<ColumnType> {
    let inner = pg_type.split_once('(')?.1.strip_suffix(')')?;
    let (precision, scale) = inner.split_once(',').unwrap_or((inner, "0"));
    let precision = precision.trim().parse().ok().filter(|digits| (1..=MAX_PRECISION).contains(digits))?;
    let scale = scale.trim().parse().ok().filter(|digits| *digits <= precision)?;
    Some(ColumnType::Decimal { precision, scale })
}

/// A table's description, checked, in every form the writer needs.
#[derive(Debug)]
pub(crate) struct TableShape {
    pub(crate) name: String,
    pub(crate) columns: Vec<ColumnSpec>,
    pub(crate) types: Vec<ColumnType>,
    pub(crate) schema: SchemaRef,
    pub(crate) hist_schema: SchemaRef,
}

impl TableShape {
    pub(crate) fn new(spec: &TableSpec) -> Result<Self> {
        let unsuitable = |reason: &str| Error::UnsuitableTable { table: spec.name.clone(), reason: reason.to_owned() };
        let plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if !plain(&spec.name) {
            return Err(unsuitable("its name must be lower-case letters, digits and underscores"));
        }
        if spec.columns.first().is_none_or(|column| column.name != "id" || column.pg_type != "uuid") {
            return Err(unsuitable("its first column must be `id uuid`"));
        }
        let mut seen = BTreeSet::from(HISTORY_COLUMNS);
        if let Some(twice) = spec.columns.iter().find(|column| !seen.insert(&column.name)) {
            return Err(unsuitable(&format!("the column name `{}` is taken", twice.name)));
        }
        let types: Vec<_> = spec.columns.iter().map(|column| column_type(&spec.name, column)).collect::<Result<_>>()?;
        let fields = |id_nullable: bool| {
            let pairs = spec.columns.iter().zip(&types).enumerate();
            pairs.map(move |(at, (column, kind))| Field::new(&column.name, kind.arrow(), at > 0 || id_nullable))
        };
        Ok(Self {
            name: spec.name.clone(),
            columns: spec.columns.clone(),
            schema: Arc::new(Schema::new(fields(false).collect::<Vec<_>>())),
            hist_schema: Arc::new(Schema::new(fields(true).chain(history_fields()).collect::<Vec<_>>())),
            types,
        })
    }

    /// The description it was made from.
    pub(crate) fn spec(&self) -> TableSpec {
        TableSpec { name: self.name.clone(), columns: self.columns.clone() }
    }

    /// The schema of current rows in the JSON form of a Delta log.
    pub(crate) fn delta_schema(&self) -> String {
        delta_schema(self.delta_fields(false))
    }

    /// The schema of history in the JSON form of a Delta log.
    pub(crate) fn delta_hist_schema(&self) -> String {
        let meta =
            [("_lsn", "long"), ("_seq", "integer"), ("_xid", "long"), ("_commit_ts", "timestamp"), ("_op", "string")];
        let meta = meta.into_iter().map(|(name, kind)| (name.to_owned(), kind.to_owned(), false));
        delta_schema(self.delta_fields(true).chain(meta))
    }

    fn delta_fields(&self, id_nullable: bool) -> impl Iterator<Item = (String, String, bool)> {
        let pairs = self.columns.iter().zip(&self.types).enumerate();
        pairs.map(move |(at, (column, kind))| (column.name.clone(), kind.delta(), at > 0 || id_nullable))
    }
}

fn column_type(table: &str, column: &ColumnSpec) -> Result<ColumnType> {
    ColumnType::from_pg_type(&column.pg_type).ok_or_else(|| Error::UnsupportedType {
        table: table.to_owned(),
        column: column.name.clone(),
        pg_type: column.pg_type.clone(),
    })
}

fn history_fields() -> impl Iterator<Item = Field> {
    let types = [DataType::Int64, DataType::Int32, DataType::Int64, ColumnType::Moment.arrow(), DataType::Utf8];
    HISTORY_COLUMNS.into_iter().zip(types).map(|(name, kind)| Field::new(name, kind, false))
}

fn delta_schema(fields: impl Iterator<Item = (String, String, bool)>) -> String {
    let fields: Vec<_> = fields
        .map(|(name, kind, nullable)| {
            serde_json::json!({"name": name, "type": kind, "nullable": nullable, "metadata": {}})
        })
        .collect();
    serde_json::json!({"type": "struct", "fields": fields}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_the_catalogue_has_a_shape() {
        for object in &catalog::Catalog::standard().objects {
            let shape = TableShape::new(&TableSpec::from_object(object)).unwrap();

            assert_eq!(shape.hist_schema.fields().len(), shape.schema.fields().len() + HISTORY_COLUMNS.len());
        }
    }

    #[test]
    fn a_numeric_without_precision_is_refused_by_name() {
        let column =
            |name: &str, pg_type: &str| ColumnSpec { name: name.into(), pg_type: pg_type.into(), nullable: true };
        let spec = TableSpec { name: "t".into(), columns: vec![column("id", "uuid"), column("n", "numeric")] };

        let message = spec.schema().unwrap_err().to_string();

        assert_eq!(message, "column `t.n` has the type `numeric`, which the lake cannot store");
    }
}
