//! Signing up by oneself.

use catalog::{Ids, Principal, Role};
use serde::Deserialize;
use serde_json::{Map, json};
use utoipa::ToSchema;

use super::{
    AccessToken, Device, Identity,
    accounts::{NewPassword, Write, checked},
    links::Purpose,
    security_log::Event,
    settings::RegistrationMode,
};
use crate::{
    Error, Result,
    records::{Draft, Verb},
};

/// Held while somebody registers: only one person can be the first.
const REGISTRATION_LOCK: i64 = 0x4c48_5245_4749_5354; // "LHREGIST"

/// A person who signs up by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Login name: 2 to 60 letters, digits, dots, dashes and underscores.
    pub username: String,
    /// E-mail address.
    pub email: String,
    /// Password of at least 10 characters.
    pub password: String,
    /// Full name; the username when absent.
    pub name: Option<String>,
}

/// What came of a registration.
#[derive(Debug, Clone, PartialEq)]
pub enum Registered {
    /// The person is signed in.
    SignedIn(Box<AccessToken>),
    /// The person has to follow the link in the mail before they can sign in.
    WaitsForConfirmation,
}

impl Identity {
    /// Makes an account for whoever asks, from this device, and signs them in: a rep, or an
    /// administrator when they are the first person of the workspace. The mail that asks them to
    /// confirm their address is queued.
    ///
    /// # Errors
    /// [`Error::Invalid`] and [`Error::Conflict`] name the fields; [`Error::RegistrationClosed`].
    pub async fn register(&self, registration: &Registration, device: &Device) -> Result<Registered> {
        let Registration { username, email, password, name } = registration;
        let mut body = Map::new();
        body.insert("username".to_owned(), json!(username));
        body.insert("email".to_owned(), json!(email));
        body.insert("name".to_owned(), json!(name.as_ref().unwrap_or(username)));
        checked(self.user_object()?, &body, Some(password))?;
        let hash = self.hasher.hash(password).await?;
        let mut tx = self.oltp.pool().begin().await?;
        sqlx::query("select pg_advisory_xact_lock($1)").bind(REGISTRATION_LOCK).execute(&mut *tx).await?;
        let first = "select not exists (select 1 from users)";
        let first: bool = sqlx::query_scalar(first).fetch_one(&mut *tx).await?;
        // Somebody has to be there to run the workspace, whatever it says about others.
        let mode = if first { RegistrationMode::Open } else { self.settings.registration };
        if mode == RegistrationMode::Closed {
            return Err(Error::RegistrationClosed);
        }
        let waits_for_confirmation = mode == RegistrationMode::Confirmed;
        body.insert("role".to_owned(), json!(if first { Role::Admin } else { Role::Rep }));
        let changes = checked(self.user_object()?, &body, Some(password))?;
        let id = Ids.fresh();
        let draft = Draft::new(id, changes, self.oltp.clock().now());
        let caller = Principal { username: username.clone(), ..Principal::system() };
        let write = Write {
            password: Some(NewPassword { hash, waits_for_confirmation }),
            event: Some(Event::Registered),
            ip: Some(&device.ip),
            link: Some(Purpose::Confirm),
            ..Write::plain(Verb::Create, draft)
        };
        self.commit(tx, &caller, write).await?;
        if waits_for_confirmation {
            return Ok(Registered::WaitsForConfirmation);
        }
        Ok(Registered::SignedIn(Box::new(self.signed_in(id, device).await?)))
    }
}
