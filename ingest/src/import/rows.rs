//! Rows with their values put together, links resolved, mistakes collected.

use std::collections::{BTreeMap, HashMap};

use catalog::{Ids, Principal, Role};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    lookup::{Found, Lookups, NewLink},
    matching::key_of,
    outcome::Reject,
    plan::{FieldRule, Plan},
    reading::{Prepared, Read, shown},
    rule::OnMissing,
};

/// A row that could be read, on its way to becoming a record.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Place in its chunk.
    pub index: usize,
    /// Line in the file.
    pub line: u64,
    /// Id of the record, should it be new.
    pub id: Uuid,
    /// Values by field; empty cells have none.
    pub values: Map<String, Value>,
    /// When the record came about, if the file says so.
    pub born: Option<DateTime<Utc>>,
    /// The steps of the stage history it took.
    pub steps: Vec<(usize, DateTime<Utc>)>,
    /// Linked records to make first.
    pub new_links: Vec<NewLink>,
    /// How many rows of the chunk must be stored before it, each linking to the next.
    pub depth: usize,
}

/// Rows that can be stored as far as reading can tell, and those that cannot.
#[derive(Debug, Default)]
pub(crate) struct Assembled {
    pub rows: Vec<Row>,
    pub rejects: Vec<Reject>,
}

/// Puts the rows of a chunk together.
pub(crate) fn assemble(plan: &Plan, caller: &Principal, lookups: &Lookups, prepared: &mut Prepared) -> Assembled {
    let siblings = Siblings::new(plan, prepared);
    let mut columns: Vec<_> = prepared.values.iter_mut().map(|column| std::mem::take(column).into_iter()).collect();
    let mut assembled = Assembled::default();
    let mut parents: BTreeMap<usize, usize> = BTreeMap::new();
    let ids: Vec<Uuid> = prepared.lines.iter().map(|_| Ids.fresh()).collect();
    let links = Links { siblings: &siblings, lookups, ids: &ids };
    for (index, &line) in prepared.lines.iter().enumerate() {
        let mut mistakes = Mistakes::default();
        let mut row = Row {
            index,
            line,
            id: ids[index],
            values: Map::new(),
            born: None,
            steps: Vec::new(),
            new_links: Vec::new(),
            depth: 0,
        };
        for (rule_index, (rule, column)) in plan.rules.iter().zip(&mut columns).enumerate() {
            match column.next().unwrap_or(Read::Empty) {
                Read::Empty => {}
                Read::Wrong(reason) => mistakes.add(&rule.field.name, &reason),
                Read::Value(value) if rule.lookup.is_none() => row.put(rule, value),
                Read::Value(value) => {
                    let text = value.as_str().unwrap_or_default();
                    let linked = links.follow(rule_index, text);
                    parents.extend(linked.parent.map(|parent| (index, parent)));
                    row.take(rule, (rule_index, text), &linked, &mut mistakes);
                }
            }
        }
        dates(plan, prepared, &mut row, &mut mistakes);
        own(plan, caller, &row, &mut mistakes);
        match mistakes.reason() {
            Some(reason) => assembled.rejects.push(Reject::of_row(index, line, reason)),
            None => assembled.rows.push(row),
        }
    }
    order_by_links(&mut assembled, &parents);
    assembled
}

impl Row {
    fn put(&mut self, rule: &FieldRule, value: Value) {
        match &rule.entry {
            None => {
                self.values.insert(rule.field.name.clone(), value);
            }
            Some(entry) => {
                let whole = self.values.entry(rule.field.name.clone()).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(entries) = whole {
                    entries.insert(entry.clone(), value);
                }
            }
        }
    }

    /// Takes over a link, or notes why it leads nowhere.
    fn take(&mut self, rule: &FieldRule, (index, text): (usize, &str), linked: &Linked, mistakes: &mut Mistakes) {
        let Some(lookup) = &rule.lookup else { return };
        let (object, by) = (lookup.object.label.to_lowercase(), &lookup.by);
        match linked.found {
            Found::One(id) => self.put(rule, Value::String(id.to_string())),
            Found::New(id) => {
                self.new_links.push((index, text.to_owned()));
                self.put(rule, Value::String(id.to_string()));
            }
            Found::Missing if lookup.options.on_missing == OnMissing::Null => {}
            Found::Missing => {
                mistakes.add(&rule.field.name, &format!("there is no {object} whose {by} is `{}`", shown(text)));
            }
            Found::Many(count) => {
                let text = shown(text);
                let reason = format!("{count} records of {object} have the {by} `{text}`; say which by external id");
                mistakes.add(&rule.field.name, &reason);
            }
        }
    }

    /// The text of a value, as it is compared.
    pub(crate) fn key(&self, field: &str) -> Option<String> {
        self.values.get(field).map(|value| key_of(field, value))
    }
}

