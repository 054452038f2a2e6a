//! How accounts come to be, from the configuration.

use serde::{Deserialize, Serialize};

use super::ProviderSettings;

/// Where links lead when nobody said where the workspace is reached.
const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// Who may sign up by themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// Anybody, signed in at once.
    #[default]
    Open,
    /// Anybody, once they have followed the link that was mailed to them.
    Confirmed,
    /// Nobody but the first person of the workspace: others are added or invited.
    Closed,
}

/// Settings of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    /// Where people reach the workspace, without a slash at the end; links in mail lead there. Never
    /// taken from a request, because anybody can write its headers.
    pub public_url: String,
    /// Who may sign up by themselves.
    pub registration: RegistrationMode,
    /// Where people may sign in besides.
    pub providers: Vec<ProviderSettings>,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self { public_url: DEFAULT_URL.to_owned(), registration: RegistrationMode::default(), providers: Vec::new() }
    }
}

impl AccountSettings {
    /// Whether people reach the workspace over https, so that cookies never travel without it.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The address of a page of the web UI.
    pub(super) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.trim_end_matches('/'))
    }
}
