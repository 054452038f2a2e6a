//! Named measures: the formulas that everybody should agree on, written once.

use std::collections::BTreeSet;

use query_service::rel::Grain;

use crate::spec::{Aggregate, ConditionSpec, Format, Operator, ValueLiteral};

/// A measure with a name, made of aggregates of one object.
#[derive(Debug, Clone, Copy)]
pub struct NamedMeasure {
    /// The object it belongs to.
    pub object: &'static str,
    /// Its name after the object's.
    pub name: &'static str,
    /// Name on screen.
    pub label: &'static str,
    /// How it is shown.
    pub format: Format,
    /// One sentence on what it means.
    pub help: &'static str,
    /// What it is.
    pub body: MeasureBody,
}

/// What a named measure is.
#[derive(Debug, Clone, Copy)]
pub enum MeasureBody {
    /// An aggregate over the records for which a choice field has a value.
    Filtered {
        /// The aggregated field; `None` counts records.
        field: Option<&'static str>,
        /// How.
        aggregate: Aggregate,
        /// The choice field and the words that count; `None` counts all records.
        only: Option<(&'static str, &'static [&'static str])>,
    },
    /// A formula over named measures of the same object, such as `won_count / closed_count`.
    Formula(&'static str),
    /// The sum over records of amount × percent ÷ 100, over open records; a missing percent is 0.
    WeightedOpen {
        /// The amount.
        amount: &'static str,
        /// Path of the percent.
        percent: &'static str,
        /// The choice field and the words that count.
        only: (&'static str, &'static [&'static str]),
    },
}

impl NamedMeasure {
    /// The measure's name in specifications.
    pub fn path(&self) -> String {
        format!("{}.{}", self.object, self.name)
    }

    /// Whether it is computed from one of these fields of its object.
    pub(crate) fn needs(&self, fields: &BTreeSet<String>) -> bool {
        let one = |field: &str| fields.contains(field);
        match self.body {
            MeasureBody::Filtered { field, only, .. } => {
                field.is_some_and(one) || only.is_some_and(|(field, _)| one(field))
            }
            MeasureBody::WeightedOpen { amount, percent, only } => {
                let link = percent.split('.').next().map(|link| format!("{link}_id"));
                one(amount) || one(only.0) || link.is_some_and(|link| one(&link))
            }
            MeasureBody::Formula(formula) => {
                let parts = NAMED_MEASURES.iter().filter(|part| part.object == self.object);
                let words: Vec<&str> = formula.split_whitespace().collect();
                parts.filter(|part| words.contains(&part.name)).any(|part| part.needs(fields))
            }
        }
    }
}

/// The condition that a field has one of these words.
pub(crate) fn only(object: &str, field: &str, words: &[&str]) -> ConditionSpec {
    ConditionSpec::Field {
        fields: vec![format!("{object}.{field}")],
        operator: Operator::In,
        value: Some(ValueLiteral::List(words.iter().map(|word| serde_json::Value::from(*word)).collect())),
        pointer: String::new(),
    }
}

const fn count(
    object: &'static str,
    name: &'static str,
    label: &'static str,
    only: (&'static str, &'static [&'static str]),
    help: &'static str,
) -> NamedMeasure {
    let body = MeasureBody::Filtered { field: None, aggregate: Aggregate::Count, only: Some(only) };
    NamedMeasure { object, name, label, format: Format::Integer, help, body }
}

const fn sum(
    name: &'static str,
    label: &'static str,
    words: &'static [&'static str],
    help: &'static str,
) -> NamedMeasure {
    let body =
        MeasureBody::Filtered { field: Some("amount"), aggregate: Aggregate::Sum, only: Some(("status", words)) };
    NamedMeasure { object: "deal", name, label, format: Format::Money, help, body }
}

const fn formula(
    object: &'static str,
    name: &'static str,
    label: &'static str,
    (format, text): (Format, &'static str),
    help: &'static str,
) -> NamedMeasure {
    NamedMeasure { object, name, label, format, help, body: MeasureBody::Formula(text) }
}

/// Every named measure.
pub const NAMED_MEASURES: &[NamedMeasure] = &[
    count("deal", "won_count", "Won deals", ("status", &["won"]), "Deals that were won."),
    count("deal", "lost_count", "Lost deals", ("status", &["lost"]), "Deals that were lost."),
    count("deal", "open_count", "Open deals", ("status", &["open"]), "Deals that are neither won nor lost."),
    count("deal", "closed_count", "Closed deals", ("status", &["won", "lost"]), "Deals that were won or lost."),
    sum("won_amount", "Won revenue", &["won"], "Amount of won deals."),
    sum("lost_amount", "Lost amount", &["lost"], "Amount of lost deals."),
    sum("open_amount", "Open amount", &["open"], "Amount of deals that are neither won nor lost."),
    NamedMeasure {
        object: "deal",
        name: "weighted_amount",
        label: "Weighted forecast",
        format: Format::Money,
        help: "Amount of open deals times the probability of their stage.",
        body: MeasureBody::WeightedOpen { amount: "amount", percent: "stage.probability", only: ("status", &["open"]) },
    },
    formula(
        "deal",
        "win_rate",
        "Win rate",
        (Format::Percent, "won_count / closed_count"),
        "Won deals as a part of closed deals.",
    ),
    formula(
        "deal",
        "average_won_amount",
        "Average won deal",
        (Format::Money, "won_amount / won_count"),
        "Won revenue per won deal.",
    ),
    NamedMeasure {
        object: "stage_span",
        name: "deals",
        label: "Deals that entered",
        format: Format::Integer,
        help: "Deals that were ever in the stage, each counted once however often it came back.",
        body: MeasureBody::Filtered { field: Some("deal_id"), aggregate: Aggregate::CountDistinct, only: None },
    },
    count("lead", "converted_count", "Converted leads", ("status", &["converted"]), "Leads that became customers."),
    count("lead", "lost_count", "Lost leads", ("status", &["lost"]), "Leads that were lost."),
    formula(
        "lead",
        "conversion_rate",
        "Conversion rate",
        (Format::Percent, "converted_count / count"),
        "Converted leads as a part of all leads.",
    ),
    count("task", "done_count", "Done tasks", ("status", &["done"]), "Tasks that are done."),
    count("task", "open_count", "Open tasks", ("status", &["open", "in_progress"]), "Tasks still to do."),
];

/// Words of the grains, for descriptions.
pub(crate) const GRAIN_WORDS: [(Grain, &str); 5] = [
    (Grain::Day, "day"),
    (Grain::Week, "week"),
    (Grain::Month, "month"),
    (Grain::Quarter, "quarter"),
    (Grain::Year, "year"),
];
