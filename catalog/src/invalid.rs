//! Input that was refused, field by field.

use std::fmt;

use serde::Serialize;

/// One refused field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvalidField {
    /// JSON pointer (RFC 6901) to the value, such as `/amount`; empty for the whole body.
    pub pointer: String,
    /// Stable machine-readable reason, such as `unknown_field` or `out_of_range`.
    pub code: &'static str,
    /// What is wrong and what would be right, for a person.
    pub message: String,
}

/// Everything that was wrong with one input; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(pub Vec<InvalidField>);

impl Invalid {
    /// One refused field, named without its leading slash.
    pub fn field(name: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self(vec![InvalidField { pointer: format!("/{name}"), code, message: message.into() }])
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, field) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{}: {}", field.pointer.trim_start_matches('/'), field.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}
