//! Configuration: one file, overridden by the environment, overridden by the command line.
//!
//! This is the only module that reads the environment. Everything is parsed once, at start.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use oltp::identity::{AccountSettings, ProviderSettings, RegistrationMode};
use serde::{Deserialize, Serialize};

mod sections;

pub(crate) use sections::{DocumentsSection, HttpSection, WebhooksSection};

/// Where Leadhouse listens unless told otherwise.
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// The issuer of the one provider that everybody has the same of.
const GOOGLE: &str = "https://accounts.google.com";

/// Everything that can be configured.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Address the HTTP server listens on; port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    /// Folder of everything this workspace stores: the embedded Postgres, the lake, keys.
    pub(crate) data_dir: PathBuf,
    /// An external Postgres 15 or newer; empty means the embedded one.
    pub(crate) database_url: Option<String>,
    /// Where people reach this workspace, such as `https://crm.example.com`; links in mail lead there.
    /// The address it listens on when absent.
    pub(crate) public_url: Option<String>,
    /// Warehouse settings.
    pub(crate) lake: LakeSection,
    /// Analytical query limits.
    pub(crate) query: QuerySection,
    /// Who may have an account.
    pub(crate) accounts: AccountsSection,
    /// Where people may sign in besides, by the name in addresses.
    pub(crate) providers: BTreeMap<String, ProviderSection>,
    /// Where mail goes out.
    pub(crate) mail: MailSection,
    /// Files attached to records.
    pub(crate) documents: DocumentsSection,
    /// What the HTTP interface allows, and how much.
    pub(crate) http: HttpSection,
    /// Whom webhooks may call.
    pub(crate) webhooks: WebhooksSection,
}

/// `[accounts]`: who may have one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AccountsSection {
    /// Who may sign up by themselves: `open`, `confirmed` (once the e-mail address is proved) or `closed`.
    pub(crate) registration: RegistrationMode,
}

/// `[lake]`: when the hot tail is written to Parquet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LakeSection {
    /// Longest time a change stays only in memory and in the write-ahead log, in seconds.
    pub(crate) flush_seconds: u64,
    /// Number of changes that triggers a flush earlier.
    pub(crate) flush_rows: usize,
}

/// `[query]`: limits of one analytical query and of all together.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct QuerySection {
    /// Longest run time, in seconds.
    pub(crate) timeout_seconds: u64,
    /// Memory of all running queries of one engine, in MiB.
    pub(crate) memory_mib: usize,
    /// Greatest number of rows of a report's answer.
    pub(crate) row_limit: usize,
}

/// `[mail]`: how scheduled reports are sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MailSection {
    /// The mail server: `smtp://host:port`, `smtp://user:password@host?tls=required` or
    /// `smtps://user:password@host`; without one, deliveries wait.
    pub(crate) smtp_url: Option<String>,
    /// The sender, such as `Leadhouse <crm@example.com>`.
    pub(crate) from: String,
    /// Longest time to connect and greet, in seconds.
    pub(crate) timeout_seconds: u64,
    /// Most files in one mail, in MiB; many mail servers take no more than 25.
    pub(crate) attachment_limit_mib: usize,
}

/// `[providers.NAME]`: a provider of OpenID Connect; `[providers.google]` knows its label and issuer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderSection {
    /// What people call it; the name with a capital letter when absent.
    pub(crate) label: Option<String>,
    /// Its issuer, where `/.well-known/openid-configuration` is found, such as
    /// `https://login.microsoftonline.com/TENANT/v2.0`.
    pub(crate) issuer: Option<String>,
    /// Who this workspace is there.
    pub(crate) client_id: String,
    /// How it proves it; a public client has none.
    pub(crate) client_secret: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data_dir: default_data_dir(),
            database_url: None,
            lake: LakeSection::default(),
            query: QuerySection::default(),
            public_url: None,
            accounts: AccountsSection::default(),
            providers: BTreeMap::new(),
            mail: MailSection::default(),
            documents: DocumentsSection::default(),
            http: HttpSection::default(),
            webhooks: WebhooksSection::default(),
        }
    }
}

