//! Webhooks as administrators keep them.

use catalog::{Ids, Invalid, Principal, Role};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Webhooks, address, listen, signature};
use crate::{Error, Result, records::moment_text};

/// Webhooks of a workspace.
const MAX_WEBHOOKS: i64 = 100;
/// How long the secret before a change still signs.
const OLD_SECRET_LIFE: TimeDelta = TimeDelta::hours(24);
const MAX_NAME_LEN: usize = 200;
const MAX_URL_LEN: usize = 2_000;

/// A webhook to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Warehouse", "url": "https://example.com/hook", "events": ["deal.*", "lead.created"] }))]
pub struct NewWebhook {
    /// What it is for.
    pub name: String,
    /// Where to call: https, on the public internet unless the configuration allows more.
    pub url: String,
    /// What to listen to: `deal.created`, `deal.*`, `*`.
    pub events: Vec<String>,
    /// Whose rights decide about what is told; the caller's when not given.
    pub owner_id: Option<Uuid>,
}

/// What is to change; absent fields keep their values.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "active": true }))]
pub struct WebhookChanges {
    /// What it is for.
    pub name: Option<String>,
    /// Where to call.
    pub url: Option<String>,
    /// What to listen to.
    pub events: Option<Vec<String>>,
    /// Whose rights decide.
    pub owner_id: Option<Uuid>,
    /// Whether it is called at all; what waits is sent when it is switched on again.
    pub active: Option<bool>,
}

/// A webhook; its secret is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow, ToSchema)]
#[schema(example = json!({
    "id": "0190a0b0-0000-7000-8000-000000000001", "created_at": "2026-03-31T12:00:00.000000Z",
    "updated_at": "2026-03-31T12:00:00.000000Z", "name": "Warehouse", "url": "https://example.com/hook",
    "events": ["deal.*"], "owner_id": "0190a0b0-0000-7000-8000-000000000002", "owner_name": "anna", "active": true,
    "failing_since": null, "disabled_reason": null, "waiting": 0
}))]
pub struct Webhook {
    /// The webhook's id.
    pub id: Uuid,
    /// When it was made.
    #[serde(serialize_with = "canonical")]
    #[schema(value_type = String)]
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    #[serde(serialize_with = "canonical")]
    #[schema(value_type = String)]
    pub updated_at: DateTime<Utc>,
    /// What it is for.
    pub name: String,
    /// Where it calls.
    pub url: String,
    /// What it listens to.
    pub events: Vec<String>,
    /// Whose rights decide about what is told.
    pub owner_id: Uuid,
    /// Their login name.
    pub owner_name: String,
    /// Whether it is called at all.
    pub active: bool,
    /// Since when every call fails.
    #[serde(serialize_with = "maybe_canonical")]
    #[schema(value_type = Option<String>)]
    pub failing_since: Option<DateTime<Utc>>,
    /// Why the program switched it off.
    pub disabled_reason: Option<String>,
    /// Deliveries that wait.
    pub waiting: i64,
}

/// A webhook with its secret, which is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IssuedWebhook {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// Signs each call: `whsec_` and base64, as Standard Webhooks has it.
    pub secret: String,
}

/// Every webhook; there is only one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhookList {
    /// The webhooks, oldest first.
    pub items: Vec<Webhook>,
    /// Always null.
    pub next: Option<String>,
    /// How many there are.
    pub total: usize,
}

impl Webhooks {
    /// Every webhook of the workspace.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`].
    pub async fn list(&self, caller: &Principal) -> Result<WebhookList> {
        administrators_only(caller)?;
        let items: Vec<Webhook> = sqlx::query_as(include_str!("../../sql/webhooks.sql"))
            .bind(None::<Uuid>)
            .fetch_all(self.oltp().pool())
            .await?;
        Ok(WebhookList { total: items.len(), next: None, items })
    }

