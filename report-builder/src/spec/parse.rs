//! Reads a whole specification.

use std::collections::BTreeSet;

use catalog::Invalid;
use query_service::rel::Grain;
use serde_json::Value;

use super::{
    Aggregate, DEFAULT_LIMIT, Format, GroupSpec, HavingSpec, MAX_GROUPS, MAX_LIMIT, MAX_VALUES, ReportSpec, SortSpec,
    TopSpec, TotalsSpec, ValueSource, ValueSpec,
    condition::{self, Operator},
    reader::{Node, Object},
};
use crate::fault::refused;

const KEYS: [&str; 14] = [
    "spec_version",
    "name",
    "title",
    "description",
    "rows",
    "columns",
    "values",
    "where",
    "having",
    "sort",
    "top",
    "totals",
    "limit",
    "time_zone",
];

pub(super) const GRAINS: [(Grain, &str); 5] = [
    (Grain::Day, "day"),
    (Grain::Week, "week"),
    (Grain::Month, "month"),
    (Grain::Quarter, "quarter"),
    (Grain::Year, "year"),
];

/// Longest id of a group or value, in characters.
const MAX_ID: usize = 100;

pub(super) fn report(json: &Value) -> Result<ReportSpec, Invalid> {
    let root = Node::root(json);
    let object = root.object(&KEYS)?;
    let version = object.need("spec_version")?;
    if version.value.as_u64() != Some(1) {
        return Err(refused(&version.pointer, "unknown_version", "this server reads specification version 1"));
    }
    let groups = |key: &str| -> Result<Vec<GroupSpec>, Invalid> {
        object.get(key).map_or(Ok(Vec::new()), |list| list.items(MAX_GROUPS)?.iter().map(group).collect())
    };
    let list = object.need("values")?;
    let values = list.items(MAX_VALUES)?.iter().map(value).collect::<Result<Vec<_>, _>>()?;
    if values.is_empty() {
        return Err(refused(&list.pointer, "required", "a report needs at least one value"));
    }
    let spec = ReportSpec {
        name: object.text("name")?.unwrap_or_default(),
        title: object.text("title")?.unwrap_or_default(),
        description: object.text("description")?.unwrap_or_default(),
        rows: groups("rows")?,
        columns: groups("columns")?,
        values,
        condition: object.get("where").map(|node| condition::read(&node)).transpose()?,
        having: object.get("having").map_or(Ok(Vec::new()), |node| having(&node))?,
        sort: object
            .get("sort")
            .map_or(Ok(Vec::new()), |list| list.items(MAX_GROUPS)?.iter().map(sort).collect::<Result<_, _>>())?,
        top: object.get("top").map(|node| top(&node)).transpose()?,
        totals: object.get("totals").map_or(Ok(TotalsSpec::default()), |node| totals(&node))?,
        limit: object.get("limit").map_or(Ok(DEFAULT_LIMIT), |node| node.count(1, MAX_LIMIT))?,
        time_zone: object.text("time_zone")?,
    };
    check_ids(&spec)?;
    Ok(spec)
}

fn check_ids(spec: &ReportSpec) -> Result<(), Invalid> {
    if spec.rows.len() + spec.columns.len() > MAX_GROUPS {
        return Err(refused("/columns", "too_many", format!("at most {MAX_GROUPS} row and column fields together")));
    }
    let groups = spec.rows.iter().chain(&spec.columns).map(|group| (&group.id, &group.pointer));
    let values = spec.values.iter().map(|value| (&value.id, &value.pointer));
    let mut seen = BTreeSet::new();
    for (id, pointer) in groups.chain(values) {
        if !seen.insert(id) {
            let message = format!("two groups or values are called `{id}`; give one of them another `id`");
            return Err(refused(pointer, "duplicate_id", message));
        }
    }
    Ok(())
}

fn group(node: &Node<'_>) -> Result<GroupSpec, Invalid> {
    let object = node.object(&["id", "field", "fields", "grain", "label"])?;
    let fields = match (object.get("field"), object.get("fields")) {
        (Some(one), None) => vec![one.text()?.to_owned()],
        (None, Some(list)) => {
            let fields = list.items(MAX_GROUPS)?;
            fields.iter().map(|field| field.text().map(str::to_owned)).collect::<Result<Vec<_>, _>>()?
        }
        (Some(_), Some(two)) => return Err(refused(&two.pointer, "conflict", "give `field` or `fields`, not both")),
        (None, None) => return Err(refused(&node.pointer, "required", "`field` is missing")),
    };
    let Some(first) = fields.first() else {
        return Err(refused(&node.pointer, "required", "`fields` names no field"));
    };
    let grain = object.get("grain").map(|grain| grain.word(&GRAINS)).transpose()?;
    let id = id(&object)?.unwrap_or_else(|| first.clone());
    Ok(GroupSpec { id, fields, grain, label: object.text("label")?, pointer: node.pointer.clone() })
}

