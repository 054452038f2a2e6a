//! Rows of the lake as documents of the index.

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use std::sync::Arc;
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use super::{
    schema::{Manner, SearchSchema, Searched},
    text::{number_ends, whole},
};
use crate::{Error, error::Result};

/// Characters of one value that are indexed; the beginning of a long mail says what it is about.
const MAX_CHARS: usize = 20_000;
const SYSTEM: [&str; 3] = ["id", "updated_at", "deleted_at"];
const SCOPE: [&str; 3] = ["owner_id", "audience", "team_id"];

/// The columns of a table that documents are made of, and `also` if the table has them.
pub(crate) fn columns(schema: &SearchSchema, kind: usize, table: &SchemaRef, also: &[&str]) -> SchemaRef {
    let searched = schema.kinds.get(kind).map(|kind| kind.fields.as_slice()).unwrap_or_default();
    let searched = searched.iter().filter_map(|place| schema.fields.get(*place)).map(|field| field.name.as_str());
    let added = schema.kinds.get(kind).map(|kind| kind.added.as_slice()).unwrap_or_default();
    let searched = searched.chain(added.iter().map(String::as_str));
    let whole = schema.kinds.get(kind).map(|kind| kind.object.part_of.as_slice()).unwrap_or_default();
    let whole = whole.iter().map(String::as_str);
    let wanted = SYSTEM.into_iter().chain(SCOPE).chain(whole).chain(searched).chain(also.iter().copied());
    let fields: Vec<Field> = wanted
        .filter_map(|name| table.field_with_name(name).ok())
        .map(|field| field.clone().with_nullable(true))
        .collect();
    Arc::new(Schema::new(fields))
}

/// The rows of one batch.
pub(crate) struct Rows<'a> {
    schema: &'a SearchSchema,
    kind: usize,
    id: &'a StringArray,
    updated_at: Option<&'a TimestampMicrosecondArray>,
    deleted_at: Option<&'a ArrayRef>,
    scope: [Option<&'a StringArray>; 3],
    /// Links to what the record is a part of.
    whole: Vec<&'a StringArray>,
    searched: Vec<(&'a Searched, &'a StringArray)>,
}

impl<'a> Rows<'a> {
    pub(crate) fn of(schema: &'a SearchSchema, kind: usize, batch: &'a RecordBatch) -> Result<Self> {
        let text = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        let own = schema.kinds.get(kind).map(|kind| kind.fields.as_slice()).unwrap_or_default();
        let searched = own.iter().filter_map(|place| schema.fields.get(*place));
        let added = schema.kinds.get(kind).map(|kind| kind.added.as_slice()).unwrap_or_default();
        let place = schema.fields.get(schema.added);
        let added = added.iter().filter_map(|name| Some((place?, text(name)?)));
        let whole = schema.kinds.get(kind).map(|kind| kind.object.part_of.as_slice()).unwrap_or_default();
        Ok(Self {
            schema,
            kind,
            id: text("id").ok_or(Error::SearchSource { reason: "a table without ids" })?,
            updated_at: batch.column_by_name("updated_at").and_then(moments),
            deleted_at: batch.column_by_name("deleted_at"),
            scope: SCOPE.map(text),
            whole: whole.iter().filter_map(|link| text(link)).collect(),
            searched: searched.filter_map(|field| Some((field, text(&field.name)?))).chain(added).collect(),
        })
    }

    /// The key by which a row's document is replaced.
    pub(crate) fn key(&self, row: usize) -> Option<Term> {
        self.id.is_valid(row).then(|| Term::from_field_text(self.schema.id, self.id.value(row)))
    }

    /// The document of a row; none when the record is in the bin, or has nothing to be found by.
    pub(crate) fn document(&self, row: usize) -> Result<Option<TantivyDocument>> {
        if self.deleted_at.is_some_and(|column| column.is_valid(row)) {
            return Ok(None);
        }
        let schema = self.schema;
        let text = self.id.value(row);
        let id: Uuid = text.parse().map_err(|_source| Error::SearchSource { reason: "an id that is none" })?;
        let (high, low) = id.as_u64_pair();
        let mut document = TantivyDocument::default();
        document.add_text(schema.id, text);
        document.add_u64(schema.id_high, high);
        document.add_u64(schema.id_low, low);
        document.add_u64(schema.kind, u64::try_from(self.kind).unwrap_or(u64::MAX));
        let updated_at = self.updated_at.filter(|column| column.is_valid(row)).map_or(0, |column| column.value(row));
        document.add_i64(schema.updated_at, updated_at);
        for (field, column) in [schema.owner, schema.audience, schema.team].into_iter().zip(self.scope) {
            if let Some(value) = value(column, row) {
                document.add_text(field, value);
            }
        }
        for id in self.whole.iter().filter_map(|column| value(Some(column), row)) {
            document.add_text(schema.whole, id);
        }
        let mut found_by_something = false;
        for (field, column) in &self.searched {
            if let Some(text) = value(Some(column), row) {
                add(&mut document, field, text);
                found_by_something = true;
            }
        }
        Ok(found_by_something.then_some(document))
    }
}

fn add(document: &mut TantivyDocument, field: &Searched, text: &str) {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
    let text = text.get(..end).unwrap_or(text);
    match field.manner {
        Manner::Words | Manner::Prose => document.add_text(field.words, text),
        Manner::Number => number_ends(text).iter().for_each(|end| document.add_text(field.words, end)),
    }
    if let Some((field, whole)) = field.whole.zip(whole(text)) {
        document.add_text(field, whole);
    }
}

fn value(column: Option<&StringArray>, row: usize) -> Option<&str> {
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

fn moments(column: &ArrayRef) -> Option<&TimestampMicrosecondArray> {
    matches!(column.data_type(), DataType::Timestamp(..)).then(|| column.as_any().downcast_ref()).flatten()
}
