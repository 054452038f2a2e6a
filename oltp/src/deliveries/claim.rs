//! Taking a delivery for sending.

use catalog::RowScope;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::finish::MAX_ATTEMPTS;
use crate::{
    Error, Lease, Oltp, Result,
    records::{Draft, Record, Verb, locked, moment_of, scope},
};

/// Wait after the first attempt; doubled after each further one.
const FIRST_WAIT_S: f64 = 30.0;
/// Longest wait between two attempts.
const LONGEST_WAIT_S: f64 = 3_600.0;

/// A delivery that is being sent.
#[derive(Debug, Clone)]
pub struct ClaimedDelivery {
    /// Its id, from which the Message-ID is made.
    pub id: Uuid,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// Who gets it.
    pub recipient_id: Uuid,
    /// When the schedule was due.
    pub due_at: DateTime<Utc>,
    /// The schedule; `None` when it was deleted meanwhile.
    pub schedule: Option<Record>,
}

impl Oltp {
    /// Takes the delivery that is to be sent next, if there is one.
    ///
    /// **Idempotent** by the delivery's id and attempt: whoever claims it later is the only one whose
    /// [`finish_delivery`](Self::finish_delivery) counts.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn claim_delivery(&self, lease: &mut Lease) -> Result<Option<ClaimedDelivery>> {
        self.renew(lease).await?;
        let now = self.clock().now();
        let object = self.system_object("delivery")?;
        let mut tx = self.pool().begin().await?;
        let next = sqlx::query_scalar(include_str!("../../sql/claim_delivery.sql"));
        let next = next.bind(now).bind(lease.abandoned_before(now)).bind(FIRST_WAIT_S).bind(LONGEST_WAIT_S);
        let Some(id) = next.fetch_optional(&mut *tx).await? else { return Ok(None) };
        let mut records = locked(&mut tx, object, &[id], (&scope::condition(&RowScope::All, 2), None)).await?;
        let record = records.remove(&id).ok_or_else(|| Error::not_found(object))?;
        let attempt = record.get("attempts").and_then(Value::as_i64).unwrap_or_default() + 1;
        let mut draft = Draft::new(id, catalog::Changes::default(), now);
        if attempt > MAX_ATTEMPTS {
            // Every attempt ended with the death of the sender; it might be this delivery's doing.
            draft.set(object, "status", &json!("failed"));
            draft.set(object, "error", &json!(format!("The server stopped during each of {MAX_ATTEMPTS} attempts.")));
            self.write_queue(&mut tx, object, Verb::Update, vec![draft]).await?;
            tx.commit().await?;
            return Box::pin(self.claim_delivery(lease)).await;
        }
        draft.set(object, "status", &json!("sending"));
        draft.set(object, "attempts", &json!(attempt));
        self.write_queue(&mut tx, object, Verb::Update, vec![draft]).await?;
        let schedule = self.schedule_of(&mut tx, &record).await?;
        tx.commit().await?;
        let recipient_id = uuid_in(&record, "recipient_id")?;
        let due_at = record.get("due_at").and_then(moment_of).unwrap_or(now);
        Ok(Some(ClaimedDelivery { id, attempt, recipient_id, due_at, schedule }))
    }

    async fn schedule_of(&self, tx: &mut PgConnection, delivery: &Record) -> Result<Option<Record>> {
        let object = self.system_object("schedule")?;
        let id = uuid_in(delivery, "schedule_id")?;
        let mut records = locked(tx, object, &[id], (&scope::condition(&RowScope::All, 2), None)).await?;
        Ok(records.remove(&id).filter(|schedule| schedule.get("deleted_at").is_none_or(Value::is_null)))
    }
}

fn uuid_in(record: &Record, name: &str) -> Result<Uuid> {
    let id = record.get(name).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    id.ok_or_else(|| Error::Broken(format!("a delivery without {name}")))
}
