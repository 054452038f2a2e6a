//! Sessions: begun by signing in, kept up by refresh tokens, ended by their person.
//!
//! A refresh token counts once. The token that follows it is derived from it with the secret of the
//! workspace, so that several requests that refresh at the same moment get the same one and nothing
//! but hashes is stored. A token that comes back later than [`GRACE`] after its use was stolen, before
//! or after: the session ends, whoever has it.

use catalog::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AccessToken, Identity,
    security_log::{Entry, Event},
};
use crate::{Error, Result};

mod begin;
mod live;
mod refresh;

pub(super) use live::LiveSessions;

/// A session that is not refreshed for so long ends.
const IDLE: TimeDelta = TimeDelta::hours(24);
/// The longest a session lasts, however busy.
const LONGEST: TimeDelta = TimeDelta::days(14);
/// Requests of several tabs may refresh with the same token within this time.
const GRACE: TimeDelta = TimeDelta::seconds(10);
/// Open sessions of one person; the ones used longest ago end first.
const MOST_OPEN: i64 = 50;
/// Ended sessions are kept so long for questions about what happened.
const KEPT: TimeDelta = TimeDelta::days(30);
/// What is kept of the name of a browser.
const AGENT_MAX_LEN: usize = 300;

/// Where somebody signs in from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Address of the network.
    pub ip: String,
    /// What the browser or program calls itself.
    pub agent: Option<String>,
}

impl From<&str> for Device {
    fn from(ip: &str) -> Self {
        Self { ip: ip.to_owned(), agent: None }
    }
}

impl Device {
    fn short_agent(&self) -> Option<String> {
        let plain = |letter: &char| !letter.is_control();
        self.agent.as_ref().map(|agent| agent.chars().filter(plain).take(AGENT_MAX_LEN).collect())
    }
}

/// An open session as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
pub struct OpenSession {
    /// Id, to end it by.
    pub id: Uuid,
    /// When the person signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed.
    pub last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// Where it was last used from.
    pub ip: String,
    /// What the browser or program calls itself.
    pub agent: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Which sessions of a person end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// This one.
    One(Uuid),
    /// All.
    All,
    /// All but this one.
    AllBut(Uuid),
}

impl Identity {
    /// The caller's open sessions, the last used first; `current` is the one that asks.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn sessions(&self, caller: &Principal, current: Option<Uuid>) -> Result<Vec<OpenSession>> {
        let sql = "select id, created_at, last_used_at, expires_at, ip, agent, id is not distinct from $3 as current
                   from sessions
                   where user_id = $1 and ended_at is null and expires_at > $2
                   order by last_used_at desc, id desc";
        let sessions = sqlx::query_as(sql).bind(caller.user_id).bind(self.oltp.clock().now()).bind(current);
        Ok(sessions.fetch_all(self.oltp.pool()).await?)
    }

    /// Ends sessions of the caller; their access tokens are refused from now on.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the one to end is not an open session of the caller;
    /// [`Error::ReadOnlyToken`].
    pub async fn end_sessions(&self, caller: &Principal, ending: Ending) -> Result<()> {
        Self::insist_on_full_rights(caller)?;
        let ended = self.end_of(caller.user_id, ending, Some(caller.user_id)).await?;
        if ended == 0 && matches!(ending, Ending::One(_)) {
            return Err(Error::RecordNotFound { object: "session".to_owned() });
        }
        Ok(())
    }

    /// Ends all sessions of a person, asked for by an administrator.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::RecordNotFound`].
    pub async fn end_sessions_of(&self, caller: &Principal, user_id: Uuid) -> Result<()> {
        if caller.user_id != user_id && caller.role != catalog::Role::Admin {
            return Err(Error::AdministratorsOnly { verb: "end sessions of others".to_owned() });
        }
        Self::insist_on_full_rights(caller)?;
        self.oltp.read(caller, self.user_object()?, user_id).await?;
        self.end_of(user_id, Ending::All, Some(caller.user_id)).await?;
        Ok(())
    }

    async fn end_of(&self, user_id: Uuid, ending: Ending, by: Option<Uuid>) -> Result<u64> {
        let (only, but) = match ending {
            Ending::One(id) => (Some(id), None),
            Ending::All => (None, None),
            Ending::AllBut(id) => (None, Some(id)),
        };
        let at = self.oltp.clock().now();
        let sql = "update sessions set ended_at = $4, ended_because = 'ended'
                   where user_id = $1 and ended_at is null and ($2::uuid is null or id = $2)
                     and ($3::uuid is null or id <> $3)";
        let mut tx = self.oltp.pool().begin().await?;
        let ended = sqlx::query(sql).bind(user_id).bind(only).bind(but).bind(at).execute(&mut *tx).await?;
        if ended.rows_affected() > 0 {
            let detail = serde_json::json!({ "by": by, "sessions": ended.rows_affected(), "session_id": only });
            let entry = Entry { event: Event::SessionsEnded, at, user_id: Some(user_id), ip: None, detail };
            entry.write(&mut *tx).await?;
        }
        tx.commit().await?;
        self.oltp.people_changed();
        Ok(ended.rows_affected())
    }

    /// An access token of a session.
    async fn access_token(&self, user_id: Uuid, session_id: Uuid, refresh_token: String) -> Result<AccessToken> {
        let now = self.oltp.clock().now();
        let (token, expires_at) = self.signer.sign(user_id, session_id, now)?;
        let user = self.oltp.read(&Principal::system(), self.user_object()?, user_id).await?;
        let refresh_expires_at = now + IDLE;
        Ok(AccessToken { token, expires_at, refresh_token, refresh_expires_at, session_id, user })
    }

    /// What a browser has to send besides its cookies, so that no other site can use them.
    pub fn csrf_token(&self, session_id: Uuid) -> String {
        self.keys.derive("csrf", &session_id.to_string())
    }

    /// Whether the given token is that of the session.
    pub fn csrf_matches(&self, session_id: Uuid, given: &str) -> bool {
        super::keys::same(given, &self.csrf_token(session_id))
    }
}

/// Ends every session of these people within the transaction of the reason for it.
pub(crate) async fn end_all_of(tx: &mut PgConnection, people: &[Uuid], because: &str, at: DateTime<Utc>) -> Result<()> {
    let sql = "update sessions set ended_at = $3, ended_because = $2 where user_id = any($1) and ended_at is null";
    sqlx::query(sql).bind(people).bind(because).bind(at).execute(tx).await?;
    Ok(())
}
