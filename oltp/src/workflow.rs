//! Workflow rules at work: what happens by itself when records change.
//!
//! The relay of the outbox queues a run of each rule that a change starts ([`enqueue`]); [`Workflows`]
//! makes the runs, each in one transaction with the mark that it is done, so that a rule acts once however
//! often the program is stopped. A rule acts on the record as it is by then, with the rights of whoever
//! decided last what it does; what it writes can start other rules, but none that led to it.

use std::sync::Arc;

use crate::{Oltp, identity::Identity};

mod action;
mod check;
mod log;
mod perform;
mod person;
mod queue;

pub(crate) use check::wrong_parts;
pub use log::{RunLine, RunLog};
pub(crate) use queue::enqueue;

/// Makes the runs of workflow rules; cheap to clone.
#[derive(Debug, Clone)]
pub struct Workflows {
    oltp: Oltp,
    identity: Arc<Identity>,
}

impl Workflows {
    /// Runs with the rights that `identity` finds.
    pub fn new(oltp: Oltp, identity: Arc<Identity>) -> Self {
        Self { oltp, identity }
    }
}
