//! Mail that people write to leads and contacts: to one of them, or to everybody selected.
//!
//! A mail is an activity of the record and a row in the queue of [`mails`](crate::mails), written in one
//! transaction; what becomes of it is noted on the activity. It goes out from the address of the workspace
//! under the name of its writer, whom the recipient answers. Mail to many leaves out whoever withdrew their
//! consent, and carries a link by which they do.

use std::sync::Arc;

use catalog::{Invalid, InvalidField, ObjectDef, Principal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Error, Oltp, Result, records::Record, words};

mod many;
mod send;
mod unsubscribe;

pub use many::MassMail;
use unsubscribe::Signer;

/// Objects whose records have an address to write to.
pub const OBJECTS: [&str; 2] = ["lead", "contact"];
/// Characters of a subject and of a text.
const MAX_SUBJECT: usize = 150;
const MAX_TEXT: usize = 20_000;

/// What is written; fields of the recipient's record in braces are filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEmail, example = json!({
    "subject": "Our meeting on Monday", "text": "Dear {name},\n\nthank you for your time."
}))]
pub struct NewEmail {
    /// The subject line, 1 to 150 characters.
    pub subject: String,
    /// The text, 1 to 20,000 characters; an empty line begins a paragraph.
    pub text: String,
}

/// Sends the mail of people; cheap to clone.
#[derive(Debug, Clone)]
pub struct Correspondence {
    oltp: Oltp,
    signer: Arc<Signer>,
    /// Where this server is reached; `None` when no mail server is configured.
    public_url: Option<String>,
}

/// Who writes.
#[derive(Debug, Clone)]
struct Sender {
    name: String,
    address: String,
}

impl Correspondence {
    /// Mail over this queue; links to unsubscribe are signed with `secret` and lead to `public_url`, without
    /// which nothing can be sent.
    pub fn new(oltp: Oltp, secret: &[u8], public_url: Option<String>) -> Self {
        Self { oltp, signer: Arc::new(Signer::new(secret)), public_url }
    }

    /// The records.
    pub fn oltp(&self) -> &Oltp {
        &self.oltp
    }

    /// Where this server is reached.
    ///
    /// # Errors
    /// [`Error::Conflict`] when no mail server is configured.
    fn public_url(&self) -> Result<&str> {
        let missing = || {
            let message = "mail is not set up on this server; ask your administrator for the section [mail]";
            Error::conflict("no_mail_server", Invalid::field("subject", "no_mail_server", message))
        };
        self.public_url.as_deref().ok_or_else(missing)
    }

    /// Who the caller is to their recipients.
    async fn sender(&self, caller: &Principal) -> Result<Sender> {
        let sql = "select name, email from users where id = $1 and deleted_at is null";
        let found = sqlx::query_as(sql).bind(caller.user_id).fetch_optional(self.oltp.pool()).await?;
        let (name, address): (String, String) = found.ok_or(Error::PersonsOnly)?;
        Ok(Sender { name, address })
    }
}

impl NewEmail {
    /// Refuses what cannot be sent to records of this object.
    fn check(&self, object: &ObjectDef) -> Result<(), Invalid> {
        let parts = [("/subject", &self.subject, MAX_SUBJECT), ("/text", &self.text, MAX_TEXT)];
        let wrong: Vec<InvalidField> = parts
            .into_iter()
            .filter_map(|(pointer, text, longest)| {
                let refuse = |code, message| Some(InvalidField { pointer: pointer.to_owned(), code, message });
                if text.trim().is_empty() {
                    return refuse("required", "write something".to_owned());
                }
                if text.chars().count() > longest {
                    return refuse("too_long", format!("write at most {longest} characters"));
                }
                let unknown = words::fields(text).find(|name| object.field(name).is_none())?;
                refuse("unknown_field", format!("{} has no field {unknown}", object.label))
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Invalid(wrong)) }
    }

    /// As this recipient reads it.
    fn filled(&self, record: &Record) -> Self {
        Self {
            subject: words::filled(&self.subject, record, MAX_SUBJECT),
            text: words::filled(&self.text, record, 2 * MAX_TEXT),
        }
    }
}

/// The name and address in a record; `None` without an address that the reader may see.
fn recipient(record: &Record) -> Option<(String, String)> {
    let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("name").unwrap_or_default(), text("email")?))
}

/// The activity that a mail is, as given for a new record.
fn activity(object: &ObjectDef, (record_id, writer): (Uuid, Uuid), email: &NewEmail, at: &str) -> Value {
    let link = format!("{}_id", object.name);
    json!({
        "kind": "email", "direction": "outbound", "subject": email.subject, "body": email.text,
        "occurred_at": at, "owner_id": writer, link: record_id,
    })
}
