//! Signing in elsewhere: OpenID Connect with any provider of the configuration.
//!
//! The authorization code flow with PKCE, state and nonce. What a browser has to remember on its way
//! to the provider and back is in a cookie of ours that it cannot change; a way back counts once. Who
//! somebody is follows from issuer and subject alone. An account that is here already is linked by its
//! person, signed in; by the address only when both sides have proved it and the account has no
//! second factor that this would get around (why: docs/decisions/0023).

use super::{AccessToken, Device, Identity};
use crate::{Error, Result};
use catalog::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub(super) mod account;
mod journey;
mod listed;
mod provider;
mod transport;

pub use listed::LinkedAccount;
pub(super) use provider::Providers;

/// How long a browser may be away at the provider.
const AWAY: TimeDelta = TimeDelta::minutes(10);

/// A provider that people may sign in with.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its name in addresses: small letters, digits and dashes.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its issuer, where `/.well-known/openid-configuration` is found.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// How we prove it; a public client has none.
    pub client_secret: Option<String>,
}

impl std::fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderSettings")
            .field("name", &self.name)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// What a provider says about a person, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Elsewhere {
    provider: String,
    issuer: String,
    subject: String,
    email: Option<String>,
    /// Whether the provider says that the address is the person's.
    email_verified: bool,
    name: Option<String>,
}

/// A browser on its way to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Where it goes.
    pub url: String,
    /// What it has to bring back, in a cookie that scripts cannot read.
    pub luggage: String,
}

/// A browser that comes back from a provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Arrival {
    /// The authorization code.
    pub code: String,
    /// The state that it left with.
    pub state: String,
}

/// What came of signing in elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrived {
    /// The person is signed in.
    SignedIn(Box<AccessToken>),
    /// The account elsewhere was linked to theirs.
    Linked,
}

impl Identity {
    /// Sends a browser to a provider, to sign in or, with `link`, to link an account there to the
    /// caller's.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] for an unknown provider; [`Error::ProviderAway`].
    pub async fn depart(&self, provider: &str, link: Option<&Principal>) -> Result<Departure> {
        let provider = self.providers.named(provider)?;
        if let Some(caller) = link {
            Self::insist_on_full_rights(caller)?;
        }
        let link = link.map(|caller| caller.user_id);
        let journey = journey::Journey::new(&provider.settings.name, link, self.now() + AWAY)?;
        let url = provider.authorization_url(&self.redirect_uri(&provider.settings.name), &journey, self.now()).await?;
        Ok(Departure { url, luggage: journey.pack(&self.keys) })
    }

    /// Takes a browser back from a provider.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `state` when it is not the browser that left, came back before, or was
    /// away too long; [`Error::ProviderRefused`] when what the provider says does not hold;
    /// [`Error::LinkFirst`], [`Error::AccountClosed`], [`Error::RegistrationClosed`].
    pub async fn arrive(
        &self,
        (provider, arrival): (&str, &Arrival),
        luggage: Option<&str>,
        device: &Device,
    ) -> Result<Arrived> {
        let provider = self.providers.named(provider)?;
        let at = self.now();
        let unpacked = luggage.and_then(|luggage| journey::Journey::unpack(&self.keys, luggage));
        let journey = unpacked
            .filter(|journey| journey.fits(&provider.settings.name, &arrival.state, at))
            .ok_or_else(journey::state_refused)?;
        if !self.first_use(&format!("state {}", journey.state), at + AWAY).await? {
            return Err(journey::state_refused());
        }
        let redirect_uri = self.redirect_uri(&provider.settings.name);
        let known = provider.exchange(&redirect_uri, (&arrival.code, &journey), at).await?;
        if let Some(user_id) = journey.link {
            self.link(user_id, &known, device).await?;
            return Ok(Arrived::Linked);
        }
        let tokens = self.signed_in_elsewhere(&known, device).await?;
        Ok(Arrived::SignedIn(Box::new(tokens)))
    }

    /// Signs in the person of an id token that a program got from the provider; it counts once.
    ///
    /// # Errors
    /// As [`arrive`](Self::arrive), without a state.
    pub async fn sign_in_by_id_token(&self, provider: &str, token: &str, device: &Device) -> Result<AccessToken> {
        let provider = self.providers.named(provider)?;
        let at = self.now();
        let (known, expires_at) = provider.verify(token, at).await?;
        if !self.first_use(&format!("id token {token}"), expires_at).await? {
            return Err(Error::ProviderRefused);
        }
        self.signed_in_elsewhere(&known, device).await
    }

    /// Where the provider sends the browser back to: a page of the web UI.
    fn redirect_uri(&self, provider: &str) -> String {
        self.settings.page(&format!("/sign-in/{provider}"))
    }

    /// Whether this is used for the first time.
    async fn first_use(&self, what: &str, expires_at: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.oltp.pool().begin().await?;
        let forget = "delete from used_sign_ins where expires_at < $1";
        sqlx::query(forget).bind(self.now() - AWAY).execute(&mut *tx).await?;
        let sql = "insert into used_sign_ins (digest, expires_at) values ($1, $2) on conflict do nothing";
        let used = sqlx::query(sql).bind(super::links::digest(what)).bind(expires_at).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(used.rows_affected() == 1)
    }

    /// The providers that people may sign in with: name and label.
    pub fn providers(&self) -> Vec<(String, String)> {
        self.settings.providers.iter().map(|provider| (provider.name.clone(), provider.label.clone())).collect()
    }
}
