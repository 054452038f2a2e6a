//! The caller's row predicate in SQL.

use catalog::RowScope;
use uuid::Uuid;

use super::statement::column;

/// The rows of a [`RowScope`] as a condition on the row, and the owners to bind for it.
///
/// Unowned rows are visible to everybody.
pub(crate) fn condition(rows: &RowScope, parameter: usize) -> String {
    match rows {
        RowScope::All => "true".to_owned(),
        RowScope::Owners(_) => format!("({owner} is null or {owner} = any(${parameter}))", owner = column("owner_id")),
    }
}

/// The owners to bind, if the scope names any.
pub(crate) fn owners(rows: &RowScope) -> Option<Vec<Uuid>> {
    match rows {
        RowScope::All => None,
        RowScope::Owners(owners) => Some(owners.iter().copied().collect()),
    }
}