impl ProviderSection {
    /// Everything a provider is known by here.
    fn settings(&self, name: &str) -> ProviderSettings {
        let mut letters = name.chars();
        let label = letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str()));
        ProviderSettings {
            name: name.to_owned(),
            label: self.label.clone().or(label).unwrap_or_default(),
            issuer: self.issuer.clone().unwrap_or_else(|| GOOGLE.to_owned()),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
        }
    }

    fn check(&self, name: &str) -> Result<(), ConfigError> {
        let wrong = |reason: &str| ConfigError::Provider { name: name.to_owned(), reason: reason.to_owned() };
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(wrong("its name must have small letters, digits and dashes only"));
        }
        let Some(issuer) = &self.issuer else {
            return if name == "google" { Ok(()) } else { Err(wrong("it needs an issuer")) };
        };
        let url = reqwest::Url::parse(issuer).map_err(|_unreadable| wrong("its issuer is no address"))?;
        let here = ["localhost", "127.0.0.1", "[::1]"].contains(&url.host_str().unwrap_or_default());
        if url.scheme() == "https" || (url.scheme() == "http" && here) {
            return Ok(());
        }
        Err(wrong("its issuer must begin with https://"))
    }
}

impl Default for LakeSection {
    fn default() -> Self {
        Self { flush_seconds: 5, flush_rows: 50_000 }
    }
}

impl Default for QuerySection {
    fn default() -> Self {
        Self { timeout_seconds: 60, memory_mib: 2048, row_limit: 1_000_000 }
    }
}

impl Default for MailSection {
    fn default() -> Self {
        Self {
            smtp_url: None,
            from: "Leadhouse <leadhouse@localhost>".to_owned(),
            timeout_seconds: 20,
            attachment_limit_mib: 20,
        }
    }
}

impl LakeSection {
    /// The flush interval as a duration.
    pub(crate) fn flush_age(&self) -> Duration {
        Duration::from_secs(self.flush_seconds)
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not valid.
    #[error("the configuration file {path} is not valid")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A sign-in provider cannot be used.
    #[error("the section [providers.{name}] cannot be used: {reason}")]
    Provider {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The public address is not one.
    #[error("public_url must be like https://crm.example.com, with nothing behind the host and port, not `{value}`")]
    PublicUrl {
        /// What it says.
        value: String,
    },
    /// An environment variable is not valid.
    #[error("{name}={value}: {reason}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What it says.
        value: String,
        /// What would be right.
        reason: String,
    },
}

/// What the command line says; the rest comes from file and environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    /// `--config FILE`.
    pub(crate) file: Option<PathBuf>,
    /// `--data-dir DIR`.
    pub(crate) data_dir: Option<PathBuf>,
    /// `--listen ADDR`.
    pub(crate) listen: Option<SocketAddr>,
}

impl Config {
    /// Reads file and environment and applies the command line.
    ///
    /// # Errors
    /// The file is unreadable or has unknown keys, or a variable does not parse.
    pub(crate) fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        let file = overrides.file.clone().or_else(|| variable("LEADHOUSE_CONFIG").map(PathBuf::from));
        let mut config = file.as_deref().map_or_else(|| Ok(Self::default()), Self::from_file)?;
        if let Some(dir) = variable("LEADHOUSE_DATA_DIR") {
            config.data_dir = PathBuf::from(dir);
        }
        if let Some(value) = variable("LEADHOUSE_LISTEN") {
            config.listen = value.parse().map_err(|_unreadable| ConfigError::Variable {
                name: "LEADHOUSE_LISTEN",
                value: value.clone(),
                reason: format!("must be an address such as {DEFAULT_LISTEN}"),
            })?;
        }
        if let Some(url) = variable("DATABASE_URL") {
            config.database_url = Some(url);
        }
        if let Some(url) = variable("LEADHOUSE_PUBLIC_URL") {
            config.public_url = Some(url);
        }
        if let Some(url) = variable("LEADHOUSE_SMTP_URL") {
            config.mail.smtp_url = Some(url);
        }
        if let Some(from) = variable("LEADHOUSE_MAIL_FROM") {
            config.mail.from = from;
        }
        config.documents.read_environment();
        config.http.read_environment()?;
        if let Some(dir) = &overrides.data_dir {
            config.data_dir.clone_from(dir);
        }
        if let Some(listen) = overrides.listen {
            config.listen = listen;
        }
        if let Some(url) = &config.public_url {
            check_public_url(url)?;
        }
        for (name, section) in &config.providers {
            section.check(name)?;
        }
        config.data_dir = std::path::absolute(&config.data_dir).unwrap_or(config.data_dir);
        Ok(config)
    }

    fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|source| ConfigError::Invalid { path: path.to_owned(), source: Box::new(source) })
    }

    /// The settings of accounts.
    pub(crate) fn account_settings(&self) -> AccountSettings {
        let public_url = self.public_url.clone().unwrap_or_else(|| local_url(self.listen));
        let providers = self.providers.iter().map(|(name, section)| section.settings(name)).collect();
        AccountSettings { public_url, registration: self.accounts.registration, providers }
    }

    /// The configuration as a file, for `config check`; passwords in addresses are hidden.
    pub(crate) fn to_toml(&self) -> String {
        let mut shown = self.clone();
        shown.database_url = shown.database_url.as_deref().map(hide_password);
        shown.mail.smtp_url = shown.mail.smtp_url.as_deref().map(hide_password);
        for section in shown.providers.values_mut() {
            section.client_secret = section.client_secret.as_ref().map(|_| "***".to_owned());
        }
        if !shown.documents.s3_secret_access_key.is_empty() {
            "***".clone_into(&mut shown.documents.s3_secret_access_key);
        }
        toml::to_string_pretty(&shown).unwrap_or_default()
    }
}

