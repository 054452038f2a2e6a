//! The replication slot: the place in the log up to which Postgres may forget.
//!
//! The slot is the only write-ahead log of the lake, so losing it means copying everything again.
//! Whether the stream can go on is decided here, once, before every start: Postgres itself would
//! silently skip forward when asked for a position that it has already forgotten.

use catalog::Lsn;
use sqlx::{FromRow, PgConnection};

use crate::{Error, Result};

/// What Postgres says about our slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Output plugin; ours is `pgoutput`.
    pub(crate) plugin: String,
    /// Process that is streaming from it now.
    pub(crate) active_pid: Option<i32>,
    /// `reserved`, `extended`, `unreserved` or `lost`.
    pub(crate) wal_status: Option<String>,
    /// Everything before this was acknowledged and will not be sent again.
    pub(crate) confirmed: Lsn,
    /// Size of the log that Postgres keeps for the slot.
    pub(crate) retained_bytes: Option<i64>,
}

/// What the lake knows about its own position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LakePosition<'a> {
    /// Cluster whose data it holds.
    pub(crate) system_id: Option<&'a str>,
    /// Whether the initial copy is complete.
    pub(crate) copied: bool,
    /// Everything before this is stored durably.
    pub(crate) durable: Lsn,
}

/// How a session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// The lake is empty: make a slot and copy every table.
    Copy {
        /// A slot is left over from a copy that did not finish; it has to go first.
        drop_slot: bool,
    },
    /// The lake has data: go on from its position.
    Follow,
}

#[derive(FromRow)]
struct SlotRow {
    plugin: Option<String>,
    active_pid: Option<i32>,
    wal_status: Option<String>,
    confirmed: Option<String>,
    retained_bytes: Option<i64>,
}

/// The name of a lake's slot: `leadhouse_` and 8 hexadecimal digits of the cluster and the lake,
/// so that two lakes never share one.
pub(crate) fn name(system_id: &str, lake_id: &str) -> String {
    let hash = xxhash_rust::xxh3::xxh3_64(format!("{system_id}/{lake_id}").as_bytes());
    format!("leadhouse_{:08x}", hash >> 32)
}

/// The identifier of the cluster, which a restored backup keeps and a new cluster does not share.
pub(crate) async fn system_id(connection: &mut PgConnection) -> Result<String> {
    sqlx::query_scalar("select system_identifier::text from pg_control_system()")
        .fetch_one(connection)
        .await
        .map_err(|source| Error::Postgres { doing: "read the identifier of the cluster", source })
}

/// The slot of this name, if there is one.
pub(crate) async fn find(connection: &mut PgConnection, name: &str) -> Result<Option<Slot>> {
    // One row if the slot exists.
    let statement = "
        select plugin::text, active_pid, wal_status, confirmed_flush_lsn::text as confirmed,
               pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint as retained_bytes
        from pg_replication_slots
        where slot_name = $1";
    let row: Option<SlotRow> = sqlx::query_as(statement)
        .bind(name)
        .fetch_optional(connection)
        .await
        .map_err(|source| Error::Postgres { doing: "look at the replication slot", source })?;
    Ok(row.map(|row| Slot {
        plugin: row.plugin.unwrap_or_default(),
        active_pid: row.active_pid,
        wal_status: row.wal_status,
        confirmed: row.confirmed.and_then(|lsn| lsn.parse().ok()).unwrap_or(Lsn::ZERO),
        retained_bytes: row.retained_bytes,
    }))
}

/// Who has held a transaction open for longest: process, account and program of up to five.
pub(crate) async fn oldest_writers(connection: &mut PgConnection) -> Result<String> {
    // One row per session with a transaction that has written, the oldest first.
    let statement = "
        select format('process %s (%s, %s)', pid, usename, coalesce(nullif(application_name, ''), 'unnamed program'))
        from pg_stat_activity
        where backend_xid is not null
        order by xact_start
        limit 5";
    let sessions: Vec<String> = sqlx::query_scalar(statement)
        .fetch_all(connection)
        .await
        .map_err(|source| Error::Postgres { doing: "look for open transactions", source })?;
    Ok(sessions.join(", "))
}

/// Removes a slot that nobody streams from.
pub(crate) async fn drop(connection: &mut PgConnection, name: &str) -> Result<()> {
    sqlx::query("select pg_drop_replication_slot($1)")
        .bind(name)
        .execute(connection)
        .await
        .map_err(|source| Error::Postgres { doing: "drop the replication slot of an unfinished copy", source })?;
    Ok(())
}

