//! Notifications: what a person is told because it concerns them, in their inbox and by mail.
//!
//! The relay hands every outbox message to [`tell`]; what it means for whom is decided by `news`, and
//! each recipient is asked for their own view at that moment: who may not see the record hears nothing
//! of it. [`Inbox`] is what a person reads, [`Preference`] what they want to hear. A notification is its
//! recipient's alone, so none of this is an object of the catalogue.

use catalog::{Fault, FaultKind, Ids, Principal};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Result,
    feed::Notice,
    records::Record,
    relay::{Message, Relay},
};

mod inbox;
mod kind;
mod mail;
mod news;
mod preferences;

pub use inbox::{Inbox, InboxQuery, Notification};
pub use kind::{Kind, MailWish};
pub use preferences::Preference;

use news::News;
pub(crate) use news::{ASSIGNED, RULE_NOTICE};

/// Writes the notifications that follow from a message; a consumer of the relay.
///
/// **Idempotent** by message, recipient and kind.
pub(crate) fn tell<'a>(relay: &'a Relay, tx: &'a mut PgConnection, message: &'a Message) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for news in news::of(relay.oltp(), message).await? {
            deliver(relay, tx, message, news).await?;
        }
        Ok(())
    })
}

/// Writes one notification, if its recipient is there, may see the record and wants to hear of it.
async fn deliver(relay: &Relay, tx: &mut PgConnection, message: &Message, news: News) -> Result<()> {
    let Some((recipient, record)) = view(relay, &news).await? else {
        return Ok(());
    };
    let preference = preferences::one(tx, recipient.user_id, news.kind).await?;
    let mail_at = preferences::mail_at(tx, &preference, recipient.user_id, relay.oltp().clock().now()).await?;
    if !preference.in_app && mail_at.is_none() {
        return Ok(());
    }
    let actor = actor_name(tx, news.actor).await?;
    let written = Written {
        title: news.title(&record, actor.as_deref()),
        actor,
        at: message.at,
        in_app: preference.in_app,
        mail_at,
    };
    written.store(tx, message, &news, recipient.user_id).await
}

/// The recipient as one who asks, and the record as they see it; `None` when they may not know of it.
async fn view(relay: &Relay, news: &News) -> Result<Option<(Principal, Record)>> {
    let hidden = |error: &crate::Error| matches!(error.kind(), FaultKind::NotFound | FaultKind::Forbidden);
    let recipient = match relay.identity().act_as(&Principal::system(), &news.recipient.to_string()).await {
        Ok(principal) => principal,
        Err(error) if hidden(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let object = relay.oltp().known(news.object)?;
    match relay.oltp().read(&recipient, object, news.record_id).await {
        Ok(record) => Ok(Some((recipient, record))),
        Err(error) if hidden(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name of who did it; `None` for the system and for people who are gone.
async fn actor_name(tx: &mut PgConnection, actor: Option<Uuid>) -> Result<Option<String>> {
    let sql = "select name from users where id = $1";
    Ok(sqlx::query_scalar(sql).bind(actor).fetch_optional(tx).await?)
}

/// A notification as it is stored.
struct Written {
    title: String,
    actor: Option<String>,
    at: DateTime<Utc>,
    in_app: bool,
    mail_at: Option<DateTime<Utc>>,
}

impl Written {
    async fn store(self, tx: &mut PgConnection, message: &Message, news: &News, recipient: Uuid) -> Result<()> {
        sqlx::query(include_str!("../sql/write_notification.sql"))
            .bind(Ids.fresh())
            .bind(recipient)
            .bind(self.at)
            .bind(news.kind.as_str())
            .bind(self.title)
            .bind(news.object)
            .bind(news.record_id)
            .bind(self.actor)
            .bind(message.id)
            .bind(self.in_app)
            .bind(self.mail_at)
            .bind(Notice::to_person("notifications", recipient))
            .execute(tx)
            .await?;
        Ok(())
    }
}
