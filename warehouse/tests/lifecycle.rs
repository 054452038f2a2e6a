//! Opening, refusing, waiting.

use std::{sync::Arc, time::Duration};

use catalog::{Clock, FixedClock, Lsn};
use uuid::Uuid;
use warehouse::{Cell, ColumnSpec, Error, Lake, Op, SnapshotMark};

use crate::{
    contents,
    model::{COPIED_AT, Change, Kept, Transaction, borrowed, cells, config, copy, moment, open, send, specs},
};

fn insert(at: u64, table: usize, id: u128) -> Transaction {
    let cells = cells(Uuid::from_u128(id), 8);
    let change = Change { table, op: Op::Insert, old_key: None, cells };
    Transaction { final_lsn: at, end_lsn: at + 5, changes: vec![change] }
}

fn empty_copy() -> Vec<Vec<Vec<Kept>>> {
    vec![Vec::new(), Vec::new()]
}

#[tokio::test]
async fn a_second_writer_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (lake, _reader) = open(config(dir.path())).await;

    let second = Lake::open(config(dir.path()), specs(), Arc::new(FixedClock::at(moment(0)))).await;

    assert!(matches!(second, Err(Error::InUse { .. })));
    drop(lake);
    open(config(dir.path())).await;
}

#[tokio::test]
async fn nothing_of_a_copy_is_visible_before_it_is_complete() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    assert!(!lake.state().snapshot_done);
    let mark = SnapshotMark { lsn: Lsn(9), system_id: "1".into(), slot: "s".into(), taken_at: moment(0) };
    lake.begin_snapshot(mark.clone()).unwrap();
    let mut writer = lake.snapshot_table("deals").unwrap();
    writer.row(&borrowed(&cells(Uuid::from_u128(1), 8))).unwrap();

    let deals = writer.finish().unwrap();

    assert_eq!(reader.snapshot().tables["deals"].live_rows(), 0);
    assert!(matches!(lake.finish_snapshot(vec![deals]).await, Err(Error::CopyIncomplete { .. })));
    drop(lake);
    let (mut lake, reader) = open(config(dir.path())).await;
    assert!(!lake.state().snapshot_done);
    assert_eq!(reader.snapshot().tables["deals"].live_rows(), 0);
    copy(&mut lake, &empty_copy()).await;
    assert!(lake.state().snapshot_done);
    assert_eq!(reader.snapshot().lsn, Lsn(COPIED_AT));
}

#[tokio::test]
async fn a_new_copy_replaces_current_rows_and_keeps_history() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &[vec![cells(Uuid::from_u128(1), 8), cells(Uuid::from_u128(2), 8)], Vec::new()]).await;

    copy(&mut lake, &[vec![cells(Uuid::from_u128(2), 9)], Vec::new()]).await;

    let snapshot = reader.snapshot();
    assert_eq!(contents::current(&snapshot.tables["deals"]).len(), 1);
    let ops: Vec<_> = contents::history(&snapshot.tables["deals"]).iter().map(|row| row[2].clone().unwrap()).collect();
    assert_eq!(ops, ["T", "S", "S", "S"]);
    drop(lake);
    let (_lake, reader) = open(config(dir.path())).await;
    assert_eq!(contents::current(&reader.snapshot().tables["deals"]).len(), 1);
}

#[tokio::test]
async fn a_transaction_that_commits_where_the_copy_was_made_comes_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &[vec![cells(Uuid::from_u128(1), 8)], Vec::new()]).await;
    let change = Change { table: 0, op: Op::Update, old_key: None, cells: cells(Uuid::from_u128(1), 9) };

    let update = Transaction { final_lsn: COPIED_AT, end_lsn: COPIED_AT + 5, changes: vec![change] };
    send(&mut lake, &update).unwrap();

    let position = |row: &contents::Row| -> (u64, i32) {
        (row[0].as_deref().unwrap().parse().unwrap(), row[1].as_deref().unwrap().parse().unwrap())
    };
    let mut versions = contents::history(&reader.snapshot().tables["deals"]);
    versions.sort_by_key(position);
    assert_eq!(versions.iter().map(|row| row[2].as_deref().unwrap()).collect::<Vec<_>>(), ["S", "U"]);
    assert!(position(&versions[0]) < position(&versions[1]));
}

