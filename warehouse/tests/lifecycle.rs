//! Opening, refusing, waiting.

use std::{sync::Arc, time::Duration};

use catalog::{FixedClock, Lsn};
use uuid::Uuid;
use warehouse::{Cell, Error, Lake, Op, SnapshotMark};

use crate::{
    contents,
    model::{COPIED_AT, Change, Transaction, borrowed, cells, config, copy, moment, open, send, specs},
};

fn insert(at: u64, table: usize, id: u128) -> Transaction {
    let cells = cells(Uuid::from_u128(id), 8);
    let change = Change { table, op: Op::Insert, old_key: None, cells };
    Transaction { final_lsn: at, end_lsn: at + 5, changes: vec![change] }
}

fn empty_copy() -> Vec<Vec<Vec<crate::model::Kept>>> {
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
