//! Whose account here an account elsewhere opens.

use catalog::{Ids, Principal, Role};
use chrono::{DateTime, Utc};
use serde_json::{Map, json};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::Elsewhere;
use crate::{
    Error, Result,
    identity::{
        AccessToken, Device, Identity,
        accounts::{Write, checked},
        confirmation::confirmed,
        security_log::{Entry, Event},
        settings::RegistrationMode,
    },
    records::{Draft, Verb},
};

/// Names tried when the one before the `@` is taken.
const NAMES_TRIED: u32 = 20;

/// A local account with the address that the provider has proved.
#[derive(Debug, FromRow)]
struct Namesake {
    id: Uuid,
    status: String,
    confirmed: bool,
    second_factor: bool,
}

impl Identity {
    /// Signs in the person whom this account elsewhere is linked to; links or makes one where that
    /// cannot take anything from anybody.
    pub(super) async fn signed_in_elsewhere(&self, known: &Elsewhere, device: &Device) -> Result<AccessToken> {
        let user_id = match self.linked(known).await? {
            Some(user_id) => user_id,
            None => self.adopt(known, device).await?,
        };
        let person = self.people.person(&self.oltp, user_id).await?.ok_or(Error::ProviderRefused)?;
        if person.status != "active" {
            let detail = json!({ "status": person.status, "provider": known.provider });
            self.note(Event::LoginOfClosedAccount, Some(user_id), &device.ip, detail).await?;
            return Err(Error::AccountClosed { status: person.status.clone() });
        }
        let sql = "update external_identities set last_used_at = $3, email = $4 where issuer = $1 and subject = $2";
        let used = sqlx::query(sql).bind(&known.issuer).bind(&known.subject).bind(self.now()).bind(&known.email);
        used.execute(self.oltp.pool()).await?;
        self.note(Event::LoggedIn, Some(user_id), &device.ip, json!({ "provider": known.provider })).await?;
        self.signed_in(user_id, device).await
    }

    /// Links an account elsewhere to the person's.
    pub(super) async fn link(&self, user_id: Uuid, known: &Elsewhere, device: &Device) -> Result<()> {
        match self.linked(known).await? {
            Some(linked) if linked == user_id => return Ok(()),
            Some(_) => {
                let message = "this account is linked to somebody else here";
                let invalid = catalog::Invalid::field("provider", "linked_elsewhere", message);
                return Err(Error::conflict("linked_elsewhere", invalid));
            }
            None => {}
        }
        let at = self.now();
        let mut tx = self.oltp.pool().begin().await?;
        keep(&mut tx, user_id, known, at).await?;
        let detail = json!({ "provider": known.provider });
        let entry = Entry { event: Event::IdentityLinked, at, user_id: Some(user_id), ip: Some(&device.ip), detail };
        entry.write(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn linked(&self, known: &Elsewhere) -> Result<Option<Uuid>> {
        let sql = "select user_id from external_identities where issuer = $1 and subject = $2";
        let linked = sqlx::query_scalar(sql).bind(&known.issuer).bind(&known.subject);
        Ok(linked.fetch_optional(self.oltp.pool()).await?)
    }

    /// The account of somebody who was never here with this account elsewhere.
    async fn adopt(&self, known: &Elsewhere, device: &Device) -> Result<Uuid> {
        let email = known.email.as_deref().filter(|_| known.email_verified).ok_or(Error::LinkFirst)?;
        let sql = "select u.id, u.status,
                     exists (select 1 from confirmed_emails c where c.user_id = u.id and c.email = lower(u.email))
                       as confirmed,
                     exists (select 1 from second_factors f where f.user_id = u.id and f.confirmed_at is not null)
                       as second_factor
                   from users u
                   where lower(u.email) = $1 and u.deleted_at is null";
        let namesake: Option<Namesake> = sqlx::query_as(sql).bind(email).fetch_optional(self.oltp.pool()).await?;
        match namesake {
            Some(account) if account.status != "active" => Err(Error::AccountClosed { status: account.status }),
            // Whoever wrote the address into an account here may not be who the provider knows.
            Some(account) if !account.confirmed || account.second_factor => Err(Error::LinkFirst),
            Some(account) => {
                self.link(account.id, known, device).await?;
                Ok(account.id)
            }
            None => self.found(known, email, device).await,
        }
    }

    /// Makes an account for somebody whom nobody here knows, where people may register.
    async fn found(&self, known: &Elsewhere, email: &str, device: &Device) -> Result<Uuid> {
        if self.settings.registration == RegistrationMode::Closed {
            return Err(Error::RegistrationClosed);
        }
        let username = self.free_name(email).await?;
        let mut body = Map::new();
        body.insert("name".to_owned(), json!(known.name.as_ref().unwrap_or(&username)));
        body.insert("username".to_owned(), json!(username));
        body.insert("email".to_owned(), json!(email));
        body.insert("role".to_owned(), json!(Role::Rep));
        let id = Ids.fresh();
        let draft = Draft::new(id, checked(self.user_object()?, &body, None)?, self.now());
        let caller = Principal { username, ..Principal::system() };
        let write = Write {
            event: Some(Event::Registered),
            ip: Some(&device.ip),
            elsewhere: Some(known),
            ..Write::plain(Verb::Create, draft)
        };
        self.commit(self.oltp.pool().begin().await?, &caller, write).await?;
        Ok(id)
    }

    async fn free_name(&self, email: &str) -> Result<String> {
        let wanted = crate::identity::invitation::username_from(email);
        for number in 1..=NAMES_TRIED {
            let name = if number == 1 { wanted.clone() } else { format!("{wanted}{number}") };
            if crate::identity::people::find(self.oltp.pool(), &name).await?.is_none() {
                return Ok(name);
            }
        }
        Ok(wanted)
    }
}

/// Keeps the link, within the transaction of the reason for it.
pub(in crate::identity) async fn keep(
    tx: &mut PgConnection,
    user_id: Uuid,
    known: &Elsewhere,
    at: DateTime<Utc>,
) -> Result<()> {
    let sql = "insert into external_identities
                 (id, user_id, provider, issuer, subject, email, linked_at, last_used_at)
               values ($1, $2, $3, $4, $5, $6, $7, $7)";
    sqlx::query(sql)
        .bind(Ids.fresh())
        .bind(user_id)
        .bind(&known.provider)
        .bind(&known.issuer)
        .bind(&known.subject)
        .bind(&known.email)
        .bind(at)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Keeps the link of a new account, whose address the provider has proved.
pub(in crate::identity) async fn keep_with_address(
    tx: &mut PgConnection,
    user_id: Uuid,
    known: &Elsewhere,
    at: DateTime<Utc>,
) -> Result<()> {
    keep(tx, user_id, known, at).await?;
    confirmed(tx, user_id, known.email.as_deref().unwrap_or_default(), at).await
}
