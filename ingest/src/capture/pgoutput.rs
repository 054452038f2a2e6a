//! Reads the messages of Postgres' `pgoutput` plugin, protocol version 1.
//!
//! [`decode`] borrows every name and cell from the message, so a change reaches the lake's Arrow
//! builders without an intermediate copy. The bytes come from the network: every length is checked
//! before it is used, text is checked to be UTF-8, and a message must end where its content ends.
//!
//! **Source:** PostgreSQL documentation, "Logical Replication Message Formats".

mod reader;
mod tuple;

pub use reader::Malformed;
use reader::Reader;
pub use tuple::{Key, Tuple};

use catalog::Lsn;
use chrono::{DateTime, TimeDelta, Utc};

/// Microseconds between 1970-01-01 and 2000-01-01, where Postgres begins to count time.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

/// One message of the stream, borrowing from the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// A transaction begins; everything up to its commit belongs to it.
    Begin(Begin),
    /// The transaction is complete.
    Commit(Commit),
    /// The transaction came from another replication origin.
    Origin {
        /// Commit position on the origin.
        lsn: Lsn,
        /// Name of the origin.
        name: &'a str,
    },
    /// The shape of a table, sent before the first row that has it.
    Relation(Relation<'a>),
    /// A type that is not built in.
    Type {
        /// Object id of the type.
        oid: u32,
        /// Schema of the type.
        namespace: &'a str,
        /// Name of the type.
        name: &'a str,
    },
    /// A new row.
    Insert {
        /// Object id of the table.
        relation: u32,
        /// The row.
        new: Tuple<'a>,
    },
    /// A changed row.
    Update {
        /// Object id of the table.
        relation: u32,
        /// What identified the row before, sent when the key changed or the table logs whole rows.
        old: Option<Key<'a>>,
        /// The row now; large values that did not change are [`warehouse::Cell::Unchanged`].
        new: Tuple<'a>,
    },
    /// A removed row.
    Delete {
        /// Object id of the table.
        relation: u32,
        /// What identified the row.
        old: Key<'a>,
    },
    /// Emptied tables.
    Truncate {
        /// Object ids of the tables.
        relations: Vec<u32>,
        /// Bit 0 = `CASCADE`, bit 1 = `RESTART IDENTITY`.
        options: u8,
    },
    /// A message written with `pg_logical_emit_message`.
    Logical {
        /// Whether it belongs to the transaction around it.
        transactional: bool,
        /// Its position.
        lsn: Lsn,
        /// What kind of message it is.
        prefix: &'a str,
        /// Its content.
        content: &'a [u8],
    },
}

/// The beginning of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begin {
    /// Position of the commit record; transactions arrive in this order.
    pub final_lsn: Lsn,
    /// When it was committed.
    pub commit_at: DateTime<Utc>,
    /// Transaction id.
    pub xid: u32,
}

/// The end of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    /// Position of the commit record.
    pub lsn: Lsn,
    /// Position after the commit record: having this much is having the transaction.
    pub end_lsn: Lsn,
    /// When it was committed.
    pub commit_at: DateTime<Utc>,
}

/// The shape of a table at one point of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation<'a> {
    /// Object id of the table.
    pub oid: u32,
    /// Schema; empty for `pg_catalog`.
    pub namespace: &'a str,
    /// Table.
    pub name: &'a str,
    /// Replica identity: `d` primary key, `n` nothing, `f` whole row, `i` an index.
    pub identity: u8,
    /// Columns in the order of the cells.
    pub columns: Vec<RelationColumn<'a>>,
}

/// One column of a [`Relation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelationColumn<'a> {
    /// Whether it is part of the replica identity.
    pub key: bool,
    /// Name.
    pub name: &'a str,
    /// Object id of its type.
    pub type_oid: u32,
    /// Type modifier such as precision and scale; -1 if there is none.
    pub type_modifier: i32,
}

