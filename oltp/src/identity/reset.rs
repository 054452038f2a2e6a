//! A new password for whoever forgot theirs.

use serde_json::json;
use uuid::Uuid;

use super::{
    Identity,
    accounts::{NewPassword, names, store_password},
    confirmation::confirmed,
    links::{Addressee, LINKS_PER_CLIENT, Purpose, follow},
    password,
    security_log::{Entry, Event},
    throttle::{self, Limit},
};
use crate::Result;

/// Mails to one address.
const PER_ADDRESSEE: Limit = Limit { name: "reset", most: 3, minutes: 60 };
/// Mails that one address of the network asks for.
const PER_CLIENT: Limit = Limit { name: "reset from", most: 30, minutes: 60 };

impl Identity {
    /// Mails a link to a new password if an account with this address has a password.
    ///
    /// Whether it has is not told. People who only sign in elsewhere have none to forget.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`](crate::Error::TooManyAttempts).
    pub async fn forgot_password(&self, email: &str, ip: &str) -> Result<()> {
        let at = self.oltp.clock().now();
        throttle::count(self.oltp.pool(), PER_CLIENT, ip, at).await?;
        throttle::count(self.oltp.pool(), PER_ADDRESSEE, &email.trim().to_lowercase(), at).await?;
        let sql = "select u.id, u.name, u.email
                   from users u
                   join user_credentials c on c.user_id = u.id
                   where lower(u.email) = lower($1) and u.deleted_at is null and u.status = 'active'";
        let mut tx = self.oltp.pool().begin().await?;
        let person = sqlx::query_as::<_, (Uuid, String, String)>(sql).bind(email.trim());
        let person = person.fetch_optional(&mut *tx).await?;
        if let Some((id, name, email)) = &person {
            self.send_link(&mut tx, Purpose::Reset, &Addressee { id: *id, name, email }, at).await?;
            let detail = json!({});
            let entry = Entry { event: Event::ResetAsked, at, user_id: Some(*id), ip: Some(ip), detail };
            entry.write(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Takes the token of a reset mail and sets the password. Nobody is signed in by it, and every
    /// open session ends.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for `token` or `password`;
    /// [`Error::TooManyAttempts`](crate::Error::TooManyAttempts).
    pub async fn reset_password(&self, token: &str, password: &str, ip: &str) -> Result<()> {
        let at = self.oltp.clock().now();
        password::check(password, &[])?;
        throttle::count(self.oltp.pool(), LINKS_PER_CLIENT, ip, at).await?;
        // Hashed first, because hashing waits for its turn and a transaction should not.
        let hash = self.hasher.hash(password).await?;
        let mut tx = self.oltp.pool().begin().await?;
        let followed = follow(&mut tx, Purpose::Reset, token, at).await?;
        password::check(password, &names(&followed.username, &followed.email))?;
        store_password(&mut tx, followed.user_id, NewPassword::counting(hash), at).await?;
        // Who reads the mail of an address has it.
        confirmed(&mut tx, followed.user_id, &followed.email, at).await?;
        let detail = json!({ "by": "reset" });
        let entry = Entry { event: Event::PasswordSet, at, user_id: Some(followed.user_id), ip: Some(ip), detail };
        entry.write(&mut *tx).await?;
        tx.commit().await?;
        self.oltp.people_changed();
        Ok(())
    }
}
