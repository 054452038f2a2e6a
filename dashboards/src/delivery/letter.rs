//! From a claimed delivery to a letter that is ready to go.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use oltp::{
    deliveries::{ClaimedDelivery, DeliveryOutcome},
    mails::MailBody,
    records::Record,
    schedules::texts,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Deliveries, content::Content, sender::Prepared};
use crate::mail::{Attachment, Letter, Mailer, SendError};

/// What a schedule wants, read from its record.
pub(super) struct Wish {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) subject: String,
    formats: Vec<String>,
    pub(super) zone: Tz,
    owner: Option<Uuid>,
}

impl Wish {
    /// Whether the files of this ending are wanted.
    pub(super) fn wants(&self, extension: &str) -> bool {
        self.formats.iter().any(|format| format == extension)
    }

    fn of(schedule: &Record) -> Self {
        let text = |name: &str| schedule.get(name).and_then(Value::as_str).unwrap_or_default();
        let formats = texts(schedule.get("formats").unwrap_or(&Value::Null));
        Self {
            name: text("name").to_owned(),
            kind: text("subject_kind").to_owned(),
            subject: text("subject").to_owned(),
            formats: formats.into_iter().map(str::to_owned).collect(),
            zone: text("time_zone").parse().unwrap_or(Tz::UTC),
            owner: Uuid::parse_str(text("owner_id")).ok(),
        }
    }
}

impl Deliveries {
    /// Renders what the schedule wants as the recipient sees it.
    ///
    /// # Errors
    /// What becomes of the delivery instead.
    pub(super) async fn prepare(
        &self,
        mailer: &Mailer,
        claimed: &ClaimedDelivery,
    ) -> Result<Prepared, DeliveryOutcome> {
        let deleted = || DeliveryOutcome::Refused("The schedule was deleted.".to_owned());
        let wish = Wish::of(claimed.schedule.as_ref().ok_or_else(deleted)?);
        let recipient = self.recipient(claimed.recipient_id).await?;
        let mut content = self.content(&recipient, &wish, claimed.due_at).await?;
        let too_large = leave_out(&mut content.files, mailer.attachment_limit_bytes);
        let owner = self.name_of(wish.owner).await;
        let paragraphs = paragraphs(&wish, &content, (too_large.as_deref(), owner.as_deref()));
        let files = content.files.iter().map(|file| json!({"name": file.name, "bytes": file.bytes.len()})).collect();
        let letter = Letter {
            id: claimed.id.to_string(),
            name: recipient.name,
            address: recipient.address,
            subject: wish.name,
            body: MailBody::new(&paragraphs),
            attachments: content.files,
            origin: None,
        };
        let message_id = letter.message_id(mailer.from());
        let message = mailer.message(&letter, self.parts.oltp.clock().now()).map_err(|error| match error {
            SendError::Never(words) => DeliveryOutcome::Failed(words),
            SendError::Later(words) | SendError::Away(words) => DeliveryOutcome::Later(words),
        })?;
        Ok(Prepared { message, message_id, files: Value::Array(files) })
    }
}

/// Keeps the files that fit together, first come first served; says in words which do not.
fn leave_out(files: &mut Vec<Attachment>, limit_bytes: usize) -> Option<String> {
    let mut total = 0_usize;
    let mut left_out = Vec::new();
    files.retain(|file| {
        let fits = total.saturating_add(file.bytes.len()) <= limit_bytes;
        if fits {
            total += file.bytes.len();
        } else {
            left_out.push(format!("{} ({})", file.name, size(file.bytes.len())));
        }
        fits
    });
    let limit = size(limit_bytes);
    (!left_out.is_empty()).then(|| {
        let names = left_out.join(", ");
        format!("Not attached, because files of more than {limit} together are not mailed: {names}. Open Leadhouse to download them.")
    })
}

fn paragraphs(wish: &Wish, content: &Content, (too_large, owner): (Option<&str>, Option<&str>)) -> Vec<String> {
    let moment = |at: DateTime<Utc>| at.with_timezone(&wish.zone).format("%-d %B %Y, %H:%M (%Z)").to_string();
    let attached: Vec<String> =
        content.files.iter().map(|file| format!("{} ({})", file.name, size(file.bytes.len()))).collect();
    let figures = format!("Figures as of {}, over the records that you may see.", moment(content.as_of));
    let by = owner.map_or_else(String::new, |owner| format!(" by {owner}"));
    let schedule = format!("You get this mail because “{}” was scheduled for you{by} in Leadhouse.", wish.name);
    let attached = (!attached.is_empty()).then(|| format!("Attached: {}.", attached.join(", ")));
    let sentences =
        [Some(content.title.clone()), Some(figures), attached, too_large.map(str::to_owned), Some(schedule)];
    sentences.into_iter().flatten().collect()
}

/// A number of bytes as people read it.
fn size(bytes: usize) -> String {
    const KB: usize = 1024;
    match bytes {
        0..KB => format!("{bytes} bytes"),
        KB..1_048_576 => format!("{} kB", bytes.div_ceil(KB)),
        _ => format!("{}.{} MB", bytes / (KB * KB), bytes % (KB * KB) * 10 / (KB * KB)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: usize) -> Attachment {
        Attachment { name: name.to_owned(), media_type: "text/csv", bytes: vec![b'x'; bytes] }
    }

    #[test]
    fn files_that_do_not_fit_are_named_instead_of_attached() {
        let mut files = vec![file("a.pdf", 600), file("b.csv", 2_000), file("c.xlsx", 400)];

        let words = leave_out(&mut files, 1_024).expect("one does not fit");

        assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.pdf", "c.xlsx"]);
        assert!(words.contains("more than 1 kB") && words.contains("b.csv (2 kB)"), "{words}");
    }

    #[test]
    fn sizes_are_read_by_people() {
        assert_eq!([size(17), size(1_536), size(2_621_440)], ["17 bytes", "2 kB", "2.5 MB"]);
    }
}
