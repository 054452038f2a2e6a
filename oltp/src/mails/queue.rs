//! Taking a mail for sending, and what became of it.

use catalog::{Changes, Principal};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::{Acquire, FromRow, PgTransaction};
use uuid::Uuid;

use super::MailBody;
use crate::{
    Lease, Oltp, Result,
    records::{Draft, Verb},
};

/// Attempts before a mail is given up: with the waits between them, about three hours.
pub const MAX_ATTEMPTS: i64 = 10;
/// Wait after the first attempt; doubled after each further one.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// Longest wait between two attempts.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
/// What was done longer ago than this is removed; nobody asks for the same mail again after that.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Characters of the outcome of an activity.
const MAX_OUTCOME: usize = 120;

/// A mail that is being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMail {
    /// Its id, from which the Message-ID is made.
    pub id: Uuid,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// Name of the recipient.
    pub name: String,
    /// Address of the recipient.
    pub address: String,
    /// Subject line.
    pub subject: String,
    /// What it says.
    pub body: MailBody,
    /// Who says it; `None` for the program itself.
    pub origin: Option<Origin>,
}

/// The person in whose name a mail goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Their name.
    pub name: String,
    /// Their address, to which the recipient answers.
    pub address: String,
    /// Where the recipient says that they want no more of this.
    pub unsubscribe_url: Option<String>,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailOutcome {
    /// The mail server took it.
    Sent,
    /// It cannot be sent, and trying again will not help.
    Failed(String),
    /// It could not be sent now; it is tried again later, [`MAX_ATTEMPTS`] times in all.
    Later(String),
    /// The mail server is away. That is not this mail's fault: the attempt does not count.
    Away(String),
}

#[derive(Debug, FromRow)]
struct Row {
    id: Uuid,
    attempt: i64,
    name: String,
    address: String,
    subject: String,
    text: String,
    html: String,
    reply_to_name: Option<String>,
    reply_to_address: Option<String>,
    unsubscribe_url: Option<String>,
}

impl Row {
    fn claimed(self) -> ClaimedMail {
        let Self { id, attempt, name, address, subject, text, html, .. } = self;
        let unsubscribe_url = self.unsubscribe_url;
        let person = self.reply_to_name.unwrap_or_default();
        let origin = self.reply_to_address.map(|address| Origin { name: person, address, unsubscribe_url });
        ClaimedMail { id, attempt, name, address, subject, body: MailBody::stored(text, html), origin }
    }
}

