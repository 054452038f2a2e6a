//! The security log: sign-ins, refusals, tokens made and revoked, passwords set.

use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Result, http::current_request_id};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Registered,
    LoggedIn,
    LoginFailed,
    LoginThrottled,
    LoginOfClosedAccount,
    PasswordSet,
    TokenIssued,
    TokenRevoked,
    EmailConfirmed,
    Invited,
    InvitationAccepted,
    ResetAsked,
    RefreshTokenReused,
    SessionsEnded,
    SecondFactorOn,
    SecondFactorOff,
    SecondFactorFailed,
    RecoveryCodesMade,
    IdentityLinked,
    IdentityUnlinked,
    Previewed,
}

impl Event {
    fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::LoggedIn => "logged_in",
            Self::LoginFailed => "login_failed",
            Self::LoginThrottled => "login_throttled",
            Self::LoginOfClosedAccount => "login_of_closed_account",
            Self::PasswordSet => "password_set",
            Self::TokenIssued => "token_issued",
            Self::TokenRevoked => "token_revoked",
            Self::EmailConfirmed => "email_confirmed",
            Self::Invited => "invited",
            Self::InvitationAccepted => "invitation_accepted",
            Self::ResetAsked => "reset_asked",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::SessionsEnded => "sessions_ended",
            Self::SecondFactorOn => "second_factor_on",
            Self::SecondFactorOff => "second_factor_off",
            Self::SecondFactorFailed => "second_factor_failed",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::IdentityLinked => "identity_linked",
            Self::IdentityUnlinked => "identity_unlinked",
            Self::Previewed => "previewed",
        }
    }
}

/// One line of the log.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) event: Event,
    pub(super) at: chrono::DateTime<chrono::Utc>,
    pub(super) user_id: Option<Uuid>,
    pub(super) ip: Option<&'a str>,
    /// Never a secret, never what somebody typed.
    pub(super) detail: Value,
}

impl Entry<'_> {
    /// Writes it, within the transaction of what happened where there is one.
    pub(super) async fn write(self, executor: impl PgExecutor<'_>) -> Result<()> {
        let sql = "insert into security_log (at, event, user_id, ip, request_id, detail)
                   values ($1, $2, $3, $4, $5, $6)";
        sqlx::query(sql)
            .bind(self.at)
            .bind(self.event.as_str())
            .bind(self.user_id)
            .bind(self.ip)
            .bind(current_request_id())
            .bind(self.detail)
            .execute(executor)
            .await?;
        Ok(())
    }
}
