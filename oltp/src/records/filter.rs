//! The filter language of lists: `filter[field][operator]=value`.

use catalog::{FieldKind, ObjectDef, Principal};
use chrono::{DateTime, NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::{
    draft::moment_text,
    page::{Bind, Conditions},
    statement,
};

/// Values in one `in` list; a longer list is a join, which is a report.
const MAX_VALUES: usize = 500;
/// Characters in one value.
const MAX_VALUE_LEN: usize = 1_000;

/// What a filter asks of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    In,
    Contains,
    StartsWith,
    IsNull,
}

impl Operator {
    const ALL: [(&str, Self); 10] = [
        ("eq", Self::Equal),
        ("ne", Self::NotEqual),
        ("gt", Self::Greater),
        ("gte", Self::GreaterOrEqual),
        ("lt", Self::Less),
        ("lte", Self::LessOrEqual),
        ("in", Self::In),
        ("contains", Self::Contains),
        ("starts_with", Self::StartsWith),
        ("is_null", Self::IsNull),
    ];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, operator)| operator)
    }

    fn suits(self, kind: &FieldKind) -> bool {
        let text = matches!(
            kind,
            FieldKind::Text { .. } | FieldKind::LongText | FieldKind::Email | FieldKind::Phone | FieldKind::Url
        );
        let ordered = text
            || kind.is_decimal()
            || matches!(kind, FieldKind::Integer { .. } | FieldKind::Date | FieldKind::DateTime);
        match self {
            Self::IsNull => true,
            Self::Equal | Self::NotEqual | Self::In => !matches!(kind, FieldKind::Json),
            Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual => ordered,
            Self::Contains | Self::StartsWith => text,
        }
    }
}

/// One checked filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    column: String,
    cast: String,
    operator: Operator,
    values: Vec<String>,
}

