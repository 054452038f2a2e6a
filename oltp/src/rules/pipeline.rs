//! Pipelines: exactly one is the default.

use catalog::Invalid;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Error, Result,
    records::{Batch, Draft, FollowUp, Verb, locked},
};

/// Refuses to remove the default pipeline, one that live deals are in, or the default mark.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let is_default = draft.before("is_default").as_bool() == Some(true);
        let stays = draft.after("is_default").as_bool() == Some(true);
        match batch.verb {
            Verb::Delete if is_default => refuse(draft, "default_pipeline", "make another pipeline the default first"),
            Verb::Delete if in_use(tx, draft.id).await? => {
                refuse(draft, "pipeline_in_use", "deals are in this pipeline; move them first");
            }
            Verb::Update if is_default && !stays => {
                refuse(draft, "default_pipeline", "make another pipeline the default instead");
            }
            // While it was in the bin another one became the default.
            Verb::Restore if is_default => draft.set(batch.object, "is_default", &json!(false)),
            Verb::Create | Verb::Update | Verb::Delete | Verb::Restore => {}
        }
    }
    one_default(drafts);
    Ok(())
}

/// Takes the mark from the pipeline that was the default until now.
pub(super) async fn before(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    let Some(new) = drafts.iter().find(|draft| becomes_default(draft)) else {
        return Ok(Vec::new());
    };
    let old: Vec<Uuid> =
        sqlx::query_scalar("select id from pipelines where is_default and deleted_at is null and id <> $1")
            .bind(new.id)
            .fetch_all(&mut *tx)
            .await?;
    let records = locked(tx, batch.object, &old, ("true", None)).await?;
    let follow_ups = records.into_iter().map(|(id, record)| {
        let mut draft = Draft::follow_up(id, record, new.effective_at);
        draft.set(batch.object, "is_default", &json!(false));
        FollowUp { object: "pipeline", verb: Verb::Update, draft }
    });
    Ok(follow_ups.collect())
}

fn becomes_default(draft: &Draft) -> bool {
    draft.changing("is_default") && draft.after("is_default").as_bool() == Some(true)
}

fn one_default(drafts: &mut [Draft]) {
    let mut seen = false;
    for draft in drafts.iter_mut().filter(|draft| draft.alive() && becomes_default(draft)) {
        if seen {
            refuse(draft, "default_pipeline", "another pipeline of the same batch is the default");
        }
        seen = true;
    }
}

fn refuse(draft: &mut Draft, code: &'static str, message: &str) {
    draft.refuse(Error::conflict(code, Invalid::field("is_default", code, message)));
}

async fn in_use(tx: &mut PgConnection, id: Uuid) -> Result<bool> {
    let used = sqlx::query_scalar("select exists (select from deals where pipeline_id = $1 and deleted_at is null)")
        .bind(id)
        .fetch_one(tx)
        .await?;
    Ok(used)
}
