//! Who people are: passwords, access tokens, API tokens, and what follows for what they see.
//!
//! [`Identity`] turns a password into an access token and either kind of token into a
//! `Principal`. People are records like any other, written through the one path of
//! [`records`](crate::records); what proves who they are lies in tables of its own, which nobody
//! captures.
//!
//! Invariants: passwords are kept as argon2id hashes only, tokens of any kind as SHA-256 only; a wrong
//! name costs as much time as a wrong password; a suspended, deactivated or deleted person is
//! refused at once, whatever tokens they hold; so is whoever holds a token of a session that was ended
//! (docs/decisions/0017 says why).

use catalog::{Principal, Purpose};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Error, Oltp, Result, records::Record};

mod access_token;
mod accounts;
mod activity;
mod api_tokens;
mod avatars;
mod confirmation;
mod invitation;
mod keys;
mod letters;
mod links;
mod login;
mod oidc;
mod password;
mod people;
mod permissions;
mod preferences;
mod preview;
mod registration;
mod reset;
mod second_factor;
mod security_log;
pub(crate) mod sessions;
mod settings;
mod standing;
mod throttle;

pub use access_token::AccessToken;
pub use accounts::NewUser;
pub use activity::{ActivityEntry, ActivityPage};
pub use api_tokens::{ApiToken, IssuedToken, NewToken, TokenScope};
pub use avatars::{AVATAR_LIMIT_BYTES, Avatar};
pub use invitation::Invitation;
pub use oidc::{Arrival, Arrived, Departure, LinkedAccount, ProviderSettings};
pub use password::random_password;
pub use permissions::{Permissions, PresetRole, UnusableRole};
pub use preferences::{Density, DisplayOptions, LanguageSettings, NotificationPreferences, Preferences, Theme};
pub use registration::{Registered, Registration};
pub use second_factor::{Enrolment, RecoveryCodes};
pub use sessions::{Device, Ending, OpenSession};
pub use settings::{AccountSettings, RegistrationMode};
pub use standing::Standing;

use access_token::Signer;
use keys::Keys;
use oidc::Providers;
use password::Hasher;
use people::People;
use preview::Previews;
use sessions::LiveSessions;

/// Signs people in and finds out who asks.
#[derive(Debug)]
pub struct Identity {
    oltp: Oltp,
    signer: Signer,
    keys: Keys,
    hasher: Hasher,
    people: People,
    live: LiveSessions,
    providers: Providers,
    settings: AccountSettings,
    previews: Previews,
}

impl Identity {
    /// An identity service whose access tokens are signed with `secret`.
    ///
    /// **Shape:** 32 random bytes; whoever knows them can sign in as anybody.
    pub fn new(oltp: Oltp, secret: impl AsRef<[u8]>) -> Self {
        Self {
            oltp,
            signer: Signer::new(secret.as_ref()),
            keys: Keys::new(secret.as_ref()),
            hasher: Hasher::default(),
            people: People::default(),
            live: LiveSessions::default(),
            providers: Providers::default(),
            settings: AccountSettings::default(),
            previews: Previews::default(),
        }
    }

    /// The same with these settings of accounts.
    #[must_use]
    pub fn with_settings(self, settings: AccountSettings) -> Self {
        Self { providers: Providers::new(&settings.providers), settings, ..self }
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.oltp.clock().now()
    }

    /// The settings of accounts.
    pub fn settings(&self) -> &AccountSettings {
        &self.settings
    }

    /// Who the bearer of this token is: an access token from [`login`](Self::login) or an API token.
    ///
    /// An access token counts while its session is open. The bearer of an API token that may only
    /// read sees the same and looks only, so that the one policy refuses their writes everywhere.
    ///
    /// # Errors
    /// [`Error::TokenRefused`]; [`Error::AccountClosed`] for a suspended or deactivated person;
    /// [`Error::Database`].
    pub async fn authenticate(&self, token: &str) -> Result<Principal> {
        self.authenticate_session(token).await.map(|(principal, _)| principal)
    }

    /// The same with the session in which they ask; a program with an API token has none.
    ///
    /// # Errors
    /// As [`authenticate`](Self::authenticate).
    pub async fn authenticate_session(&self, token: &str) -> Result<(Principal, Option<Uuid>)> {
        if api_tokens::looks_like_one(token) {
            return Ok((self.bearer_of_api_token(token).await?, None));
        }
        let claims = self.signer.verify(token, self.oltp.clock().now()).ok_or(Error::TokenRefused)?;
        let person = self.people.person(&self.oltp, claims.user_id).await?.ok_or(Error::TokenRefused)?;
        // A new password ends every session that began with the old one.
        if person.password_changed_at.is_some_and(|at| claims.issued_at_s < at.timestamp()) {
            return Err(Error::TokenRefused);
        }
        if !self.live.open(&self.oltp, claims.session_id, claims.user_id).await? {
            return Err(Error::TokenRefused);
        }
        let principal = person.principal().map_err(token_of_closed_account)?;
        Ok((principal, Some(claims.session_id)))
    }

    /// What the named person sees and may do, asked for by an administrator.
    ///
    /// The program itself acts for people; an administrator only looks through their eyes, and the
    /// security log says so.
    ///
    /// **Shape:** a username, an e-mail address or a user id.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`], [`Error::AccountClosed`].
    pub async fn act_as(&self, caller: &Principal, name: &str) -> Result<Principal> {
        if !caller.administers() {
            return Err(Error::AdministratorsOnly { verb: "act as other people".to_owned() });
        }
        let unknown = || Error::RecordNotFound { object: format!("user `{name}`") };
        let id = people::find(self.oltp.pool(), name).await?.ok_or_else(unknown)?.id;
        let principal = self.people.person(&self.oltp, id).await?.ok_or_else(unknown)?.principal()?;
        if caller.is_system() {
            return Ok(principal);
        }
        self.note_preview(caller, id).await?;
        Ok(principal.looking())
    }

    /// What the person sees and may do now, for work that goes on without them.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`], [`Error::AccountClosed`].
    pub async fn person(&self, id: Uuid) -> Result<Principal> {
        let unknown = || Error::RecordNotFound { object: "user".to_owned() };
        self.people.person(&self.oltp, id).await?.ok_or_else(unknown)?.principal()
    }

    /// The caller's user record; `None` for the system itself.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn record_of(&self, caller: &Principal) -> Result<Option<Record>> {
        if caller.user_id.is_nil() {
            return Ok(None);
        }
        // Everybody sees themselves, whatever their role says about people.
        self.oltp.read(&Principal::system(), self.user_object()?, caller.user_id).await.map(Some)
    }

    /// Refuses a caller who holds less than their account's rights: a token that may only read.
    fn insist_on_full_rights(caller: &Principal) -> Result<()> {
        if caller.purpose == Purpose::Work { Ok(()) } else { Err(Error::ReadOnlyToken) }
    }
}

/// A token of a closed account is simply not valid; why is said when somebody signs in.
fn token_of_closed_account(error: Error) -> Error {
    if matches!(error, Error::AccountClosed { .. }) { Error::TokenRefused } else { error }
}
