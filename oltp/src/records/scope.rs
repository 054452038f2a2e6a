//! The caller's row predicate in SQL.

use catalog::RowScope;
use uuid::Uuid;

use super::statement::column;

/// The rows of a [`RowScope`] as a condition on the row; `parameter` is where [`ids`] are bound.
///
/// Unowned rows are visible to everybody.
pub(crate) fn condition(rows: &RowScope, parameter: usize) -> String {
    let owner = column("owner_id");
    match rows {
        RowScope::None => "false".to_owned(),
        RowScope::All => "true".to_owned(),
        RowScope::Owners(_) => format!("({owner} is null or {owner} = any(${parameter}))"),
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
        RowScope::Owners(ids) | RowScope::Shared(ids) => Some(ids.iter().copied().collect()),
    }
}
