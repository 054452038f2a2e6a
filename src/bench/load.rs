//! A steady stream of row changes.

use std::time::Duration;

use catalog::{Changes, Principal};
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow},
};
use serde_json::json;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// One transaction every so often.
const BEAT: Duration = Duration::from_millis(10);
/// Row changes per transaction: with the beat, 1,000 row changes a second.
const ROWS_PER_BEAT: usize = 10;
/// Rows per transaction while filling a table.
const FILL_BATCH: usize = 5_000;

/// Inserts notes and returns their ids.
///
/// # Errors
/// Postgres refuses.
pub(super) async fn fill_notes(oltp: &Oltp, count: usize) -> anyhow::Result<Vec<Uuid>> {
    let note = oltp.catalog().object("note").ok_or_else(|| anyhow::anyhow!("the catalogue has no notes"))?.clone();
    let ids: Vec<Uuid> = (0..count).map(|_| catalog::Ids.fresh()).collect();
    let audit = BulkAudit::Summary { source: "bench".to_owned() };
    for batch in ids.chunks(FILL_BATCH) {
        let rows = rows(oltp, &note, batch, 0)?;
        let mut tx = oltp.pool().begin().await?;
        oltp.bulk_insert(&mut tx, &Principal::system(), &note, &rows, &audit).await?;
        tx.commit().await?;
    }
    Ok(ids)
}

/// Changes notes at a steady rate until it is cancelled; returns how many row changes it made.
///
/// # Errors
/// Postgres refuses.
pub(super) async fn change_notes(oltp: Oltp, ids: Vec<Uuid>, stop: CancellationToken) -> anyhow::Result<u64> {
    let note = oltp.catalog().object("note").ok_or_else(|| anyhow::anyhow!("the catalogue has no notes"))?.clone();
    let audit = BulkAudit::Summary { source: "bench".to_owned() };
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut changed = 0;
    for (round, batch) in ids.chunks_exact(ROWS_PER_BEAT).cycle().enumerate() {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = beat.tick() => {}
        }
        let rows = rows(&oltp, &note, batch, round)?;
        let mut tx = oltp.pool().begin().await?;
        oltp.bulk_update(&mut tx, &Principal::system(), &note, &rows, &audit).await?;
        tx.commit().await?;
        changed += u64::try_from(rows.len())?;
    }
    Ok(changed)
}

fn rows(oltp: &Oltp, note: &catalog::ObjectDef, ids: &[Uuid], round: usize) -> anyhow::Result<Vec<BulkRow>> {
    let body = json!({"body": format!("called back, round {round}")});
    let body = body.as_object().cloned().unwrap_or_default();
    let changes = Changes::parse_new(note, &body)?;
    let effective_at = oltp.clock().now();
    Ok(ids.iter().map(|id| BulkRow { id: *id, changes: changes.clone(), effective_at }).collect())
}