    /// One webhook.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`].
    pub async fn read(&self, caller: &Principal, id: Uuid) -> Result<Webhook> {
        administrators_only(caller)?;
        let webhook = sqlx::query_as(include_str!("../../sql/webhooks.sql")).bind(Some(id));
        webhook.fetch_optional(self.oltp().pool()).await?.ok_or_else(not_found)
    }

    /// Makes a webhook.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`]; [`Error::Invalid`] names what is wrong; [`Error::Conflict`] when
    /// there are too many.
    pub async fn create(&self, caller: &Principal, new: &NewWebhook) -> Result<IssuedWebhook> {
        administrators_only(caller)?;
        let name = checked_name(&new.name)?;
        let url = self.checked_url(&new.url)?;
        let events = listen::checked(&new.events, self.oltp().catalog())?;
        let owner_id = self.checked_owner(caller, new.owner_id).await?;
        let count: i64 = sqlx::query_scalar("select count(*) from webhooks").fetch_one(self.oltp().pool()).await?;
        if count >= MAX_WEBHOOKS {
            let message = format!("a workspace has at most {MAX_WEBHOOKS} webhooks; delete some first");
            return Err(Error::conflict("too_many_webhooks", Invalid::field("name", "too_many", message)));
        }
        let (id, secret, now) = (Ids.fresh(), signature::new_secret()?, self.oltp().clock().now());
        let mut tx = self.oltp().pool().begin().await?;
        sqlx::query(
            "insert into webhooks (id, created_at, updated_at, name, url, events, owner_id, secret) \
             values ($1, $2, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(now)
        .bind(&name)
        .bind(&url)
        .bind(&events)
        .bind(owner_id)
        .bind(&secret)
        .execute(&mut *tx)
        .await?;
        let changes = json!({ "name": { "new": name }, "url": { "new": url }, "events": { "new": events } });
        self.note(&mut tx, caller, ("create", id), changes).await?;
        tx.commit().await?;
        Ok(IssuedWebhook { webhook: self.read(caller, id).await?, secret: signature::shown(&secret) })
    }

    /// Changes a webhook; switched on again, it begins anew.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`Error::RecordNotFound`].
    pub async fn change(&self, caller: &Principal, id: Uuid, changes: &WebhookChanges) -> Result<Webhook> {
        let before = self.read(caller, id).await?;
        let name = changes.name.as_deref().map(checked_name).transpose()?;
        let url = changes.url.as_deref().map(|url| self.checked_url(url)).transpose()?;
        let events =
            changes.events.as_ref().map(|events| listen::checked(events, self.oltp().catalog())).transpose()?;
        let owner_id = match changes.owner_id {
            Some(owner) => Some(self.checked_owner(caller, Some(owner)).await?),
            None => None,
        };
        let mut tx = self.oltp().pool().begin().await?;
        sqlx::query(include_str!("../../sql/change_webhook.sql"))
            .bind(id)
            .bind(self.oltp().clock().now())
            .bind(&name)
            .bind(&url)
            .bind(&events)
            .bind(owner_id)
            .bind(changes.active)
            .execute(&mut *tx)
            .await?;
        let noted = json!({
            "name": { "old": before.name, "new": name }, "url": { "old": before.url, "new": url },
            "events": { "old": before.events, "new": events }, "active": { "old": before.active, "new": changes.active },
        });
        self.note(&mut tx, caller, ("update", id), noted).await?;
        tx.commit().await?;
        self.read(caller, id).await
    }

    /// Gives a webhook another secret; the one before it signs too for a day.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`].
    pub async fn change_secret(&self, caller: &Principal, id: Uuid) -> Result<IssuedWebhook> {
        self.read(caller, id).await?;
        let (secret, now) = (signature::new_secret()?, self.oltp().clock().now());
        let mut tx = self.oltp().pool().begin().await?;
        sqlx::query(
            "update webhooks set old_secret = secret, old_secret_until = $3, secret = $2, updated_at = $4 where id = $1",
        )
        .bind(id)
        .bind(&secret)
        .bind(now + OLD_SECRET_LIFE)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        self.note(&mut tx, caller, ("update", id), json!({ "secret": {} })).await?;
        tx.commit().await?;
        Ok(IssuedWebhook { webhook: self.read(caller, id).await?, secret: signature::shown(&secret) })
    }

    /// Removes a webhook with its log.
    ///
    /// # Errors
    /// [`Error::AdministratorsOnly`], [`Error::RecordNotFound`].
    pub async fn delete(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let before = self.read(caller, id).await?;
        let mut tx = self.oltp().pool().begin().await?;
        // First the deliveries, as a call that ends writes them: the other way round each could wait for the other.
        for sql in ["delete from webhook_deliveries where webhook_id = $1", "delete from webhooks where id = $1"] {
            sqlx::query(sql).bind(id).execute(&mut *tx).await?;
        }
        let changes = json!({ "name": { "old": before.name }, "url": { "old": before.url } });
        self.note(&mut tx, caller, ("delete", id), changes).await?;
        tx.commit().await?;
        Ok(())
    }

    fn checked_url(&self, url: &str) -> Result<String> {
        if url.chars().count() > MAX_URL_LEN {
            return Err(
                Invalid::field("url", "too_long", format!("URL must have at most {MAX_URL_LEN} characters")).into()
            );
        }
        let target = address::checked(url, &self.inner.allowed);
        let target = target.map_err(|(code, message)| Invalid::field("url", code, format!("URL {message}")))?;
        Ok(target.url.to_string())
    }

    async fn checked_owner(&self, caller: &Principal, owner: Option<Uuid>) -> Result<Uuid> {
        let owner = owner.unwrap_or(caller.user_id);
        if owner.is_nil() {
            let message = "Say whose rights decide about what is told";
            return Err(Invalid::field("owner_id", "required", message).into());
        }
        match self.inner.identity.act_as(&Principal::system(), &owner.to_string()).await {
            Ok(_) => Ok(owner),
            Err(Error::RecordNotFound { .. } | Error::AccountClosed { .. }) => {
                Err(Invalid::field("owner_id", "unknown_record", "there is no active user with this id").into())
            }
            Err(error) => Err(error),
        }
    }

    async fn note(
        &self,
        tx: &mut sqlx::PgConnection,
        caller: &Principal,
        (action, id): (&str, Uuid),
        changes: serde_json::Value,
    ) -> Result<()> {
        sqlx::query(include_str!("../../sql/write_audit.sql"))
            .bind(sqlx::types::Json(json!([{ "record_id": id, "changes": changes }])))
            .bind(Some(caller.user_id).filter(|id| !id.is_nil()))
            .bind(&caller.username)
            .bind(action)
            .bind("webhook")
            .bind(None::<&str>)
            .bind(self.oltp().clock().now())
            .bind(crate::http::current_request_id())
            .execute(tx)
            .await?;
        Ok(())
    }
}

/// Calls leave the house with what people wrote; that is not for everybody to set up.
pub(super) fn administrators_only(caller: &Principal) -> Result<()> {
    if caller.role == Role::Admin {
        return Ok(());
    }
    Err(Error::AdministratorsOnly { verb: "set up webhooks".to_owned() })
}

pub(super) fn not_found() -> Error {
    Error::RecordNotFound { object: "webhook".to_owned() }
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Invalid::field("name", "required", "Name must have a value").into());
    }
    if name.chars().count() > MAX_NAME_LEN || name.contains('\0') {
        let message = format!("Name must have at most {MAX_NAME_LEN} characters");
        return Err(Invalid::field("name", "too_long", message).into());
    }
    Ok(name.to_owned())
}

pub(super) fn canonical<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}

#[expect(clippy::ref_option, reason = "serde hands over the field as it is")]
pub(super) fn maybe_canonical<S: serde::Serializer>(
    at: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    at.map(moment_text).serialize(serializer)
}