#[tokio::test]
async fn waiting_for_a_position_ends_when_it_is_visible() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &empty_copy()).await;
    let too_early = reader.wait_for(Lsn(2_005), Duration::from_millis(1)).await;
    assert!(matches!(too_early, Err(Error::NotYetVisible { wanted: Lsn(2_005), .. })));

    let waiting = reader.wait_for(Lsn(2_005), Duration::from_secs(10));
    send(&mut lake, &insert(2_000, 1, 5)).unwrap();
    let snapshot = waiting.await.unwrap();

    assert_eq!(snapshot.tables["notes"].live_rows(), 1);
    lake.heartbeat(Lsn(3_000));
    lake.publish().unwrap();
    assert_eq!(reader.wait_for(Lsn(3_000), Duration::from_secs(10)).await.unwrap().lsn, Lsn(3_000));
    drop(lake);
    assert!(matches!(reader.wait_for(Lsn(4_000), Duration::from_secs(10)).await, Err(Error::Stopped)));
}

#[tokio::test]
async fn a_refused_value_names_its_column_and_drops_the_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &empty_copy()).await;
    let row = cells(Uuid::from_u128(1), 8);
    let mut nan = borrowed(&row);
    nan[2] = Cell::Text("NaN");
    lake.begin(Lsn(2_000), moment(0), 1).unwrap();
    lake.change("deals", Op::Insert, None, &borrowed(&cells(Uuid::from_u128(2), 8))).unwrap();

    let refused = lake.change("deals", Op::Insert, None, &nan).unwrap_err();

    assert_eq!(refused.to_string(), "`NaN` in `deals.amount` cannot be stored in the lake: it is not a finite number");
    assert!(matches!(lake.commit(Lsn(2_005)), Err(Error::NoTransaction)));
    lake.publish().unwrap();
    assert_eq!(reader.snapshot().tables["deals"].live_rows(), 0);
    lake.begin(Lsn(2_000), moment(0), 1).unwrap();
    let missing = lake.change("deals", Op::Delete, Some(Uuid::from_u128(3)), &[]);
    assert!(matches!(missing, Err(Error::MissingRow { .. })));
}

#[tokio::test]
async fn an_equal_version_means_equal_content() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &empty_copy()).await;
    send(&mut lake, &insert(2_000, 0, 5)).unwrap();
    let before = reader.snapshot();

    send(&mut lake, &insert(3_000, 1, 5)).unwrap();
    lake.flush().await.unwrap();

    let after = reader.snapshot();
    assert_eq!(before.tables["deals"].version, after.tables["deals"].version);
    assert_ne!(before.tables["notes"].version, after.tables["notes"].version);
    assert_eq!(reader.status().tables["deals"].tail_rows, 0);
    assert_eq!(reader.status().durable_lsn, Lsn(3_005));
}

#[tokio::test]
async fn a_foreign_commit_is_refused_and_opening_again_continues() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &empty_copy()).await;
    send(&mut lake, &insert(2_000, 0, 5)).unwrap();
    let log = dir.path().join("cur/deals/_delta_log");
    std::fs::write(log.join("00000000000000000002.json"), "{\"commitInfo\":{\"operation\":\"FOREIGN\"}}\n").unwrap();

    let refused = lake.flush().await;

    assert!(matches!(refused, Err(Error::ForeignCommit { version: 2, .. })), "{refused:?}");
    assert!(matches!(lake.flush().await, Err(Error::MustReopen)));
    let mut lake = lake.reopen().await.unwrap();
    assert_eq!(reader.snapshot().lsn, Lsn(2_005), "readers keep what they saw");
    assert_eq!(lake.state().applied_lsn, Lsn(COPIED_AT));
    send(&mut lake, &insert(2_000, 0, 5)).unwrap();
    send(&mut lake, &insert(2_100, 0, 6)).unwrap();
    lake.flush().await.unwrap();
    let deals = &reader.snapshot().tables["deals"];
    assert_eq!(contents::current(deals).len(), 2);
    assert_eq!(contents::history(deals).len(), 2);
}

