//! Accounts made by an administrator for people who choose their own password.

use catalog::{Ids, Principal, policy};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AccessToken, Device, Identity,
    accounts::{NewPassword, Write, checked, names, store_password},
    confirmation::confirmed,
    links::{Addressee, LINKS_PER_CLIENT, Purpose, follow},
    password,
    security_log::{Entry, Event},
    throttle,
};
use crate::{
    Error, Result,
    records::{Draft, Record, Verb},
};

/// Somebody to be invited.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "nora@example.com", "name": "Nora New", "role": "rep"}))]
pub struct Invitation {
    /// Where the invitation goes.
    pub email: String,
    /// Login name; what stands before the `@` when absent.
    pub username: Option<String>,
    /// Full name; the username when absent.
    pub name: Option<String>,
    /// What they will be; a rep when absent.
    pub role: Option<String>,
    /// The team they will belong to.
    pub team_id: Option<Uuid>,
}

impl Identity {
    /// Makes an account without a password and mails the person a link to choose one.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] unless the caller may create people; [`Error::Invalid`] and
    /// [`Error::Conflict`] name the fields.
    pub async fn invite(&self, caller: &Principal, invitation: &Invitation) -> Result<Record> {
        let object = self.user_object()?;
        if !policy(caller, object).create {
            return Err(Error::not_allowed("create", object));
        }
        let Invitation { email, username, name, role, team_id } = invitation;
        let username = username.clone().unwrap_or_else(|| username_from(email));
        let mut body = Map::new();
        body.insert("name".to_owned(), json!(name.as_ref().unwrap_or(&username)));
        body.insert("username".to_owned(), json!(username));
        body.insert("email".to_owned(), json!(email));
        body.extend(role.as_ref().map(|role| ("role".to_owned(), json!(role))));
        body.extend(team_id.map(|team| ("team_id".to_owned(), json!(team))));
        let changes = checked(object, &body, None)?;
        let id = Ids.fresh();
        let draft = Draft::new(id, changes, self.oltp.clock().now());
        let write =
            Write { event: Some(Event::Invited), link: Some(Purpose::Invite), ..Write::plain(Verb::Create, draft) };
        self.commit(self.oltp.pool().begin().await?, caller, write).await?;
        self.oltp.read(caller, object, id).await
    }

    /// Mails a fresh invitation to somebody who has not accepted theirs; the old link is void.
    ///
    /// # Errors
    /// As [`invite`](Self::invite); [`Error::Conflict`] when the person has a password already.
    pub async fn invite_again(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let object = self.user_object()?;
        if !policy(caller, object).create {
            return Err(Error::not_allowed("create", object));
        }
        let record = self.oltp.read(caller, object, id).await?;
        let at = self.oltp.clock().now();
        let mut tx = self.oltp.pool().begin().await?;
        let accepted = "select exists (select 1 from user_credentials where user_id = $1)";
        let accepted: bool = sqlx::query_scalar(accepted).bind(id).fetch_one(&mut *tx).await?;
        if accepted {
            let message = "this person has a password already";
            return Err(Error::conflict("invitation_accepted", catalog::Invalid::field("id", "accepted", message)));
        }
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let person = Addressee { id, name: text("name"), email: text("email") };
        self.send_link(&mut tx, Purpose::Invite, &person, at).await?;
        let detail = json!({ "by": caller.user_id });
        Entry { event: Event::Invited, at, user_id: Some(id), ip: None, detail }.write(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes the token of an invitation, sets the person's first password and signs them in.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `token` or `password`; [`Error::TooManyAttempts`].
    pub async fn accept_invitation(&self, token: &str, password: &str, device: &Device) -> Result<AccessToken> {
        let at = self.oltp.clock().now();
        password::check(password, &[])?;
        throttle::count(self.oltp.pool(), LINKS_PER_CLIENT, &device.ip, at).await?;
        // Hashed first, because hashing waits for its turn and a transaction should not.
        let hash = self.hasher.hash(password).await?;
        let mut tx = self.oltp.pool().begin().await?;
        let followed = follow(&mut tx, Purpose::Invite, token, at).await?;
        password::check(password, &names(&followed.username, &followed.email))?;
        store_password(&mut tx, followed.user_id, NewPassword::counting(hash), at).await?;
        confirmed(&mut tx, followed.user_id, &followed.email, at).await?;
        let event = Event::InvitationAccepted;
        Entry { event, at, user_id: Some(followed.user_id), ip: Some(&device.ip), detail: Value::Null }
            .write(&mut *tx)
            .await?;
        tx.commit().await?;
        self.oltp.people_changed();
        self.signed_in(followed.user_id, device).await
    }
}

/// A login name made of what stands before the `@`: other letters than names may have become dots.
pub(super) fn username_from(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let plain = |letter: char| if letter.is_alphanumeric() || ['.', '-', '_'].contains(&letter) { letter } else { '.' };
    local.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::username_from;

    #[test]
    fn a_login_name_is_what_stands_before_the_at() {
        assert_eq!(username_from("nora.new@example.com"), "nora.new");
        assert_eq!(username_from("nora+crm@example.com"), "nora.crm");
    }
}