impl Oltp {
    /// Takes the mail that is to be sent next, if one is due.
    ///
    /// **Idempotent** by the mail's id and attempt: whoever claims it later is the only one whose
    /// [`finish_mail`](Self::finish_mail) counts.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn claim_mail(&self, lease: &mut Lease) -> Result<Option<ClaimedMail>> {
        self.renew(lease).await?;
        loop {
            let now = self.clock().now();
            let next = sqlx::query_as(include_str!("../../sql/claim_mail.sql"));
            let next = next.bind(now).bind(lease.abandoned_before(now));
            let next: Option<Row> = next.fetch_optional(self.pool()).await?;
            let Some(claimed) = next.map(Row::claimed) else { return Ok(None) };
            if claimed.attempt <= MAX_ATTEMPTS {
                return Ok(Some(claimed));
            }
            // Every attempt ended with the death of the sender; it might be this mail's doing.
            let words = format!("The server stopped during each of {MAX_ATTEMPTS} attempts.");
            self.finish_mail(&claimed, MailOutcome::Failed(words)).await?;
        }
    }

    /// Stores what became of an attempt; `false` when somebody else has claimed it since.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database); then the lease runs out and it is tried again.
    pub async fn finish_mail(&self, claimed: &ClaimedMail, outcome: MailOutcome) -> Result<bool> {
        let now = self.clock().now();
        let End { sent_at, failed_at, error, due_at, attempts } = End::of(outcome, claimed.attempt, now);
        let words = end_words(sent_at.is_some(), failed_at.is_some(), error.as_deref());
        let mut tx = self.pool().begin().await?;
        let stored = sqlx::query_scalar(include_str!("../../sql/finish_mail.sql"))
            .bind(claimed.id)
            .bind(claimed.attempt)
            .bind(sent_at)
            .bind(failed_at)
            .bind(error)
            .bind(due_at)
            .bind(attempts)
            .fetch_optional(&mut *tx)
            .await?;
        let stored: Option<Option<Uuid>> = stored;
        if let (Some(Some(activity)), Some(words)) = (stored, words) {
            // What cannot be noted is sent all the same: nobody gets the mail twice for it.
            let mut savepoint = tx.begin().await?;
            match self.note_end(&mut savepoint, activity, &words).await {
                Ok(()) => savepoint.commit().await?,
                Err(error) => {
                    savepoint.rollback().await?;
                    tracing::warn!(mail.id = %claimed.id, "what became of a mail could not be noted: {error}");
                }
            }
        }
        tx.commit().await?;
        Ok(stored.is_some())
    }

    /// Notes on the activity of a mail what became of it, unless it is gone.
    async fn note_end(&self, tx: &mut PgTransaction<'_>, activity: Uuid, words: &str) -> Result<()> {
        let object = self.known("activity")?;
        let there = sqlx::query_scalar("select exists (select from activities where id = $1 and deleted_at is null)");
        let there: bool = there.bind(activity).fetch_one(&mut **tx).await?;
        if there {
            let fields = [("outcome".to_owned(), json!(words))].into_iter().collect();
            let draft = Draft::new(activity, Changes::parse_patch(object, &fields)?, self.clock().now());
            self.write_within(tx, (&Principal::system(), object, Verb::Update), vec![draft]).await?;
        }
        Ok(())
    }

    /// Says on every mail that is due why it has to wait; answers on how many that was new.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn explain_waiting_mails(&self, words: &str) -> Result<u64> {
        let sql = "update mails set error = $1
                   where sent_at is null and failed_at is null and claimed_at is null and due_at <= $2
                     and error is distinct from $1";
        let explained = sqlx::query(sql).bind(words).bind(self.clock().now()).execute(self.pool()).await?;
        Ok(explained.rows_affected())
    }

    /// Removes mails that were sent or given up long ago.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn forget_old_mails(&self) -> Result<()> {
        let sql = "delete from mails where coalesce(sent_at, failed_at) < $1";
        sqlx::query(sql).bind(self.clock().now() - KEPT).execute(self.pool()).await?;
        Ok(())
    }
}

/// What an activity says of the end of its mail; `None` before that.
fn end_words(sent: bool, failed: bool, error: Option<&str>) -> Option<String> {
    let undelivered = || {
        let reason = error.unwrap_or("the mail server did not take it");
        format!("Not delivered: {reason}").chars().take(MAX_OUTCOME).collect()
    };
    if sent { Some("Sent".to_owned()) } else { failed.then(undelivered) }
}

/// What an outcome leaves in the row.
#[derive(Debug, Default)]
struct End {
    sent_at: Option<DateTime<Utc>>,
    failed_at: Option<DateTime<Utc>>,
    error: Option<String>,
    due_at: Option<DateTime<Utc>>,
    attempts: i64,
}

impl End {
    fn of(outcome: MailOutcome, attempt: i64, now: DateTime<Utc>) -> Self {
        let end = Self { attempts: attempt, ..Self::default() };
        match outcome {
            MailOutcome::Sent => Self { sent_at: Some(now), ..end },
            MailOutcome::Failed(words) => Self { failed_at: Some(now), error: Some(words), ..end },
            MailOutcome::Later(words) if attempt >= MAX_ATTEMPTS => {
                let words = format!("Given up after {attempt} attempts. {words}");
                Self { failed_at: Some(now), error: Some(words), ..end }
            }
            MailOutcome::Later(words) => Self { error: Some(words), due_at: Some(now + wait_after(attempt)), ..end },
            MailOutcome::Away(words) => Self { error: Some(words), attempts: attempt - 1, ..end },
        }
    }
}

/// How long to wait after so many attempts.
fn wait_after(attempt: i64) -> TimeDelta {
    let doublings = u32::try_from(attempt - 1).unwrap_or_default().min(10);
    (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<i64> =
            [1, 2, 3, 7, 8, 100].into_iter().map(|attempt| wait_after(attempt).num_seconds()).collect();

        assert_eq!(waits, [30, 60, 120, 1_920, 3_600, 3_600]);
    }
}