#[tokio::test]
async fn columns_can_be_added_and_dropped_but_not_changed() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &[vec![cells(Uuid::from_u128(1), 8), cells(Uuid::from_u128(2), 8)], Vec::new()]).await;
    drop((lake, reader));
    let mut changed = specs();
    changed[0].columns.remove(1);
    changed[0].columns.insert(1, ColumnSpec { name: "cf_size".into(), pg_type: "bigint".into(), nullable: true });
    let clock = Arc::new(FixedClock::at(moment(0)));

    let (mut lake, reader) =
        Lake::open(config(dir.path()), changed.clone(), Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();

    let mut row = cells(Uuid::from_u128(1), 9);
    row[1] = Kept::Text("42".into());
    row[3] = Kept::Unchanged;
    let update = Change { table: 0, op: Op::Update, old_key: None, cells: row };
    send(&mut lake, &Transaction { final_lsn: 2_000, end_lsn: 2_005, changes: vec![update] }).unwrap();
    lake.flush().await.unwrap();
    lake.compact().await.unwrap();
    let rows = contents::current(&reader.snapshot().tables["deals"]);
    let sizes: Vec<_> = rows.iter().map(|row| row[1].as_deref()).collect();
    assert_eq!(sizes, [Some("42"), None]);
    assert!(rows[0][3].as_deref().is_some_and(|body| body.starts_with("body 8")));
    drop((lake, reader));
    changed[0].columns[1].pg_type = "text".into();
    let refused = Lake::open(config(dir.path()), changed, clock).await;
    let message = refused.unwrap_err().to_string();
    assert!(message.ends_with("column `cf_size` was long and is now string"), "{message}");
}

/// Applies a transaction and waits until it is durable, as the capture does.
async fn flush_in_background(lake: &mut Lake, transaction: &Transaction) {
    send(lake, transaction).unwrap();
    for _ in 0..10_000 {
        lake.start_flush().unwrap();
        if lake.poll_flush().unwrap() >= Some(Lsn(transaction.end_lsn)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the flush did not end");
}

#[tokio::test]
async fn files_that_left_the_lake_are_removed_when_nobody_reads_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.gc_age = Duration::ZERO;
    let (mut lake, reader) = open(config).await;
    copy(&mut lake, &empty_copy()).await;
    let parquet_files = || {
        let entries = std::fs::read_dir(dir.path().join("cur/deals")).unwrap();
        entries.flatten().filter(|entry| entry.path().extension().is_some_and(|kind| kind == "parquet")).count()
    };
    for number in 0..4 {
        send(&mut lake, &insert(2_000 + number * 100, 0, u128::from(number))).unwrap();
        lake.flush().await.unwrap();
    }
    let held = reader.snapshot();

    lake.compact().await.unwrap();
    flush_in_background(&mut lake, &insert(2_500, 1, 5)).await;

    assert_eq!(parquet_files(), 5, "the four merged files are still read");
    assert_eq!(contents::current(&held.tables["deals"]).len(), 4);
    drop(held);
    flush_in_background(&mut lake, &insert(2_600, 1, 6)).await;
    flush_in_background(&mut lake, &insert(2_700, 1, 7)).await;
    assert_eq!(parquet_files(), 1);
    assert_eq!(contents::current(&reader.snapshot().tables["deals"]).len(), 4);
}

#[tokio::test]
async fn long_logs_are_summed_up_and_still_read() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &empty_copy()).await;
    for number in 0..210 {
        send(&mut lake, &insert(2_000 + number * 100, 0, u128::from(number))).unwrap();
        lake.flush().await.unwrap();
    }

    lake.compact().await.unwrap();

    let last = dir.path().join("cur/deals/_delta_log/_last_checkpoint");
    assert!(std::fs::read_to_string(last).unwrap().contains("\"version\":211"));
    drop((lake, reader));
    let (mut lake, reader) = open(config(dir.path())).await;
    assert_eq!(contents::current(&reader.snapshot().tables["deals"]).len(), 210);
    let gone = Change { table: 0, op: Op::Delete, old_key: Some(Uuid::from_u128(7)), cells: Vec::new() };
    send(&mut lake, &Transaction { final_lsn: 90_000, end_lsn: 90_005, changes: vec![gone] }).unwrap();
    assert_eq!(contents::current(&reader.snapshot().tables["deals"]).len(), 209);
}
