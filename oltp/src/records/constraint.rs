//! Turns what a named database constraint says into an answer about fields.

use catalog::{Invalid, InvalidField, ObjectDef};
use sqlx::{PgConnection, error::ErrorKind};

use crate::{Error, Result};

/// The failure of a statement, before it is known which field is to blame.
#[derive(Debug)]
pub(crate) struct Violation {
    constraint: String,
    kind: ErrorKind,
    source: sqlx::Error,
}

impl Violation {
    /// The violation behind `error`, or `error` itself when no input is to blame.
    pub(crate) fn of(error: sqlx::Error) -> Result<Self> {
        let Some(database) = error.as_database_error() else {
            return Err(error.into());
        };
        let kind = database.kind();
        let constraint = database.constraint().map(str::to_owned);
        let blames_input =
            matches!(kind, ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation | ErrorKind::CheckViolation);
        match constraint.filter(|_| blames_input) {
            Some(constraint) => Ok(Self { constraint, kind, source: error }),
            None => Err(error.into()),
        }
    }

    /// The answer that names the fields; needs a connection whose transaction is not aborted.
    pub(crate) async fn explain(self, connection: &mut PgConnection, object: &ObjectDef) -> Result<Error> {
        let columns = columns(connection, &object.table, &self.constraint).await?;
        let fields: Vec<&str> =
            columns.iter().map(String::as_str).filter(|column| object.field(column).is_some()).collect();
        if fields.is_empty() {
            return Ok(self.source.into());
        }
        Ok(match self.kind {
            ErrorKind::UniqueViolation => Error::conflict(
                "duplicate",
                named(object, &fields, |label| ("duplicate", format!("another record has the same {label}"))),
            ),
            ErrorKind::ForeignKeyViolation => {
                named(object, &fields, |label| ("unknown_record", format!("there is no {label} with this id"))).into()
            }
            ErrorKind::CheckViolation | ErrorKind::NotNullViolation | ErrorKind::ExclusionViolation | _ => {
                let rule = rule(&self.constraint, &object.table);
                named(object, &fields, |label| ("not_allowed", format!("{label} {rule}"))).into()
            }
        })
    }
}

fn named(object: &ObjectDef, fields: &[&str], say: impl Fn(&str) -> (&'static str, String)) -> Invalid {
    let refused = fields.iter().map(|name| {
        let label = object.field(name).map_or(*name, |field| field.label.as_str());
        let (code, message) = say(&label.to_lowercase());
        InvalidField { pointer: format!("/{name}"), code, message }
    });
    Invalid(refused.collect())
}

/// The rule in a constraint's name: `deals_amount_not_negative` says that it must not be negative.
fn rule(constraint: &str, table: &str) -> String {
    let rest = constraint.strip_prefix(table).unwrap_or(constraint).trim_matches('_');
    if rest.ends_with("_not_negative") {
        return "must not be negative".to_owned();
    }
    if rest.ends_with("_percent") {
        return "must be between 0 and 100".to_owned();
    }
    if rest.ends_with("_not_itself") {
        return "must not be the record itself".to_owned();
    }
    format!("breaks the rule: {}", rest.replace('_', " "))
}

/// The columns a constraint or unique index of a table is about; one row per column.
async fn columns(connection: &mut PgConnection, table: &str, constraint: &str) -> Result<Vec<String>> {
    let columns = sqlx::query_scalar(include_str!("../../sql/constraint_columns.sql"))
        .bind(table)
        .bind(constraint)
        .fetch_all(connection)
        .await?;
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::rule;

    #[test]
    fn the_name_of_a_constraint_says_the_rule() {
        assert_eq!(rule("deals_amount_not_negative", "deals"), "must not be negative");
        assert_eq!(rule("deals_probability_percent", "deals"), "must be between 0 and 100");
        assert_eq!(rule("deals_closed_after_opened", "deals"), "breaks the rule: closed after opened");
    }
}
