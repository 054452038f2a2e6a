//! How a write is recorded besides the row itself.

use uuid::Uuid;

/// How the writes of a batch are recorded in the audit log and the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Journal<'a> {
    /// A person's own request: one audit entry and one outbox message per record.
    Live,
    /// A workflow rule's write: recorded as a person's own, with the rules that led to it.
    Rule {
        /// What the audit log says, such as `workflow rule “Hot leads”`.
        source: &'a str,
        /// The rules, oldest first: none of them acts on this write.
        chain: &'a [Uuid],
    },
    /// A bulk load: one audit entry per record, one outbox message per batch.
    Records {
        /// Where the rows came from, such as `import opportunities.csv`.
        source: &'a str,
    },
    /// A bulk load: one audit entry and one outbox message per batch.
    Summary {
        /// Where the rows came from, such as `simulator`.
        source: &'a str,
    },
}
