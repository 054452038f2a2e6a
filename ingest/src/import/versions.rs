//! The versions a row writes: its history as far as the file tells it.

use catalog::{ObjectDef, canonical_value};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{matching::Existing, plan::Plan, rows::Row};

/// One version of a record: when it became true and what it says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Version {
    /// Effective time.
    pub at: DateTime<Utc>,
    /// The first version: every value; a later one: what changes.
    pub values: Map<String, Value>,
}

/// The versions of a new record, oldest first; never none.
///
/// `stages` holds the value of each step's own stage, by step. The error is the reason to reject
/// the row.
pub(crate) fn of_new(
    plan: &Plan,
    row: &Row,
    stages: &[Option<Value>],
    now: DateTime<Utc>,
) -> Result<Vec<Version>, String> {
    let stage_field = plan.times.stage_field.as_str();
    check_order(plan, row, now)?;
    let Some(&(first, first_at)) = row.steps.first() else {
        let at = row.born.or(plan.times.default).unwrap_or(now);
        return Ok(vec![Version { at, values: row.values.clone() }]);
    };
    let last_stage = row.steps.last().and_then(|&(step, _)| stages[step].as_ref());
    if last_stage.is_some_and(|stage| Some(stage) != row.values.get(stage_field)) {
        return Err(stage_without_date(plan, row));
    }
    let mut base = row.values.clone();
    for field in row.steps.iter().skip(1).flat_map(|&(step, _)| &plan.times.steps[step].with) {
        base.remove(field);
    }
    let mut versions = Vec::with_capacity(row.steps.len() + 1);
    if let Some(born) = row.born.filter(|born| *born < first_at) {
        base.remove(stage_field);
        for field in &plan.times.steps[first].with {
            base.remove(field);
        }
        versions.push(Version { at: born, values: base.clone() });
    }
    for &(step, at) in &row.steps {
        let stage = stages[step].as_ref().or_else(|| row.values.get(stage_field));
        let mut values = if versions.is_empty() { base.clone() } else { Map::new() };
        if let Some(stage) = stage {
            values.insert(stage_field.to_owned(), stage.clone());
        }
        for field in &plan.times.steps[step].with {
            if let Some(value) = row.values.get(field) {
                values.insert(field.clone(), value.clone());
            }
        }
        versions.push(Version { at, values });
    }
    Ok(versions)
}

/// The versions that bring a stored record to what the row says, oldest first; none when it says
/// nothing new.
///
/// What happened after the record's present version is written with its own time; a correction of
/// what is already past becomes true now, because history can only be appended.
pub(crate) fn of_existing(
    object: &ObjectDef,
    told: Vec<Version>,
    existing: &Existing,
    now: DateTime<Utc>,
) -> Result<Vec<Version>, String> {
    let mut known = existing.clone();
    let mut versions = Vec::new();
    let mut said = Map::new();
    let last = told.len().saturating_sub(1);
    for (index, version) in told.into_iter().enumerate() {
        said.extend(version.values);
        let later = version.at > existing.updated_at;
        if !later && index < last {
            continue; // already past; what it says is part of the next version
        }
        let values = differences(object, &known, &said)?;
        said.clear();
        if values.is_empty() {
            continue;
        }
        for (name, value) in &values {
            known.fields.insert(name.clone(), Some(super::rows::plain_text(value)));
        }
        let at = if later { version.at } else { now.max(existing.updated_at) };
        versions.push(Version { at, values });
    }
    Ok(versions)
}

fn differences(object: &ObjectDef, known: &Existing, said: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut values = Map::new();
    for (name, value) in said {
        let field = object.field(name).ok_or_else(|| format!("{name}: there is no such field"))?;
        let value = canonical_value(field, value).map_err(|(_, message)| format!("{name}: {message}"))?;
        if let Some(value) = known.difference(name, &value) {
            values.insert(name.clone(), value);
        }
    }
    Ok(values)
}

fn check_order(plan: &Plan, row: &Row, now: DateTime<Utc>) -> Result<(), String> {
    let name = |step: usize| plan.times.steps[step].column_name.as_str();
    for pair in row.steps.windows(2) {
        let ((before, before_at), (after, after_at)) = (pair[0], pair[1]);
        if after_at < before_at {
            return Err(format!("{}: the date is before that of {}", name(after), name(before)));
        }
    }
    if let Some((&(step, at), born)) = row.steps.first().zip(row.born)
        && at < born
    {
        return Err(format!("{}: the date is before the record came about", name(step)));
    }
    if let Some(&(step, _)) = row.steps.iter().find(|(_, at)| *at > now) {
        return Err(format!("{}: the date lies in the future", name(step)));
    }
    if row.born.is_some_and(|born| born > now) {
        return Err("created_at: the date lies in the future".to_owned());
    }
    Ok(())
}

fn stage_without_date(plan: &Plan, row: &Row) -> String {
    let taken = |index: usize| row.steps.iter().any(|(step, _)| *step == index);
    let missing = plan.times.steps.iter().enumerate().filter(|(index, _)| !taken(*index));
    let columns: Vec<&str> = missing.map(|(_, step)| step.column_name.as_str()).collect();
    let field = &plan.times.stage_field;
    if columns.is_empty() {
        return format!("{field}: the row's stage is not the one its last date stands for");
    }
    format!("{field}: the row's stage was entered at a date that is missing: {} is empty", columns.join(", "))
}

#[cfg(test)]
mod tests;
