//! A message of the outbox becomes deliveries.

use futures::future::BoxFuture;
use sqlx::PgConnection;

use crate::{
    Result,
    notifications::RULE_NOTICE,
    relay::{Message, Relay},
};

/// Queues a delivery for every webhook that listens to the message; a consumer of the relay.
///
/// **Idempotent** by webhook and message.
pub(crate) fn enqueue<'a>(
    relay: &'a Relay,
    tx: &'a mut PgConnection,
    message: &'a Message,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        // What the program says to itself about no object is nobody else's business.
        let Some(object) = &message.object else { return Ok(()) };
        if message.topic.ends_with(RULE_NOTICE) {
            return Ok(());
        }
        sqlx::query(include_str!("../../sql/enqueue_webhooks.sql"))
            .bind(message.id)
            .bind(&message.topic)
            .bind(object)
            .bind(message.record_id)
            .bind(&message.payload)
            .bind(relay.oltp().clock().now())
            .execute(tx)
            .await?;
        Ok(())
    })
}
