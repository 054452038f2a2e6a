//! What a failure inside `DataFusion` means to the person who asked.

use arrow::error::ArrowError;
use datafusion::{common::SchemaError, error::DataFusionError};

use crate::{
    Error,
    sight::Sight,
    suggest::{closest, hint},
};

/// The error for the sender of a statement; internal detail stays in its source.
///
/// Values in a message are values the sender sees anyway: the policy is applied below every
/// expression that can fail.
#[expect(clippy::wildcard_enum_match_arm, reason = "an unknown failure is a defect of ours")]
pub(crate) fn mapped(error: DataFusionError, sight: Option<&Sight>) -> Error {
    match error.find_root() {
        DataFusionError::SchemaError(schema, _) => schema_fault(schema),
        DataFusionError::Plan(message) => plan_fault(message, sight),
        DataFusionError::SQL(parser, _) => Error::sql("syntax_error", parser.to_string()),
        DataFusionError::NotImplemented(message) => Error::sql("not_supported", message.clone()),
        DataFusionError::ResourcesExhausted(_) => Error::TooExpensive(Box::new(error)),
        DataFusionError::Execution(message) if !message.contains("file://") => {
            Error::sql("evaluation_failed", first_line(message))
        }
        DataFusionError::ArrowError(arrow, _) => match arrow_message(arrow) {
            Some(message) => Error::sql("evaluation_failed", first_line(&message)),
            None => Error::DataFusion(Box::new(error)),
        },
        DataFusionError::External(source) => match own(source.as_ref()) {
            Some(own) => own,
            None => Error::DataFusion(Box::new(error)),
        },
        _ => Error::DataFusion(Box::new(error)),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only this error passes through DataFusion")]
fn own(source: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<Error> {
    match source.downcast_ref::<Error>()? {
        Error::NotCopied(table) => Some(Error::NotCopied(table.clone())),
        _ => None,
    }
}

fn schema_fault(schema: &SchemaError) -> Error {
    match schema {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let known: Vec<&str> = valid_fields.iter().map(|column| column.name.as_str()).collect();
            let suggestions = closest(&field.name, known.iter().copied());
            let hint = hint(&suggestions, "");
            let place = field.relation.as_ref().map_or_else(String::new, |table| format!(" in `{table}`"));
            Error::sql("unknown_column", format!("there is no column `{}`{place}{hint}", field.name))
        }
        SchemaError::AmbiguousReference { field } => Error::sql(
            "ambiguous_column",
            format!("`{}` exists in more than one table; write which one, such as `deals.{}`", field.name, field.name),
        ),
        SchemaError::DuplicateQualifiedField { .. } | SchemaError::DuplicateUnqualifiedField { .. } => {
            Error::sql("duplicate_column", schema.to_string())
        }
    }
}

fn plan_fault(message: &str, sight: Option<&Sight>) -> Error {
    let unknown = message.strip_prefix("table '").and_then(|rest| rest.strip_suffix("' not found"));
    let Some(unknown) = unknown else {
        return Error::sql("invalid_statement", first_line(message));
    };
    let name = unknown.rsplit('.').next().unwrap_or(unknown);
    let known = sight.map(Sight::names).unwrap_or_default();
    let suggestions = closest(name, known.iter().map(String::as_str));
    let tables: Vec<&str> = known.iter().map(String::as_str).filter(|table| !table.ends_with("_history")).collect();
    let hint = hint(&suggestions, &format!("; the tables are {}", tables.join(", ")));
    Error::sql("unknown_table", format!("there is no table `{name}`{hint}"))
}

/// The message of an error in computing a value; nothing for failures of ours.
#[expect(clippy::wildcard_enum_match_arm, reason = "an unknown failure is a defect of ours")]
fn arrow_message(error: &ArrowError) -> Option<String> {
    match error {
        ArrowError::CastError(message) | ArrowError::ParseError(message) | ArrowError::ComputeError(message) => {
            Some(message.clone())
        }
        ArrowError::DivideByZero => Some("division by zero; use nullif(divisor, 0)".to_owned()),
        ArrowError::ArithmeticOverflow(message) | ArrowError::InvalidArgumentError(message) => Some(message.clone()),
        _ => None,
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}
