//! Companies and teams form trees: a record is never its own ancestor.

use std::collections::BTreeMap;

use catalog::Invalid;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::{
    Result,
    records::{Batch, Draft, Verb, statement},
};

const PARENT: &str = "parent_id";

/// Refuses drafts whose new parent is themselves or one of their descendants.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let moving =
        drafts.iter().any(|draft| draft.alive() && draft.changing(PARENT) && draft.link_after(PARENT).is_some());
    if !moving || batch.verb == Verb::Create {
        return Ok(()); // a new record has no descendants
    }
    let mut parents = parents(tx, batch).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive() && draft.changing(PARENT)) {
        let Some(parent) = draft.link_after(PARENT) else {
            parents.remove(&draft.id);
            continue;
        };
        if descends(&parents, parent, draft.id) {
            let message = format!("a {} cannot be below itself", batch.object.label.to_lowercase());
            draft.refuse(Invalid::field(PARENT, "cycle", message));
        } else {
            parents.insert(draft.id, parent);
        }
    }
    Ok(())
}

/// Whether `ancestor` is `id` or above it.
fn descends(parents: &BTreeMap<Uuid, Uuid>, id: Uuid, ancestor: Uuid) -> bool {
    let mut at = Some(id);
    for _ in 0..=parents.len() {
        match at {
            None => return false,
            Some(id) if id == ancestor => return true,
            Some(id) => at = parents.get(&id).copied(),
        }
    }
    true // longer than there are records: a cycle already
}

/// Child and parent of every record that has a parent; one row per child.
async fn parents(tx: &mut PgConnection, batch: &Batch<'_>) -> Result<BTreeMap<Uuid, Uuid>> {
    let table = statement::quoted(&batch.object.table);
    let sql = format!("select id, parent_id from {table} where parent_id is not null");
    let pairs: Vec<(Uuid, Uuid)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(tx).await?;
    Ok(pairs.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_descends_from_itself_and_its_ancestors_only() {
        let id = |n: u128| Uuid::from_u128(n);
        let parents = BTreeMap::from([(id(3), id(2)), (id(2), id(1))]);

        assert!(descends(&parents, id(3), id(1)));
        assert!(descends(&parents, id(3), id(3)));
        assert!(!descends(&parents, id(1), id(3)));
    }
}
