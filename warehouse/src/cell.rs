//! One change as the replication stream brings it.

/// One cell in the text form of Postgres, with the session pinned to ISO dates and UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// SQL null.
    Null,
    /// A large value that this update did not touch; the stream does not repeat it.
    Unchanged,
    /// The value as text.
    Text(&'a str),
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// It is new.
    Insert,
    /// It changed.
    Update,
    /// It is gone.
    Delete,
    /// Every row of the table is gone.
    Truncate,
    /// It was there when the initial copy was made.
    Snapshot,
}

impl Op {
    /// The letter in the history column `_op`.
    pub fn letter(self) -> char {
        char::from(self.byte())
    }

    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Insert => b'I',
            Self::Update => b'U',
            Self::Delete => b'D',
            Self::Truncate => b'T',
            Self::Snapshot => b'S',
        }
    }
}
