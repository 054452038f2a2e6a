//! The process dies, at every named place and at any time: nothing is lost and nothing is doubled.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use catalog::Lsn;
use warehouse::{Lake, LakeReader};

use crate::{
    model::{check, config, copy, open, send},
    source::Source,
};

const DIR: &str = "LEADHOUSE_TEST_LAKE_DIR";
const FAIL_AT: &str = "LEADHOUSE_TEST_LAKE_FAIL_AT";
const TRANSACTIONS: u32 = 150;

fn source() -> Source {
    let mut source = Source::new();
    source.write_many(TRANSACTIONS);
    source
}

/// Feeds the whole stream, with flushes and merges in between.
async fn feed(lake: &mut Lake, source: &Source) {
    for (at, transaction) in source.stream.iter().enumerate() {
        send(lake, transaction).unwrap();
        match at % 24 {
            5 | 11 | 17 => drop(lake.flush().await.unwrap()),
            23 => lake.compact().await.unwrap(),
            _ => {}
        }
    }
    lake.flush().await.unwrap();
}

/// The process that is killed: runs only when another test starts it.
#[tokio::test]
async fn a_writer_for_the_tests_that_kill_it() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let mut config = config(Path::new(&dir));
    config.fail_at = std::env::var_os(FAIL_AT).and_then(|name| name.into_string().ok());
    let (mut lake, _reader) = open(config).await;
    let source = source();
    if !lake.state().snapshot_done {
        copy(&mut lake, &source.copied).await;
    }
    feed(&mut lake, &source).await;
}

fn start_writer(dir: &Path, fail_at: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::a_writer_for_the_tests_that_kill_it"])
        .env(DIR, dir)
        .env(FAIL_AT, fail_at)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Opens what the dead process left: a consistent state; and after a replay, everything.
async fn check_recovery(dir: &Path, source: &Source) -> (Lake, LakeReader) {
    let (mut lake, reader) = open(config(dir)).await;
    assert_eq!(reader.snapshot().lsn, lake.state().durable_lsn);
    check_if_copied(&lake, &reader, source);
    if !lake.state().snapshot_done {
        copy(&mut lake, &source.copied).await;
    }
    for transaction in &source.stream {
        send(&mut lake, transaction).unwrap();
        lake.publish().unwrap();
    }
    let caught_up = reader.snapshot();
    assert_eq!(caught_up.lsn, Lsn(source.lsn));
    check(&caught_up, &source.copied, &source.stream);
    (lake, reader)
}

#[tokio::test]
async fn a_death_at_any_place_of_a_flush_loses_and_doubles_nothing() {
    let source = source();
    let places = [
        "flush.after_parquet",
        "flush.after_dv",
        "flush.after_hist",
        "flush.after_cur",
        "flush.before_epoch",
        "flush.after_epoch",
        "compact.after_commit",
        "copy.after_table",
        "copy.before_epoch",
    ];
    for place in places {
        for times in [1, 2, 5] {
            let dir = tempfile::tempdir().unwrap();
            let fail_at = format!("{place}:{times}");

            let ended = start_writer(dir.path(), &fail_at).wait().unwrap();

            let expected_to_die =
                !place.starts_with("copy") || times == 1 || (times == 2 && place == "copy.after_table");
            assert_eq!(ended.success(), !expected_to_die, "{fail_at}");
            let (mut lake, reader) = check_recovery(dir.path(), &source).await;
            lake.flush().await.unwrap();
            lake.compact().await.unwrap();
            check(&reader.snapshot(), &source.copied, &source.stream);
            drop((lake, reader));
            let (_lake, reader) = open(config(dir.path())).await;
            check(&reader.snapshot(), &source.copied, &source.stream);
        }
    }
}

fn check_if_copied(lake: &Lake, reader: &LakeReader, source: &Source) {
    if lake.state().snapshot_done {
        check(&reader.snapshot(), &source.copied, &source.stream);
    }
}

#[tokio::test]
async fn a_death_at_any_time_loses_and_doubles_nothing() {
    let source = source();
    let dir = tempfile::tempdir().unwrap();
    for round in 0..12 {
        let mut writer = start_writer(dir.path(), "");
        tokio::time::sleep(Duration::from_millis(30 + round * 37)).await;
        writer.kill().unwrap();
        writer.wait().unwrap();
        if round % 4 == 3 {
            drop(check_recovery(dir.path(), &source).await);
        } else {
            let (lake, reader) = open(config(dir.path())).await;
            check_if_copied(&lake, &reader, &source);
        }
    }
    drop(check_recovery(dir.path(), &source).await);
}
