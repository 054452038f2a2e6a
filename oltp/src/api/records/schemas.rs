//! The JSON schemas of every object, printed from the catalogue.

use catalog::{FieldDef, FieldKind, ObjectDef, SYSTEM_COLUMNS};
use serde_json::{Value, json};
use utoipa::openapi::{
    ArrayBuilder, KnownFormat, ObjectBuilder, Ref, RefOr, Schema, SchemaFormat,
    schema::{SchemaType, Type},
};

/// The name of an object's schema: `OrderItem`.
pub(super) fn name(object: &ObjectDef) -> String {
    object.name.split('_').map(capitalised).collect()
}

/// `deal` as `Deal`.
pub(in crate::api) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// A record as it is answered: every field, the system columns included.
pub(super) fn record(object: &ObjectDef) -> Schema {
    let mut schema = ObjectBuilder::new().description(Some(format!("A {}.", object.label.to_lowercase())));
    for (column, pg_type) in SYSTEM_COLUMNS {
        let nullable = column == "deleted_at";
        schema = schema.property(column, system(pg_type, nullable));
        schema = schema.required(column);
    }
    for field in &object.fields {
        schema = schema.property(&field.name, value(field, Nullable::Always)).required(&field.name);
    }
    schema.into()
}

/// What a request to create a record may hold.
pub(super) fn new_record(object: &ObjectDef) -> Schema {
    let mut schema = input(object);
    for field in object.fields.iter().filter(|field| field.required && field.default.is_none() && !field.computed) {
        schema = schema.required(&field.name);
    }
    schema.into()
}

/// What a request to change a record may hold.
pub(super) fn changes(object: &ObjectDef) -> Schema {
    input(object).into()
}

/// One page of records.
pub(super) fn page(items: &str) -> Schema {
    let next = string(None).description(Some("Send it as `cursor` for the next page; null on the last one."));
    let total = integer().description(Some("How many records match, when `total=true` was asked for."));
    let approximate = "True when the total may lack what you have written last; absent otherwise.";
    let approximate = ObjectBuilder::new().schema_type(Type::Boolean).description(Some(approximate));
    ObjectBuilder::new()
        .property("items", ArrayBuilder::new().items(RefOr::<Schema>::Ref(Ref::from_schema_name(items))))
        .property("next", next.schema_type(nullable(Type::String)))
        .property("total", total.schema_type(nullable(Type::Integer)))
        .property("total_approximate", approximate)
        .required("items")
        .required("next")
        .required("total")
        .into()
}

fn input(object: &ObjectDef) -> ObjectBuilder {
    let written = object.fields.iter().filter(|field| !field.computed);
    let schema = written.fold(ObjectBuilder::new(), |schema, field| {
        schema.property(&field.name, value(field, Nullable::UnlessRequired))
    });
    schema.description(Some(format!(
        "Fields of a {}. Names may be written in camelCase; linked records may be named (`stage`) instead of \
         given by id (`stage_id`). Other names are refused.",
        object.label.to_lowercase()
    )))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nullable {
    /// Answers: a field may be empty, or hidden from the caller.
    Always,
    /// Requests: null clears a field that need not have a value.
    UnlessRequired,
}

fn value(field: &FieldDef, may_be_null: Nullable) -> Schema {
    let description = format!("{}. {}", field.label, field.help).trim_end().to_owned();
    let empty = match may_be_null {
        Nullable::Always => !field.required || field.personal,
        Nullable::UnlessRequired => !field.required,
    };
    let (schema, kind) = match &field.kind {
        FieldKind::Text { max_len } => (string(None).max_length(usize::try_from(*max_len).ok()), Type::String),
        FieldKind::LongText | FieldKind::Phone => (string(None), Type::String),
        FieldKind::Email => (string(Some(KnownFormat::Email)), Type::String),
        FieldKind::Url => (string(None).format(Some(SchemaFormat::Custom("uri".to_owned()))), Type::String),
        FieldKind::Integer { min, max } => (bounded(*min, *max), Type::Integer),
        FieldKind::Decimal { .. } | FieldKind::Money => {
            (string(None).pattern(Some(r"^-?\d+(\.\d+)?$")).examples([json!("1234.50")]), Type::String)
        }
        FieldKind::Bool => (ObjectBuilder::new(), Type::Boolean),
        FieldKind::Date => (string(Some(KnownFormat::Date)), Type::String),
        FieldKind::DateTime => (string(Some(KnownFormat::DateTime)), Type::String),
        FieldKind::Link { .. } => (string(Some(KnownFormat::Uuid)), Type::String),
        FieldKind::Choice { options } => (string(None).enum_values(Some(words(options, empty))), Type::String),
        FieldKind::Json => {
            return ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(description)).into();
        }
    };
    let schema = if empty { schema.schema_type(nullable(kind)) } else { schema.schema_type(kind) };
    schema.description(Some(description)).default(field.default.clone()).read_only(field.computed).into()
}

fn words(options: &[String], empty: bool) -> Vec<Value> {
    options.iter().map(|option| json!(option)).chain(empty.then_some(Value::Null)).collect()
}

fn string(format: Option<KnownFormat>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(format.map(SchemaFormat::KnownFormat))
}

fn integer() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

/// Whole numbers between two bounds; JSON Schema has no exact bounds beyond 32 bits in every tool.
fn bounded(min: i64, max: i64) -> ObjectBuilder {
    let bound = |value: i64| i32::try_from(value).ok().map(f64::from);
    integer().minimum(bound(min)).maximum(bound(max))
}

fn nullable(kind: Type) -> SchemaType {
    SchemaType::from_iter([kind, Type::Null])
}

fn system(pg_type: &str, may_be_null: bool) -> Schema {
    let (schema, kind) = match pg_type {
        "uuid" => (string(Some(KnownFormat::Uuid)), Type::String),
        "bigint" => (integer(), Type::Integer),
        _ => (string(Some(KnownFormat::DateTime)), Type::String),
    };
    let schema = if may_be_null { schema.schema_type(nullable(kind)) } else { schema };
    schema.read_only(true).into()
}
