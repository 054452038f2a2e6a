//! How to reach the Postgres whose log is followed.

use std::{str::FromStr, time::Duration};

use pgwire_replication::{ReplicationConfig, SslMode, TlsConfig};
use sqlx::{
    ConnectOptions, Connection, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

use crate::{Error, Result};

/// Settings that fix the text form of values, so that a cell reads the same in the initial copy
/// and in the stream, whatever the server, the database or the role has as default.
const TEXT_FORM: [(&str, &str); 6] = [
    ("datestyle", "ISO"),
    ("intervalstyle", "iso_8601"),
    ("timezone", "UTC"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "3"),
    ("client_encoding", "UTF8"),
];

/// The copy of a large table may take as long as it takes.
const NO_TIMEOUTS: [(&str, &str); 3] =
    [("statement_timeout", "0"), ("lock_timeout", "0"), ("idle_in_transaction_session_timeout", "0")];

/// An acknowledged position reaches the server within this time. A server that shuts down waits
/// for it, so it is short.
const STATUS_INTERVAL: Duration = Duration::from_millis(200);

/// How often an idle connection proves to the server that it is alive; far below the usual
/// `wal_sender_timeout` of 60 s.
const IDLE_WAKEUP: Duration = Duration::from_secs(5);

/// Where the changes come from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    options: PgConnectOptions,
    password: String,
    tls: TlsConfig,
}

impl Source {
    /// The server and database that a `postgres://` address names.
    pub(crate) fn from_url(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url).map_err(|source| Error::Address { source })?;
        let options = options.application_name("leadhouse capture").options(TEXT_FORM).options(NO_TIMEOUTS);
        let mut lossy = options.to_url_lossy();
        // The address carries the password percent-encoded; a query string decodes the same way.
        let encoded = lossy.password().unwrap_or_default().to_owned();
        let root_certificate =
            lossy.query_pairs().find(|(key, _)| key == "sslrootcert").map(|(_, path)| path.into_owned().into());
        lossy.set_query(Some(&format!("password={encoded}")));
        let password = lossy.query_pairs().next().map(|(_, value)| value.into_owned()).unwrap_or_default();
        let tls = TlsConfig { mode: ssl_mode(&options), ca_pem_path: root_certificate, ..TlsConfig::default() };
        Ok(Self { options, password, tls })
    }

    /// An ordinary connection with the text form of values fixed.
    pub(crate) async fn connect(&self) -> Result<PgConnection> {
        PgConnection::connect_with(&self.options)
            .await
            .map_err(|source| Error::Postgres { doing: "connect for capture", source })
    }

    /// The settings of a replication connection for this slot and publication.
    pub(crate) fn replication(&self, slot: &str, publication: &str) -> ReplicationConfig {
        let options = &self.options;
        let host = options
            .get_socket()
            .map_or_else(|| options.get_host().to_owned(), |socket| socket.to_string_lossy().into_owned());
        let user = options.get_username();
        let database = options.get_database().unwrap_or(user);
        let tls = if host.starts_with('/') { TlsConfig::disabled() } else { self.tls.clone() };
        let settings: Vec<String> =
            TEXT_FORM.iter().chain(&NO_TIMEOUTS).map(|(name, value)| format!("-c {name}={value}")).collect();
        ReplicationConfig::new(host, user, &self.password, database, slot, publication)
            .with_port(options.get_port())
            .with_tls(tls)
            .with_options(settings.join(" "))
            .with_application_name("leadhouse capture")
            .with_status_interval(STATUS_INTERVAL)
            .with_wakeup_interval(IDLE_WAKEUP)
    }
}

/// The same transport security as the record connections have.
fn ssl_mode(options: &PgConnectOptions) -> SslMode {
    match options.get_ssl_mode() {
        PgSslMode::Disable | PgSslMode::Allow => SslMode::Disable,
        PgSslMode::Prefer => SslMode::Prefer,
        PgSslMode::Require => SslMode::Require,
        PgSslMode::VerifyCa => SslMode::VerifyCa,
        PgSslMode::VerifyFull => SslMode::VerifyFull,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_an_escaped_password_and_a_socket_is_understood() {
        let source = Source::from_url("postgres://ann:p%40ss%2Bw%20rd@%2Ftmp%2Fpg:5433/crm?sslmode=disable").unwrap();

        let config = source.replication("slot", "publication");

        assert_eq!(source.password, "p@ss+w rd");
        assert_eq!((config.host.as_str(), config.port), ("/tmp/pg", 5433));
        assert_eq!((config.user.as_str(), config.database.as_str()), ("ann", "crm"));
        assert!(config.options.is_some_and(|options| options.contains("-c timezone=UTC")));
    }

    #[test]
    fn something_that_is_no_address_is_refused() {
        assert!(Source::from_url("not an address").is_err());
    }
}
