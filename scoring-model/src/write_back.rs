//! Writes scores into leads: only what changed, in batches, again where somebody was faster.

use std::{collections::BTreeMap, sync::atomic::Ordering};

use catalog::Principal;
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow, RowOutcome},
};
use query_service::{EngineChoice, QueryService, ReadAt};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Error,
    dataset::Rows,
    lead_score::LeadScore,
    progress::Progress,
    registry::{AUDIT_SOURCE, computed},
};

/// Rows per transaction: people wait at most for the locks of one batch, some 100 ms.
const BATCH_ROWS: usize = 1_000;
/// How often a row is tried; each time with a later moment.
const ATTEMPTS: usize = 3;

const CURRENT: &str = "select id, score, score_tier, score_model, cast(score_reasons as varchar) as reasons
from leads
where score is not null and status not in ('converted', 'lost', 'closed')";

/// What a lead's score is made of, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Written {
    score: i64,
    tier: String,
    model: String,
    reasons: Value,
}

impl Written {
    /// What is to be stored for a score.
    pub(crate) fn of(score: &LeadScore, model: &str) -> Self {
        Self {
            score: score.score,
            tier: score.tier.as_str().to_owned(),
            model: model.to_owned(),
            reasons: json!(score.reasons),
        }
    }
}

/// The scores that the warehouse shows, by lead.
///
/// # Errors
/// [`Error::History`].
pub(crate) async fn current(query: &QueryService, at: &ReadAt) -> Result<BTreeMap<String, Written>, Error> {
    let answer = query.run_trusted_sql(&Principal::system(), EngineChoice::DuckDb, CURRENT, at).await?;
    if answer.truncated {
        return Err(Error::TooManyLeads { limit: answer.row_count() });
    }
    let rows = Rows(&answer);
    let (ids, scores) = (rows.required_texts("id")?, rows.required_integers("score")?);
    let (tiers, models, reasons) = (rows.texts("score_tier")?, rows.texts("score_model")?, rows.texts("reasons")?);
    let columns = ids.into_iter().zip(scores).zip(tiers).zip(models).zip(reasons);
    let written = columns.map(|((((id, score), tier), model), reasons)| {
        let reasons = reasons.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        (id, Written { score, tier: tier.unwrap_or_default(), model: model.unwrap_or_default(), reasons })
    });
    Ok(written.collect())
}

/// Writes scores and answers how many leads have a new one.
///
/// A lead that is gone by now is passed over. Each batch is one transaction; a run that is cut off
/// leaves whole batches, and the next run writes the rest.
///
/// # Errors
/// [`Error::Records`]: Postgres is away, or a value does not fit, which is a defect.
pub(crate) async fn write(oltp: &Oltp, scores: &[(Uuid, Written)], progress: &Progress) -> Result<u64, Error> {
    let mut written = 0;
    progress.total.store(scores.len(), Ordering::Relaxed);
    for batch in scores.chunks(BATCH_ROWS) {
        written += write_batch(oltp, batch).await?;
        progress.done.fetch_add(batch.len(), Ordering::Relaxed);
    }
    Ok(written)
}

async fn write_batch(oltp: &Oltp, batch: &[(Uuid, Written)]) -> Result<u64, Error> {
    let object = oltp.catalog().object("lead").ok_or_else(|| Error::defect("the catalogue has no leads"))?;
    let audit = BulkAudit::Summary { source: AUDIT_SOURCE.to_owned() };
    let mut waiting: Vec<&(Uuid, Written)> = batch.iter().collect();
    let mut written = 0;
    for _ in 0..ATTEMPTS {
        // Read anew each time: a lead that was edited meanwhile takes no version from before its edit.
        let now = oltp.clock().now();
        let row = |(id, score): &&(Uuid, Written)| {
            let fields = json!({
                "score": score.score,
                "score_tier": score.tier,
                "score_reasons": score.reasons,
                "scored_at": now,
                "score_model": score.model,
            });
            Ok(BulkRow { id: *id, changes: computed(object, &fields)?, effective_at: now })
        };
        let rows: Vec<BulkRow> = waiting.iter().map(row).collect::<Result<_, Error>>()?;
        let mut tx = oltp.pool().begin().await.map_err(oltp::Error::from)?;
        let outcomes = oltp.bulk_update_each(&mut tx, &Principal::system(), object, &rows, &audit).await?;
        tx.commit().await.map_err(oltp::Error::from)?;
        let mut refused = Vec::new();
        for (lead, outcome) in waiting.into_iter().zip(outcomes) {
            match outcome {
                RowOutcome::Written => written += 1,
                RowOutcome::Refused(oltp::Error::RecordNotFound { .. }) => {}
                RowOutcome::Refused(error) => refused.push((lead, error)),
            }
        }
        if refused.is_empty() {
            return Ok(written);
        }
        tracing::debug!(leads = refused.len(), first = %refused[0].1, "leads changed while they were scored");
        waiting = refused.into_iter().map(|(lead, _)| lead).collect();
    }
    tracing::warn!(leads = waiting.len(), "some leads kept changing while they were scored; the next run scores them");
    Ok(written)
}
