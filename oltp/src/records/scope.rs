//! The caller's row predicate in SQL.

use catalog::{Policy, RowScope};
use serde_json::Value;
use uuid::Uuid;

use super::{Record, statement::column};

/// The rows of a [`RowScope`] as a condition on the row; `parameter` is where [`ids`] are bound.
///
/// Unowned rows are visible to everybody. No two things share an id, so one list names people, teams
/// and records.
pub(crate) fn condition(rows: &RowScope, parameter: usize) -> String {
    let owner = column("owner_id");
    match rows {
        RowScope::None => "false".to_owned(),
        RowScope::All => "true".to_owned(),
        RowScope::Owners { worked_on, .. } => {
            let worked_on = worked_on.keys().map(|name| format!(" or {} = any(${parameter})", column(name)));
            let worked_on: String = worked_on.collect();
            format!("({owner} is null or {owner} = any(${parameter}){worked_on})")
        }
        RowScope::Shared(_) => format!(
            "({owner} = any(${parameter}) or {audience} = 'everyone' \
             or ({audience} = 'team' and {team} = any(${parameter})))",
            audience = column("audience"),
            team = column("team_id"),
        ),
    }
}

/// The ids to bind, if the scope names any.
pub(crate) fn ids(rows: &RowScope) -> Option<Vec<Uuid>> {
    match rows {
        RowScope::None | RowScope::All => None,
        RowScope::Owners { owners, worked_on } => {
            Some(owners.iter().chain(worked_on.values().flatten()).copied().collect())
        }
        RowScope::Shared(ids) => Some(ids.iter().copied().collect()),
    }
}

/// Whether the person sees a record only because they work on it, and may not change it.
pub(crate) fn only_read(policy: &Policy, record: &Record) -> bool {
    let owner = record.get("owner_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    !policy.rows.covers(owner) && !includes(&policy.changeable, record)
}

/// Whether a record in its canonical form belongs to the scope whoever it is shared with.
pub(crate) fn includes(rows: &RowScope, record: &Record) -> bool {
    rows.includes(|name| record.get(name).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok()))
}
