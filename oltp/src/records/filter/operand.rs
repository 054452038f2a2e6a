//! What a test compares with: written in a query string or in JSON, checked against the field.

use catalog::{FieldKind, Principal};
use chrono::NaiveDate;
use serde_json::Value;

use super::{
    Refusal,
    operator::{self, Operator},
    period::{Period, Today},
    value::{MAX_VALUES, bool_text, bound_text, day, plain, split},
};
use crate::records::draft::moment_text;

/// What was written, before it is checked.
#[derive(Debug, Clone)]
pub(crate) enum Given {
    /// One value.
    One(String),
    /// Several.
    Many(Vec<Given>),
    /// Days relative to today.
    Relative(Period),
}

/// What a test compares with.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    /// One value.
    One(Bound),
    /// The least and the greatest value.
    Range(Bound, Bound),
    /// One of these.
    List(Vec<String>),
    /// Whether something is so.
    Truth(bool),
}

/// A value, or days that stand for one.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    /// A text that is cast to the type of the column.
    Text(String),
    /// The whole day where the caller is.
    Day(NaiveDate),
    /// All days of the period.
    Period(Period),
}

impl Given {
    /// Reads the value of a parameter: a list by commas or as JSON, a period as JSON, else plain.
    pub(crate) fn of_parameter(operator: Operator, kind: &FieldKind, value: &str) -> Result<Self, Refusal> {
        if matches!(operator, Operator::In | Operator::NotIn | Operator::Between)
            && !(operator::dated(kind) && value.contains('{'))
        {
            return Ok(Self::Many(split(value)?.into_iter().map(Self::One).collect()));
        }
        let structured = operator::dated(kind) && value.trim_start().starts_with(['[', '{']);
        if !structured {
            return Ok(Self::One(value.to_owned()));
        }
        let value = serde_json::from_str(value)
            .map_err(|error| ("invalid_period", format!("a period is written in JSON: {error}")))?;
        Self::of_json(&value)
    }

    /// Reads a JSON value.
    pub(crate) fn of_json(value: &Value) -> Result<Self, Refusal> {
        match value {
            Value::Null => Err(("wrong_type", "there is no value; to find empty fields use is_empty".to_owned())),
            Value::Bool(truth) => Ok(Self::One(truth.to_string())),
            Value::Number(number) => Ok(Self::One(number.to_string())),
            Value::String(text) => Ok(Self::One(text.clone())),
            Value::Array(values) => Ok(Self::Many(values.iter().map(Self::of_json).collect::<Result<_, _>>()?)),
            Value::Object(_) => Period::parse(value).map(Self::Relative),
        }
    }

    fn one(self) -> Result<String, Refusal> {
        match self {
            Self::One(text) => Ok(text),
            Self::Many(_) | Self::Relative(_) => Err(("wrong_type", "give one value".to_owned())),
        }
    }

    fn many(self) -> Result<Vec<Self>, Refusal> {
        let values = match self {
            Self::Many(values) => values,
            one @ (Self::One(_) | Self::Relative(_)) => vec![one],
        };
        if values.is_empty() || values.len() > MAX_VALUES {
            return Err(("invalid_list", format!("give between 1 and {MAX_VALUES} values")));
        }
        Ok(values)
    }
}

impl Operand {
    /// Checks what was given for a field of this kind.
    pub(crate) fn check(
        caller: &Principal,
        kind: &FieldKind,
        operator: Operator,
        given: Given,
    ) -> Result<Self, Refusal> {
        match operator {
            Operator::IsNull | Operator::IsEmpty => Ok(Self::Truth(bool_text(&given.one()?)? == "true")),
            Operator::Contains | Operator::NotContains | Operator::StartsWith | Operator::EndsWith => {
                Ok(Self::One(Bound::Text(plain(&given.one()?)?.to_owned())))
            }
            Operator::In | Operator::NotIn => {
                let texts = given.many()?.into_iter().map(|value| texts(caller, kind, &value.one()?));
                Ok(Self::List(texts.collect::<Result<Vec<_>, _>>()?.concat()))
            }
            Operator::Between => {
                let [low, high] = <[Given; 2]>::try_from(given.many()?)
                    .map_err(|_other| ("invalid_list", "give two values, the least and the greatest".to_owned()))?;
                Ok(Self::Range(Bound::check(caller, kind, low)?, Bound::check(caller, kind, high)?))
            }
            Operator::Equal | Operator::NotEqual if matches!(&given, Given::One(text) if text == "my_team") => {
                Ok(Self::List(texts(caller, kind, "my_team")?))
            }
            Operator::Equal
            | Operator::NotEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Less
            | Operator::LessOrEqual => Ok(Self::One(Bound::check(caller, kind, given)?)),
        }
    }

    /// Whether what it means depends on what day it is where the caller is.
    pub(crate) fn dated(&self) -> bool {
        let dated = |bound: &Bound| matches!(bound, Bound::Day(_) | Bound::Period(_));
        match self {
            Self::One(bound) => dated(bound),
            Self::Range(low, high) => dated(low) || dated(high),
            Self::List(_) | Self::Truth(_) => false,
        }
    }
}

impl Bound {
    fn check(caller: &Principal, kind: &FieldKind, given: Given) -> Result<Self, Refusal> {
        match given {
            Given::Relative(period) if operator::dated(kind) => Ok(Self::Period(period)),
            Given::One(text) if operator::dated(kind) && day(&text).is_some() => {
                Ok(day(&text).map_or(Self::Text(text), Self::Day))
            }
            Given::One(text) => bound_text(caller, kind, &text).map(Self::Text),
            Given::Many(_) | Given::Relative(_) => Err(("wrong_type", "give one value".to_owned())),
        }
    }

    /// The value as it was written; empty for days, which have two ends instead.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Day(_) | Self::Period(_) => "",
        }
    }

    /// Where days begin and where the first moment or day after them is, as texts for the column.
    pub(crate) fn span(&self, kind: &FieldKind, today: &Today) -> Option<(String, String)> {
        let (from, until) = match self {
            Self::Text(_) => return None,
            Self::Day(day) => (*day, day.succ_opt().unwrap_or(*day)),
            Self::Period(period) => period.days(today),
        };
        let moments = matches!(kind, FieldKind::DateTime);
        let text = |day: NaiveDate| if moments { moment_text(today.start(day)) } else { day.to_string() };
        Some((text(from), text(until)))
    }
}

/// The texts of one value of a list; `my_team` stands for many.
fn texts(caller: &Principal, kind: &FieldKind, value: &str) -> Result<Vec<String>, Refusal> {
    let people = matches!(kind, FieldKind::Link { object } if object == "user");
    if people && value == "my_team" {
        let team = caller.visible_owner_ids.iter().chain([&caller.user_id]);
        return Ok(team.map(ToString::to_string).collect());
    }
    Ok(vec![bound_text(caller, kind, value)?])
}
