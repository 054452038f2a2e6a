//! What the index holds, derived from the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, FieldDef, FieldKind, ObjectDef};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};

use super::text::ANALYZER;

/// Changes when what is stored for a row changes in a way the schema does not show.
const FORM: u32 = 2;
/// The field that holds the words of all fields that administrators added: they come and go while the
/// program runs, and the fields of an index are fixed.
const ADDED: &str = "_added";

/// How a field of the catalogue is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// By its words, and as a whole.
    Words,
    /// By its words only.
    Prose,
    /// By the digits of a phone number.
    Number,
}

/// One searched field: the same name in several objects is one field of the index.
#[derive(Debug, Clone)]
pub(crate) struct Searched {
    pub(crate) name: String,
    pub(crate) manner: Manner,
    /// Whether it names the records of an object.
    pub(crate) title: bool,
    /// Its words, or the ends of its digits.
    pub(crate) words: Field,
    /// The value as a whole.
    pub(crate) whole: Option<Field>,
}

/// One object in the index.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(crate) object: ObjectDef,
    /// Its searchable fields, as positions in [`SearchSchema::fields`].
    pub(crate) fields: Vec<usize>,
    /// Names of the searchable fields that administrators added.
    pub(crate) added: Vec<String>,
}

/// The fields of the index and what they stand for.
#[derive(Debug, Clone)]
pub(crate) struct SearchSchema {
    pub(crate) schema: Schema,
    /// Objects with something to search; a document names its object by its place here.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) fields: Vec<Searched>,
    /// Position in `fields` of the one for all fields that administrators added.
    pub(crate) added: usize,
    /// The record's id, by which it is replaced.
    pub(crate) id: Field,
    pub(crate) id_high: Field,
    pub(crate) id_low: Field,
    /// Place of the object in `kinds`.
    pub(crate) kind: Field,
    pub(crate) owner: Field,
    pub(crate) audience: Field,
    pub(crate) team: Field,
    /// Ids of what the record is a part of.
    pub(crate) whole: Field,
    /// Microseconds since 1970.
    pub(crate) updated_at: Field,
}

impl SearchSchema {
    /// The index of a catalogue.
    pub(crate) fn of(catalog: &Catalog) -> Self {
        let searched = searched(catalog);
        let mut builder = Schema::builder();
        let id = builder.add_text_field("_id", STRING);
        let id_high = builder.add_u64_field("_id_high", FAST);
        let id_low = builder.add_u64_field("_id_low", FAST);
        let kind = builder.add_u64_field("_kind", INDEXED | FAST);
        let owner = builder.add_text_field("_owner", STRING | FAST);
        let audience = builder.add_text_field("_audience", STRING | FAST);
        let team = builder.add_text_field("_team", STRING | FAST);
        let whole = builder.add_text_field("_whole", STRING | FAST);
        let updated_at = builder.add_i64_field("_updated_at", FAST);
        let mut fields: Vec<Searched> =
            searched.iter().map(|(name, (manner, title))| field(&mut builder, name, *manner, *title)).collect();
        let fields_of_index: BTreeSet<String> = fields.iter().map(|field| field.name.clone()).collect();
        let added = fields.len();
        fields.push(field(&mut builder, ADDED, Manner::Prose, false));
        let kinds = searchable_objects(catalog).map(|object| {
            let places = fields.iter().enumerate();
            let own = places.filter(|(_, field)| object.field(&field.name).is_some_and(|field| field.searchable));
            let fields = own.map(|(place, _)| place).collect();
            let standard = |field: &FieldDef| !field.added() && fields_of_index.contains(&field.name);
            let added = object.fields.iter().filter(|field| field.searchable && !standard(field));
            Kind { object: object.clone(), fields, added: added.map(|field| field.name.clone()).collect() }
        });
        let kinds = kinds.collect();
        let schema = builder.build();
        Self { schema, kinds, fields, added, id, id_high, id_low, kind, owner, audience, team, whole, updated_at }
    }

    /// What administrators added and is in the index: `co_projects`, `leads.cf_budget`.
    pub(crate) fn added_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for Kind { object, added, .. } in &self.kinds {
            names.extend(object.added().then(|| object.table.clone()));
            names.extend(added.iter().map(|name| format!("{}.{name}", object.table)));
        }
        names
    }

    /// Equal for indexes that can stand for each other.
    pub(crate) fn fingerprint(&self) -> String {
        let objects = self.kinds.iter().filter(|kind| !kind.object.added()).map(|kind| {
            let fields = kind.fields.iter().filter_map(|place| self.fields.get(*place));
            let fields: Vec<String> = fields.map(|field| format!("{}:{:?}", field.name, field.manner)).collect();
            format!("{}({})", kind.object.table, fields.join(","))
        });
        format!("{FORM}:{}", objects.collect::<Vec<_>>().join(" "))
    }
}

/// What has something to search, or may have once somebody adds it.
fn searchable_objects(catalog: &Catalog) -> impl Iterator<Item = &ObjectDef> {
    let searchable = |object: &&ObjectDef| object.extensible() || object.fields.iter().any(|field| field.searchable);
    catalog.objects.iter().filter(searchable)
}

/// The searchable fields by name: how each is searched, and whether it is a title.
fn searched(catalog: &Catalog) -> BTreeMap<String, (Manner, bool)> {
    let mut searched: BTreeMap<String, (Manner, bool)> = BTreeMap::new();
    let titles: BTreeSet<&str> =
        catalog.objects.iter().filter(|object| !object.added()).map(|object| object.title.as_str()).collect();
    let standard = catalog.objects.iter().filter(|object| !object.added());
    let fields = standard.flat_map(|object| &object.fields);
    for field in fields.filter(|field| field.searchable && !field.added()) {
        let manner = match field.kind {
            FieldKind::Phone => Manner::Number,
            FieldKind::LongText | FieldKind::Json => Manner::Prose,
            FieldKind::Text { .. }
            | FieldKind::Email
            | FieldKind::Url
            | FieldKind::Integer { .. }
            | FieldKind::Decimal { .. }
            | FieldKind::Money
            | FieldKind::Bool
            | FieldKind::Date
            | FieldKind::DateTime
            | FieldKind::Choice { .. }
            | FieldKind::Link { .. } => Manner::Words,
        };
        let title = manner == Manner::Words && titles.contains(field.name.as_str());
        // The plainer manner serves all objects that have a field of this name.
        let known = searched.entry(field.name.clone()).or_insert((manner, title));
        if manner == Manner::Prose {
            *known = (Manner::Prose, false);
        }
    }
    searched
}

fn field(builder: &mut SchemaBuilder, name: &str, manner: Manner, title: bool) -> Searched {
    let positions = IndexRecordOption::WithFreqsAndPositions;
    let words = TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(positions);
    let words = match manner {
        Manner::Words | Manner::Prose => TextOptions::default().set_indexing_options(words),
        Manner::Number => STRING,
    };
    let words = builder.add_text_field(name, words);
    let whole = (manner == Manner::Words).then(|| builder.add_text_field(&format!("{name}_whole"), STRING));
    Searched { name: name.to_owned(), manner, title, words, whole }
}
