//! The accounts elsewhere that a person has linked.

use catalog::{Invalid, Principal};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Error, Result,
    identity::{
        Identity,
        security_log::{Entry, Event},
    },
};

/// An account elsewhere that signs its person in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
pub struct LinkedAccount {
    /// Id, to unlink it by.
    pub id: Uuid,
    /// Name of the provider.
    pub provider: String,
    /// The address that the person has there.
    pub email: Option<String>,
    /// When it was linked.
    pub linked_at: DateTime<Utc>,
    /// When it last signed its person in.
    pub last_used_at: DateTime<Utc>,
}

impl Identity {
    /// The caller's accounts elsewhere.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn linked_accounts(&self, caller: &Principal) -> Result<Vec<LinkedAccount>> {
        let sql = "select id, provider, email, linked_at, last_used_at
                   from external_identities where user_id = $1 order by linked_at, id";
        Ok(sqlx::query_as(sql).bind(caller.user_id).fetch_all(self.oltp.pool()).await?)
    }

    /// Unlinks one of the caller's accounts elsewhere.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`]; [`Error::Conflict`] when it is the only way in;
    /// [`Error::ReadOnlyToken`].
    pub async fn unlink(&self, caller: &Principal, id: Uuid) -> Result<()> {
        Self::insist_on_full_rights(caller)?;
        let at = self.now();
        let mut tx = self.oltp.pool().begin().await?;
        // Two that unlink at the same moment must not both leave the other as the way in.
        sqlx::query("select 1 from users where id = $1 for update").bind(caller.user_id).execute(&mut *tx).await?;
        let sql = "delete from external_identities where id = $1 and user_id = $2 returning provider";
        let unlinked: Option<String> =
            sqlx::query_scalar(sql).bind(id).bind(caller.user_id).fetch_optional(&mut *tx).await?;
        let provider = unlinked.ok_or_else(|| Error::RecordNotFound { object: "linked account".to_owned() })?;
        let sql = "select exists (select 1 from user_credentials where user_id = $1)
                     or exists (select 1 from external_identities where user_id = $1)";
        let another_way: bool = sqlx::query_scalar(sql).bind(caller.user_id).fetch_one(&mut *tx).await?;
        if !another_way {
            let message = "this is your only way in; set a password first";
            return Err(Error::conflict("only_way_in", Invalid::field("id", "only_way_in", message)));
        }
        let detail = json!({ "provider": provider });
        let entry = Entry { event: Event::IdentityUnlinked, at, user_id: Some(caller.user_id), ip: None, detail };
        entry.write(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
