//! How a write is recorded besides the row itself.

/// How the writes of a batch are recorded in the audit log and the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Journal<'a> {
    /// A person's own request: one audit entry and one outbox message per record.
    Live,
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
