//! From what a person writes to the id of a record: names, external ids, user names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use catalog::{Ids, Principal, RowScope, policy};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::{
    Error,
    plan::{BoundLookup, Plan},
    reading::{Prepared, Read},
    rule::{Lookup, OnMissing},
};

/// Texts remembered per lookup; a file with more distinct ones asks the database again.
const REMEMBERED: usize = 500_000;

/// What a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// This record.
    One(Uuid),
    /// A record that the import makes, under this id, together with the first row that needs it.
    New(Uuid),
    /// No record.
    Missing,
    /// Several records.
    Many(usize),
}

/// Everything looked up so far, shared by rules that look in the same way.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    /// Rule to the lookup it uses.
    slots: Vec<Option<usize>>,
    known: Vec<HashMap<String, Found>>,
    within: Vec<BTreeMap<String, Uuid>>,
}

/// A linked record that has to be made: the rule that asked, and its name.
pub(crate) type NewLink = (usize, String);

impl Lookups {
    /// Prepares the lookups of a plan and resolves their `within`.
    pub(crate) async fn new(oltp: &oltp::Oltp, caller: &Principal, plan: &Plan) -> Result<Self, Error> {
        let mut lookups = Self::default();
        let mut same: Vec<(&str, &str, &BTreeMap<String, String>)> = Vec::new();
        for rule in &plan.rules {
            let Some(lookup) = &rule.lookup else {
                lookups.slots.push(None);
                continue;
            };
            let identity = (lookup.object.name.as_str(), lookup.by.as_str(), &lookup.options.within);
            if let Some(slot) = same.iter().position(|other| *other == identity) {
                lookups.slots.push(Some(slot));
                continue;
            }
            if policy(caller, &lookup.object).masked.contains(&lookup.by) {
                let by = format!("{}.{}", lookup.object.name, lookup.by);
                let message = format!("your role may not see {by}, so nothing can be found by it");
                return Err(Error::mapping(&rule.field.name, message));
            }
            lookups.slots.push(Some(same.len()));
            same.push(identity);
            lookups.known.push(HashMap::new());
            lookups.within.push(within(oltp, caller, plan, lookup).await?);
        }
        Ok(lookups)
    }

    /// Looks up every text of the chunk that is not known yet.
    pub(crate) async fn resolve(
        &mut self,
        oltp: &oltp::Oltp,
        caller: &Principal,
        plan: &Plan,
        prepared: &Prepared,
    ) -> Result<(), Error> {
        for (index, rule) in plan.rules.iter().enumerate() {
            let (Some(lookup), Some(slot)) = (&rule.lookup, self.slots[index]) else { continue };
            let mut wanted: BTreeSet<&str> = prepared.values[index].iter().filter_map(text).collect();
            if rule.field.name == plan.times.stage_field {
                wanted.extend(plan.times.steps.iter().filter_map(|step| step.stage.as_deref()));
            }
            let grows = lookup.object.name == plan.object.name; // each chunk adds records to find
            if grows || self.known[slot].len() > REMEMBERED {
                self.known[slot].clear();
            }
            wanted.retain(|text| !self.known[slot].contains_key(*text));
            if wanted.is_empty() {
                continue;
            }
            let scope = Scope { rows: policy(caller, &lookup.object).rows, within: &self.within[slot] };
            let mut found = find(oltp, lookup, &scope, &wanted).await?;
            for text in wanted {
                let found = found.remove(text).unwrap_or_else(|| absent(lookup));
                self.known[slot].insert(text.to_owned(), found);
            }
        }
        Ok(())
    }

    /// What a text means to a rule; it has been resolved before.
    pub(crate) fn find(&self, rule: usize, text: &str) -> Found {
        let slot = self.slots.get(rule).copied().flatten();
        slot.and_then(|slot| self.known[slot].get(text)).cloned().unwrap_or(Found::Missing)
    }

    /// Remembers that a new linked record has been made.
    pub(crate) fn made(&mut self, rule: usize, text: &str) {
        if let Some(found) = self.slots[rule].and_then(|slot| self.known[slot].get_mut(text))
            && let Found::New(id) = *found
        {
            *found = Found::One(id);
        }
    }

    /// The values of a new linked record: its name, its place and what the mapping adds.
    pub(crate) fn new_values(&self, plan: &Plan, rule: usize, text: &str) -> serde_json::Map<String, Value> {
        let mut values = serde_json::Map::new();
        let Some((lookup, slot)) = plan.rules[rule].lookup.as_ref().zip(self.slots[rule]) else { return values };
        for (name, value) in &lookup.options.create {
            values.insert(name.clone(), json(value));
        }
        for (name, id) in &self.within[slot] {
            values.insert(name.clone(), Value::String(id.to_string()));
        }
        values.insert(lookup.by.clone(), Value::String(text.to_owned()));
        values.entry(lookup.object.title.clone()).or_insert_with(|| Value::String(text.to_owned()));
        values
    }
}

fn text(read: &Read) -> Option<&str> {
    match read {
        Read::Value(Value::String(text)) => Some(text),
        Read::Value(_) | Read::Empty | Read::Wrong(_) => None,
    }
}

