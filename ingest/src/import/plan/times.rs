//! The effective times a mapping asks for.

use chrono::{DateTime, Utc};

use super::{FieldRule, Reading, Step, Times, bind::Binder};
use crate::import::{
    Error,
    reading::moment,
    rule::{Rule, RuleTable},
};

/// Binds `[time]` and `[[stages]]`.
pub(super) fn bind(binder: &Binder<'_>, rules: &[FieldRule]) -> Result<Times, Error> {
    let mapping = binder.mapping;
    let reading = binder.reading("time", &RuleTable::default())?;
    let column = mapping.time.column.as_ref().map(|name| binder.column("time.column", name)).transpose()?;
    let default = mapping.time.default.as_ref().map(|text| stated(text, &reading.iso())).transpose()?;
    let stage_field = if binder.object.field("stage_id").is_some() { "stage_id" } else { "status" };
    let mut steps = Vec::with_capacity(mapping.stages.len());
    for (index, step) in mapping.stages.iter().enumerate() {
        let at = format!("stages.{index}");
        if let Some(name) = step.with.iter().find(|name| !rules.iter().any(|rule| rule.field.name == **name)) {
            return Err(Error::mapping(&at, format!("no column fills `{name}`")));
        }
        steps.push(Step {
            column: binder.column(&at, &step.at)?,
            column_name: step.at.clone(),
            reading: column_reading(binder, &at, &step.at)?,
            stage: step.stage.clone(),
            with: step.with.clone(),
        });
    }
    if !steps.is_empty() && !rules.iter().any(|rule| rule.field.name == stage_field && rule.entry.is_none()) {
        return Err(Error::mapping("stages", format!("no column fills `{stage_field}`, the final stage of each row")));
    }
    let reading = match &mapping.time.column {
        Some(name) => column_reading(binder, "time.column", name)?,
        None => reading,
    };
    Ok(Times { column, default, reading, steps, stage_field: stage_field.to_owned() })
}

/// A date column is read here as its own rule reads it.
fn column_reading(binder: &Binder<'_>, at: &str, column: &str) -> Result<Reading, Error> {
    let own = binder.mapping.columns.get(column).map(|rule: &Rule| rule.long.clone());
    let filled = binder
        .mapping
        .fields
        .values()
        .find(|rule| rule.short.as_deref() == Some(column) || rule.long.column.as_deref() == Some(column));
    let table = own.or_else(|| filled.map(|rule| rule.long.clone())).unwrap_or_default();
    let mut reading = binder.reading(at, &table)?;
    reading.default = None;
    Ok(reading)
}

fn stated(text: &str, reading: &Reading) -> Result<DateTime<Utc>, Error> {
    moment(text, reading).map_err(|reason| Error::mapping("time.default", format!("`{text}` {reason}")))
}
