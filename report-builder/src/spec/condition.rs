//! Conditions on records: nested and / or / not, fields, relative dates, related records.

use catalog::Invalid;
use serde_json::Value;

use super::reader::{Node, Object};
use crate::fault::refused;

/// Deepest nesting of and / or / not; the engines recurse over it.
const MAX_DEPTH: usize = 12;
/// Most conditions in one list, and most values in one `in`.
const MAX_ITEMS: usize = 1_000;
/// Most periods a relative range can span.
const MAX_PERIODS: u64 = 1_000;

/// Which records count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConditionSpec {
    /// All are true.
    And(Vec<ConditionSpec>),
    /// One is true.
    Or(Vec<ConditionSpec>),
    /// It is not true; a missing value makes the inner condition untrue, so such records pass.
    Not(Box<ConditionSpec>),
    /// A field compares with a value.
    Field {
        /// Paths of the field; several for measures of different objects, as in groups.
        fields: Vec<String>,
        /// How.
        operator: Operator,
        /// With what; `None` for operators without a value.
        value: Option<ValueLiteral>,
        /// JSON pointer of the condition.
        pointer: String,
    },
    /// Records of another object that point here exist, or do not.
    Related {
        /// Path to the records that point here, such as `deal.activities`.
        path: String,
        /// The link field, when several point here.
        via: Option<String>,
        /// How many there must be.
        quantifier: Quantifier,
        /// Which of them count.
        condition: Option<Box<ConditionSpec>>,
        /// JSON pointer of the condition.
        pointer: String,
    },
}

/// How many related records there must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// None.
    None,
    /// At least this many.
    AtLeast(u64),
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The same value.
    Equal,
    /// Another value or none.
    NotEqual,
    /// Less.
    Less,
    /// Less or the same.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or the same.
    GreaterOrEqual,
    /// One of a list.
    In,
    /// None of a list, or no value.
    NotIn,
    /// Between two values, both included.
    Between,
    /// Within a range of days.
    InRange,
    /// No value.
    Empty,
    /// Some value.
    NotEmpty,
    /// Contains a piece of text, without regard to case.
    Contains,
    /// Starts with a piece of text, without regard to case.
    StartsWith,
    /// Ends with a piece of text, without regard to case.
    EndsWith,
}

impl Operator {
    /// The operators that compare with one number.
    pub const COMPARISONS: [(Self, &'static str); 6] = [
        (Self::Equal, "="),
        (Self::NotEqual, "!="),
        (Self::Less, "<"),
        (Self::LessOrEqual, "<="),
        (Self::Greater, ">"),
        (Self::GreaterOrEqual, ">="),
    ];

    const ALL: [(Self, &'static str); 15] = [
        (Self::Equal, "="),
        (Self::NotEqual, "!="),
        (Self::Less, "<"),
        (Self::LessOrEqual, "<="),
        (Self::Greater, ">"),
        (Self::GreaterOrEqual, ">="),
        (Self::In, "in"),
        (Self::NotIn, "not_in"),
        (Self::Between, "between"),
        (Self::InRange, "in_range"),
        (Self::Empty, "empty"),
        (Self::NotEmpty, "not_empty"),
        (Self::Contains, "contains"),
        (Self::StartsWith, "starts_with"),
        (Self::EndsWith, "ends_with"),
    ];

    /// Its word in specifications.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(operator, _)| *operator == self).map_or("", |(_, word)| word)
    }
}

/// What a field is compared with, before its type is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueLiteral {
    /// Text, a number or a truth value as written.
    Scalar(Value),
    /// A list of scalars; two for `between`.
    List(Vec<Value>),
    /// Days relative to the day of the run.
    Relative(RelativeRange),
    /// The id of the person who runs the report.
    Me,
}

/// A range of days relative to the day of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelativeRange {
    /// The day of the run.
    Today,
    /// The day before.
    Yesterday,
    /// The day after.
    Tomorrow,
    /// The period that contains today.
    This(super::Grain),
    /// So many periods before it; with `current`, the current one up to its end as well.
    Last {
        /// How many.
        count: u32,
        /// Of what length.
        grain: super::Grain,
        /// Whether the current period is included.
        current: bool,
    },
    /// So many periods after it; with `current`, the current one as well.
    Next {
        /// How many.
        count: u32,
        /// Of what length.
        grain: super::Grain,
        /// Whether the current period is included.
        current: bool,
    },
}

pub(super) fn read(node: &Node<'_>) -> Result<ConditionSpec, Invalid> {
    read_at(node, 0)
}

