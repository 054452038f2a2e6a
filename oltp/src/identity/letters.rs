//! What the mails about accounts say.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::links::{Addressee, Purpose};
use crate::mails::{MailBody, NewMail};

/// The mail that carries a link.
pub(super) fn link(purpose: Purpose, person: &Addressee<'_>, url: &str, (id, at): (Uuid, DateTime<Utc>)) -> NewMail {
    let (subject, sentences, button) = match purpose {
        Purpose::Confirm => (
            "Confirm your e-mail address",
            [
                "Somebody, we hope you, uses this address for an account of Leadhouse. Please confirm that it is yours.",
                "The link counts for three days. If it was not you, do nothing: the address stays unconfirmed.",
            ],
            "Confirm the address",
        ),
        Purpose::Invite => (
            "You are invited to Leadhouse",
            [
                "An administrator has made an account for you. Choose a password and you are in.",
                "The link counts for seven days and once. If you did not expect it, do nothing.",
            ],
            "Accept the invitation",
        ),
        Purpose::Reset => (
            "Choose a new password",
            [
                "Somebody, we hope you, asked for a new password for your account of Leadhouse.",
                "The link counts for 30 minutes and once. If it was not you, do nothing: your password stays as it is.",
            ],
            "Choose a new password",
        ),
    };
    let paragraphs = [subject, sentences[0], sentences[1]].map(str::to_owned);
    NewMail {
        key: format!("{}:{id}", purpose.as_str()),
        name: person.name.to_owned(),
        address: person.email.to_owned(),
        subject: subject.to_owned(),
        body: MailBody::with_button(&paragraphs, (button, url)),
        due_at: at,
        person: None,
    }
}

/// The mail that tells an address that the account has left it.
pub(super) fn new_address(person: &Addressee<'_>, old: &str, (id, at): (Uuid, DateTime<Utc>)) -> NewMail {
    let subject = "The e-mail address of your account was changed";
    let paragraphs = [
        subject.to_owned(),
        "Mail about your account of Leadhouse goes to another address from now on.".to_owned(),
        "If it was not you, ask an administrator at once: somebody else knows your password.".to_owned(),
    ];
    NewMail {
        key: format!("new_address:{id}"),
        name: person.name.to_owned(),
        address: old.to_owned(),
        subject: subject.to_owned(),
        body: MailBody::new(&paragraphs),
        due_at: at,
        person: None,
    }
}

/// The mail after a stolen token ended a session.
pub(super) fn session_ended(person: &Addressee<'_>, (id, at): (Uuid, DateTime<Utc>)) -> NewMail {
    let subject = "A session of your account was ended";
    let paragraphs = [
        subject.to_owned(),
        "Something that only your browser should know was used a second time, so somebody may have copied it."
            .to_owned(),
        "The session was ended. Sign in again; if this happens more than once, choose a new password.".to_owned(),
    ];
    NewMail {
        key: format!("session_ended:{id}"),
        name: person.name.to_owned(),
        address: person.email.to_owned(),
        subject: subject.to_owned(),
        body: MailBody::new(&paragraphs),
        due_at: at,
        person: None,
    }
}
