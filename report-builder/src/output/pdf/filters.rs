//! The conditions of a report in words, for those who read the printed page.

use chrono::NaiveDate;
use serde_json::Value;

use crate::{
    ConditionSpec, ReportResult, ReportSpec, ValueLiteral,
    spec::{Operator, Quantifier},
};

/// Longest text of one condition, in letters; more is cut with an ellipsis.
const MAX_LETTERS: usize = 160;
/// Values of a list that are named.
const MAX_NAMED: usize = 6;

/// What a report was asked for, one short text per condition at the top.
pub fn filters(spec: &ReportSpec, result: &ReportResult) -> Vec<String> {
    let conditions: &[ConditionSpec] = match &spec.condition {
        None => &[],
        Some(ConditionSpec::And(conditions)) => conditions,
        Some(
            one @ (ConditionSpec::Or(_)
            | ConditionSpec::Not(_)
            | ConditionSpec::Field { .. }
            | ConditionSpec::Related { .. }),
        ) => std::slice::from_ref(one),
    };
    conditions.iter().map(|condition| cut(&words(condition, result))).collect()
}

fn words(condition: &ConditionSpec, result: &ReportResult) -> String {
    let joined = |conditions: &[ConditionSpec], joint: &str| {
        conditions.iter().map(|condition| words(condition, result)).collect::<Vec<_>>().join(joint)
    };
    match condition {
        ConditionSpec::And(conditions) => joined(conditions, " and "),
        ConditionSpec::Or(conditions) => joined(conditions, " or "),
        ConditionSpec::Not(condition) => format!("not ({})", words(condition, result)),
        ConditionSpec::Field { fields, operator, value, pointer } => {
            let field = fields.first().map_or_else(String::new, |path| field_words(path));
            let range = result.ranges.iter().find(|range| pointer_within(&range.pointer, pointer));
            let days = range.map(|range| days(range.from, range.until));
            format!("{field} {}", comparison(*operator, value.as_ref(), days))
        }
        ConditionSpec::Related { path, quantifier, condition, .. } => {
            let number = match quantifier {
                Quantifier::None => "no".to_owned(),
                Quantifier::AtLeast(1) => "any".to_owned(),
                Quantifier::AtLeast(count) => format!("at least {count}"),
            };
            let which = condition.as_ref().map(|inner| format!(" with {}", words(inner, result))).unwrap_or_default();
            format!("{number} {}{which}", path.rsplit('.').next().unwrap_or_default().replace('_', " "))
        }
    }
}

fn pointer_within(range: &str, condition: &str) -> bool {
    !condition.is_empty() && range.strip_prefix(condition).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `deal.closed_on` becomes `Deal closed on`.
fn field_words(path: &str) -> String {
    let text = path.replace(['.', '_'], " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The last day is named, not the day after it.
fn days(from: NaiveDate, until: NaiveDate) -> String {
    let last = until.pred_opt().unwrap_or(until);
    let shown = |day: NaiveDate| day.format("%-d %b %Y").to_string();
    if from == last { shown(from) } else { format!("{} to {}", shown(from), shown(last)) }
}

fn comparison(operator: Operator, value: Option<&ValueLiteral>, days: Option<String>) -> String {
    let value = days.unwrap_or_else(|| value.map_or_else(String::new, literal));
    match operator {
        Operator::Equal => format!("is {value}"),
        Operator::NotEqual => format!("is not {value}"),
        Operator::Less => format!("below {value}"),
        Operator::LessOrEqual => format!("at most {value}"),
        Operator::Greater => format!("above {value}"),
        Operator::GreaterOrEqual => format!("at least {value}"),
        Operator::In => format!("is one of {value}"),
        Operator::NotIn => format!("is none of {value}"),
        Operator::Between => format!("between {value}"),
        Operator::InRange => format!("from {value}"),
        Operator::Empty => "is empty".to_owned(),
        Operator::NotEmpty => "is not empty".to_owned(),
        Operator::Contains => format!("contains {value}"),
        Operator::StartsWith => format!("starts with {value}"),
        Operator::EndsWith => format!("ends with {value}"),
    }
}

fn literal(value: &ValueLiteral) -> String {
    let scalar = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        ValueLiteral::Scalar(value) => scalar(value),
        ValueLiteral::List(values) => {
            let named = values.iter().take(MAX_NAMED).map(scalar).collect::<Vec<_>>().join(", ");
            let more = values.len().saturating_sub(MAX_NAMED);
            if more == 0 { named } else { format!("{named} and {more} more") }
        }
        ValueLiteral::Relative(_) => "the given days".to_owned(),
        ValueLiteral::Me => "me".to_owned(),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_LETTERS {
        return text.to_owned();
    }
    text.chars().take(MAX_LETTERS - 1).chain(['…']).collect()
}
