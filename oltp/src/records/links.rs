//! Links may only point at live records the caller can see.
//!
//! A link to a hidden, a deleted and an unknown record is refused with the same words, so that
//! nobody can find out through a link what exists.

use std::collections::BTreeSet;

use catalog::{Catalog, Invalid, ObjectDef, Policy, Principal, policy};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{Draft, scope, statement};
use crate::{Error, Result};

/// Refuses every draft that links to a record its author may not link to.
pub(crate) async fn check(
    tx: &mut PgConnection,
    catalog: &Catalog,
    caller: &Principal,
    object: &ObjectDef,
    drafts: &mut [Draft],
) -> Result<()> {
    for (field, target) in object.links() {
        let target = catalog.object(target).ok_or_else(|| Error::unknown_object(target))?;
        let mut wanted: BTreeSet<Uuid> =
            drafts.iter().filter(|draft| draft.alive()).filter_map(|draft| new_link(draft, &field.name)).collect();
        if wanted.is_empty() {
            continue;
        }
        // Everybody knows themselves, whatever their role says about people.
        let own = target.name == "user" && wanted.remove(&caller.user_id);
        let mut visible = if wanted.is_empty() {
            BTreeSet::new()
        } else {
            visible(tx, &policy(caller, target), target, &wanted).await?
        };
        if own {
            visible.insert(caller.user_id);
        }
        for draft in drafts.iter_mut() {
            if new_link(draft, &field.name).is_some_and(|id| !visible.contains(&id)) {
                draft.refuse(unknown(&field.name, target));
            }
        }
    }
    Ok(())
}

/// The refusal of a link that leads nowhere.
pub(crate) fn unknown(field: &str, target: &ObjectDef) -> Invalid {
    Invalid::field(field, "unknown_record", format!("there is no {} with this id", target.label.to_lowercase()))
}

fn new_link(draft: &Draft, field: &str) -> Option<Uuid> {
    draft.changing(field).then(|| draft.link_after(field)).flatten()
}

/// Those of the wanted ids whose records are live and visible under the policy.
pub(crate) async fn visible(
    tx: &mut PgConnection,
    policy: &Policy,
    target: &ObjectDef,
    wanted: &BTreeSet<Uuid>,
) -> Result<BTreeSet<Uuid>> {
    let sql = format!(
        "select t.id\nfrom {table} t\nwhere t.id = any($1) and t.deleted_at is null and {scope}",
        table = statement::quoted(&target.table),
        scope = scope::condition(&policy.rows, 2),
    );
    let wanted: Vec<Uuid> = wanted.iter().copied().collect();
    let mut query = sqlx::query_scalar::<_, Uuid>(AssertSqlSafe(sql)).bind(wanted);
    if let Some(owners) = scope::ids(&policy.rows) {
        query = query.bind(owners);
    }
    Ok(query.fetch_all(tx).await?.into_iter().collect())
}