fn absent(lookup: &BoundLookup) -> Found {
    match lookup.options.on_missing {
        OnMissing::Create => Found::New(Ids.fresh()),
        OnMissing::Reject | OnMissing::Null => Found::Missing,
    }
}

fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Boolean(yes) => Value::from(*yes),
        toml::Value::Float(_) | toml::Value::Datetime(_) => Value::String(value.to_string()),
        toml::Value::Array(_) | toml::Value::Table(_) => serde_json::to_value(value).unwrap_or(Value::Null),
    }
}

/// Which records count.
struct Scope<'s> {
    rows: RowScope,
    within: &'s BTreeMap<String, Uuid>,
}

/// Finds records by one field; one entry per text that is there.
///
/// Names are compared as written first, then without regard to upper and lower case.
async fn find(
    oltp: &oltp::Oltp,
    lookup: &BoundLookup,
    scope: &Scope<'_>,
    wanted: &BTreeSet<&str>,
) -> Result<HashMap<String, Found>, Error> {
    let owners: Option<Vec<Uuid>> = match &scope.rows {
        RowScope::None => return Ok(HashMap::new()),
        RowScope::All => None,
        // Nothing that files link to is a part of something else, and no two things share an id.
        RowScope::Owners { owners, worked_on } => {
            Some(owners.iter().chain(worked_on.values().flatten()).copied().collect())
        }
        // Nor is it personal; of what is, only one's own would be found.
        RowScope::Shared(ids) => Some(ids.iter().copied().collect()),
    };
    let keys: Vec<String> = match lookup.by.as_str() {
        "id" => wanted.iter().filter_map(|text| Uuid::parse_str(text).ok()).map(|id| id.to_string()).collect(),
        "external_id" => wanted.iter().map(|&text| text.to_owned()).collect(),
        _ => wanted.iter().map(|text| text.to_lowercase()).collect(),
    };
    let mut query = sqlx::query(AssertSqlSafe(statement(lookup, scope, owners.is_some()))).bind(keys);
    for id in scope.within.values() {
        query = query.bind(*id);
    }
    if let Some(owners) = owners {
        query = query.bind(owners);
    }
    let mut exact: HashMap<String, Vec<Uuid>> = HashMap::new();
    let mut by_letters: HashMap<String, Vec<Uuid>> = HashMap::new();
    for row in query.fetch_all(oltp.pool()).await? {
        let (key, id): (String, Uuid) = (row.try_get(0)?, row.try_get(1)?);
        by_letters.entry(key.to_lowercase()).or_default().push(id);
        exact.entry(key).or_default().push(id);
    }
    let found = wanted.iter().filter_map(|&text| {
        let ids = exact.get(text).or_else(|| by_letters.get(&text.to_lowercase()))?;
        let found = match ids.as_slice() {
            [id] => Found::One(*id),
            several => Found::Many(several.len()),
        };
        Some((text.to_owned(), found))
    });
    Ok(found.collect())
}

/// Reads key and id: `$1` the keys, then the links of `within`, then the visible owners.
fn statement(lookup: &BoundLookup, scope: &Scope<'_>, owners: bool) -> String {
    let by = quoted(&lookup.by);
    let wanted = match lookup.by.as_str() {
        "id" => "t.id = any($1::uuid[])".to_owned(),
        "external_id" => "t.external_id = any($1)".to_owned(),
        _ => format!("lower(t.{by}::text) = any($1)"),
    };
    let table = quoted(&lookup.object.table);
    let mut sql = format!("select t.{by}::text, t.id\nfrom {table} t\nwhere t.deleted_at is null and {wanted}");
    for (index, name) in scope.within.keys().enumerate() {
        sql = format!("{sql}\n  and t.{} = ${}", quoted(name), index + 2);
    }
    if owners {
        let parameter = scope.within.len() + 2;
        sql =
            format!("{sql}\n  and (t.owner_id is null or t.owner_id = any(${parameter}) or t.id = any(${parameter}))");
    }
    sql
}

/// The ids behind `within`, whose values are names.
async fn within(
    oltp: &oltp::Oltp,
    caller: &Principal,
    plan: &Plan,
    lookup: &BoundLookup,
) -> Result<BTreeMap<String, Uuid>, Error> {
    let mut ids = BTreeMap::new();
    for (name, text) in &lookup.options.within {
        let wrong = |reason: String| Error::mapping("lookup.within", reason);
        let target = lookup.object.links().find(|(field, _)| field.name == *name).map(|(_, target)| target);
        let target = target.and_then(|target| plan.catalog.object(target));
        let target = target.ok_or_else(|| wrong(format!("`{name}` is not a link of {}", lookup.object.label)))?;
        let by_name = BoundLookup { object: target.clone(), by: target.title.clone(), options: Lookup::default() };
        let scope = Scope { rows: policy(caller, target).rows, within: &BTreeMap::new() };
        let found = find(oltp, &by_name, &scope, &BTreeSet::from([text.as_str()])).await?;
        match found.get(text) {
            Some(Found::One(id)) => ids.insert(name.clone(), *id),
            _ => return Err(wrong(format!("there is no single {} called `{text}`", target.label.to_lowercase()))),
        };
    }
    Ok(ids)
}

/// A name of the catalogue as an SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
