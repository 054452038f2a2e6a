//! What administrators add to the standard objects while the program runs.

mod objects;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use objects::{AddedObject, MAX_ADDED_OBJECTS, OBJECT_PREFIX};

use crate::{Catalog, FieldDef, FieldKind, Invalid, InvalidField, ObjectDef, Ownership, Writers};

/// How the name of every field begins that administrators added; no standard field's name does.
pub const FIELD_PREFIX: &str = "cf_";

/// Fields added to one object: each is a column of every row that is read, written and captured.
pub const MAX_ADDED_FIELDS: usize = 100;
/// Postgres allows 63 bytes for the name of a constraint, which also holds the table's name.
const MAX_NAME_LEN: usize = 30;
/// A label stands above a column.
const MAX_LABEL_LEN: usize = 60;
const MAX_HELP_LEN: usize = 300;
/// A list that people choose from.
const MAX_OPTIONS: usize = 100;
const MAX_OPTION_LEN: usize = 100;
/// Longer texts are long texts.
const MAX_TEXT_LEN: u32 = 1_000;
/// Digits that every number of the program keeps exactly.
const MAX_DIGITS: u8 = 28;
const MAX_SCALE: u8 = 10;
/// JSON numbers are exact up to here, also in browsers.
const MAX_INTEGER: i64 = 9_007_199_254_740_991;

/// A field that administrators added to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedField {
    /// Singular name of the object.
    pub object: String,
    /// What it is.
    pub field: FieldDef,
}

/// Everything that administrators added, in the order in which they did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Additions {
    /// The objects.
    pub objects: Vec<AddedObject>,
    /// The fields.
    pub fields: Vec<AddedField>,
}

impl Additions {
    /// What was added to this catalogue.
    pub fn of(catalog: &Catalog) -> Self {
        let fields = catalog.objects.iter().flat_map(|object| {
            let added = object.fields.iter().filter(|field| field.added());
            added.map(|field| AddedField { object: object.name.clone(), field: field.clone() })
        });
        let objects = catalog.objects.iter().filter(|object| object.added()).map(AddedObject::of);
        Self { objects: objects.collect(), fields: fields.collect() }
    }
}

impl FieldDef {
    /// Whether administrators added it.
    pub fn added(&self) -> bool {
        self.name.starts_with(FIELD_PREFIX)
    }
}

impl ObjectDef {
    /// Whether administrators may add fields: to what people keep about their work, not to people and
    /// roles, what is somebody's own, or what the program writes.
    pub fn extensible(&self) -> bool {
        match self.writers {
            Writers::Managers | Writers::Reps | Writers::Everyone => true,
            Writers::Admins | Writers::Anyone | Writers::System => false,
        }
    }
}

impl Catalog {
    /// The standard objects with these additions instead of those before.
    ///
    /// # Errors
    /// [`Invalid`] names what cannot be added.
    pub fn with_additions(&self, additions: &Additions) -> Result<Self, Invalid> {
        let mut catalog = self.clone();
        catalog.objects.retain(|object| !object.added());
        for object in &mut catalog.objects {
            object.fields.retain(|field| !field.added());
        }
        for added in &additions.objects {
            catalog.check_object(added)?;
            catalog.objects.push(added.definition());
        }
        for added in &additions.fields {
            catalog.check_addition(added)?;
            let object = catalog.objects.iter_mut().find(|object| object.name == added.object);
            if let Some(object) = object {
                object.fields.push(added.field.clone());
            }
        }
        Ok(catalog)
    }

    /// Checks a field that is to be added.
    ///
    /// # Errors
    /// [`Invalid`] names everything that is wrong with it.
    pub fn check_addition(&self, added: &AddedField) -> Result<(), Invalid> {
        let Some(object) = self.object(&added.object) else {
            let message = format!("there is no object called {}", added.object);
            return Err(Invalid::field("object", "unknown_object", message));
        };
        if !object.extensible() {
            let message = format!("{} cannot have further fields", object.plural_label);
            return Err(Invalid::field("object", "not_extensible", message));
        }
        let mut refused = Refused::default();
        let others = object.fields.iter().filter(|field| field.added());
        if others.count() >= MAX_ADDED_FIELDS {
            let message = format!("{} can have at most {MAX_ADDED_FIELDS} further fields", object.plural_label);
            refused.add("object", "too_many", message);
        }
        if object.field(&added.field.name).is_some() {
            refused.add(
                "name",
                "duplicate",
                format!("{} already have a field {}", object.plural_label, added.field.name),
            );
        }
        check_name(&added.field.name, &mut refused);
        check_words(object, &added.field, &mut refused);
        self.check_kind(object, &added.field.kind, &mut refused);
        if added.field.searchable && !is_text(&added.field.kind) {
            refused.add("searchable", "not_text", "only a field of text can be found by its words".to_owned());
        }
        let FieldDef { required, unique, computed, quotes, default, .. } = &added.field;
        if *required || *unique || *computed || !quotes.is_empty() || default.is_some() {
            refused.add("", "unsupported", "a field of your own is never required, unique or computed".to_owned());
        }
        refused.into_result()
    }

    /// Checks what people read of a field, before it is added or changed.
    ///
    /// # Errors
    /// [`Invalid`] names everything that is wrong with it.
    pub fn check_change(&self, changed: &AddedField) -> Result<(), Invalid> {
        let Some(object) = self.object(&changed.object) else {
            let message = format!("there is no object called {}", changed.object);
            return Err(Invalid::field("object", "unknown_object", message));
        };
        let mut refused = Refused::default();
        check_words(object, &changed.field, &mut refused);
        self.check_kind(object, &changed.field.kind, &mut refused);
        refused.into_result()
    }

