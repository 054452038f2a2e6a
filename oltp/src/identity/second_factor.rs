//! The second factor: six digits from an app (TOTP, RFC 6238), or a recovery code from paper.
//!
//! A code counts once: the time step of the last one is kept, and steps only go up. Tries are counted
//! per person wherever they come from, and a right password does not set the count back.

use catalog::{Principal, Role};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;
use totp_rs::{Builder, Secret, Totp};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Device, Ending, Identity,
    keys::Keys,
    links::{digest, random_bytes},
    security_log::{Entry, Event},
    throttle::{self, Limit},
};
use crate::{Error, Result};

mod recovery;

/// Tries of one person. One guess in a million is right, so this many are no way in.
const CODES: Limit = Limit { name: "second factor", most: 5, minutes: 15 };

/// What the app shows beside the code.
const ISSUER: &str = "Leadhouse";

/// Longer codes are wrong without being looked at; ours have 6 digits or 24 letters in groups.
const MAX_LEN: usize = 60;

/// What an app needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Enrolment {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an address that apps read from a QR code.
    pub uri: String,
}

/// Codes for the day the phone is gone, shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten codes, each of which counts once.
    pub recovery_codes: Vec<String>,
}

/// What is kept of a person's second factor.
#[derive(Debug, FromRow)]
struct Factor {
    seed: Vec<u8>,
    confirmed_at: Option<DateTime<Utc>>,
}

impl Identity {
    /// Whether the person is asked for a code at sign-in.
    pub(super) async fn has_second_factor(&self, user_id: Uuid) -> Result<bool> {
        let factor = self.factor(user_id).await?;
        Ok(factor.is_some_and(|factor| factor.confirmed_at.is_some()))
    }

    /// Begins to set up an app; nothing changes until a code of it is shown.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `current_password`; [`Error::Conflict`] when there is one already.
    pub async fn enrol_second_factor(&self, caller: &Principal, current_password: Option<&str>) -> Result<Enrolment> {
        Self::insist_on_full_rights(caller)?;
        self.confirm_password(caller.user_id, current_password).await?;
        if self.has_second_factor(caller.user_id).await? {
            return Err(already());
        }
        let seed = random_bytes()?;
        let at = self.oltp.clock().now();
        let sql = "insert into second_factors (user_id, seed, created_at) values ($1, $2, $3)
                   on conflict (user_id) do update set seed = $2, created_at = $3, last_step = 0
                   where second_factors.confirmed_at is null";
        let kept = sqlx::query(sql).bind(caller.user_id).bind(&seed[..]).bind(at).execute(self.oltp.pool()).await?;
        if kept.rows_affected() == 0 {
            return Err(already());
        }
        let totp = totp(&self.keys, caller.user_id, &seed, &caller.username)?;
        let uri = totp.to_url().map_err(|error| Error::Broken(format!("no address for an app: {error}")))?;
        Ok(Enrolment { secret: secret(&self.keys, caller.user_id, &seed).to_base32(), uri })
    }

    /// Switches the second factor on with the first code of the app; every other session ends.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `code`; [`Error::Conflict`] when it is on, or was not begun.
    pub async fn confirm_second_factor(
        &self,
        caller: &Principal,
        session: Option<Uuid>,
        code: &str,
    ) -> Result<RecoveryCodes> {
        Self::insist_on_full_rights(caller)?;
        let factor = self.factor(caller.user_id).await?.ok_or_else(not_begun)?;
        if factor.confirmed_at.is_some() {
            return Err(already());
        }
        let at = self.oltp.clock().now();
        throttle::count(self.oltp.pool(), CODES, &caller.user_id.to_string(), at).await?;
        if !self.take_step(caller.user_id, &factor, code).await? {
            return Err(wrong("code"));
        }
        let mut tx = self.oltp.pool().begin().await?;
        let sql = "update second_factors set confirmed_at = $2 where user_id = $1";
        sqlx::query(sql).bind(caller.user_id).bind(at).execute(&mut *tx).await?;
        let recovery_codes = recovery::replace(&mut tx, caller.user_id).await?;
        let detail = json!({});
        let entry = Entry { event: Event::SecondFactorOn, at, user_id: Some(caller.user_id), ip: None, detail };
        entry.write(&mut *tx).await?;
        tx.commit().await?;
        throttle::forget(self.oltp.pool(), CODES, &caller.user_id.to_string()).await?;
        self.end_sessions(caller, session.map_or(Ending::All, Ending::AllBut)).await?;
        Ok(RecoveryCodes { recovery_codes })
    }

    /// Makes new recovery codes; the old ones are void.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `code`; [`Error::TooManyAttempts`].
    pub async fn renew_recovery_codes(&self, caller: &Principal, code: &str) -> Result<RecoveryCodes> {
        Self::insist_on_full_rights(caller)?;
        if !self.code_counts(caller.user_id, code).await? {
            return Err(wrong("code"));
        }
        let mut tx = self.oltp.pool().begin().await?;
        let recovery_codes = recovery::replace(&mut tx, caller.user_id).await?;
        let at = self.oltp.clock().now();
        let detail = json!({});
        let entry = Entry { event: Event::RecoveryCodesMade, at, user_id: Some(caller.user_id), ip: None, detail };
        entry.write(&mut *tx).await?;
        tx.commit().await?;
        Ok(RecoveryCodes { recovery_codes })
    }

