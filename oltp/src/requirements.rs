//! What Postgres must offer, each with what was found and what to do about it.

use serde::Serialize;
use sqlx::{PgConnection, Row, postgres::PgRow};

use crate::Result;

/// Oldest Postgres that works: 15 has publications with row identity we rely on.
const OLDEST_VERSION: i32 = 150_000;

/// One thing that Postgres must offer, for `doctor` and for the start of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// What was looked at, such as `wal_level`.
    pub name: &'static str,
    /// Whether it is as it must be.
    pub met: bool,
    /// What was found.
    pub found: String,
    /// What to do when it is not met.
    pub advice: &'static str,
}

/// Looks at everything, in the order in which it should be repaired.
pub(crate) async fn check(connection: &mut PgConnection) -> Result<Vec<Requirement>> {
    let row = sqlx::query(include_str!("../sql/requirements.sql")).fetch_one(connection).await?;
    Ok(requirements(&Facts::from_row(&row)?))
}

/// What the statement answers; one row per server.
#[derive(Debug)]
struct Facts {
    version_num: i32,
    version: String,
    encoding: String,
    standby: bool,
    wal_level: String,
    may_replicate: bool,
    may_create: bool,
    slots_used: i64,
    slots: i64,
    senders_used: i64,
    senders: i64,
}

impl Facts {
    fn from_row(row: &PgRow) -> Result<Self> {
        Ok(Self {
            version_num: row.try_get("version_num")?,
            version: row.try_get("version")?,
            encoding: row.try_get("encoding")?,
            standby: row.try_get("standby")?,
            wal_level: row.try_get("wal_level")?,
            may_replicate: row.try_get("may_replicate")?,
            may_create: row.try_get("may_create")?,
            slots_used: row.try_get("slots_used")?,
            slots: row.try_get("slots")?,
            senders_used: row.try_get("senders_used")?,
            senders: row.try_get("senders")?,
        })
    }
}

fn requirements(facts: &Facts) -> Vec<Requirement> {
    let yes_no = |yes: bool| if yes { "granted" } else { "missing" }.to_owned();
    vec![
        Requirement {
            name: "version",
            met: facts.version_num >= OLDEST_VERSION,
            found: facts.version.clone(),
            advice: "use PostgreSQL 15 or newer",
        },
        Requirement {
            name: "encoding",
            met: facts.encoding == "UTF8",
            found: facts.encoding.clone(),
            advice: "create the database with encoding 'UTF8'",
        },
        Requirement {
            name: "primary",
            met: !facts.standby,
            found: if facts.standby { "a standby" } else { "a primary" }.to_owned(),
            advice: "connect to the primary server; a standby cannot be written to",
        },
        Requirement {
            name: "wal_level",
            met: facts.wal_level == "logical",
            found: facts.wal_level.clone(),
            advice: "run `alter system set wal_level = 'logical'` and restart Postgres \
                     (managed services have a setting such as rds.logical_replication = 1)",
        },
        Requirement {
            name: "replication privilege",
            met: facts.may_replicate,
            found: yes_no(facts.may_replicate),
            advice: "run `alter role <this user> replication` as a superuser (Amazon RDS: grant rds_replication)",
        },
        Requirement {
            name: "create privilege",
            met: facts.may_create,
            found: yes_no(facts.may_create),
            advice: "run `grant create on database <this database> to <this user>` and \
                     `grant create on schema public to <this user>`",
        },
        free("replication slots", facts.slots_used, facts.slots, "raise max_replication_slots and restart Postgres"),
        free("replication senders", facts.senders_used, facts.senders, "raise max_wal_senders and restart Postgres"),
    ]
}

fn free(name: &'static str, used: i64, all: i64, advice: &'static str) -> Requirement {
    Requirement { name, met: used < all, found: format!("{used} of {all} used"), advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_server_lacks_logical_replication() {
        let facts = Facts {
            version_num: 140_009,
            version: "14.9".to_owned(),
            encoding: "UTF8".to_owned(),
            standby: false,
            wal_level: "replica".to_owned(),
            may_replicate: false,
            may_create: true,
            slots_used: 0,
            slots: 10,
            senders_used: 10,
            senders: 10,
        };

        let unmet: Vec<&str> = requirements(&facts).iter().filter(|r| !r.met).map(|r| r.name).collect();

        assert_eq!(unmet, ["version", "wal_level", "replication privilege", "replication senders"]);
    }
}
