//! Webhooks: other systems are called when records change.
//!
//! The relay of the outbox queues a delivery for each webhook that listens; [`Webhooks::send_due`]
//! makes the calls. What is told is read at the moment of the call under the rights of the webhook's
//! owner. Calls are signed as Standard Webhooks says, repeated with growing pauses for a day, and
//! logged; a webhook that only fails is switched off.
//!
//! Invariants: an address is resolved once per call, every address it has is checked, and the
//! connection goes to one of those; redirects are not followed; nothing of an answer but its status is
//! kept.

use std::{collections::BTreeSet, sync::Arc};

use crate::{Oltp, identity::Identity};

mod address;
mod attempt;
mod claim;
mod deliveries;
mod listen;
mod payload;
mod queue;
mod signature;
mod store;

pub use deliveries::{DeliveryLine, DeliveryLog};
pub(crate) use queue::enqueue;
pub use store::{IssuedWebhook, NewWebhook, Webhook, WebhookChanges, WebhookList};

/// Targets inside of our own network that may be called, such as `127.0.0.1:9000`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedTargets(pub BTreeSet<String>);

/// The webhooks of a workspace; cheap to clone.
#[derive(Debug, Clone)]
pub struct Webhooks {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    oltp: Oltp,
    identity: Arc<Identity>,
    allowed: AllowedTargets,
}

impl Webhooks {
    /// Webhooks whose payloads are read under the rights that `identity` finds.
    pub fn new(oltp: Oltp, identity: Arc<Identity>, allowed: AllowedTargets) -> Self {
        Self { inner: Arc::new(Inner { oltp, identity, allowed }) }
    }

    fn oltp(&self) -> &Oltp {
        &self.inner.oltp
    }
}
