//! The Postgres side of a verification: holding writers back, pinning a snapshot, reading it.

use std::time::{Duration, Instant};

use catalog::{Lsn, ObjectDef};
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use super::digest::{Digest, RowText};
use crate::Error;

/// How long one table may take to read.
pub(super) const READ_TIMEOUT: Duration = Duration::from_hours(1);

/// Writers that are held back, and the position everything before them was committed at.
pub(super) struct Lock {
    transaction: Transaction<'static, Postgres>,
    lsn: Lsn,
    since: Instant,
}

/// A pinned snapshot of Postgres.
pub(super) struct Pinned(Transaction<'static, Postgres>);

/// Holds back all writers of the tables; waits at most five seconds for those that are writing.
pub(super) async fn lock(pool: &PgPool, objects: &[ObjectDef]) -> Result<Lock, Error> {
    let since = Instant::now();
    let mut transaction = pool.begin().await?;
    sqlx::query("set local lock_timeout = '5s'").execute(&mut *transaction).await?;
    let tables: Vec<String> = objects.iter().map(|object| format!("\"{}\"", object.table)).collect();
    let statement = format!("lock table {} in share mode", tables.join(", "));
    sqlx::query(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    // The commit of a message flushes the log up to here, so that the capture is sent all of it.
    sqlx::query("select pg_logical_emit_message(true, 'leadhouse.verify', '')").execute(pool).await?;
    let lsn: String =
        sqlx::query_scalar("select pg_current_wal_flush_lsn()::text").fetch_one(&mut *transaction).await?;
    let lsn = lsn.parse().map_err(|error| Error::Defect(format!("{error}")))?;
    Ok(Lock { transaction, lsn, since })
}

impl Lock {
    /// Everything that was committed to the tables is before this position.
    pub(super) fn lsn(&self) -> Lsn {
        self.lsn
    }

    /// Pins the state under the lock, lets writers go on, and says how long they were held back.
    pub(super) async fn pin_and_release(self, pool: &PgPool) -> Result<(Pinned, Duration), Error> {
        let mut snapshot = pool.begin_with("begin isolation level repeatable read read only").await?;
        // The snapshot is taken by the first statement.
        sqlx::query("select 1").execute(&mut *snapshot).await?;
        self.transaction.rollback().await?;
        sqlx::query("set local statement_timeout = '1h'").execute(&mut *snapshot).await?;
        Ok((Pinned(snapshot), self.since.elapsed()))
    }
}

impl Pinned {
    /// Reads one table.
    pub(super) async fn digest(&mut self, object: &ObjectDef) -> Result<Digest, Error> {
        let columns: Vec<String> = object.columns().map(|(column, pg_type)| canonical(column, &pg_type)).collect();
        let statement = format!("copy (select {} from \"{}\") to stdout", columns.join(", "), object.table);
        let mut digest = Digest::default();
        let mut parser = CopyParser::default();
        let mut chunks = self.0.copy_out_raw(&statement).await?;
        while let Some(chunk) = chunks.try_next().await? {
            parser.feed(&chunk, &mut digest)?;
        }
        drop(chunks);
        Ok(digest.sorted())
    }

    /// Lets the snapshot go.
    pub(super) async fn finish(self) -> Result<(), Error> {
        Ok(self.0.rollback().await?)
    }
}

/// The column as the text that [`Digest`] defines.
fn canonical(column: &str, pg_type: &str) -> String {
    match pg_type {
        "timestamp with time zone" => format!("(extract(epoch from \"{column}\") * 1000000)::bigint"),
        "date" => format!("\"{column}\" - date '1970-01-01'"),
        "boolean" => format!("\"{column}\"::int"),
        _ => format!("\"{column}\""),
    }
}

/// Reads the text form of `copy`, in chunks that may end anywhere.
#[derive(Default)]
struct CopyParser {
    rest: Vec<u8>,
    row: RowText,
    cell: Vec<u8>,
}

impl CopyParser {
    fn feed(&mut self, chunk: &[u8], digest: &mut Digest) -> Result<(), Error> {
        self.rest.extend_from_slice(chunk);
        let rest = std::mem::take(&mut self.rest);
        let mut lines = rest.split(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_none() {
                self.rest = line.to_vec();
                break;
            }
            self.line(line, digest)?;
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], digest: &mut Digest) -> Result<(), Error> {
        self.row.clear();
        let mut id: &[u8] = &[];
        for (index, cell) in line.split(|byte| *byte == b'\t').enumerate() {
            if cell == b"\\N" {
                self.row.null();
                continue;
            }
            unescape(cell, &mut self.cell);
            self.row.cell(&self.cell);
            if index == 0 {
                id = cell;
            }
        }
        digest.push(id, &self.row)
    }
}

/// The value of a cell: `copy` writes backslash, tab, newline and other controls with a backslash.
fn unescape(cell: &[u8], value: &mut Vec<u8>) {
    value.clear();
    let mut bytes = cell.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'\\' {
            value.push(*byte);
            continue;
        }
        value.push(match bytes.next() {
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'v') => 11,
            Some(other) => *other,
            None => b'\\',
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_whatever_the_chunks_are() {
        let id = "00000000-0000-0000-0000-00000000000a";
        let copy = format!("{id}\ta\\tb\\\\c\\n\t\\N\n{id}\t\t12.50\n");

        let mut whole = Digest::default();
        CopyParser::default().feed(copy.as_bytes(), &mut whole).unwrap();
        for size in 1..20 {
            let (mut digest, mut parser) = (Digest::default(), CopyParser::default());
            for chunk in copy.as_bytes().chunks(size) {
                parser.feed(chunk, &mut digest).unwrap();
            }
            assert!(digest.iter().eq(whole.iter()));
        }
        let mut row = RowText::default();
        row.cell(id.as_bytes());
        row.cell(b"a\tb\\c\n");
        row.null();
        let mut expected = Digest::default();
        expected.push(id.as_bytes(), &row).unwrap();
        assert_eq!(whole.iter().next(), expected.iter().next());
        assert_eq!(whole.rows(), 2);
    }
}
