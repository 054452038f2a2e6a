//! Stages: one per position of a pipeline, and fixed in kind while deals stand in them.

use std::collections::BTreeSet;

use catalog::Invalid;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Error, Result,
    records::{Batch, Draft, Verb},
};

/// Refuses a second stage at one position, and deletion, another pipeline or another category
/// for a stage that live deals stand in: their status follows from it.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    if drafts.iter().any(|draft| draft.alive() && uproots(batch.verb, draft)) {
        let used = used(tx, drafts).await?;
        for draft in drafts.iter_mut().filter(|draft| draft.alive() && uproots(batch.verb, draft)) {
            if used.contains(&draft.id) {
                let message = "deals stand in this stage; move them first";
                draft.refuse(Error::conflict("stage_in_use", Invalid::field("category", "stage_in_use", message)));
            }
        }
    }
    if batch.verb != Verb::Delete {
        check_positions(tx, drafts).await?;
    }
    Ok(())
}

fn uproots(verb: Verb, draft: &Draft) -> bool {
    verb == Verb::Delete || verb == Verb::Update && (draft.changing("category") || draft.changing("pipeline_id"))
}

/// The ids of the drafts' stages that live deals stand in.
async fn used(tx: &mut PgConnection, drafts: &[Draft]) -> Result<BTreeSet<Uuid>> {
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    let used: Vec<Uuid> = sqlx::query_scalar(
        "select s.id from unnest($1::uuid[]) s(id)
         where exists (select from deals d where d.stage_id = s.id and d.deleted_at is null)",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    Ok(used.into_iter().collect())
}

async fn check_positions(tx: &mut PgConnection, drafts: &mut [Draft]) -> Result<()> {
    // The pipelines are locked, so that two requests cannot take one position at the same time.
    let pipelines: Vec<Uuid> = drafts.iter().filter_map(|draft| draft.link_after("pipeline_id")).collect();
    sqlx::query("select id from pipelines where id = any($1) order by id for update")
        .bind(&pipelines)
        .execute(&mut *tx)
        .await?;
    let stored: Vec<(Uuid, Uuid, i64)> = sqlx::query_as(
        "select id, pipeline_id, position from stages where pipeline_id = any($1) and deleted_at is null",
    )
    .bind(&pipelines)
    .fetch_all(tx)
    .await?;
    let ours: BTreeSet<Uuid> = drafts.iter().filter(|draft| draft.alive()).map(|draft| draft.id).collect();
    let others = stored.into_iter().filter(|(id, ..)| !ours.contains(id));
    let mut taken: BTreeSet<(Uuid, i64)> = others.map(|(_, pipeline, position)| (pipeline, position)).collect();
    for draft in drafts.iter_mut().filter(|draft| draft.alive()) {
        let place = draft.link_after("pipeline_id").zip(draft.after("position").as_i64());
        if place.is_some_and(|place| !taken.insert(place)) {
            let message = "another stage of the pipeline has this position";
            draft.refuse(Error::conflict("duplicate", Invalid::field("position", "duplicate", message)));
        }
    }
    Ok(())
}
