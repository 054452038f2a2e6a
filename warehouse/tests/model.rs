//! The stream as Postgres would send it, and what a lake must hold after it, told naively.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use catalog::{FixedClock, Lsn};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use warehouse::{Cell, ColumnSpec, Error, Lake, LakeConfig, LakeReader, LakeSnapshot, Op, SnapshotMark, TableSpec};

use crate::contents::{self, Row};

pub(crate) const TABLES: [&str; 2] = ["deals", "notes"];
/// Position of the initial copy.
pub(crate) const COPIED_AT: u64 = 1_001;
const COLUMNS: [(&str, &str); 7] = [
    ("id", "uuid"),
    ("name", "text"),
    ("amount", "numeric(18,2)"),
    ("body", "text"),
    ("updated_at", "timestamp with time zone"),
    ("closed_on", "date"),
    ("won", "boolean"),
];

/// A cell that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    Null,
    Unchanged,
    Text(String),
}

/// One change on the wire.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) table: usize,
    pub(crate) op: Op,
    pub(crate) old_key: Option<Uuid>,
    pub(crate) cells: Vec<Kept>,
}

/// One transaction on the wire.
#[derive(Debug, Clone)]
pub(crate) struct Transaction {
    pub(crate) final_lsn: u64,
    pub(crate) end_lsn: u64,
    pub(crate) changes: Vec<Change>,
}

/// What one table must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) current: BTreeMap<String, Row>,
    pub(crate) history: Vec<Row>,
}

pub(crate) fn specs() -> Vec<TableSpec> {
    let column = |(name, pg_type): &(&str, &str)| ColumnSpec {
        name: (*name).to_owned(),
        pg_type: (*pg_type).to_owned(),
        nullable: *name != "id",
    };
    TABLES
        .iter()
        .map(|table| TableSpec { name: (*table).to_owned(), columns: COLUMNS.iter().map(column).collect() })
        .collect()
}

/// A row with this id whose cells follow from `seed`.
pub(crate) fn cells(id: Uuid, seed: u32) -> Vec<Kept> {
    let day = 1 + seed % 28;
    let some = |keep: bool, text: String| if keep { Kept::Text(text) } else { Kept::Null };
    vec![
        Kept::Text(id.to_string()),
        some(!seed.is_multiple_of(5), format!("name {seed} ä")),
        some(!seed.is_multiple_of(7), format!("{}.{:02}", i64::from(seed) - 40, seed % 100)),
        some(!seed.is_multiple_of(11), format!("body {seed} ").repeat(20)),
        Kept::Text(format!("2026-01-{day:02} 10:00:00.5+00")),
        some(!seed.is_multiple_of(3), format!("2026-02-{day:02}")),
        Kept::Text(if seed.is_multiple_of(2) { "t" } else { "f" }.to_owned()),
    ]
}

/// The text that a reader shows for a cell that Postgres sent.
fn shown(column: usize, text: &str) -> String {
    match COLUMNS[column].0 {
        "updated_at" => text.replace(' ', "T").replace(".5+00", ".500Z"),
        "won" => if text == "t" { "true" } else { "false" }.to_owned(),
        _ => text.to_owned(),
    }
}

/// What the tables must hold after the transactions that ended at or before `lsn`.
pub(crate) fn expected(copied: &[Vec<Vec<Kept>>], stream: &[Transaction], lsn: Lsn) -> Vec<Expected> {
    let mut tables = vec![Expected::default(); TABLES.len()];
    for (table, rows) in tables.iter_mut().zip(copied) {
        for cells in rows {
            let row = resolve(cells, None);
            table.history.push(version((COPIED_AT - 1, 0), "S", &row));
            table.current.insert(row[0].clone().unwrap(), row);
        }
    }
    for transaction in stream.iter().filter(|transaction| transaction.end_lsn <= lsn.0) {
        let mut seq = 0;
        for change in &transaction.changes {
            seq += apply(&mut tables[change.table], change, (transaction.final_lsn, seq));
        }
    }
    for table in &mut tables {
        table.history.sort();
    }
    tables
}

