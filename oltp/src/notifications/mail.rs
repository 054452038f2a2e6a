//! Notifications as mail: what one person is due at one moment goes into one letter.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Oltp, Result,
    mails::{self, MailBody, NewMail},
};

/// Notifications in one letter; the rest go into the next.
const MAX_IN_ONE: i64 = 50;
/// What has waited longer than this, because there was no mail server, is old news.
const LATEST: TimeDelta = TimeDelta::days(2);
/// Notifications are kept this long.
const KEPT: TimeDelta = TimeDelta::days(180);
/// How late a letter may be; looking costs one indexed read.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Where people read everything else.
const INBOX: &str = "/inbox";

/// One line of a letter, with whom it is for.
#[derive(Debug, FromRow)]
struct Line {
    id: Uuid,
    at: DateTime<Utc>,
    title: String,
    name: String,
    email: String,
    /// Whether it is still to be sent: the person is there, and it is no old news.
    wanted: bool,
}

impl Oltp {
    /// Puts the letters that are due into the queue of [`mails`] and answers how many they were.
    ///
    /// **Idempotent**: a notification is marked in the transaction that queues its letter. What is for
    /// people who have left, or waited for too long, is marked and not written.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn mail_notifications(&self, public_url: &str) -> Result<usize> {
        let mut letters = 0;
        loop {
            let now = self.clock().now();
            let mut tx = self.pool().begin().await?;
            let lines = sqlx::query_as(include_str!("../../sql/due_notifications.sql"));
            let lines: Vec<Line> = lines.bind(now).bind(MAX_IN_ONE).bind(now - LATEST).fetch_all(&mut *tx).await?;
            if lines.is_empty() {
                return Ok(letters);
            }
            let wanted: Vec<&Line> = lines.iter().filter(|line| line.wanted).collect();
            if let Some(letter) = letter(&wanted, public_url, now)
                && mails::enqueue(&mut tx, &letter, now).await?
            {
                letters += 1;
            }
            let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
            let sql = "update notifications set mailed_at = $2 where id = any($1)";
            sqlx::query(sql).bind(ids).bind(now).execute(&mut *tx).await?;
            tx.commit().await?;
        }
    }

    /// Mails notifications until it is told to stop, and forgets those of long ago.
    pub async fn keep_mailing_notifications(self, public_url: String, stop: CancellationToken) {
        loop {
            let round = async {
                self.mail_notifications(&public_url).await?;
                self.forget_notifications().await
            };
            if let Err(error) = round.await {
                tracing::warn!("mail of notifications waits: {error:?}");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(LOOK_AGAIN) => {}
            }
        }
    }

    async fn forget_notifications(&self) -> Result<()> {
        let sql = "delete from notifications where at < $1";
        sqlx::query(sql).bind(self.clock().now() - KEPT).execute(self.pool()).await?;
        Ok(())
    }
}

/// The letter of these lines, which are all for one person; `None` when there are none.
fn letter(lines: &[&Line], public_url: &str, now: DateTime<Utc>) -> Option<NewMail> {
    let first = lines.first()?;
    let (subject, paragraphs) = if lines.len() == 1 {
        (first.title.clone(), vec![first.title.clone(), said(first)])
    } else {
        let subject = format!("{} notifications from Leadhouse", lines.len());
        let listed: Vec<String> = lines.iter().map(|line| format!("• {}", line.title)).collect();
        (subject.clone(), vec![subject, listed.join("\n")])
    };
    let body = MailBody::with_button(&paragraphs, ("Open your inbox", &format!("{public_url}{INBOX}")));
    let (name, address) = (first.name.clone(), first.email.clone());
    Some(NewMail {
        key: format!("notifications:{}", first.id),
        name,
        address,
        subject,
        body,
        due_at: now,
        person: None,
    })
}

fn said(line: &Line) -> String {
    let when = line.at.format("%-d %B %Y, %H:%M UTC");
    format!("Hello {}, this happened on {when}. You can choose what you hear of in your inbox.", line.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u128, title: &str) -> Line {
        Line {
            id: Uuid::from_u128(number),
            at: "2026-03-31T12:00:00Z".parse().expect("a moment"),
            title: title.to_owned(),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            wanted: true,
        }
    }

    #[test]
    fn one_line_is_its_own_letter_and_many_are_a_list() {
        let now = "2026-03-31T12:00:00Z".parse().expect("a moment");
        let address = "https://crm.example.com";

        let one = letter(&[&line(1, "Reminder: “Call”")], address, now).expect("a letter");
        let many = letter(&[&line(1, "One <b>"), &line(2, "Two")], address, now).expect("a letter");

        assert_eq!(one.subject, "Reminder: “Call”");
        assert!(one.body.text().contains("https://crm.example.com/inbox"), "{}", one.body.text());
        assert_eq!(many.subject, "2 notifications from Leadhouse");
        assert!(many.body.text().contains("• One <b>\n• Two"), "{}", many.body.text());
        assert!(many.body.html().contains("One &lt;b&gt;"), "{}", many.body.html());
        assert!(letter(&[], address, now).is_none());
    }
}
