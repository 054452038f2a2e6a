//! People: there is always an administrator, their role exists, and deleting a person deactivates them.

use std::collections::BTreeSet;

use catalog::Invalid;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Error, Result,
    identity::sessions::end_all_of,
    records::{Batch, Draft, Verb},
};

use super::role;

/// Refuses what would leave nobody in charge and roles that do not exist; a deleted person is deactivated, a restored one
/// active again.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        match batch.verb {
            Verb::Delete => draft.set(batch.object, "status", &json!("deactivated")),
            Verb::Restore => draft.set(batch.object, "status", &json!("active")),
            Verb::Create | Verb::Update => {}
        }
    }
    role::exist(tx, drafts).await?;
    let closed: Vec<Uuid> =
        drafts.iter().filter(|draft| draft.alive() && closes(draft)).map(|draft| draft.id).collect();
    if !closed.is_empty() {
        // Whoever is let in again later signs in again.
        end_all_of(tx, &closed, "account_closed", batch.at).await?;
    }
    if !drafts.iter().any(|draft| draft.alive() && resigns(draft)) {
        return Ok(());
    }
    let mut admins = lock_admins(tx).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.alive() && resigns(draft)) {
        if admins.len() == 1 && admins.contains(&draft.id) {
            let message = "this is the last active administrator; make somebody else one first";
            draft.refuse(Error::conflict("last_admin", Invalid::field("role", "last_admin", message)));
        } else {
            admins.remove(&draft.id);
        }
    }
    Ok(())
}

/// Whether an account that could be used cannot be any more.
fn closes(draft: &Draft) -> bool {
    draft.before("status").as_str() == Some("active") && draft.text_after("status") != Some("active")
}

/// Whether an active administrator stops being one.
fn resigns(draft: &Draft) -> bool {
    let admin = |role: Option<&str>, status: Option<&str>| role == Some("admin") && status == Some("active");
    admin(draft.before("role").as_str(), draft.before("status").as_str())
        && !admin(draft.text_after("role"), draft.text_after("status"))
}

/// The ids of all active administrators, locked so that two of them cannot resign at once.
async fn lock_admins(tx: &mut PgConnection) -> Result<BTreeSet<Uuid>> {
    let admins: Vec<Uuid> = sqlx::query_scalar(
        "select id from users where role = 'admin' and status = 'active' and deleted_at is null order by id for update",
    )
    .fetch_all(tx)
    .await?;
    Ok(admins.into_iter().collect())
}