/// Why a parameter was refused: a stable code and a sentence.
pub(crate) type Refusal = (&'static str, String);

impl Filter {
    /// Checks `filter[field]=value` or `filter[field][operator]=value`.
    pub(crate) fn parse(
        caller: &Principal,
        object: &ObjectDef,
        (name, operator): (&str, &str),
        value: &str,
    ) -> Result<Self, Refusal> {
        let unknown = || ("unknown_field", format!("{} has no field {name}", object.label));
        let kind = statement::kind_of(object, name).ok_or_else(unknown)?;
        let cast = statement::cast_type(object, name).ok_or_else(unknown)?;
        let known = || Operator::ALL.map(|(name, _)| name).join(", ");
        let operator = Operator::parse(operator)
            .ok_or_else(|| ("unknown_operator", format!("`{operator}` is not an operator; use one of {}", known())))?;
        if !operator.suits(&kind) {
            return Err(("unsuitable_operator", format!("{name} cannot be compared in this way")));
        }
        let values = match operator {
            Operator::IsNull => vec![bool_text(value)?],
            Operator::In => {
                let values = split(value)?;
                values.iter().map(|value| bound_text(caller, &kind, value)).collect::<Result<_, _>>()?
            }
            Operator::Contains | Operator::StartsWith => vec![plain(value)?.to_owned()],
            Operator::Equal
            | Operator::NotEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Less
            | Operator::LessOrEqual => vec![bound_text(caller, &kind, value)?],
        };
        Ok(Self { column: name.to_owned(), cast, operator, values })
    }

    /// Adds the filter to the conditions of a statement; `ne` holds for an empty value too.
    pub(crate) fn condition(&self, conditions: &mut Conditions) {
        let column = statement::column(&self.column);
        let cast = &self.cast;
        let first = self.values.first().cloned().unwrap_or_default();
        let comparison = match self.operator {
            Operator::IsNull => {
                conditions.push(format!("{column} is {}null", if first == "true" { "" } else { "not " }));
                return;
            }
            Operator::In => {
                let parameter = conditions.bind(Bind::Texts(self.values.clone()));
                conditions.push(format!("{column} = any ((${parameter}::text[])::{cast}[])"));
                return;
            }
            Operator::Contains => {
                let parameter = conditions.bind(Bind::Text(containing(&first)));
                conditions.push(format!("{column} ilike ${parameter}"));
                return;
            }
            Operator::StartsWith => {
                let parameter = conditions.bind(Bind::Text(format!("{}%", escaped(&first))));
                conditions.push(format!("{column} ilike ${parameter}"));
                return;
            }
            Operator::Equal => "=",
            Operator::NotEqual => "is distinct from",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
        };
        let parameter = conditions.bind(Bind::Text(first));
        conditions.push(format!("{column} {comparison} (${parameter}::text)::{cast}"));
    }

    /// The field it filters by.
    pub(crate) fn field(&self) -> &str {
        &self.column
    }
}

/// The pattern that finds `text` anywhere, with nothing in it special.
pub(crate) fn containing(text: &str) -> String {
    format!("%{}%", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// The values of an `in` list: separated by commas, or a JSON array when a value holds a comma.
fn split(value: &str) -> Result<Vec<String>, Refusal> {
    let values = if value.trim_start().starts_with('[') {
        serde_json::from_str::<Vec<String>>(value)
            .map_err(|error| ("invalid_list", format!("the list must be a JSON array of texts: {error}")))?
    } else {
        value.split(',').map(|part| part.trim().to_owned()).collect()
    };
    if values.is_empty() || values.len() > MAX_VALUES {
        return Err(("invalid_list", format!("give between 1 and {MAX_VALUES} values")));
    }
    Ok(values)
}

/// The text Postgres will read as a value of this kind.
pub(crate) fn bound_text(caller: &Principal, kind: &FieldKind, value: &str) -> Result<String, Refusal> {
    let value = plain(value)?;
    let wrong = |expected: &str| ("wrong_type", format!("`{value}` is not {expected}"));
    match kind {
        FieldKind::Text { .. } | FieldKind::LongText | FieldKind::Email | FieldKind::Phone | FieldKind::Url => {
            Ok(value.to_owned())
        }
        FieldKind::Integer { .. } => {
            value.parse::<i64>().ok().map(|number| number.to_string()).ok_or_else(|| wrong("a whole number"))
        }
        FieldKind::Decimal { .. } | FieldKind::Money => Decimal::from_str_exact(value)
            .ok()
            .map(|number| number.to_string())
            .ok_or_else(|| wrong("a decimal number such as 1234.50")),
        FieldKind::Bool => bool_text(value),
        FieldKind::Date => day(value).map(|day| day.to_string()).ok_or_else(|| wrong("a date such as 2026-03-31")),
        FieldKind::DateTime => {
            moment(value).ok_or_else(|| wrong("a moment such as 2026-03-31T14:05:00Z or a date such as 2026-03-31"))
        }
        FieldKind::Choice { options } => {
            let known = options.iter().any(|option| option == value);
            known
                .then(|| value.to_owned())
                .ok_or_else(|| ("unknown_choice", format!("use one of {}", options.join(", "))))
        }
        FieldKind::Link { object } if object == "user" && value == "me" => Ok(caller.user_id.to_string()),
        FieldKind::Link { .. } => Uuid::parse_str(value).ok().map(|id| id.to_string()).ok_or_else(|| wrong("an id")),
        FieldKind::Json => Err(("unsuitable_operator", "this field can only be tested with is_null".to_owned())),
    }
}

fn plain(value: &str) -> Result<&str, Refusal> {
    if value.contains('\0') {
        return Err(("invalid_text", "the value must not contain the zero character".to_owned()));
    }
    if value.chars().count() > MAX_VALUE_LEN {
        return Err(("too_long", format!("the value may have at most {MAX_VALUE_LEN} characters")));
    }
    Ok(value)
}

fn bool_text(value: &str) -> Result<String, Refusal> {
    match value {
        "true" | "false" => Ok(value.to_owned()),
        _ => Err(("wrong_type", format!("`{value}` is not true or false"))),
    }
}

fn day(value: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?;
    (1..=9999).contains(&chrono::Datelike::year(&day)).then_some(day)
}

fn moment(value: &str) -> Option<String> {
    let at = match day(value) {
        Some(day) => day.and_time(NaiveTime::MIN).and_utc(),
        None => DateTime::parse_from_rfc3339(value).ok()?.to_utc(),
    };
    (1..=9999).contains(&chrono::Datelike::year(&at)).then(|| moment_text(at))
}

/// The text of a canonical value, as a cursor carries it; `None` for null.
pub(crate) fn value_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::Catalog;

    fn parse(field: &str, operator: &str, value: &str) -> Result<Filter, &'static str> {
        let catalog = Catalog::standard();
        let deal = catalog.object("deal").expect("deals exist");
        Filter::parse(&Principal::system(), deal, (field, operator), value).map_err(|(code, _)| code)
    }

    #[test]
    fn every_wrong_filter_has_its_code() {
        assert_eq!(parse("colour", "eq", "x").err(), Some("unknown_field"));
        assert_eq!(parse("amount", "like", "x").err(), Some("unknown_operator"));
        assert_eq!(parse("amount", "contains", "x").err(), Some("unsuitable_operator"));
        assert_eq!(parse("amount", "eq", "1e5x").err(), Some("wrong_type"));
        assert_eq!(parse("company_id", "eq", "1").err(), Some("wrong_type"));
        assert_eq!(parse("status", "in", "open,gone").err(), Some("unknown_choice"));
        assert_eq!(parse("name", "eq", "a\0").err(), Some("invalid_text"));
        assert_eq!(parse("expected_close_on", "lt", "2026-02-30").err(), Some("wrong_type"));
    }

    #[test]
    fn values_are_bound_and_patterns_escaped() {
        let mut conditions = Conditions::default();

        parse("name", "contains", "50%_\\").expect("valid").condition(&mut conditions);
        parse("amount", "gte", "10").expect("valid").condition(&mut conditions);

        assert_eq!(conditions.text(), "t.\"name\" ilike $1\n  and t.\"amount\" >= ($2::text)::numeric");
    }
}
