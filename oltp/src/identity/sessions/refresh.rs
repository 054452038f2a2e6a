//! A fresh access token for a session that is still open.

use catalog::Ids;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{FromRow, PgTransaction};
use uuid::Uuid;

use super::{Device, GRACE, IDLE};
use crate::{
    Error, Result,
    identity::{
        AccessToken, Identity, letters,
        links::{Addressee, digest},
        security_log::{Entry, Event},
    },
    mails,
};

/// Longest token looked at; ours have 43 characters.
const MAX_LEN: usize = 100;

#[derive(Debug, FromRow)]
struct Row {
    session_id: Uuid,
    used_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    user_id: Uuid,
    session_expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    name: String,
    email: String,
    active: bool,
}

impl Identity {
    /// Exchanges a refresh token for a fresh access token and the refresh token that follows it.
    ///
    /// **Idempotent** by the token, for ten seconds: the same token follows it then.
    ///
    /// # Errors
    /// [`Error::TokenRefused`], the same for every reason; a token that comes back after its use ends
    /// the session, writes a security event and mails the person.
    pub async fn refresh(&self, token: &str, device: &Device) -> Result<AccessToken> {
        if token.len() > MAX_LEN {
            return Err(Error::TokenRefused);
        }
        let at = self.oltp.clock().now();
        let mut tx = self.oltp.pool().begin().await?;
        let row = sqlx::query_as(include_str!("../../../sql/refresh_token.sql")).bind(digest(token));
        let row: Row = row.fetch_optional(&mut *tx).await?.ok_or(Error::TokenRefused)?;
        let open = row.ended_at.is_none() && row.session_expires_at > at && row.active;
        if !open {
            return Err(Error::TokenRefused);
        }
        if row.used_at.is_some_and(|used_at| at - used_at > GRACE) {
            return Err(self.end_stolen(tx, &row, (device, at)).await?);
        }
        if row.expires_at <= at {
            return Err(Error::TokenRefused);
        }
        let next = self.keys.derive("refresh", token);
        let sql = "insert into refresh_tokens (token_hash, session_id, issued_at, expires_at) values ($1, $2, $3, $4)
                   on conflict (token_hash) do nothing";
        let expires_at = at + IDLE;
        sqlx::query(sql).bind(digest(&next)).bind(row.session_id).bind(at).bind(expires_at).execute(&mut *tx).await?;
        let sql = "update refresh_tokens set used_at = coalesce(used_at, $2) where token_hash = $1";
        sqlx::query(sql).bind(digest(token)).bind(at).execute(&mut *tx).await?;
        let sql = "update sessions set last_used_at = $2, ip = $3, agent = coalesce($4, agent) where id = $1";
        let used = sqlx::query(sql).bind(row.session_id).bind(at).bind(&device.ip).bind(device.short_agent());
        used.execute(&mut *tx).await?;
        tx.commit().await?;
        self.access_token(row.user_id, row.session_id, next).await
    }

    /// Ends the session of a refresh token, if it is open.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn end_session_of(&self, token: &str) -> Result<()> {
        let at = self.oltp.clock().now();
        let sql = "update sessions s set ended_at = $2, ended_because = 'ended'
                   from refresh_tokens r
                   where r.token_hash = $1 and r.session_id = s.id and s.ended_at is null";
        sqlx::query(sql).bind(digest(token)).bind(at).execute(self.oltp.pool()).await?;
        self.oltp.people_changed();
        Ok(())
    }

    /// Ends a session whose token came back; answers what the bearer is told.
    async fn end_stolen(
        &self,
        mut tx: PgTransaction<'_>,
        row: &Row,
        (device, at): (&Device, DateTime<Utc>),
    ) -> Result<Error> {
        let sql = "update sessions set ended_at = $2, ended_because = 'token_reused' where id = $1";
        sqlx::query(sql).bind(row.session_id).bind(at).execute(&mut *tx).await?;
        let detail = json!({ "session_id": row.session_id });
        let (user_id, ip) = (Some(row.user_id), Some(device.ip.as_str()));
        Entry { event: Event::RefreshTokenReused, at, user_id, ip, detail }.write(&mut *tx).await?;
        let person = Addressee { id: row.user_id, name: &row.name, email: &row.email };
        mails::enqueue(&mut tx, &letters::session_ended(&person, (Ids.fresh(), at)), at).await?;
        tx.commit().await?;
        self.oltp.people_changed();
        tracing::warn!(session.id = %row.session_id, "a refresh token came back after its use; its session was ended");
        Ok(Error::TokenRefused)
    }
}