    /// Switches one's own second factor off, with the password and a code; every other session ends.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `current_password` or `code`; [`Error::TooManyAttempts`].
    pub async fn remove_second_factor(
        &self,
        caller: &Principal,
        session: Option<Uuid>,
        (current_password, code): (Option<&str>, &str),
    ) -> Result<()> {
        Self::insist_on_full_rights(caller)?;
        self.confirm_password(caller.user_id, current_password).await?;
        if !self.code_counts(caller.user_id, code).await? {
            return Err(wrong("code"));
        }
        self.forget_second_factor(caller, caller.user_id).await?;
        self.end_sessions(caller, session.map_or(Ending::All, Ending::AllBut)).await
    }

    /// Switches the second factor of somebody off who has lost phone and paper.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::RecordNotFound`].
    pub async fn remove_second_factor_of(&self, caller: &Principal, user_id: Uuid) -> Result<()> {
        if caller.role != Role::Admin {
            return Err(Error::AdministratorsOnly { verb: "remove the second factor of others".to_owned() });
        }
        self.oltp.read(caller, self.user_object()?, user_id).await?;
        self.forget_second_factor(caller, user_id).await?;
        self.end_sessions_of(caller, user_id).await
    }

    /// Whether this code of the person counts; a right one is used up.
    pub(super) async fn code_counts(&self, user_id: Uuid, code: &str) -> Result<bool> {
        let at = self.oltp.clock().now();
        throttle::count(self.oltp.pool(), CODES, &user_id.to_string(), at).await?;
        let Some(factor) = self.factor(user_id).await?.filter(|factor| factor.confirmed_at.is_some()) else {
            return Ok(false);
        };
        let right = if recovery::looks_like_one(code) {
            recovery::take(self.oltp.pool(), user_id, code, at).await?
        } else {
            self.take_step(user_id, &factor, code).await?
        };
        if right {
            throttle::forget(self.oltp.pool(), CODES, &user_id.to_string()).await?;
        }
        Ok(right)
    }

    /// Asks for a code after the right password.
    pub(super) async fn insist_on_code(&self, user_id: Uuid, code: Option<&str>, device: &Device) -> Result<()> {
        if !self.has_second_factor(user_id).await? {
            return Ok(());
        }
        let code = code.ok_or(Error::SecondFactorNeeded)?;
        if self.code_counts(user_id, code).await? {
            return Ok(());
        }
        self.note(Event::SecondFactorFailed, Some(user_id), &device.ip, json!({})).await?;
        Err(Error::WrongCode)
    }

    async fn factor(&self, user_id: Uuid) -> Result<Option<Factor>> {
        let sql = "select seed, confirmed_at from second_factors where user_id = $1";
        Ok(sqlx::query_as(sql).bind(user_id).fetch_optional(self.oltp.pool()).await?)
    }

    /// Uses up the time step of a code of the app: `false` when it is wrong or was used before.
    async fn take_step(&self, user_id: Uuid, factor: &Factor, code: &str) -> Result<bool> {
        if code.len() > MAX_LEN {
            return Ok(false);
        }
        let now = u64::try_from(self.oltp.clock().now().timestamp()).unwrap_or_default();
        let step = totp(&self.keys, user_id, &factor.seed, "person")?.check(code.trim(), now);
        let Some(step) = step.and_then(|step| i64::try_from(step).ok()) else { return Ok(false) };
        let sql = "update second_factors set last_step = $2 where user_id = $1 and last_step < $2";
        let taken = sqlx::query(sql).bind(user_id).bind(step).execute(self.oltp.pool()).await?;
        Ok(taken.rows_affected() == 1)
    }

    async fn forget_second_factor(&self, caller: &Principal, user_id: Uuid) -> Result<()> {
        let at = self.oltp.clock().now();
        let mut tx = self.oltp.pool().begin().await?;
        for sql in ["delete from recovery_codes where user_id = $1", "delete from second_factors where user_id = $1"] {
            sqlx::query(sql).bind(user_id).execute(&mut *tx).await?;
        }
        let detail = json!({ "by": caller.user_id });
        Entry { event: Event::SecondFactorOff, at, user_id: Some(user_id), ip: None, detail }.write(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The secret that the app keeps: 160 bits (RFC 4226, section 4), derived and never stored.
fn secret(keys: &Keys, user_id: Uuid, seed: &[u8]) -> Secret {
    let text = [user_id.as_bytes().as_slice(), seed].concat();
    let derived = keys.derive_bytes("second factor", &text);
    Secret::from(derived[..20].to_vec())
}

fn totp(keys: &Keys, user_id: Uuid, seed: &[u8], account: &str) -> Result<Totp> {
    let built = Builder::new()
        .with_secret(secret(keys, user_id, seed))
        .with_issuer(Some(ISSUER))
        .with_account_name(account.replace(':', "."))
        .build();
    built.map_err(|error| Error::Broken(format!("a second factor cannot be used: {error}")))
}

fn wrong(field: &str) -> Error {
    let message = "This code does not count; wait for the next one, or use another recovery code";
    catalog::Invalid::field(field, "wrong_code", message).into()
}

fn already() -> Error {
    let message = "there is a second factor already; remove it first";
    Error::conflict("second_factor_on", catalog::Invalid::field("second_factor", "second_factor_on", message))
}

fn not_begun() -> Error {
    let message = "begin to set up the second factor first";
    Error::conflict("second_factor_off", catalog::Invalid::field("second_factor", "second_factor_off", message))
}

/// What is kept of a recovery code: 120 random bits need no slow hash.
fn kept(code: &str) -> Vec<u8> {
    digest(code)
}
