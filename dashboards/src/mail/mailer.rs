//! The way to the mail server.

use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::{
    Message,
    message::Mailbox,
    transport::smtp::{
        self,
        authentication::Mechanism,
        client::{AsyncSmtpConnection, TlsParameters},
        extension::ClientId,
    },
};
use tokio::time::timeout;

use super::{
    Letter, MailConfigError,
    server::{Protection, Server},
};

/// Longest time that handing over one message may take: twice what RFC 5321 (section 4.5.3.2)
/// gives a block of data, and well within the lease of a delivery.
const SEND_LIMIT: Duration = Duration::from_mins(6);
/// A server that does not even say goodbye is not waited for.
const QUIT_LIMIT: Duration = Duration::from_secs(2);

/// The settings of mail.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The mail server: `smtp://host:port`, `smtp://user:password@host?tls=required` or `smtps://`.
    pub smtp_url: String,
    /// The sender, such as `Leadhouse <crm@example.com>`.
    pub from: String,
    /// Longest time to connect and greet.
    pub timeout: Duration,
    /// Most bytes of files in one mail; more are left out, which the mail says.
    pub attachment_limit_bytes: usize,
}

/// Sends letters.
#[derive(Debug, Clone)]
pub struct Mailer {
    server: Server,
    from: Mailbox,
    timeout: Duration,
    /// Most bytes of files in one mail.
    pub attachment_limit_bytes: usize,
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The mail server is away, or does not let us in; no letter is to blame.
    #[error("{0}")]
    Away(String),
    /// The server did not take it now.
    #[error("{0}")]
    Later(String),
    /// The server does not take it at all.
    #[error("{0}")]
    Never(String),
}

/// A greeted mail server.
pub struct Connection {
    smtp: AsyncSmtpConnection,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Mailer {
    /// A mailer with these settings; does not connect.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn new(config: &MailConfig) -> Result<Self, MailConfigError> {
        let from = config.from.parse().map_err(|_wrong| MailConfigError::From { from: config.from.clone() })?;
        Ok(Self {
            server: Server::parse(&config.smtp_url)?,
            from,
            timeout: config.timeout,
            attachment_limit_bytes: config.attachment_limit_bytes,
        })
    }

    /// The sender.
    pub fn from(&self) -> &Mailbox {
        &self.from
    }

    /// The letter as a message that any connection can carry.
    ///
    /// # Errors
    /// [`SendError::Never`]: the recipient's address is none.
    pub fn message(&self, letter: &Letter, at: DateTime<Utc>) -> Result<Message, SendError> {
        letter.message(&self.from, at).map_err(SendError::Never)
    }

    /// Connects, greets, protects the connection and signs in.
    ///
    /// # Errors
    /// [`SendError::Away`].
    pub async fn connect(&self) -> Result<Connection, SendError> {
        let away = |why: &str| SendError::Away(format!("The mail server at {} cannot be used: {why}", self.server));
        match timeout(self.timeout, self.open()).await {
            Ok(Ok(smtp)) => Ok(Connection { smtp }),
            Ok(Err(error)) => Err(away(&said(&error))),
            Err(_elapsed) => Err(away(&format!("no answer within {} seconds", self.timeout.as_secs()))),
        }
    }

    /// Connects and hands one message over. The connection is still open then, so that the outcome
    /// can be stored before the goodbye: a kill in between is the only one that sends a mail twice.
    pub async fn hand_over(&self, message: &Message) -> (Option<Connection>, Result<(), SendError>) {
        match self.connect().await {
            Ok(mut connection) => {
                let sent = connection.send(message).await;
                (Some(connection), sent)
            }
            Err(error) => (None, Err(error)),
        }
    }

    /// Makes sure that letters could be sent.
    ///
    /// # Errors
    /// [`SendError::Away`].
    pub async fn check(&self) -> Result<(), SendError> {
        self.connect().await?.close().await;
        Ok(())
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        let Server { host, port, protection, credentials } = &self.server;
        let hello = ClientId::default();
        let tls = match protection {
            Protection::Plain => None,
            Protection::StartTls | Protection::Tls => Some(TlsParameters::new(host.clone())?),
        };
        let (first, then) = if *protection == Protection::Tls { (tls, None) } else { (None, tls) };
        let address = (host.as_str(), *port);
        let mut smtp = AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &hello, first, None).await?;
        if let Some(tls) = then {
            smtp.starttls(tls, &hello).await?;
        }
        if let Some(credentials) = credentials {
            smtp.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(smtp)
    }
}

impl Connection {
    /// Hands a message over; when it returns, the server has taken it.
    ///
    /// # Errors
    /// [`SendError::Later`] or [`SendError::Never`], with the server's words.
    pub async fn send(&mut self, message: &Message) -> Result<(), SendError> {
        let bytes = message.formatted();
        match timeout(SEND_LIMIT, self.smtp.send(message.envelope(), &bytes)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() || error.is_client() => {
                Err(SendError::Never(format!("The mail server refused the mail: {}", said(&error))))
            }
            Ok(Err(error)) => Err(SendError::Later(format!("The mail server did not take the mail: {}", said(&error)))),
            Err(_elapsed) => {
                Err(SendError::Later(format!("The mail server did not take the mail within {SEND_LIMIT:?}")))
            }
        }
    }

    /// Says goodbye; whether it is heard does not matter.
    pub async fn close(mut self) {
        drop(timeout(QUIT_LIMIT, self.smtp.abort()).await);
    }
}

/// What the server or the network said, for people.
fn said(error: &smtp::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match error.status() {
        Some(code) => format!("{code} {innermost}"),
        None => innermost.to_string(),
    }
}