/// A value as Postgres prints it as text.
pub(crate) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Everything a text can be the name of.
struct Links<'l> {
    siblings: &'l Siblings,
    lookups: &'l Lookups,
    ids: &'l [Uuid],
}

/// What a text is the name of.
struct Linked {
    found: Found,
    /// The row of the same chunk that has the name.
    parent: Option<usize>,
}

impl Links<'_> {
    fn follow(&self, rule: usize, text: &str) -> Linked {
        let parent = self.siblings.get(rule, text, self.lookups);
        let found = parent.map_or_else(|| self.lookups.find(rule, text), |parent| Found::One(self.ids[parent]));
        Linked { found, parent }
    }
}

fn dates(plan: &Plan, prepared: &Prepared, row: &mut Row, mistakes: &mut Mistakes) {
    match prepared.times.as_ref().map(|times| &times[row.index]) {
        None | Some(Ok(None)) => {}
        Some(Ok(at)) => row.born = *at,
        Some(Err(reason)) => mistakes.add("created_at", reason),
    }
    for (index, (step, dates)) in plan.times.steps.iter().zip(&prepared.steps).enumerate() {
        match &dates[row.index] {
            Ok(None) => {}
            Ok(Some(at)) => row.steps.push((index, *at)),
            Err(reason) => mistakes.add(&step.column_name, reason),
        }
    }
}

/// Only administrators and managers import for other people.
fn own(plan: &Plan, caller: &Principal, row: &Row, mistakes: &mut Mistakes) {
    if imports_for_others(caller) || plan.object.field("owner_id").is_none() {
        return;
    }
    if row.key("owner_id").is_some_and(|owner| owner != caller.user_id.to_string()) {
        mistakes.add("owner_id", "only administrators and managers may import records for other people");
    }
}

/// Whether the caller may name owners other than themselves.
pub(crate) fn imports_for_others(caller: &Principal) -> bool {
    match caller.role {
        Role::Admin | Role::Manager => true,
        Role::Rep | Role::Support | Role::Analyst | Role::Executive | Role::Custom => false,
    }
}

#[derive(Debug, Default)]
struct Mistakes(Vec<String>);

impl Mistakes {
    fn add(&mut self, field: &str, reason: &str) {
        self.0.push(format!("{field}: {reason}"));
    }

    fn reason(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join("; "))
    }
}

/// Rows of the same chunk that other rows link to, such as the parent company further down.
struct Siblings {
    /// Rule with a link to the imported object itself: the rows by what the link names.
    by_rule: HashMap<usize, HashMap<String, usize>>,
}

impl Siblings {
    fn new(plan: &Plan, prepared: &Prepared) -> Self {
        let mut by_rule = HashMap::new();
        for (index, rule) in plan.rules.iter().enumerate() {
            let Some(lookup) = rule.lookup.as_ref().filter(|lookup| lookup.object.name == plan.object.name) else {
                continue;
            };
            let Some(named) = plan.rule(&lookup.by) else { continue };
            let mut rows = HashMap::new();
            let texts = prepared.values[named].iter().enumerate().filter_map(|(row, read)| match read {
                Read::Value(Value::String(text)) => Some((row, text)),
                Read::Value(_) | Read::Empty | Read::Wrong(_) => None,
            });
            for (row, text) in texts {
                rows.entry(text.clone()).or_insert(row);
            }
            by_rule.insert(index, rows);
        }
        Self { by_rule }
    }

    /// The row that a text names, unless a stored record has that name.
    fn get(&self, rule: usize, text: &str, lookups: &Lookups) -> Option<usize> {
        let row = *self.by_rule.get(&rule)?.get(text)?;
        match lookups.find(rule, text) {
            Found::Missing | Found::New(_) => Some(row),
            Found::One(_) | Found::Many(_) => None,
        }
    }
}

/// Sorts rows behind the rows they link to; rejects those that link to rejected ones or in a ring.
fn order_by_links(assembled: &mut Assembled, parents: &BTreeMap<usize, usize>) {
    if parents.is_empty() {
        return;
    }
    let readable: BTreeMap<usize, u64> = assembled.rows.iter().map(|row| (row.index, row.line)).collect();
    let rows = std::mem::take(&mut assembled.rows);
    for mut row in rows {
        let (mut at, mut broken) = (row.index, None);
        while let Some(&parent) = parents.get(&at) {
            row.depth += 1;
            if row.depth > parents.len() {
                broken = Some("the row links to itself through other rows".to_owned());
                break;
            }
            if !readable.contains_key(&parent) {
                broken = Some("the row it links to was rejected".to_owned());
                break;
            }
            at = parent;
        }
        match broken {
            Some(reason) => assembled.rejects.push(Reject::of_row(row.index, row.line, reason)),
            None => assembled.rows.push(row),
        }
    }
    assembled.rows.sort_by_key(|row| row.depth);
}