fn value(node: &Node<'_>) -> Result<ValueSpec, Invalid> {
    let object = node.object(&["id", "measure", "field", "agg", "formula", "where", "label", "format"])?;
    let aggregate = object.get("agg").map(|agg| agg.word(&Aggregate::ALL.map(|(meaning, word)| (meaning, word))));
    let aggregate = aggregate.transpose()?;
    let source = match (object.text("measure")?, object.text("field")?, object.text("formula")?) {
        (Some(measure), None, None) if aggregate.is_none() => ValueSource::Measure(measure),
        (None, Some(field), None) => {
            let aggregate = aggregate
                .ok_or_else(|| refused(&node.pointer, "required", "`agg` says how the field is aggregated"))?;
            ValueSource::Aggregate { field, aggregate }
        }
        (None, None, Some(formula)) if aggregate.is_none() => ValueSource::Formula(formula),
        _ => {
            let message = "a value has either `measure`, or `field` with `agg`, or `formula`";
            return Err(refused(&node.pointer, "conflict", message));
        }
    };
    if matches!(source, ValueSource::Formula(_)) && object.has("where") {
        let message = "a formula has no records of its own; put the filter on the values it uses";
        return Err(refused(&format!("{}/where", node.pointer), "conflict", message));
    }
    let id = match (id(&object)?, &source) {
        (Some(id), _) => id,
        (None, ValueSource::Measure(measure)) => measure.clone(),
        (None, ValueSource::Aggregate { .. } | ValueSource::Formula(_)) => object.need("id")?.text()?.to_owned(),
    };
    Ok(ValueSpec {
        id,
        source,
        condition: object.get("where").map(|node| condition::read(&node)).transpose()?,
        label: object.text("label")?,
        format: object.get("format").map(|format| format.word(&Format::ALL)).transpose()?,
        pointer: node.pointer.clone(),
    })
}

fn id(object: &Object<'_>) -> Result<Option<String>, Invalid> {
    let Some(node) = object.get("id") else { return Ok(None) };
    let id = node.text()?;
    if id.is_empty() || id.chars().count() > MAX_ID {
        return Err(refused(&node.pointer, "invalid_id", format!("an id has 1 to {MAX_ID} characters")));
    }
    Ok(Some(id.to_owned()))
}

fn having(node: &Node<'_>) -> Result<Vec<HavingSpec>, Invalid> {
    let nodes = if node.value.is_array() { node.items(MAX_VALUES)? } else { vec![node.clone()] };
    nodes.iter().map(one_having).collect()
}

fn one_having(node: &Node<'_>) -> Result<HavingSpec, Invalid> {
    let object = node.object(&["value", "op", "than"])?;
    let than = object.need("than")?;
    let text = match than.value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            return Err(than.wrong("a number, or a decimal number as text"));
        }
    };
    Ok(HavingSpec {
        value: object.need("value")?.text()?.to_owned(),
        operator: object.need("op")?.word(&Operator::COMPARISONS)?,
        than: text,
        pointer: node.pointer.clone(),
    })
}

fn sort(node: &Node<'_>) -> Result<SortSpec, Invalid> {
    let object = node.object(&["by", "direction"])?;
    Ok(SortSpec {
        by: object.need("by")?.text()?.to_owned(),
        descending: direction(&object)?.unwrap_or(false),
        pointer: node.pointer.clone(),
    })
}

fn direction(object: &Object<'_>) -> Result<Option<bool>, Invalid> {
    object.get("direction").map(|node| node.word(&[(false, "asc"), (true, "desc")])).transpose()
}

fn top(node: &Node<'_>) -> Result<TopSpec, Invalid> {
    let object = node.object(&["n", "by", "direction", "per", "others"])?;
    let per = object.get("per").map_or(Ok(Vec::new()), |list| {
        list.items(MAX_GROUPS)?.iter().map(|item| item.text().map(str::to_owned)).collect()
    })?;
    Ok(TopSpec {
        count: object.need("n")?.count(1, MAX_LIMIT)?,
        by: object.need("by")?.text()?.to_owned(),
        ascending: direction(&object)?.is_some_and(|descending| !descending),
        per,
        others: object.truth("others")?,
        pointer: node.pointer.clone(),
    })
}

fn totals(node: &Node<'_>) -> Result<TotalsSpec, Invalid> {
    if let Some(all) = node.value.as_bool() {
        return Ok(TotalsSpec { rows: all, columns: all, grand: all });
    }
    let object = node.object(&["rows", "columns", "grand"])?;
    Ok(TotalsSpec { rows: object.truth("rows")?, columns: object.truth("columns")?, grand: object.truth("grand")? })
}
