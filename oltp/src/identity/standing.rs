//! How an account is guarded, as its person sees it.

use catalog::Principal;
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::Identity;
use crate::Result;

/// How an account is guarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
pub struct Standing {
    /// Whether the e-mail address was proved.
    pub email_confirmed: bool,
    /// Whether there is a password; people who only sign in elsewhere have none.
    pub has_password: bool,
    /// Whether signing in asks for a code.
    pub second_factor: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: i64,
}

impl Identity {
    /// How the caller's account is guarded.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn standing(&self, caller: &Principal) -> Result<Standing> {
        let standing = sqlx::query_as(include_str!("../../sql/standing.sql")).bind(caller.user_id);
        Ok(standing.fetch_one(self.oltp.pool()).await?)
    }
}