/// Reads one message.
///
/// # Errors
/// [`Malformed`] if the bytes are not exactly one message of protocol version 1.
pub fn decode(bytes: &[u8]) -> Result<Message<'_>, Malformed> {
    let mut reader = Reader::new(bytes);
    let tag = reader.u8("message tag")?;
    let message = match tag {
        b'B' => Message::Begin(begin(&mut reader)?),
        b'C' => Message::Commit(commit(&mut reader)?),
        b'O' => Message::Origin { lsn: Lsn(reader.u64("origin position")?), name: reader.text("origin name")? },
        b'R' => Message::Relation(relation(&mut reader)?),
        b'Y' => Message::Type {
            oid: reader.u32("type id")?,
            namespace: reader.text("type schema")?,
            name: reader.text("type name")?,
        },
        b'I' => insert(&mut reader)?,
        b'U' => update(&mut reader)?,
        b'D' => Message::Delete { relation: reader.u32("table id")?, old: tuple::key(&mut reader)? },
        b'T' => truncate(&mut reader)?,
        b'M' => logical(&mut reader)?,
        _ => return Err(reader.malformed("an unknown kind of message")),
    };
    reader.finish()?;
    Ok(message)
}

/// The moment that Postgres writes as microseconds since 2000-01-01.
///
/// Moments outside the range of the calendar are the calendar's last or first moment: a commit
/// time is shown and compared, and a nonsensical one must not stop the stream.
pub fn moment(postgres_micros: i64) -> DateTime<Utc> {
    let unix_micros = postgres_micros.saturating_add(POSTGRES_EPOCH_MICROS);
    DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::microseconds(unix_micros)).unwrap_or(if unix_micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

fn begin(reader: &mut Reader<'_>) -> Result<Begin, Malformed> {
    Ok(Begin {
        final_lsn: Lsn(reader.u64("commit position")?),
        commit_at: moment(reader.i64("commit time")?),
        xid: reader.u32("transaction id")?,
    })
}

fn commit(reader: &mut Reader<'_>) -> Result<Commit, Malformed> {
    reader.u8("commit flags")?;
    Ok(Commit {
        lsn: Lsn(reader.u64("commit position")?),
        end_lsn: Lsn(reader.u64("end position")?),
        commit_at: moment(reader.i64("commit time")?),
    })
}

fn relation<'a>(reader: &mut Reader<'a>) -> Result<Relation<'a>, Malformed> {
    let oid = reader.u32("table id")?;
    let namespace = reader.text("table schema")?;
    let name = reader.text("table name")?;
    let identity = reader.u8("replica identity")?;
    let count = reader.u16("column count")?;
    let mut columns = Vec::with_capacity(reader.bounded(count, tuple::LEAST_COLUMN_BYTES));
    for _ in 0..count {
        columns.push(RelationColumn {
            key: reader.u8("column flags")? & 1 != 0,
            name: reader.text("column name")?,
            type_oid: reader.u32("column type")?,
            type_modifier: reader.i32("type modifier")?,
        });
    }
    Ok(Relation { oid, namespace, name, identity, columns })
}

fn insert<'a>(reader: &mut Reader<'a>) -> Result<Message<'a>, Malformed> {
    let relation = reader.u32("table id")?;
    reader.expect(b'N', "the new row of an insert")?;
    Ok(Message::Insert { relation, new: tuple::tuple(reader)? })
}

fn update<'a>(reader: &mut Reader<'a>) -> Result<Message<'a>, Malformed> {
    let relation = reader.u32("table id")?;
    let old = match reader.peek() {
        Some(b'K' | b'O') => Some(tuple::key(reader)?),
        _ => None,
    };
    reader.expect(b'N', "the new row of an update")?;
    Ok(Message::Update { relation, old, new: tuple::tuple(reader)? })
}

fn truncate<'a>(reader: &mut Reader<'a>) -> Result<Message<'a>, Malformed> {
    let count = reader.u32("table count")?;
    let options = reader.u8("truncate options")?;
    let mut relations = Vec::with_capacity(reader.bounded(count, size_of::<u32>()));
    for _ in 0..count {
        relations.push(reader.u32("table id")?);
    }
    Ok(Message::Truncate { relations, options })
}

fn logical<'a>(reader: &mut Reader<'a>) -> Result<Message<'a>, Malformed> {
    let transactional = reader.u8("message flags")? & 1 != 0;
    let lsn = Lsn(reader.u64("message position")?);
    let prefix = reader.text("message prefix")?;
    let length = reader.u32("message length")?;
    Ok(Message::Logical { transactional, lsn, prefix, content: reader.bytes(length, "message content")? })
}
