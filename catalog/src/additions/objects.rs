//! Objects that administrators add: what every one of them begins with.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Refused, check_text, slug};
use crate::{Catalog, FieldDef, FieldKind, Invalid, ObjectDef, Ownership, Writers};

/// How the names of every object and its table begin that administrators added.
pub const OBJECT_PREFIX: &str = "co_";
/// Each is a table that is captured, and a stream of files of its own.
pub const MAX_ADDED_OBJECTS: usize = 50;
/// Postgres allows 63 bytes for the name of a constraint, which also holds the name of a field.
const MAX_NAME_LEN: usize = 26;
const MAX_LABEL_LEN: usize = 40;
/// A table with such a name would be taken for the history or the folded rows of another.
const RESERVED_ENDS: [&str; 2] = ["_history", "_folded"];

/// An object that administrators added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedObject {
    /// Singular name: `co_project`.
    pub name: String,
    /// Name of the table: `co_projects`.
    pub table: String,
    /// Singular name on screen.
    pub label: String,
    /// Plural name on screen.
    pub plural_label: String,
}

impl AddedObject {
    /// What the catalogue has of it before fields are added: a name, a description, an owner.
    pub fn definition(&self) -> ObjectDef {
        let text = |max_len| FieldKind::Text { max_len };
        let fields = vec![
            FieldDef::new("name", "Name", text(200)).required().searchable(),
            FieldDef::new("description", "Description", FieldKind::LongText).searchable(),
            FieldDef::new("external_id", "External id", text(200))
                .unique()
                .help("Id in the system it was imported from."),
            FieldDef::new("owner_id", "Owner", FieldKind::Link { object: "user".to_owned() }),
        ];
        ObjectDef {
            name: self.name.clone(),
            table: self.table.clone(),
            label: self.label.clone(),
            plural_label: self.plural_label.clone(),
            title: "name".to_owned(),
            ownership: Ownership::Owned,
            writers: Writers::Reps,
            part_of: Vec::new(),
            fields,
        }
    }

    /// An object labelled so, under names that are not taken.
    pub fn named(label: &str, plural_label: &str, taken: &BTreeSet<String>) -> Self {
        let name = free_name(label, taken);
        let with_name = taken.iter().cloned().chain([name.clone()]).collect();
        let table = free_name(plural_label, &with_name);
        Self { name, table, label: label.to_owned(), plural_label: plural_label.to_owned() }
    }

    pub(super) fn of(object: &ObjectDef) -> Self {
        Self {
            name: object.name.clone(),
            table: object.table.clone(),
            label: object.label.clone(),
            plural_label: object.plural_label.clone(),
        }
    }
}

impl ObjectDef {
    /// Whether administrators added it.
    pub fn added(&self) -> bool {
        self.name.starts_with(OBJECT_PREFIX)
    }
}

impl Catalog {
    /// Checks an object that is to be added, or relabelled.
    ///
    /// # Errors
    /// [`Invalid`] names everything that is wrong with it.
    pub fn check_object(&self, added: &AddedObject) -> Result<(), Invalid> {
        let mut refused = Refused::default();
        check_text("label", &added.label, (1, MAX_LABEL_LEN), &mut refused);
        check_text("plural_label", &added.plural_label, (1, MAX_LABEL_LEN), &mut refused);
        let others = || self.objects.iter().filter(|object| object.name != added.name);
        for (pointer, label) in [("label", &added.label), ("plural_label", &added.plural_label)] {
            let same = |other: &str| other.to_lowercase() == label.to_lowercase();
            if others().any(|object| same(&object.label) || same(&object.plural_label)) {
                refused.add(pointer, "duplicate", format!("there are {label} already"));
            }
        }
        let known = self.objects.iter().any(|object| object.name == added.name);
        if !known && others().filter(|object| object.added()).count() >= MAX_ADDED_OBJECTS {
            refused.add("label", "too_many", format!("there can be at most {MAX_ADDED_OBJECTS} objects of your own"));
        }
        let taken = |name: &str| others().any(|object| object.name == name || object.table == name);
        for name in [&added.name, &added.table] {
            let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            let short = name.len() > OBJECT_PREFIX.len() && name.len() <= MAX_NAME_LEN;
            let free = !taken(name) && !RESERVED_ENDS.iter().any(|end| name.ends_with(end));
            if !plain || !short || !free || !name.starts_with(OBJECT_PREFIX) || added.name == added.table {
                refused.add("name", "invalid_name", format!("{name} cannot be the name of an object"));
            }
        }
        refused.into_result()
    }
}

fn free_name(label: &str, taken: &BTreeSet<String>) -> String {
    let mut name =
        format!("{OBJECT_PREFIX}{}", slug(label, MAX_NAME_LEN - OBJECT_PREFIX.len() - "_999".len(), "object"));
    if RESERVED_ENDS.iter().any(|end| name.ends_with(end)) {
        name.push_str("_1");
    }
    let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name)
}