/// Decides how to begin from what the lake and the slot say.
///
/// # Errors
/// [`Error::OtherCluster`], [`Error::SlotForeign`], [`Error::SlotActive`], [`Error::SlotMissing`],
/// [`Error::SlotLost`] or [`Error::LogGap`]; only `SlotActive` can pass by waiting.
pub(crate) fn decide(name: &str, system_id: &str, lake: LakePosition<'_>, slot: Option<&Slot>) -> Result<Beginning> {
    if let Some(expected) = lake.system_id.filter(|expected| *expected != system_id) {
        return Err(Error::OtherCluster { expected: expected.to_owned(), found: system_id.to_owned() });
    }
    let Some(slot) = slot else {
        return if lake.copied {
            Err(Error::SlotMissing { slot: name.to_owned(), durable: lake.durable })
        } else {
            Ok(Beginning::Copy { drop_slot: false })
        };
    };
    if slot.plugin != "pgoutput" {
        return Err(Error::SlotForeign { slot: name.to_owned(), plugin: slot.plugin.clone() });
    }
    if let Some(pid) = slot.active_pid {
        return Err(Error::SlotActive { slot: name.to_owned(), pid: Some(pid) });
    }
    if !lake.copied {
        return Ok(Beginning::Copy { drop_slot: true });
    }
    if slot.wal_status.as_deref() == Some("lost") {
        return Err(Error::SlotLost { slot: name.to_owned(), durable: lake.durable });
    }
    if slot.confirmed > lake.durable {
        return Err(Error::LogGap { slot: name.to_owned(), confirmed: slot.confirmed, durable: lake.durable });
    }
    Ok(Beginning::Follow)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAKE: LakePosition<'static> = LakePosition { system_id: Some("7"), copied: true, durable: Lsn(100) };

    fn slot() -> Slot {
        Slot {
            plugin: "pgoutput".to_owned(),
            active_pid: None,
            wal_status: Some("reserved".to_owned()),
            confirmed: Lsn(100),
            retained_bytes: Some(0),
        }
    }

    #[test]
    fn an_empty_lake_copies_and_replaces_a_leftover_slot() {
        let empty = LakePosition { system_id: None, copied: false, durable: Lsn::ZERO };

        assert_eq!(decide("s", "7", empty, None).unwrap(), Beginning::Copy { drop_slot: false });
        assert_eq!(decide("s", "7", empty, Some(&slot())).unwrap(), Beginning::Copy { drop_slot: true });
    }

    #[test]
    fn a_lake_that_is_not_behind_the_slot_follows() {
        assert_eq!(decide("s", "7", LAKE, Some(&slot())).unwrap(), Beginning::Follow);
        let behind = Slot { confirmed: Lsn(60), ..slot() };
        assert_eq!(decide("s", "7", LAKE, Some(&behind)).unwrap(), Beginning::Follow);
    }

    #[test]
    fn whatever_would_lose_changes_is_refused() {
        let ahead = Slot { confirmed: Lsn(101), ..slot() };
        let lost = Slot { wal_status: Some("lost".to_owned()), ..slot() };
        let foreign = Slot { plugin: "test_decoding".to_owned(), ..slot() };
        let active = Slot { active_pid: Some(5), ..slot() };

        assert!(matches!(decide("s", "7", LAKE, Some(&ahead)), Err(Error::LogGap { .. })));
        assert!(matches!(decide("s", "7", LAKE, Some(&lost)), Err(Error::SlotLost { .. })));
        assert!(matches!(decide("s", "7", LAKE, Some(&foreign)), Err(Error::SlotForeign { .. })));
        assert!(matches!(decide("s", "7", LAKE, Some(&active)), Err(Error::SlotActive { .. })));
        assert!(matches!(decide("s", "7", LAKE, None), Err(Error::SlotMissing { .. })));
        assert!(matches!(decide("s", "8", LAKE, Some(&slot())), Err(Error::OtherCluster { .. })));
    }

    #[test]
    fn two_lakes_of_one_cluster_have_two_slots() {
        assert_ne!(name("7", "a"), name("7", "b"));
        assert_eq!(name("7", "a").len(), "leadhouse_".len() + 8);
    }
}
