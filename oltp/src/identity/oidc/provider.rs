//! One provider: what it says about itself, and what it says about people, verified.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
    core::{
        CoreClient, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    },
};
use tokio::sync::Mutex;

use super::{Elsewhere, ProviderSettings, journey::Journey, transport::Transport};
use crate::{Error, Result, identity::keys::same};

/// How long what a provider says about itself is believed; keys change rarely.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// A token with an unknown key has the keys read again, but not more often than this.
const ASK_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(30);
/// An id token must not be older.
const ID_TOKEN_AGE: TimeDelta = TimeDelta::minutes(10);

/// Signatures that count: no secret that we share with the provider, and never none.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Every provider of the configuration.
#[derive(Debug, Default)]
pub(in crate::identity) struct Providers(Vec<Arc<Provider>>);

impl Providers {
    pub(in crate::identity) fn new(settings: &[ProviderSettings]) -> Self {
        let transport = Transport::new();
        let provider = |settings: &ProviderSettings| {
            Arc::new(Provider { settings: settings.clone(), transport: transport.clone(), said: Mutex::default() })
        };
        Self(settings.iter().map(provider).collect())
    }

    pub(super) fn named(&self, name: &str) -> Result<Arc<Provider>> {
        let found = self.0.iter().find(|provider| provider.settings.name == name);
        found.cloned().ok_or_else(|| Error::RecordNotFound { object: "sign-in provider".to_owned() })
    }
}

/// A provider.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) settings: ProviderSettings,
    transport: Transport,
    /// What it said about itself, and when.
    said: Mutex<Option<(CoreProviderMetadata, DateTime<Utc>)>>,
}

impl Provider {
    /// Where a browser signs in.
    pub(super) async fn authorization_url(
        &self,
        redirect: &str,
        journey: &Journey,
        at: DateTime<Utc>,
    ) -> Result<String> {
        let metadata = self.metadata(at, FRESH_FOR).await?;
        let (state, nonce) = (journey.state.clone(), journey.nonce.clone());
        let verifier = PkceCodeVerifier::new(journey.verifier.clone());
        let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret())
            .set_redirect_uri(redirect_url(redirect)?);
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = client
            .authorize_url(flow, move || CsrfToken::new(state), move || Nonce::new(nonce))
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        let (url, _, _) = request.url();
        Ok(url.to_string())
    }

    /// Exchanges the code of a browser that came back for what the provider says about the person.
    pub(super) async fn exchange(
        &self,
        redirect: &str,
        (code, journey): (&str, &Journey),
        at: DateTime<Utc>,
    ) -> Result<Elsewhere> {
        let metadata = self.metadata(at, FRESH_FOR).await?;
        let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret())
            .set_redirect_uri(redirect_url(redirect)?);
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| Error::Broken(format!("the provider {} takes no codes: {error}", self.settings.name)))?;
        let answer = request
            .set_pkce_verifier(PkceCodeVerifier::new(journey.verifier.clone()))
            .request_async(&self.transport)
            .await
            .map_err(|error| self.refused("did not take the code", &error))?;
        let token = answer.id_token().ok_or(Error::ProviderRefused)?;
        self.claims(token, Some(&journey.nonce), at).await.map(|(known, _)| known)
    }

    /// What an id token says that a program brings, and until when it counts.
    pub(super) async fn verify(&self, token: &str, at: DateTime<Utc>) -> Result<(Elsewhere, DateTime<Utc>)> {
        let token: CoreIdToken = token.parse().map_err(|_malformed| Error::ProviderRefused)?;
        self.claims(&token, None, at).await
    }

    async fn claims(
        &self,
        token: &CoreIdToken,
        nonce: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<(Elsewhere, DateTime<Utc>)> {
        match self.claims_now(token, nonce, at, FRESH_FOR).await {
            // The provider may have changed its keys since it was asked.
            Err(Error::ProviderRefused) => self.claims_now(token, nonce, at, ASK_AGAIN_AFTER).await,
            claims => claims,
        }
    }

    async fn claims_now(
        &self,
        token: &CoreIdToken,
        nonce: Option<&str>,
        at: DateTime<Utc>,
        age: TimeDelta,
    ) -> Result<(Elsewhere, DateTime<Utc>)> {
        let metadata = self.metadata(at, age).await?;
        let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret());
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || at);
        let verifier = verifier.set_issue_time_verifier_fn(move |issued_at| {
            let fresh = at - issued_at <= ID_TOKEN_AGE && issued_at - at <= ID_TOKEN_AGE;
            fresh.then_some(()).ok_or_else(|| "issued too long ago".to_owned())
        });
        let the_same = |given: Option<&Nonce>| match nonce {
            // A program that got the token itself has nothing to compare with.
            None => Ok(()),
            Some(expected) if given.is_some_and(|given| same(given.secret(), expected)) => Ok(()),
            Some(_) => Err("another nonce".to_owned()),
        };
        token
            .claims(&verifier, the_same)
            .map(|claims| (self.elsewhere(claims), claims.expiration()))
            .map_err(|error| self.refused("said what does not hold", &error))
    }

    fn elsewhere(&self, claims: &CoreIdTokenClaims) -> Elsewhere {
        let name = claims.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned());
        Elsewhere {
            provider: self.settings.name.clone(),
            issuer: claims.issuer().as_str().to_owned(),
            subject: claims.subject().as_str().to_owned(),
            email: claims.email().map(|email| email.as_str().to_lowercase()),
            email_verified: claims.email_verified() == Some(true),
            name,
        }
    }

    async fn metadata(&self, at: DateTime<Utc>, age: TimeDelta) -> Result<CoreProviderMetadata> {
        let mut said = self.said.lock().await;
        if let Some((metadata, since)) = said.as_ref()
            && at - *since < age
        {
            return Ok(metadata.clone());
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| Error::Broken(format!("the issuer of {} is no address: {error}", self.settings.name)))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.transport).await.map_err(|error| {
            tracing::warn!(provider = self.settings.name, "a sign-in provider cannot be used: {error:?}");
            Error::ProviderAway { label: self.settings.label.clone() }
        })?;
        *said = Some((metadata.clone(), at));
        Ok(metadata)
    }

    /// What does not hold is logged without what was said: that may be a secret.
    fn refused(&self, what: &str, error: &dyn std::error::Error) -> Error {
        tracing::info!(provider = self.settings.name, "a sign-in provider {what}: {error}");
        Error::ProviderRefused
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }

    fn client_secret(&self) -> Option<ClientSecret> {
        self.settings.client_secret.clone().map(ClientSecret::new)
    }
}

fn redirect_url(url: &str) -> Result<RedirectUrl> {
    RedirectUrl::new(url.to_owned()).map_err(|error| Error::Broken(format!("{url} is no address: {error}")))
}
