//! What a rule does, as it is written down.

use catalog::{Catalog, Changes, Invalid, InvalidField, ObjectDef};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::person::Person;
use crate::{notifications::ASSIGNED, words};

/// Actions of one rule.
const MAX_ACTIONS: usize = 10;
/// Tags of one action, and people of one message.
const MAX_NAMED: usize = 20;
/// Characters of the name of a task, and of a message.
pub(super) const MAX_TASK_NAME: usize = 200;
pub(super) const MAX_MESSAGE: usize = 300;
/// The latest day on which a task can be due.
const MAX_DUE_DAYS: i64 = 365;
/// Objects that a task can be about.
const TASK_SUBJECTS: [&str; 4] = ["lead", "contact", "company", "deal"];

/// One thing that a rule does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Action {
    /// Sets fields of the record.
    SetFields {
        /// The fields with their values.
        fields: Map<String, Value>,
    },
    /// Adds tags to those of the record.
    AddTags {
        /// The tags.
        tags: Vec<String>,
    },
    /// Makes a task about the record.
    CreateTask {
        /// Its name; fields of the record in braces.
        name: String,
        /// Its kind; a follow-up unless given.
        #[serde(default)]
        task_kind: Option<String>,
        /// Its priority; medium unless given.
        #[serde(default)]
        priority: Option<String>,
        /// Days until it is due; 0 is the same day.
        due_in_days: i64,
        /// Who has to do it; the author of the rule when there is nobody.
        owner: Person,
    },
    /// Tells people something.
    Notify {
        /// Whom.
        to: Vec<Person>,
        /// What; fields of the record in braces.
        message: String,
    },
}

/// The actions of a rule.
pub(super) fn parse(actions: &Value) -> Result<Vec<Action>, Vec<InvalidField>> {
    let list = actions.as_array().filter(|list| !list.is_empty() && list.len() <= MAX_ACTIONS);
    let Some(list) = list else {
        return Err(vec![refusal(
            String::new(),
            "wrong_type",
            format!("actions must be a list of 1 to {MAX_ACTIONS}"),
        )]);
    };
    let mut parsed = Vec::with_capacity(list.len());
    let mut wrong = Vec::new();
    for (at, action) in list.iter().enumerate() {
        match Action::deserialize(action) {
            Ok(action) => parsed.push(action),
            Err(error) => wrong.push(refusal(format!("/{at}"), "invalid_action", error.to_string())),
        }
    }
    if wrong.is_empty() { Ok(parsed) } else { Err(wrong) }
}

impl Action {
    /// What is wrong with it for records of this object, as its author knows it; pointers are within the action.
    pub(super) fn wrong_parts(&self, catalog: &Catalog, object: &ObjectDef) -> Vec<InvalidField> {
        let refuse = |at: &str, code, message: String| vec![refusal(at.to_owned(), code, message)];
        let label = object.plural_label.to_lowercase();
        match self {
            Self::SetFields { fields } if fields.is_empty() => refuse("/fields", "required", "name a field".to_owned()),
            Self::SetFields { fields } => match Changes::parse_patch(object, fields) {
                Ok(_) => Vec::new(),
                Err(Invalid(wrong)) => within("/fields", wrong),
            },
            Self::AddTags { .. } if object.field("tags").is_none() => {
                refuse("", "no_tags", format!("{label} have no tags"))
            }
            Self::AddTags { tags } if tags.is_empty() || tags.len() > MAX_NAMED => {
                refuse("/tags", "wrong_type", format!("give 1 to {MAX_NAMED} tags"))
            }
            Self::AddTags { .. } => Vec::new(),
            Self::CreateTask { .. } if !TASK_SUBJECTS.contains(&object.name.as_str()) => refuse(
                "",
                "no_tasks",
                format!("tasks are about leads, contacts, companies and deals, not about {label}"),
            ),
            Self::CreateTask { due_in_days, .. } if !(0..=MAX_DUE_DAYS).contains(due_in_days) => {
                refuse("/due_in_days", "out_of_range", format!("give 0 to {MAX_DUE_DAYS} days"))
            }
            Self::CreateTask { name, .. } => {
                let mut wrong = wrong_text("/name", name, object, MAX_TASK_NAME);
                let task = catalog.object("task").map(|task| Changes::parse_new(task, &self.task_fields(name)));
                if let Some(Err(Invalid(refused))) = task {
                    wrong.extend(refused.into_iter().map(|one| match one.pointer.as_str() {
                        "/kind" => InvalidField { pointer: "/task_kind".to_owned(), ..one },
                        _ => one,
                    }));
                }
                wrong
            }
            Self::Notify { .. } if !ASSIGNED.contains(&object.name.as_str()) => {
                refuse("", "no_messages", format!("people are told of {}, not of {label}", ASSIGNED.join("s, ") + "s"))
            }
            Self::Notify { to, .. } if to.is_empty() || to.len() > MAX_NAMED => {
                refuse("/to", "wrong_type", format!("name 1 to {MAX_NAMED} people"))
            }
            Self::Notify { message, .. } => wrong_text("/message", message, object, MAX_MESSAGE),
        }
    }

    /// What is given of a task under this name; nothing for another action.
    pub(super) fn task_fields(&self, name: &str) -> Map<String, Value> {
        let Self::CreateTask { task_kind, priority, .. } = self else { return Map::new() };
        let given = [("kind", task_kind), ("priority", priority)];
        let given = given.into_iter().filter_map(|(field, value)| Some((field.to_owned(), json!(value.as_ref()?))));
        given.chain([("name".to_owned(), json!(name))]).collect()
    }

    /// The people it names by id.
    pub(super) fn people(&self) -> Vec<Person> {
        match self {
            Self::CreateTask { owner, .. } => vec![*owner],
            Self::Notify { to, .. } => to.clone(),
            Self::SetFields { .. } | Self::AddTags { .. } => Vec::new(),
        }
    }
}

fn wrong_text(pointer: &str, text: &str, object: &ObjectDef, longest: usize) -> Vec<InvalidField> {
    if text.trim().is_empty() || text.chars().count() > longest {
        return vec![refusal(pointer.to_owned(), "too_long", format!("write 1 to {longest} characters"))];
    }
    let unknown = words::fields(text).find(|name| object.field(name).is_none());
    let message = |name| format!("{} has no field {name}", object.label);
    unknown.map(|name| refusal(pointer.to_owned(), "unknown_field", message(name))).into_iter().collect()
}

/// The refusals with their pointers below another.
pub(super) fn within(pointer: &str, wrong: Vec<InvalidField>) -> Vec<InvalidField> {
    wrong.into_iter().map(|one| InvalidField { pointer: format!("{pointer}{}", one.pointer), ..one }).collect()
}

pub(super) fn refusal(pointer: String, code: &'static str, message: String) -> InvalidField {
    InvalidField { pointer, code, message }
}