/// Applies a change; returns how many places in history it takes.
pub(crate) fn apply(table: &mut Expected, change: &Change, at: (u64, i32)) -> i32 {
    let nothing = vec![None; COLUMNS.len()];
    let new_id = match change.cells.first() {
        Some(Kept::Text(id)) => id.clone(),
        _ => String::new(),
    };
    let old_id = change.old_key.map_or_else(|| new_id.clone(), |id| id.to_string());
    match change.op {
        Op::Insert | Op::Snapshot => {
            let row = resolve(&change.cells, None);
            table.history.push(version(at, "I", &row));
            table.current.insert(new_id, row);
            1
        }
        Op::Update => {
            let before = table.current.remove(&old_id).unwrap();
            let row = resolve(&change.cells, Some(&before));
            let moved = old_id != new_id;
            if moved {
                let mut gone = nothing;
                gone[0] = Some(old_id);
                table.history.push(version(at, "D", &gone));
            }
            table.history.push(version((at.0, at.1 + i32::from(moved)), "U", &row));
            table.current.insert(new_id, row);
            1 + i32::from(moved)
        }
        Op::Delete => {
            table.current.remove(&old_id).unwrap();
            let mut gone = nothing;
            gone[0] = Some(old_id);
            table.history.push(version(at, "D", &gone));
            1
        }
        Op::Truncate => {
            table.current.clear();
            table.history.push(version(at, "T", &nothing));
            1
        }
    }
}

fn version(at: (u64, i32), op: &str, row: &Row) -> Row {
    let mut version = vec![Some(at.0.to_string()), Some(at.1.to_string()), Some(op.to_owned())];
    version.extend(row.iter().cloned());
    version
}

fn resolve(cells: &[Kept], before: Option<&Row>) -> Row {
    let cells = cells.iter().enumerate();
    cells
        .map(|(at, cell)| match cell {
            Kept::Null => None,
            Kept::Unchanged => before.unwrap()[at].clone(),
            Kept::Text(text) => Some(shown(at, text)),
        })
        .collect()
}

/// Settings for tests: nothing happens by itself.
pub(crate) fn config(dir: &Path) -> LakeConfig {
    let mut config = LakeConfig::new(dir);
    config.sync_files = false;
    config.publish_every = std::time::Duration::ZERO;
    config
}

pub(crate) fn moment(lsn: u64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::milliseconds(i64::try_from(lsn).unwrap())
}

pub(crate) async fn open(config: LakeConfig) -> (Lake, LakeReader) {
    let mut refusals = 0;
    loop {
        match Lake::open(config.clone(), specs(), Arc::new(FixedClock::at(moment(0)))).await {
            // A background job of the writer that was dropped may still hold the lock.
            Err(Error::InUse { .. }) if refusals < 2_000 => {
                refusals += 1;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            opened => return opened.unwrap(),
        }
    }
}

/// Makes the initial copy.
pub(crate) async fn copy(lake: &mut Lake, rows: &[Vec<Vec<Kept>>]) {
    let mark = SnapshotMark {
        lsn: Lsn(COPIED_AT),
        system_id: "7".to_owned(),
        slot: "leadhouse".to_owned(),
        taken_at: moment(COPIED_AT),
    };
    lake.begin_snapshot(mark).unwrap();
    let mut copied = Vec::new();
    for (table, rows) in TABLES.iter().zip(rows) {
        let mut writer = lake.snapshot_table(table).unwrap();
        for row in rows {
            writer.row(&borrowed(row)).unwrap();
        }
        copied.push(writer.finish().unwrap());
    }
    lake.finish_snapshot(copied).await.unwrap();
}

pub(crate) fn borrowed(cells: &[Kept]) -> Vec<Cell<'_>> {
    cells.iter().map(borrow).collect()
}

fn borrow(cell: &Kept) -> Cell<'_> {
    match cell {
        Kept::Null => Cell::Null,
        Kept::Unchanged => Cell::Unchanged,
        Kept::Text(text) => Cell::Text(text),
    }
}

/// Sends a transaction into the lake.
pub(crate) fn send(lake: &mut Lake, transaction: &Transaction) -> warehouse::Result<()> {
    send_changes(lake, transaction, transaction.changes.len())?;
    lake.commit(Lsn(transaction.end_lsn))
}

/// Sends the beginning of a transaction: its first changes, and no commit.
pub(crate) fn send_changes(lake: &mut Lake, transaction: &Transaction, count: usize) -> warehouse::Result<()> {
    lake.begin(Lsn(transaction.final_lsn), moment(transaction.end_lsn), 77)?;
    for change in &transaction.changes[..count] {
        lake.change(TABLES[change.table], change.op, change.old_key, &borrowed(&change.cells))?;
    }
    Ok(())
}

/// Checks that a snapshot holds exactly what it must at its position.
pub(crate) fn check(snapshot: &LakeSnapshot, copied: &[Vec<Vec<Kept>>], stream: &[Transaction]) {
    for (name, expected) in TABLES.iter().zip(expected(copied, stream, snapshot.lsn)) {
        let table = &snapshot.tables[*name];
        let current: Vec<Row> = expected.current.into_values().collect();
        assert_eq!(contents::current(table), current, "{name} at {}", snapshot.lsn);
        assert_eq!(contents::history(table), expected.history, "history of {name} at {}", snapshot.lsn);
        assert_eq!(table.live_rows(), u64::try_from(current.len()).unwrap());
    }
}
