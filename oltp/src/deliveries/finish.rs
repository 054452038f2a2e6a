//! What became of a delivery.

use catalog::RowScope;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::claim::ClaimedDelivery;
use crate::{
    Oltp, Result,
    records::{Draft, Record, Verb, locked, moment_text, scope},
};

/// Attempts before a delivery is given up: with the waits between them, about three hours.
pub const MAX_ATTEMPTS: i64 = 10;
/// Explained at once; the rest is explained at the next look.
const EXPLAINED_AT_ONCE: i64 = 500;

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The mail server took it.
    Sent {
        /// Its Message-ID.
        message_id: String,
        /// The attached files: a list of name and bytes.
        files: Value,
    },
    /// The recipient may not have it, or cannot get it; the words say why.
    Refused(String),
    /// It cannot be sent, and trying again will not help.
    Failed(String),
    /// It could not be sent now; it is tried again later, [`MAX_ATTEMPTS`] times in all.
    Later(String),
    /// The mail server is away. That is not this delivery's fault: the attempt does not count.
    Away(String),
}

impl Oltp {
    /// Stores what became of an attempt; `false` when somebody else has claimed it since.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database); then the lease runs out and it is tried again.
    pub async fn finish_delivery(&self, claimed: &ClaimedDelivery, outcome: DeliveryOutcome) -> Result<bool> {
        let object = self.system_object("delivery")?;
        let mut tx = self.pool().begin().await?;
        let mut records = locked(&mut tx, object, &[claimed.id], (&scope::condition(&RowScope::All, 2), None)).await?;
        if !records.remove(&claimed.id).is_some_and(|record| held(&record, claimed.attempt)) {
            return Ok(false);
        }
        let now = self.clock().now();
        let mut draft = Draft::new(claimed.id, catalog::Changes::default(), now);
        for (name, value) in result(outcome, claimed.attempt, now) {
            draft.set(object, name, &value);
        }
        self.write_queue(&mut tx, object, Verb::Update, vec![draft]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Says on every pending delivery why it has to wait; answers on how many that was new.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn explain_waiting(&self, words: &str) -> Result<usize> {
        let object = self.system_object("delivery")?;
        let mut tx = self.pool().begin().await?;
        let waiting = sqlx::query_scalar(include_str!("../../sql/waiting_deliveries.sql"));
        let waiting: Vec<Uuid> = waiting.bind(words).bind(EXPLAINED_AT_ONCE).fetch_all(&mut *tx).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let now = self.clock().now();
        let explained = |id: &Uuid| {
            let mut draft = Draft::new(*id, catalog::Changes::default(), now);
            draft.set(object, "error", &json!(words));
            draft
        };
        let drafts = waiting.iter().map(explained).collect();
        self.write_queue(&mut tx, object, Verb::Update, drafts).await?;
        tx.commit().await?;
        Ok(waiting.len())
    }
}

fn held(record: &Record, attempt: i64) -> bool {
    record.get("status").and_then(Value::as_str) == Some("sending")
        && record.get("attempts").and_then(Value::as_i64) == Some(attempt)
}

fn result(outcome: DeliveryOutcome, attempt: i64, now: DateTime<Utc>) -> Vec<(&'static str, Value)> {
    match outcome {
        DeliveryOutcome::Sent { message_id, files } => vec![
            ("status", json!("sent")),
            ("error", Value::Null),
            ("sent_at", json!(moment_text(now))),
            ("message_id", json!(message_id)),
            ("files", files),
        ],
        DeliveryOutcome::Refused(words) => vec![("status", json!("refused")), ("error", json!(words))],
        DeliveryOutcome::Failed(words) => vec![("status", json!("failed")), ("error", json!(words))],
        DeliveryOutcome::Later(words) if attempt >= MAX_ATTEMPTS => {
            let words = format!("Given up after {attempt} attempts. {words}");
            vec![("status", json!("failed")), ("error", json!(words))]
        }
        DeliveryOutcome::Later(words) => vec![("status", json!("pending")), ("error", json!(words))],
        DeliveryOutcome::Away(words) => {
            vec![("status", json!("pending")), ("error", json!(words)), ("attempts", json!(attempt - 1))]
        }
    }
}
