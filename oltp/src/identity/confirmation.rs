//! Confirming an e-mail address.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Identity,
    links::{Addressee, Purpose, follow},
    security_log::{Entry, Event},
    throttle::{self, Limit},
};
use crate::Result;

/// Mails to one address: nobody needs more, and nobody shall be flooded by strangers.
const PER_ADDRESSEE: Limit = Limit { name: "confirm", most: 3, minutes: 60 };
/// Mails that one address of the network asks for.
const PER_CLIENT: Limit = Limit { name: "confirm from", most: 30, minutes: 60 };

impl Identity {
    /// Takes the token of a confirmation mail: the address is the person's from now on.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for `token`.
    pub async fn confirm_email(&self, token: &str, ip: &str) -> Result<()> {
        let at = self.oltp.clock().now();
        let mut tx = self.oltp.pool().begin().await?;
        let followed = follow(&mut tx, Purpose::Confirm, token, at).await?;
        confirmed(&mut tx, followed.user_id, &followed.email, at).await?;
        let event = Event::EmailConfirmed;
        Entry { event, at, user_id: Some(followed.user_id), ip: Some(ip), detail: Value::Null }.write(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sends the confirmation mail again if an account with this address waits for it.
    ///
    /// Whether it does is not told.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`](crate::Error::TooManyAttempts).
    pub async fn resend_confirmation(&self, email: &str, ip: &str) -> Result<()> {
        let at = self.oltp.clock().now();
        throttle::count(self.oltp.pool(), PER_CLIENT, ip, at).await?;
        throttle::count(self.oltp.pool(), PER_ADDRESSEE, &email.trim().to_lowercase(), at).await?;
        let sql = "select u.id, u.name, u.email
                   from users u
                   where lower(u.email) = lower($1) and u.deleted_at is null and u.status = 'active'
                     and not exists (
                       select 1 from confirmed_emails c where c.user_id = u.id and c.email = lower(u.email)
                     )";
        let mut tx = self.oltp.pool().begin().await?;
        let person = sqlx::query_as::<_, (Uuid, String, String)>(sql).bind(email.trim());
        let person = person.fetch_optional(&mut *tx).await?;
        if let Some((id, name, email)) = &person {
            self.send_link(&mut tx, Purpose::Confirm, &Addressee { id: *id, name, email }, at).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Notes that the address is the person's, and lets a password count that waited for it.
pub(super) async fn confirmed(tx: &mut PgConnection, user_id: Uuid, email: &str, at: DateTime<Utc>) -> Result<()> {
    let sql = "insert into confirmed_emails (user_id, email, confirmed_at) values ($1, $2, $3)
               on conflict (user_id) do update set email = $2, confirmed_at = $3";
    sqlx::query(sql).bind(user_id).bind(email).bind(at).execute(&mut *tx).await?;
    let sql =
        "update user_credentials set waits_for_confirmation = false where user_id = $1 and waits_for_confirmation";
    sqlx::query(sql).bind(user_id).execute(tx).await?;
    Ok(())
}
