//! Sections of the configuration about what comes in and goes out: requests, files, calls.

use std::{collections::BTreeSet, net::IpAddr};

use serde::{Deserialize, Serialize};

use super::{ConfigError, variable};

/// `[webhooks]`: whom webhooks may call beside the public internet.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WebhooksSection {
    /// Receivers in our own network, such as `hub.internal:8080`; they may be called without https too.
    pub(crate) allowed_targets: BTreeSet<String>,
}

/// `[documents]`: where attached files are kept, and how large they may be.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DocumentsSection {
    /// `s3://bucket/prefix`, or a folder; without either, a folder of the data folder.
    pub(crate) store: Option<String>,
    /// Largest file, in MiB.
    pub(crate) max_file_mib: u64,
    /// Address of an S3-compatible service; without one, Amazon's own.
    pub(crate) s3_endpoint: Option<String>,
    /// Region of the bucket.
    pub(crate) s3_region: String,
    /// Access key of the service.
    pub(crate) s3_access_key_id: String,
    /// Its secret.
    pub(crate) s3_secret_access_key: String,
}

/// `[http]`: what the HTTP interface allows, and how much.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HttpSection {
    /// Origins whose pages may call the API from a browser, such as `https://intranet.example.com`; none
    /// unless named.
    pub(crate) cors_origins: Vec<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// Requests of one person per minute; 0 for no limit, here and below.
    pub(crate) requests_per_minute: u32,
    /// Requests of everybody who has not signed in, per address and minute.
    pub(crate) stranger_requests_per_minute: u32,
    /// Attempts to sign in or to sign up, per address and minute.
    pub(crate) sign_ins_per_minute: u32,
    /// Exports of one person per minute.
    pub(crate) exports_per_minute: u32,
}

impl Default for DocumentsSection {
    fn default() -> Self {
        Self {
            store: None,
            max_file_mib: 100,
            s3_endpoint: None,
            s3_region: "us-east-1".to_owned(),
            s3_access_key_id: String::new(),
            s3_secret_access_key: String::new(),
        }
    }
}

impl Default for HttpSection {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            // A page of the web UI asks a dozen times; an import of single records some fifty times a second.
            requests_per_minute: 3_000,
            stranger_requests_per_minute: 300,
            // An office behind one address may sign in together.
            sign_ins_per_minute: 60,
            exports_per_minute: 60,
        }
    }
}

impl HttpSection {
    /// Takes what the environment says instead.
    pub(super) fn read_environment(&mut self) -> Result<(), ConfigError> {
        if let Some(origins) = variable("LEADHOUSE_CORS_ORIGINS") {
            self.cors_origins = origins.split(',').map(|origin| origin.trim().to_owned()).collect();
        }
        for (name, setting) in [
            ("LEADHOUSE_REQUESTS_PER_MINUTE", &mut self.requests_per_minute),
            ("LEADHOUSE_STRANGER_REQUESTS_PER_MINUTE", &mut self.stranger_requests_per_minute),
            ("LEADHOUSE_EXPORTS_PER_MINUTE", &mut self.exports_per_minute),
            ("LEADHOUSE_SIGN_INS_PER_MINUTE", &mut self.sign_ins_per_minute),
        ] {
            if let Some(value) = variable(name) {
                let reason = "must be a whole number; 0 for no limit".to_owned();
                *setting = value.parse().map_err(|_not_a_number| ConfigError::Variable { name, value, reason })?;
            }
        }
        Ok(())
    }
}

impl DocumentsSection {
    /// Takes what the environment says instead.
    pub(super) fn read_environment(&mut self) {
        self.store = variable("LEADHOUSE_DOCUMENTS").or_else(|| self.store.take());
        self.s3_endpoint = variable("LEADHOUSE_S3_ENDPOINT").or_else(|| self.s3_endpoint.take());
        for (name, setting) in [
            ("LEADHOUSE_S3_REGION", &mut self.s3_region),
            ("LEADHOUSE_S3_ACCESS_KEY_ID", &mut self.s3_access_key_id),
            ("LEADHOUSE_S3_SECRET_ACCESS_KEY", &mut self.s3_secret_access_key),
        ] {
            if let Some(value) = variable(name) {
                *setting = value;
            }
        }
    }
}
