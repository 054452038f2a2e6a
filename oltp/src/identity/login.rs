//! Signing in with a name and a password.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    AccessToken, Device, Identity, people,
    security_log::{Entry, Event},
    throttle::Attempt,
};
use crate::{Error, Result};

/// Longer names and passwords are wrong without being looked at.
const MAX_LEN: usize = 1_000;

impl Identity {
    /// Signs in the person with this username or e-mail address, from this device.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], the same for a wrong name and a wrong password;
    /// [`Error::TooManyAttempts`]; [`Error::AccountClosed`] and [`Error::EmailUnconfirmed`], only after
    /// the right password.
    pub async fn login(&self, name: &str, password: &str, device: impl Into<Device> + Send) -> Result<AccessToken> {
        self.login_with_code((name, password), None, &device.into()).await
    }

    /// The same with a code of the second factor, where the person has one.
    ///
    /// # Errors
    /// As [`login`](Self::login); [`Error::SecondFactorNeeded`] and [`Error::WrongCode`], only after the
    /// right password.
    pub async fn login_with_code(
        &self,
        (name, password): (&str, &str),
        code: Option<&str>,
        device: &Device,
    ) -> Result<AccessToken> {
        let ip = device.ip.as_str();
        if name.len() > MAX_LEN || password.len() > MAX_LEN || name.contains('\0') {
            return Err(Error::WrongCredentials);
        }
        let pool = self.oltp.pool();
        let at = self.oltp.clock().now();
        let attempt = match Attempt::begin(pool, &name.trim().to_lowercase(), ip, at).await {
            Ok(attempt) => attempt,
            Err(error) => {
                if matches!(error, Error::TooManyAttempts { .. }) {
                    self.note(Event::LoginThrottled, None, ip, Value::Null).await?;
                }
                return Err(error);
            }
        };
        let account = people::find(pool, name).await?;
        let hash = account.as_ref().and_then(|account| account.password_hash.clone());
        let right = self.hasher.matches(password, hash).await?;
        let Some(account) = account.as_ref().filter(|_| right) else {
            self.note(Event::LoginFailed, account.map(|account| account.id), ip, Value::Null).await?;
            return Err(Error::WrongCredentials);
        };
        attempt.succeeded(pool).await?;
        if account.status != "active" {
            let detail = json!({ "status": account.status });
            self.note(Event::LoginOfClosedAccount, Some(account.id), ip, detail).await?;
            return Err(Error::AccountClosed { status: account.status.clone() });
        }
        if account.waits_for_confirmation {
            self.note(Event::LoginOfClosedAccount, Some(account.id), ip, json!({ "status": "unconfirmed" })).await?;
            return Err(Error::EmailUnconfirmed);
        }
        self.insist_on_code(account.id, code, device).await?;
        self.note(Event::LoggedIn, Some(account.id), ip, Value::Null).await?;
        self.signed_in(account.id, device).await
    }

    pub(super) async fn note(&self, event: Event, user_id: Option<Uuid>, ip: &str, detail: Value) -> Result<()> {
        let at = self.oltp.clock().now();
        Entry { event, at, user_id, ip: Some(ip), detail }.write(self.oltp.pool()).await
    }
}
