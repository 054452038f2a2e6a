//! What a list asks of its records, without SQL: for whoever counts them elsewhere.

use catalog::FieldKind;

use super::{Deleted, ListQuery};

/// A condition on a record's own fields: true or false, never unknown; an empty value fails every
/// comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these hold.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// The field has a value.
    Present {
        /// Name of the field.
        field: String,
    },
    /// The field has a text that is not blank.
    Filled {
        /// Name of the field.
        field: String,
    },
    /// The value of the field is one of these.
    OneOf {
        /// Name of the field.
        field: String,
        /// What it holds.
        kind: FieldKind,
        /// The values in their canonical text.
        values: Vec<String>,
    },
    /// The value of the field compares with another in this way; texts are compared for equality only.
    Compared {
        /// Name of the field.
        field: String,
        /// What it holds.
        kind: FieldKind,
        /// How.
        sign: Sign,
        /// The other value in its canonical text.
        value: String,
    },
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Both are the same.
    Equal,
    /// The field's value is less.
    Less,
    /// It is less or the same.
    LessOrEqual,
    /// It is greater.
    Greater,
    /// It is greater or the same.
    GreaterOrEqual,
}

impl ListQuery {
    /// What it asks of the live records that its caller sees; `None` when that cannot be said without
    /// Postgres: words, parts of texts, the order of texts, and fields of linked records.
    pub(crate) fn condition(&self) -> Option<Condition> {
        if self.deleted != Deleted::Without || !self.words.is_empty() || self.only.is_some() {
            return None;
        }
        let parts = self.filters.iter().map(|filter| filter.plain(&self.today));
        Some(Condition::All(parts.collect::<Option<_>>()?))
    }
}
