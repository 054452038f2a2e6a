//! The durable queue of scheduled mail: one record per recipient and run of a schedule.
//!
//! `plan` makes the deliveries of a due schedule and moves `next_run_at` in one transaction, so a
//! run is planned once or not at all. `claim` takes a delivery for sending; `finish` says what
//! became of it. Between the two no transaction is open, because mail takes its time.
//!
//! ```text
//! pending ──claim──► sending ──finish──► sent | refused | failed
//!    ▲                  │
//!    └── later, away ───┘        a sender that dies leaves `sending`; the lease ends, or the next
//!                                sender finds it when it starts, and claims it again
//! ```
//!
//! Sending is at least once: mail servers know no transactions. A sender that dies after the mail
//! server took the mail and before `finish` is stored sends it again, with the same Message-ID,
//! by which mailboxes drop the second copy. Everything else happens once.
//!
//! Why it is so is in docs/decisions/0013.
//!
//! Runs that were missed while no server ran are made up for once, by the latest of them.

use catalog::{ObjectDef, Principal};
use sqlx::PgTransaction;

use crate::{
    Error, Oltp, Result,
    records::{Draft, Record, Verb},
};

mod claim;
mod finish;
mod plan;
mod request;

pub use claim::ClaimedDelivery;
pub use finish::{DeliveryOutcome, MAX_ATTEMPTS};
pub use plan::Planned;
pub use request::Addressees;

impl Oltp {
    fn system_object(&self, name: &str) -> Result<&ObjectDef> {
        self.catalog().object(name).ok_or_else(|| Error::unknown_object(name))
    }

    /// Writes records of the queue as the system, all of them or none.
    async fn write_queue(
        &self,
        tx: &mut PgTransaction<'_>,
        object: &ObjectDef,
        verb: Verb,
        drafts: Vec<Draft>,
    ) -> Result<Vec<Record>> {
        self.write_within(tx, (&Principal::system(), object, verb), drafts).await
    }
}
