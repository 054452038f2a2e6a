//! Mail: a letter with files, the way to the mail server, and the tasks that send.
//!
//! [`Letter`] is what is to be said, free text by people included; [`Mailer`] makes a message of it
//! that carries nothing but that and speaks SMTP. No text of a person can become a header, an
//! address or a path: control characters are removed, and file names are made of plain letters.
//! [`Post`] sends what lies in the queue of `oltp::mails`; [`rounds`] is what it shares with the sender
//! of scheduled mail.

mod file_name;
mod letter;
mod mailer;
mod post;
pub(crate) mod rounds;
mod server;

pub use file_name::file_name;
pub use letter::{Attachment, Letter};
pub use mailer::{Connection, MailConfig, Mailer, SendError};
pub use post::Post;
pub use server::MailConfigError;
