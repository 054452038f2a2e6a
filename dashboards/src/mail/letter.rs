//! A letter: what is said to one person, as text and as HTML, with files.

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Attachment as AttachedPart, Body, Mailbox, MultiPart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use oltp::mails::{MailBody, Origin};

/// Longest subject line; the rest is cut.
const SUBJECT_MAX_LEN: usize = 150;

/// A file of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, made by [`file_name`](super::file_name).
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What is said to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Local part of the Message-ID: the same for every attempt to send this letter.
    pub id: String,
    /// Name of the recipient.
    pub name: String,
    /// Address of the recipient.
    pub address: String,
    /// Subject line.
    pub subject: String,
    /// What it says.
    pub body: MailBody,
    /// The files, in order.
    pub attachments: Vec<Attachment>,
    /// The person in whose name it goes out; `None` for the program itself.
    pub origin: Option<Origin>,
}

impl Letter {
    /// The Message-ID of the letter from this sender.
    pub fn message_id(&self, from: &Mailbox) -> String {
        format!("<{}@{}>", self.id, from.email.domain())
    }

    /// The letter as a message.
    ///
    /// # Errors
    /// The recipient's address is none, in words.
    pub(super) fn message(&self, from: &Mailbox, at: DateTime<Utc>) -> Result<Message, String> {
        let address: Address =
            self.address.parse().map_err(|_wrong| format!("`{}` is not an e-mail address", one_line(&self.address)))?;
        let name = Some(one_line(&self.name)).filter(|name| !name.is_empty());
        let body = MultiPart::alternative_plain_html(self.body.text().to_owned(), self.body.html().to_owned());
        let mut parts = MultiPart::mixed().multipart(body);
        for file in &self.attachments {
            let kind = ContentType::parse(file.media_type).map_err(|error| error.to_string())?;
            // Any other encoding may change the ends of lines.
            let body = Body::new_with_encoding(file.bytes.clone(), ContentTransferEncoding::Base64);
            let body = body.map_err(|_bytes| format!("{} cannot be attached", file.name))?;
            parts = parts.singlepart(AttachedPart::new(file.name.clone()).body(body, kind));
        }
        let subject: String = one_line(&self.subject).chars().take(SUBJECT_MAX_LEN).collect();
        let header = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        let message = Message::builder()
            .to(Mailbox::new(name, address))
            .subject(subject)
            .date(at.into())
            .message_id(Some(self.message_id(from)));
        let message = match &self.origin {
            // RFC 3834: no vacation notice answers a machine.
            None => message.from(from.clone()).raw_header(header("Auto-Submitted", "auto-generated")),
            Some(Origin { name, address, unsubscribe_url }) => {
                let name = one_line(name);
                let answers =
                    address.parse().map_err(|_wrong| format!("`{}` is not an e-mail address", one_line(address)));
                let message = message
                    .from(Mailbox::new(Some(name.clone()), from.email.clone()))
                    .reply_to(Mailbox::new(Some(name), answers?));
                match unsubscribe_url {
                    None => message,
                    // RFC 2369 and RFC 8058: the mail program offers it with one click.
                    Some(url) => message
                        .raw_header(header("List-Unsubscribe", &format!("<{}>", one_line(url))))
                        .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
                }
            }
        };
        message.multipart(parts).map_err(|error| error.to_string())
    }
}

/// The text on one line: what could end a header is a space.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            id: "0199".to_owned(),
            name: "Ada Lovelace".to_owned(),
            address: "ada@example.com".to_owned(),
            subject: "Monday numbers".to_owned(),
            body: MailBody::new(&["Pipeline <b>".to_owned(), "As of today.".to_owned()]),
            attachments: vec![Attachment {
                name: "pipeline.csv".to_owned(),
                media_type: "text/csv",
                bytes: b"a,b".to_vec(),
            }],
            origin: None,
        }
    }

    fn written(letter: &Letter) -> String {
        let from = "Leadhouse <crm@example.com>".parse().expect("a mailbox");
        let message = letter.message(&from, DateTime::UNIX_EPOCH).expect("a message");
        String::from_utf8(message.formatted()).expect("text")
    }

    /// The names of the headers, in order.
    fn headers(message: &str) -> Vec<&str> {
        let head = message.split("\r\n\r\n").next().expect("a head");
        head.lines().filter(|line| !line.starts_with([' ', '\t'])).filter_map(|line| line.split(':').next()).collect()
    }

    #[test]
    fn the_message_id_is_that_of_the_delivery() {
        let text = written(&letter());

        assert!(text.contains("Message-ID: <0199@example.com>"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
    }

    #[test]
    fn no_text_becomes_a_header() {
        let attack = "Numbers\r\nBcc: thief@example.com\r\n\r\nHello";
        let plain = headers(&written(&letter())).join(" ");
        let attacked = Letter { subject: attack.to_owned(), name: attack.to_owned(), ..letter() };

        let text = written(&attacked);

        assert_eq!(headers(&text).join(" "), plain);
        assert!(!text.contains("\r\nBcc:"), "{text}");
    }

    #[test]
    fn what_a_person_writes_goes_out_in_their_name_and_can_be_answered_and_refused() {
        let origin = Origin {
            name: "Anna\r\nBcc: thief@example.com".to_owned(),
            address: "anna@example.com".to_owned(),
            unsubscribe_url: Some("https://crm.example/api/unsubscribe/abc".to_owned()),
        };

        let text = written(&Letter { origin: Some(origin), ..letter() });

        assert!(text.contains("<crm@example.com>\r\n"), "{text}");
        assert!(text.contains("Reply-To: ") && text.contains("<anna@example.com>"), "{text}");
        assert!(text.contains("List-Unsubscribe: <https://crm.example/api/unsubscribe/abc>"), "{text}");
        assert!(text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{text}");
        assert!(!text.contains("Auto-Submitted") && !text.contains("\r\nBcc:"), "{text}");
    }

    #[test]
    fn an_address_with_a_line_break_is_no_address() {
        let from = "crm@example.com".parse().expect("a mailbox");
        let attacked = Letter { address: "ada@example.com\r\nRCPT TO:<x@y>".to_owned(), ..letter() };

        let refused = attacked.message(&from, DateTime::UNIX_EPOCH).expect_err("no address");

        assert!(!refused.contains('\n'), "{refused}");
    }

    #[test]
    fn the_body_is_text_and_escaped_html_and_the_files_follow() {
        let text = written(&letter());

        assert!(text.contains("multipart/alternative"), "{text}");
        assert!(text.contains("Pipeline &lt;b&gt;"), "{text}");
        assert!(text.contains("filename=\"pipeline.csv\""), "{text}");
    }
}
