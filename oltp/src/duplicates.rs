//! Records that may stand for the same person or company.
//!
//! Nothing is compared with everything: candidates share a key (the e-mail address, the last digits
//! of a phone number, the first letters of a name), which Postgres finds by index; only they are
//! compared by [`likeness`]. A field that the caller may not see is no key and no reason.

mod check;
mod likeness;
mod pairs;

use catalog::{ObjectDef, Policy};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use pairs::{DuplicatePage, DuplicatePair};

use crate::records::statement;

/// The objects of which people make the same record twice.
pub const COMPARED: [&str; 3] = ["lead", "contact", "company"];

/// A record that may be the same as another one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Duplicate {
    /// The record's id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Further words that tell it apart: e-mail address, phone number, company.
    pub details: Vec<String>,
    /// How sure it is, 0 to 100.
    pub likeness: u8,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// A way to find candidates: its key of a row, and why two rows that share it may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    field: &'static str,
    /// The key of a row, as it is indexed; `{}` stands for the column.
    expression: &'static str,
}

const KEYS: [Key; 3] = [
    Key { field: "email", expression: "lower({})" },
    Key { field: "phone", expression: "phone_key({})" },
    Key { field: "name", expression: "name_key({})" },
];

impl Key {
    /// The key of the row in a statement.
    fn of_row(self) -> String {
        self.expression.replace("{}", &statement::column(self.field))
    }

    /// The same of a bound text.
    fn of_parameter(self, parameter: usize) -> String {
        self.expression.replace("{}", &format!("${parameter}::text"))
    }
}

/// The keys by which the caller may find candidates.
fn keys(object: &ObjectDef, policy: &Policy) -> Vec<Key> {
    let usable = |key: &Key| object.field(key.field).is_some() && !policy.masked.contains(key.field);
    KEYS.into_iter().filter(usable).collect()
}