    fn check_kind(&self, object: &ObjectDef, kind: &FieldKind, refused: &mut Refused) {
        match kind {
            FieldKind::Text { max_len } if !(1..=MAX_TEXT_LEN).contains(max_len) => {
                let message = format!("max_len must be between 1 and {MAX_TEXT_LEN}; use long_text for more");
                refused.add("kind/max_len", "out_of_range", message);
            }
            FieldKind::Integer { min, max } if min > max || *min < -MAX_INTEGER || *max > MAX_INTEGER => {
                let message = format!("min and max must be in order and between -{MAX_INTEGER} and {MAX_INTEGER}");
                refused.add("kind", "out_of_range", message);
            }
            FieldKind::Decimal { precision, scale } => {
                let fits = (1..=MAX_DIGITS).contains(precision) && scale <= precision && *scale <= MAX_SCALE;
                if !fits {
                    let message = format!(
                        "precision must be between 1 and {MAX_DIGITS}, scale at most {MAX_SCALE} and no more than precision"
                    );
                    refused.add("kind", "out_of_range", message);
                }
            }
            FieldKind::Money if object.field("currency").is_none() => {
                let message = format!("{} have no currency; use a decimal", object.plural_label);
                refused.add("kind", "no_currency", message);
            }
            FieldKind::Choice { options } => check_options(options, refused),
            FieldKind::Link { object: target } => {
                let linkable = self.object(target).is_some_and(|target| target.ownership != Ownership::Personal);
                if !linkable {
                    refused.add(
                        "kind/object",
                        "unknown_object",
                        format!("there is no object called {target} to link to"),
                    );
                }
            }
            FieldKind::Json => {
                refused.add("kind", "unsupported", "a field of your own cannot hold JSON".to_owned());
            }
            FieldKind::Text { .. }
            | FieldKind::LongText
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Integer { .. }
            | FieldKind::Money
            | FieldKind::Bool
            | FieldKind::Date
            | FieldKind::DateTime => {}
        }
    }
}

/// A name for a field that is labelled so: `cf_annual_budget`; the first that is not taken.
pub fn added_name(label: &str, taken: &BTreeSet<String>) -> String {
    let name = format!("{FIELD_PREFIX}{}", slug(label, MAX_NAME_LEN - FIELD_PREFIX.len() - "_999".len(), "field"));
    let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name)
}

/// The letters and digits of a label, in at most so many characters.
fn slug(label: &str, room: usize, otherwise: &str) -> String {
    let plain: String = label.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let words: Vec<&str> = plain.split('_').filter(|word| !word.is_empty()).collect();
    let words = words.join("_");
    let short = words.get(..words.len().min(room)).unwrap_or_default().trim_end_matches('_');
    if short.is_empty() { otherwise.to_owned() } else { short.to_owned() }
}

/// Whether a field of this kind holds words.
pub fn is_text(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Choice { .. } => true,
        FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Bool
        | FieldKind::Date
        | FieldKind::DateTime
        | FieldKind::Link { .. }
        | FieldKind::Json => false,
    }
}

#[derive(Debug, Default)]
struct Refused(Vec<InvalidField>);

impl Refused {
    fn add(&mut self, name: &str, code: &'static str, message: String) {
        let pointer = if name.is_empty() { String::new() } else { format!("/{name}") };
        self.0.push(InvalidField { pointer, code, message });
    }

    fn into_result(self) -> Result<(), Invalid> {
        if self.0.is_empty() { Ok(()) } else { Err(Invalid(self.0)) }
    }
}

fn check_words(object: &ObjectDef, field: &FieldDef, refused: &mut Refused) {
    check_text("label", &field.label, (1, MAX_LABEL_LEN), refused);
    check_text("help", &field.help, (0, MAX_HELP_LEN), refused);
    let same = |other: &&FieldDef| other.name != field.name && other.label.to_lowercase() == field.label.to_lowercase();
    if let Some(other) = object.fields.iter().find(same) {
        let message = format!("{} already have a field labelled {}", object.plural_label, other.label);
        refused.add("label", "duplicate", message);
    }
}

fn check_name(name: &str, refused: &mut Refused) {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let rest = name.strip_prefix(FIELD_PREFIX).unwrap_or_default();
    if !plain || rest.is_empty() || rest.ends_with('_') || name.len() > MAX_NAME_LEN {
        let message = format!(
            "name must be {FIELD_PREFIX} and lower-case letters, digits and underscores, at most {MAX_NAME_LEN} in all"
        );
        refused.add("name", "invalid_name", message);
    }
}

fn check_text(name: &str, text: &str, (least, most): (usize, usize), refused: &mut Refused) {
    let len = text.chars().count();
    if len < least || text.trim() != text {
        refused.add(name, "required", format!("{name} must have a value without spaces around it"));
    } else if len > most {
        refused.add(name, "too_long", format!("{name} has {len} characters; at most {most} are allowed"));
    } else if text.chars().any(char::is_control) {
        refused.add(name, "invalid_text", format!("{name} must be one line of text"));
    }
}

fn check_options(options: &[String], refused: &mut Refused) {
    if options.is_empty() || options.len() > MAX_OPTIONS {
        refused.add("kind/options", "out_of_range", format!("give between 1 and {MAX_OPTIONS} options"));
    }
    let mut seen = BTreeSet::new();
    for (place, option) in options.iter().enumerate() {
        let pointer = format!("kind/options/{place}");
        check_text(&pointer, option, (1, MAX_OPTION_LEN), refused);
        if !seen.insert(option.to_lowercase()) {
            refused.add(&pointer, "duplicate", format!("{option} is there twice"));
        }
    }
}

#[cfg(test)]
mod tests;