fn read_at(node: &Node<'_>, depth: usize) -> Result<ConditionSpec, Invalid> {
    if depth > MAX_DEPTH {
        return Err(refused(&node.pointer, "too_deep", format!("conditions can be nested {MAX_DEPTH} levels deep")));
    }
    let has = |key: &str| node.value.get(key).is_some();
    let list = |key: &str| -> Result<Vec<ConditionSpec>, Invalid> {
        let list = node.object(&[key])?.need(key)?;
        list.items(MAX_ITEMS)?.iter().map(|item| read_at(item, depth + 1)).collect()
    };
    if has("and") {
        return list("and").map(ConditionSpec::And);
    }
    if has("or") {
        return list("or").map(ConditionSpec::Or);
    }
    if has("not") {
        let inner = node.object(&["not"])?.need("not")?;
        return Ok(ConditionSpec::Not(Box::new(read_at(&inner, depth + 1)?)));
    }
    if has("related") {
        return related(node, depth);
    }
    field(node)
}

fn related(node: &Node<'_>, depth: usize) -> Result<ConditionSpec, Invalid> {
    let object = node.object(&["related", "via", "quantifier", "n", "where"])?;
    let words = [(0_u8, "none"), (1, "any"), (2, "at_least")];
    let word = object.get("quantifier").map_or(Ok(1), |quantifier| quantifier.word(&words))?;
    let quantifier = match word {
        0 => Quantifier::None,
        1 => Quantifier::AtLeast(1),
        _ => Quantifier::AtLeast(object.need("n")?.count(1, u64::from(u32::MAX))?),
    };
    if word != 2 && object.has("n") {
        let message = "`n` belongs to the quantifier `at_least`";
        return Err(refused(&format!("{}/n", node.pointer), "conflict", message));
    }
    let condition = object.get("where").map(|inner| read_at(&inner, depth + 1)).transpose()?;
    Ok(ConditionSpec::Related {
        path: object.need("related")?.text()?.to_owned(),
        via: object.text("via")?,
        quantifier,
        condition: condition.map(Box::new),
        pointer: node.pointer.clone(),
    })
}

fn field(node: &Node<'_>) -> Result<ConditionSpec, Invalid> {
    let object = node.object(&["field", "fields", "op", "value"])?;
    let fields = match object.get("fields") {
        Some(list) => {
            list.items(MAX_ITEMS)?.iter().map(|item| item.text().map(str::to_owned)).collect::<Result<_, _>>()?
        }
        None => vec![object.need("field")?.text()?.to_owned()],
    };
    let operator = object.need("op")?.word(&Operator::ALL)?;
    let value = match operator {
        Operator::Empty | Operator::NotEmpty => {
            if object.has("value") {
                let message = format!("`{}` has no value", operator.word());
                return Err(refused(&format!("{}/value", node.pointer), "conflict", message));
            }
            None
        }
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual
        | Operator::In
        | Operator::NotIn
        | Operator::Between
        | Operator::InRange
        | Operator::Contains
        | Operator::StartsWith
        | Operator::EndsWith => Some(literal(&object)?),
    };
    Ok(ConditionSpec::Field { fields, operator, value, pointer: node.pointer.clone() })
}

fn literal(object: &Object<'_>) -> Result<ValueLiteral, Invalid> {
    let missing = || refused(&format!("{}/value", object.pointer), "required", "`value` is missing");
    let node = object.get_even_null("value").ok_or_else(missing)?;
    match node.value {
        Value::Null => Err(refused(&node.pointer, "null_value", "to ask for missing values use the operator `empty`")),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            if node.value.is_string() {
                node.text()?;
            }
            Ok(ValueLiteral::Scalar(node.value.clone()))
        }
        Value::Array(_) => {
            let items = node.items(MAX_ITEMS)?;
            for item in &items {
                match item.value {
                    Value::String(_) => drop(item.text()?),
                    Value::Bool(_) | Value::Number(_) => {}
                    Value::Null | Value::Array(_) | Value::Object(_) => {
                        return Err(item.wrong("text, a number or true / false"));
                    }
                }
            }
            Ok(ValueLiteral::List(items.into_iter().map(|item| item.value.clone()).collect()))
        }
        Value::Object(_) => special(&node),
    }
}

fn special(node: &Node<'_>) -> Result<ValueLiteral, Invalid> {
    if node.value.get("ctx").is_some() {
        node.object(&["ctx"])?.need("ctx")?.word(&[((), "me")])?;
        return Ok(ValueLiteral::Me);
    }
    let object = node.object(&["rel", "n", "unit", "current"])?;
    let words = [(0_u8, "today"), (1, "yesterday"), (2, "tomorrow"), (3, "this"), (4, "last"), (5, "next")];
    let word = object.need("rel")?.word(&words)?;
    let grain = || object.need("unit")?.word(&super::parse::GRAINS);
    let count = || -> Result<u32, Invalid> {
        let count = object.get("n").map_or(Ok(1), |node| node.count(1, MAX_PERIODS))?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    };
    Ok(ValueLiteral::Relative(match word {
        0 => RelativeRange::Today,
        1 => RelativeRange::Yesterday,
        2 => RelativeRange::Tomorrow,
        3 => RelativeRange::This(grain()?),
        4 => RelativeRange::Last { count: count()?, grain: grain()?, current: object.truth("current")? },
        _ => RelativeRange::Next { count: count()?, grain: grain()?, current: object.truth("current")? },
    }))
}
