//! What became of the rows.

/// A rejected row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reject {
    /// Line in the file.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// Where its cells are.
    pub cells: Cells,
}

/// Where the cells of a rejected row are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cells {
    /// In this row of the chunk.
    InChunk(usize),
    /// Here, as far as they could be read.
    Read(Vec<String>),
}

/// What became of some rows.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub created: u64,
    pub updated: u64,
    pub skipped: u64,
    pub versions: u64,
    pub linked_created: u64,
    pub rejects: Vec<Reject>,
}

impl Reject {
    /// A rejected row whose cells are in its chunk.
    pub(crate) fn of_row(index: usize, line: u64, reason: String) -> Self {
        Self { line, reason, cells: Cells::InChunk(index) }
    }
}

impl Outcome {
    /// Adds what became of other rows.
    pub(crate) fn add(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.skipped += other.skipped;
        self.versions += other.versions;
        self.linked_created += other.linked_created;
        self.rejects.extend(other.rejects);
    }
}
