//! The durable queue of mail that the program writes to people: links of accounts, notifications.
//!
//! [`enqueue`] belongs into the transaction of what the mail is about: the mail goes out if and
//! only if that is committed, and once per idempotency key however often it is asked for. A task of
//! the program claims what is due, hands it to the mail server and says what became of it.
//!
//! ```text
//! waiting ──claim──► taken ──finish──► sent | failed
//!    ▲                 │
//!    └── later, away ──┘        a sender that dies leaves `taken`; see [`Lease`](crate::Lease)
//! ```
//!
//! Sending is at least once, with one Message-ID per mail: docs/decisions/0013 says why. The text of
//! a mail is forgotten when it is sent or given up, because a link in it may open an account.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Result;

mod body;
mod queue;

pub use body::MailBody;
pub use queue::{ClaimedMail, MAX_ATTEMPTS, MailOutcome, Origin};

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail {
    /// What the mail is about: a second mail with the same key is not sent.
    ///
    /// **Shape:** a word for the kind and what makes it one of a kind, such as `reset:<id>`.
    pub key: String,
    /// Name of the recipient.
    pub name: String,
    /// Address of the recipient.
    pub address: String,
    /// Subject line.
    pub subject: String,
    /// What it says.
    pub body: MailBody,
    /// Not sent before this moment.
    pub due_at: DateTime<Utc>,
    /// Who writes; `None` for the program itself.
    pub person: Option<FromPerson>,
}

/// A person who writes, in whose name the mail goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromPerson {
    /// Their name.
    pub name: String,
    /// Their address, to which the recipient answers.
    pub address: String,
    /// Where the recipient says that they want no more of this; in mail to many only.
    pub unsubscribe_url: Option<String>,
    /// The activity on which is noted what becomes of the mail.
    pub activity_id: Uuid,
}

/// Puts a mail into the queue within the transaction of what it is about; `false` when there was
/// one with its key already.
///
/// **Idempotent** by [`NewMail::key`].
///
/// # Errors
/// [`Error::Database`](crate::Error::Database).
pub async fn enqueue(tx: &mut PgConnection, mail: &NewMail, now: DateTime<Utc>) -> Result<bool> {
    let sql = "insert into mails
                 (id, idempotency_key, to_name, to_address, subject, body_text, body_html, created_at, due_at,
                  reply_to_name, reply_to_address, unsubscribe_url, activity_id)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
               on conflict (idempotency_key) do nothing";
    let person = mail.person.as_ref();
    let inserted = sqlx::query(sql)
        .bind(catalog::Ids.fresh())
        .bind(&mail.key)
        .bind(&mail.name)
        .bind(&mail.address)
        .bind(&mail.subject)
        .bind(mail.body.text())
        .bind(mail.body.html())
        .bind(now)
        .bind(mail.due_at)
        .bind(person.map(|person| &person.name))
        .bind(person.map(|person| &person.address))
        .bind(person.and_then(|person| person.unsubscribe_url.as_ref()))
        .bind(person.map(|person| person.activity_id))
        .execute(tx)
        .await?;
    Ok(inserted.rows_affected() == 1)
}