/// The server a command talks to, from `LEADHOUSE_URL` and `LEADHOUSE_TOKEN`.
#[derive(Debug, Clone)]
pub(crate) struct ServerVariables {
    /// `LEADHOUSE_URL`.
    pub(crate) url: Option<String>,
    /// `LEADHOUSE_TOKEN`.
    pub(crate) token: Option<String>,
}

impl ServerVariables {
    /// Reads the environment.
    pub(crate) fn read() -> Self {
        Self { url: variable("LEADHOUSE_URL"), token: variable("LEADHOUSE_TOKEN") }
    }
}

/// The filter for log lines, from `LEADHOUSE_LOG`; warnings only by default.
pub(crate) fn log_filter(default: &str) -> String {
    variable("LEADHOUSE_LOG").unwrap_or_else(|| default.to_owned())
}

/// Where the loader finds shared libraries: all that a worker gets of our environment.
pub(crate) fn library_folders() -> Vec<(OsString, OsString)> {
    let folders = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"].into_iter();
    folders.filter_map(|name| Some((name.into(), variable(name)?.into()))).collect()
}

#[expect(clippy::disallowed_methods, reason = "the one home of the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn default_data_dir() -> PathBuf {
    let base = variable("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| Path::new(&home).join(".local/share")));
    base.unwrap_or_else(|| PathBuf::from("/var/lib")).join("leadhouse")
}

/// How a browser on this machine reaches the server.
fn local_url(listen: SocketAddr) -> String {
    if listen.ip().is_unspecified() {
        return format!("http://127.0.0.1:{}", listen.port());
    }
    format!("http://{listen}")
}

fn check_public_url(value: &str) -> Result<(), ConfigError> {
    let origin = reqwest::Url::parse(value).ok().filter(|url| {
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        ["http", "https"].contains(&url.scheme()) && url.host_str().is_some() && plain
    });
    origin.map(drop).ok_or_else(|| ConfigError::PublicUrl { value: value.to_owned() })
}

fn hide_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((credentials, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = credentials.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused() {
        let wrong: Result<Config, _> = toml::from_str("colour = 'red'");

        assert!(wrong.unwrap_err().to_string().contains("colour"));
    }

    #[test]
    fn a_public_address_is_an_origin_and_nothing_more() {
        for right in ["https://crm.example.com", "https://crm.example.com/", "http://127.0.0.1:8080"] {
            assert!(check_public_url(right).is_ok(), "{right}");
        }
        for wrong in
            ["crm.example.com", "https://crm.example.com/crm", "ftp://crm.example.com", "https://a:b@c", "https://c?d"]
        {
            assert!(check_public_url(wrong).is_err(), "{wrong}");
        }
        let everywhere = Config { listen: SocketAddr::from(([0, 0, 0, 0], 80)), ..Config::default() };
        assert_eq!(everywhere.account_settings().public_url, "http://127.0.0.1:80");
    }

    #[test]
    fn passwords_are_not_shown() {
        let mail = MailSection { smtp_url: Some("smtps://crm:s3cret@mx.example".to_owned()), ..MailSection::default() };
        let database_url = Some("postgres://crm:s3cret@db.example/crm".to_owned());
        let documents = DocumentsSection { s3_secret_access_key: "s3cret".to_owned(), ..DocumentsSection::default() };
        let config = Config { database_url, mail, documents, ..Config::default() };

        let shown = config.to_toml();

        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("postgres://crm:***@db.example/crm"), "{shown}");
        assert!(shown.contains("smtps://crm:***@mx.example"), "{shown}");
    }
}
