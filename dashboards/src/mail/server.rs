//! Where the mail server is, read from its address.

use lettre::transport::smtp::authentication::Credentials;
use url::Url;

/// Ports by RFC 5321, 6409 and 8314.
const PLAIN_PORT: u16 = 25;
const STARTTLS_PORT: u16 = 587;
const TLS_PORT: u16 = 465;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all: a mail server on this machine or network.
    Plain,
    /// Upgraded after the greeting, or not used.
    StartTls,
    /// From the first byte.
    Tls,
}

/// A mail server.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protection: Protection,
    pub(super) credentials: Option<Credentials>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A setting of `[mail]` that cannot be used; never repeats a password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MailConfigError {
    /// The address of the mail server.
    #[error(
        "smtp_url must be like smtp://mail.example.com:25, smtp://user:password@mail.example.com?tls=required or smtps://user:password@mail.example.com: {reason}"
    )]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// The sender's address.
    #[error("from must be like `Leadhouse <crm@example.com>`, not `{from}`")]
    From {
        /// What it says.
        from: String,
    },
}

impl Server {
    /// Reads `smtp://` or `smtps://`, with user and password if the server wants them.
    pub(super) fn parse(text: &str) -> Result<Self, MailConfigError> {
        let wrong = |reason: &str| MailConfigError::Url { reason: reason.to_owned() };
        let url = Url::parse(text).map_err(|error| MailConfigError::Url { reason: error.to_string() })?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no host"))?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let (protection, port) = match (url.scheme(), tls.as_deref()) {
            ("smtp", None) => (Protection::Plain, PLAIN_PORT),
            ("smtp", Some("required")) => (Protection::StartTls, STARTTLS_PORT),
            ("smtps", None) => (Protection::Tls, TLS_PORT),
            ("smtp" | "smtps", Some(_)) => return Err(wrong("tls can only be `required`, and only with smtp://")),
            (_, _) => return Err(wrong("it starts with neither smtp:// nor smtps://")),
        };
        let password = url.password().map(decoded).transpose()?;
        let credentials = match (decoded(url.username())?, password) {
            (user, None) if user.is_empty() => None,
            (user, password) => Some(Credentials::new(user, password.unwrap_or_default())),
        };
        let port = url.port().unwrap_or(port);
        // A literal IPv6 address stands in brackets in an address, and without them elsewhere.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { host, port, protection, credentials })
    }
}

/// Percent-encoded text (RFC 3986, section 2.1) as it was meant.
fn decoded(text: &str) -> Result<String, MailConfigError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let hex = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let byte = hex.ok_or_else(|| MailConfigError::Url { reason: "% must be written %25".to_owned() })?;
        bytes.push(byte);
        rest = after.get(2..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).map_err(|_other| MailConfigError::Url { reason: "it is not UTF-8".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_and_how() {
        for (text, host, port, protection, credentials) in [
            ("smtp://localhost:2525", "localhost", 2525, Protection::Plain, false),
            ("smtp://[::1]", "::1", PLAIN_PORT, Protection::Plain, false),
            ("smtp://ada:s%40crt@mx.example.com?tls=required", "mx.example.com", 587, Protection::StartTls, true),
            ("smtps://ada:x@mx.example.com", "mx.example.com", 465, Protection::Tls, true),
        ] {
            let server = Server::parse(text).expect(text);
            assert_eq!((server.host.as_str(), server.port, server.protection), (host, port, protection), "{text}");
            assert_eq!(server.credentials.is_some(), credentials, "{text}");
        }
        let server = Server::parse("smtp://ada:s%40crt@mx?tls=required").expect("valid");
        assert_eq!(server.credentials, Some(Credentials::new("ada".to_owned(), "s@crt".to_owned())));
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_repeating_the_password() {
        for text in ["http://ada:s3cret@mx", "smtp://ada:s3cret@mx?tls=maybe", "smtp:s3cret", "mx.example.com:25"] {
            let error = Server::parse(text).expect_err(text).to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
