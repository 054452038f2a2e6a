//! A new session for somebody who has just proved who they are.

use catalog::Ids;
use uuid::Uuid;

use super::{Device, IDLE, KEPT, LONGEST, MOST_OPEN};
use crate::{
    Result,
    identity::{
        AccessToken, Identity,
        links::{digest, random_token},
    },
};

impl Identity {
    /// Signs somebody in who has just proved who they are.
    pub(in crate::identity) async fn signed_in(&self, user_id: Uuid, device: &Device) -> Result<AccessToken> {
        let at = self.oltp.clock().now();
        let id = Ids.fresh();
        let refresh_token = random_token()?;
        let mut tx = self.oltp.pool().begin().await?;
        let sql = "insert into sessions (id, user_id, created_at, last_used_at, expires_at, ip, agent)
                   values ($1, $2, $3, $3, $4, $5, $6)";
        sqlx::query(sql)
            .bind(id)
            .bind(user_id)
            .bind(at)
            .bind(at + LONGEST)
            .bind(&device.ip)
            .bind(device.short_agent())
            .execute(&mut *tx)
            .await?;
        let sql = "insert into refresh_tokens (token_hash, session_id, issued_at, expires_at) values ($1, $2, $3, $4)";
        sqlx::query(sql).bind(digest(&refresh_token)).bind(id).bind(at).bind(at + IDLE).execute(&mut *tx).await?;
        let sql = "update sessions set ended_at = $2, ended_because = 'too_many'
                   where id in (
                     select id from sessions where user_id = $1 and ended_at is null
                     order by last_used_at desc, id desc offset $3
                   )";
        let crowded = sqlx::query(sql).bind(user_id).bind(at).bind(MOST_OPEN).execute(&mut *tx).await?;
        sqlx::query("delete from sessions where expires_at < $1").bind(at - KEPT).execute(&mut *tx).await?;
        tx.commit().await?;
        if crowded.rows_affected() > 0 {
            self.oltp.people_changed();
        }
        self.access_token(user_id, id, refresh_token).await
    }
}
