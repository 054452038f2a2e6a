//! Links in mail that prove an address: single use, short-lived, void once the address changes.
//!
//! The token stands behind `#` in the address of the page, a part that browsers keep to themselves:
//! it reaches neither a server's log nor a proxy. Only its SHA-256 is stored.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::{Ids, Invalid};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Identity, letters, throttle::Limit};
use crate::{Error, Result, mails};

/// Longest token looked at; ours have 43 characters.
const MAX_LEN: usize = 100;

/// Passwords that one address of the network sets by links: each costs a hash, right or wrong.
pub(super) const LINKS_PER_CLIENT: Limit = Limit { name: "link from", most: 60, minutes: 60 };

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Shows that the address is the person's.
    Confirm,
    /// Lets an invited person choose their password.
    Invite,
    /// Lets a person choose a new password.
    Reset,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Invite => "invite",
            Self::Reset => "reset",
        }
    }

    /// How long it counts: the more it opens, the shorter.
    fn lifetime(self) -> TimeDelta {
        match self {
            Self::Confirm => TimeDelta::days(3),
            Self::Invite => TimeDelta::days(7),
            Self::Reset => TimeDelta::minutes(30),
        }
    }

    fn page(self) -> &'static str {
        match self {
            Self::Confirm => "/confirm",
            Self::Invite => "/welcome",
            Self::Reset => "/reset",
        }
    }
}

/// Who gets a link.
#[derive(Debug, Clone, Copy, FromRow)]
pub(super) struct Addressee<'a> {
    pub(super) id: Uuid,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
}

/// Whose link was followed.
#[derive(Debug, FromRow)]
pub(super) struct Followed {
    pub(super) user_id: Uuid,
    pub(super) username: String,
    pub(super) email: String,
}

impl Identity {
    /// Queues a mail with a fresh link; earlier links of the person for the purpose are void.
    pub(super) async fn send_link(
        &self,
        tx: &mut PgConnection,
        purpose: Purpose,
        person: &Addressee<'_>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let token = random_token()?;
        let id = Ids.fresh();
        let void = "delete from account_links
                    where (user_id = $1 and purpose = $2 and used_at is null) or expires_at < $3";
        sqlx::query(void).bind(person.id).bind(purpose.as_str()).bind(at).execute(&mut *tx).await?;
        let sql = "insert into account_links (id, token_hash, user_id, purpose, email, created_at, expires_at)
                   values ($1, $2, $3, $4, $5, $6, $7)";
        sqlx::query(sql)
            .bind(id)
            .bind(digest(&token))
            .bind(person.id)
            .bind(purpose.as_str())
            .bind(person.email)
            .bind(at)
            .bind(at + purpose.lifetime())
            .execute(&mut *tx)
            .await?;
        let url = self.settings.page(&format!("{}#{token}", purpose.page()));
        let mail = letters::link(purpose, person, &url, (id, at));
        mails::enqueue(tx, &mail, at).await?;
        Ok(())
    }

    /// Tells the old address that the account has a new one.
    pub(super) async fn announce_new_address(
        &self,
        tx: &mut PgConnection,
        person: &Addressee<'_>,
        old: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        mails::enqueue(tx, &letters::new_address(person, old, (Ids.fresh(), at)), at).await?;
        Ok(())
    }
}

/// Uses up the link with this token.
///
/// # Errors
/// [`Error::Invalid`] for `token`, the same whether it is unknown, used, out of date, for another
/// purpose or for an address that the person no longer has.
pub(super) async fn follow(
    tx: &mut PgConnection,
    purpose: Purpose,
    token: &str,
    at: DateTime<Utc>,
) -> Result<Followed> {
    let refused = || {
        let message = "This link is not valid any more; ask for a new one";
        Error::from(Invalid::field("token", "link_refused", message))
    };
    if token.len() > MAX_LEN {
        return Err(refused());
    }
    let followed = sqlx::query_as(include_str!("../../sql/follow_link.sql"));
    let followed = followed.bind(digest(token)).bind(purpose.as_str()).bind(at).fetch_optional(tx).await?;
    followed.ok_or_else(refused)
}

/// 256 random bits as text.
pub(super) fn random_token() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes()?))
}

/// 256 random bits.
pub(super) fn random_bytes() -> Result<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| Error::Broken(format!("no random numbers: {error}")))?;
    Ok(bytes)
}

/// What is kept of a token: 256 random bits need no slow hash, nobody can guess them.
pub(super) fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
