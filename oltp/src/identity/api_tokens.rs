//! API tokens: long-lived secrets of programs that act for a person.

use catalog::{Ids, Invalid, Principal};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Identity,
    links::{digest, random_token},
    security_log::{Entry, Event},
    token_of_closed_account,
};
use crate::{Error, Result};

/// What every API token begins with, so that secret scanners and people know it.
const PREFIX: &str = "lh_";

/// Default and greatest life; a token that nobody remembers should end by itself.
const DEFAULT_DAYS: i64 = 90;
const MAX_DAYS: i64 = 3_650;

const NAME_MAX_LEN: usize = 100;

/// Live tokens of one person; more are a mistake or an attack.
const MAX_LIVE: i64 = 100;

/// What the bearer of a token may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum TokenScope {
    /// Everything the person may do.
    #[default]
    Full,
    /// Only read what the person sees.
    Read,
}

/// A wish for a token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for, in the person's own words; at most 100 characters.
    pub name: String,
    /// What its bearer may do.
    #[serde(default)]
    pub scope: TokenScope,
    /// How long it counts: 1 to 3,650 days, 90 when absent.
    pub expires_in_days: Option<i64>,
}

/// A token as it is listed; the secret is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
pub struct ApiToken {
    /// Id of the token, to revoke it by.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// What its bearer may do.
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops counting.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A fresh token with its secret, shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IssuedToken {
    /// The secret, to be sent as `Authorization: Bearer <token>`.
    pub token: String,
    /// How it will be listed.
    #[serde(flatten)]
    pub listed: ApiToken,
}

#[derive(Debug, FromRow)]
struct Bearer {
    user_id: Uuid,
    scope: TokenScope,
}

pub(super) fn looks_like_one(token: &str) -> bool {
    token.starts_with(PREFIX)
}

impl Identity {
    /// Makes a token that acts for the caller.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::ReadOnlyToken`] when asked with a token that may only read;
    /// [`Error::RecordNotFound`] for the system itself, which is nobody.
    pub async fn create_token(&self, caller: &Principal, new: &NewToken) -> Result<IssuedToken> {
        Self::insist_on_full_rights(caller)?;
        let lifetime = checked_lifetime(new)?;
        let user_id = caller.user_id;
        if user_id.is_nil() {
            return Err(Error::RecordNotFound { object: "user".to_owned() });
        }
        let now = self.oltp.clock().now();
        let secret = format!("{PREFIX}{}", random_token()?);
        let listed = ApiToken {
            id: Ids.fresh(),
            name: new.name.trim().to_owned(),
            scope: new.scope,
            created_at: now,
            expires_at: Some(now + lifetime),
            last_used_at: None,
        };
        let mut tx = self.oltp.pool().begin().await?;
        let live: i64 = sqlx::query_scalar(include_str!("../../sql/issue_token.sql"))
            .bind(listed.id)
            .bind(user_id)
            .bind(&listed.name)
            .bind(listed.scope)
            .bind(digest(&secret))
            .bind(now)
            .bind(listed.expires_at)
            .fetch_one(&mut *tx)
            .await?;
        if live >= MAX_LIVE {
            let message = format!("there are {MAX_LIVE} tokens already; revoke one first");
            return Err(Error::conflict("too_many_tokens", Invalid::field("name", "too_many_tokens", message)));
        }
        let detail = json!({ "token_id": listed.id, "scope": listed.scope });
        let entry = Entry { event: Event::TokenIssued, at: now, user_id: Some(user_id), ip: None, detail };
        entry.write(&mut *tx).await?;
        tx.commit().await?;
        Ok(IssuedToken { token: secret, listed })
    }

    /// The caller's tokens that still count, newest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn tokens(&self, caller: &Principal) -> Result<Vec<ApiToken>> {
        let sql = "select id, name, scope, created_at, expires_at, last_used_at
                   from api_tokens
                   where user_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)
                   order by created_at desc, id desc";
        let tokens = sqlx::query_as(sql).bind(caller.user_id).bind(self.oltp.clock().now());
        Ok(tokens.fetch_all(self.oltp.pool()).await?)
    }

    /// Revokes one of the caller's tokens, or anybody's when an administrator asks; it stops
    /// counting at once.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`]; [`Error::ReadOnlyToken`].
    pub async fn revoke_token(&self, caller: &Principal, id: Uuid) -> Result<()> {
        Self::insist_on_full_rights(caller)?;
        let now = self.oltp.clock().now();
        let mut tx = self.oltp.pool().begin().await?;
        let sql = "update api_tokens set revoked_at = $4
                   where id = $1 and (user_id = $2 or $3) and revoked_at is null
                   returning user_id";
        let user_id: Option<Uuid> = sqlx::query_scalar(sql)
            .bind(id)
            .bind(caller.user_id)
            .bind(caller.administers())
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
        let user_id = user_id.ok_or_else(|| Error::RecordNotFound { object: "token".to_owned() })?;
        let detail = json!({ "token_id": id, "by": caller.user_id });
        let entry = Entry { event: Event::TokenRevoked, at: now, user_id: Some(user_id), ip: None, detail };
        entry.write(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn bearer_of_api_token(&self, token: &str) -> Result<Principal> {
        let bearer: Option<Bearer> = sqlx::query_as(include_str!("../../sql/bearer.sql"))
            .bind(digest(token))
            .bind(self.oltp.clock().now())
            .fetch_optional(self.oltp.pool())
            .await?;
        let Bearer { user_id, scope } = bearer.ok_or(Error::TokenRefused)?;
        let person = self.people.person(&self.oltp, user_id).await?.ok_or(Error::TokenRefused)?;
        let principal = person.principal().map_err(token_of_closed_account)?;
        Ok(match scope {
            TokenScope::Full => principal,
            TokenScope::Read => principal.looking(),
        })
    }
}

fn checked_lifetime(new: &NewToken) -> Result<TimeDelta, Invalid> {
    let len = new.name.trim().chars().count();
    if len == 0 || len > NAME_MAX_LEN || new.name.contains('\0') {
        let message = format!("Name must have 1 to {NAME_MAX_LEN} characters");
        return Err(Invalid::field("name", "out_of_range", message));
    }
    let days = new.expires_in_days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        let message = format!("Days until the token ends must be between 1 and {MAX_DAYS}");
        return Err(Invalid::field("expires_in_days", "out_of_range", message));
    }
    Ok(TimeDelta::days(days))
}
