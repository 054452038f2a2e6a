//! An [`Error`] on its way from the worker to the server.

use catalog::{Invalid, InvalidField};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Codes of refused statements; a code is a constant of the program, so it travels as a word
/// that is looked up here.
const CODES: [&str; 14] = [
    "ambiguous_column",
    "duplicate_column",
    "evaluation_failed",
    "invalid_statement",
    "not_allowed",
    "not_supported",
    "one_statement",
    "only_select",
    "refused",
    "syntax_error",
    "too_complex",
    "too_expensive",
    "unknown_column",
    "unknown_table",
];

/// What the server must be able to tell apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum WireError {
    /// The statement was refused.
    Invalid(Vec<(String, String, String)>),
    /// The engine reached its memory or disk.
    TooExpensive(String),
    /// A table has no first copy yet.
    NotCopied(String),
    /// Anything else, with its causes.
    Broken(String),
}

impl WireError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is a defect whose text is all there is to say")]
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Invalid(Invalid(fields)) => {
                let parts =
                    |field: &InvalidField| (field.pointer.clone(), field.code.to_owned(), field.message.clone());
                Self::Invalid(fields.iter().map(parts).collect())
            }
            Error::TooExpensive(source) => Self::TooExpensive(chain(source.as_ref())),
            Error::NotCopied(table) => Self::NotCopied(table.clone()),
            _ => Self::Broken(chain(error)),
        }
    }

    pub(super) fn error(self) -> Error {
        match self {
            Self::Invalid(fields) => {
                let field = |(pointer, code, message): (String, String, String)| InvalidField {
                    pointer,
                    code: CODES.into_iter().find(|known| *known == code).unwrap_or("refused"),
                    message,
                };
                Error::Invalid(Invalid(fields.into_iter().map(field).collect()))
            }
            Self::TooExpensive(text) => Error::TooExpensive(text.into()),
            Self::NotCopied(table) => Error::NotCopied(table),
            Self::Broken(text) => Error::Defect(text),
        }
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_a_refusal_is_known_on_the_other_side() {
        let sources = [
            include_str!("../guard.rs"),
            include_str!("../session/fault.rs"),
            include_str!("../service/plan.rs"),
            include_str!("../service/pairs.rs"),
        ];

        let mut found = 0;
        for call in sources.iter().flat_map(|source| source.split("Error::sql(").skip(1)) {
            let code = call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap_or("refused");
            assert!(CODES.contains(&code), "{code}");
            found += 1;
        }
        assert!(found > 15, "only {found} refusals were found");
    }

    #[test]
    fn a_refusal_arrives_as_it_was_made() {
        let error = Error::sql("unknown_table", "there is no table `x`");

        let WireError::Invalid(fields) = WireError::of(&error) else { panic!("{error}") };
        let Error::Invalid(invalid) = WireError::Invalid(fields).error() else { panic!("not a refusal") };

        assert_eq!(invalid, Invalid::field("sql", "unknown_table", "there is no table `x`"));
    }
}
