//! Sealing: committed entries get their place in the chain.
//!
//! A transaction that is older than every running one has ended, so its entries are all there. The
//! sealer takes them in the order of their transactions and remembers below which one nothing is
//! left. After a restore into another server numbers begin anew; then it looks at everything again
//! and the chain itself tells what is sealed already.

use sqlx::{FromRow, PgConnection};

use super::{GENESIS, Hash, link};
use crate::{Error, Oltp, Result};

/// Held while somebody seals: the chain has one end.
const SEALER_LOCK: i64 = 0x4c48_5345_414c_4552; // "LHSEALER"
/// Entries per transaction of the sealer.
const AT_ONCE: i64 = 5_000;

#[derive(Debug, FromRow)]
struct Unsealed {
    id: i64,
    tx: String,
    entry_hash: Vec<u8>,
}

impl Oltp {
    /// Seals every entry that has been committed and answers how many there were; none when another
    /// server is just sealing.
    ///
    /// # Errors
    /// [`Error::Database`]; what was sealed by then stays sealed.
    pub async fn seal_audit(&self) -> Result<u64> {
        let mut sealed = 0;
        let mut after = ("0".to_owned(), 0);
        loop {
            let mut tx = self.pool().begin().await?;
            let alone: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock($1)")
                .bind(SEALER_LOCK)
                .fetch_one(&mut *tx)
                .await?;
            if !alone {
                return Ok(sealed);
            }
            let (from, below) = span(&mut tx).await?;
            let entries: Vec<Unsealed> = sqlx::query_as(include_str!("../../sql/unsealed_entries.sql"))
                .bind(&from)
                .bind(&below)
                .bind(&after.0)
                .bind(after.1)
                .bind(AT_ONCE)
                .fetch_all(&mut *tx)
                .await?;
            self.append(&mut tx, &entries).await?;
            sealed += entries.len() as u64;
            let full = i64::try_from(entries.len()).is_ok_and(|count| count == AT_ONCE);
            if !full {
                let done = sqlx::query("update audit_seal set sealed_below = $1::xid8 where sealed_below <> $1::xid8");
                done.bind(&below).execute(&mut *tx).await?;
                tx.commit().await?;
                return Ok(sealed);
            }
            tx.commit().await?;
            after = entries.into_iter().next_back().map_or(after, |last| (last.tx, last.id));
        }
    }

    async fn append(&self, tx: &mut PgConnection, entries: &[Unsealed]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let last: Option<(i64, Vec<u8>)> =
            sqlx::query_as("select position, chain_hash from audit_chain order by position desc limit 1")
                .fetch_optional(&mut *tx)
                .await?;
        let (mut position, mut hash) = match last {
            None => (0, GENESIS),
            Some((position, hash)) => (position, hash_of(hash)?),
        };
        let mut positions = Vec::with_capacity(entries.len());
        let mut hashes = Vec::with_capacity(entries.len());
        for entry in entries {
            position += 1;
            hash = link(&hash, &entry.entry_hash);
            positions.push(position);
            hashes.push(hash.to_vec());
        }
        sqlx::query(include_str!("../../sql/append_to_chain.sql"))
            .bind(positions)
            .bind(entries.iter().map(|entry| entry.id).collect::<Vec<_>>())
            .bind(entries.iter().map(|entry| entry.entry_hash.clone()).collect::<Vec<_>>())
            .bind(hashes)
            .bind(self.clock().now())
            .execute(tx)
            .await?;
        Ok(())
    }
}

/// From where the sealer looks, and below which transaction everything has ended.
async fn span(tx: &mut PgConnection) -> Result<(String, String)> {
    let sql = "select case when s.sealed_below <= e.ended_below then s.sealed_below else '0'::xid8 end::text, \
               e.ended_below::text \
               from audit_seal s, (select pg_snapshot_xmin(pg_current_snapshot()) as ended_below) e";
    Ok(sqlx::query_as(sql).fetch_one(tx).await?)
}

fn hash_of(bytes: Vec<u8>) -> Result<Hash> {
    bytes.try_into().map_err(|_other_length| Error::Broken("a hash of the audit chain has another length".to_owned()))
}
