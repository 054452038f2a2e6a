//! What the program does beside answering: cleaning up what is no longer needed, sealing the audit log.

use oltp::{documents::Documents, webhooks::Webhooks, workflow::Workflows};

use super::{files::CleanUp, sealing::Sealing};

/// Tasks that are started with the program and stopped before the database.
#[derive(Debug)]
pub(super) struct Chores {
    cleaning: CleanUp,
    sealing: Sealing,
}

impl Chores {
    /// Starts all of them.
    pub(super) fn start(documents: &Documents, webhooks: &Webhooks, workflows: &Workflows) -> Self {
        Self { cleaning: CleanUp::start(documents, webhooks, workflows), sealing: Sealing::start(documents.oltp()) }
    }

    /// Lets each finish what it is at.
    pub(super) async fn stop(self) {
        self.cleaning.stop().await;
        self.sealing.stop().await;
    }
}
