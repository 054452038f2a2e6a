//! A person leaves the stored past: rows, texts, links, and the bytes of the files that held them.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use catalog::Words;
use uuid::Uuid;
use warehouse::{Emptied, Erased, Erasure, Lake, Op};

use crate::{
    contents,
    model::{Change, Kept, Transaction, cells, config, copy, open, send},
};

/// Longest time an erasure of a few files may take, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const NAME: &str = "Zyxwa Canary";

/// A row that says something.
fn says(id: u128, name: &str, body: &str) -> Vec<Kept> {
    let mut row = cells(Uuid::from_u128(id), 8);
    row[1] = Kept::Text(name.to_owned());
    row[3] = Kept::Text(body.to_owned());
    row
}

struct Stream {
    lake: Lake,
    at: u64,
}

impl Stream {
    fn send(&mut self, table: usize, op: Op, cells: Vec<Kept>) {
        let old_key = match (op, cells.first()) {
            (Op::Delete, Some(Kept::Text(id))) => id.parse().ok(),
            _ => None,
        };
        let cells = if op == Op::Delete { Vec::new() } else { cells };
        let change = Change { table, op, old_key, cells };
        send(&mut self.lake, &Transaction { final_lsn: self.at, end_lsn: self.at + 5, changes: vec![change] }).unwrap();
        self.at += 10;
    }

    /// Does an erasure to its end, as the capture does.
    async fn erase(&mut self, erasure: &Erasure) -> Erased {
        self.lake.flush().await.unwrap();
        self.lake.begin_erasure(erasure.clone());
        let work = async {
            loop {
                self.lake.poll_flush().unwrap();
                if let Some(erased) = self.lake.go_on_erasing().unwrap() {
                    return erased;
                }
                self.lake.publish().unwrap();
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, work).await.expect("the erasure ends")
    }
}

/// Deals 1 and 2 and a note that tells of deal 1 in history, in several files and versions.
async fn lake_with_a_past(dir: &Path) -> Stream {
    let (mut lake, _reader) = open(config(dir)).await;
    copy(&mut lake, &[vec![says(1, NAME, "copied"), says(2, "other", "copied")], Vec::new()]).await;
    let mut stream = Stream { lake, at: 2_000 };
    stream.send(0, Op::Update, says(1, NAME, "changed once"));
    stream.send(1, Op::Insert, says(7, "a note", "wrote zyxwa canary at canary@example.com"));
    stream.lake.flush().await.unwrap();
    stream.send(0, Op::Update, says(1, NAME, "changed twice"));
    stream.send(1, Op::Insert, says(8, &Uuid::from_u128(1).to_string(), "links to the deal"));
    stream.lake.flush().await.unwrap();
    // What Postgres does when the person is erased there.
    stream.send(0, Op::Delete, says(1, "", ""));
    stream.send(1, Op::Update, says(7, "[erased]", "[erased]"));
    let mut cut = says(8, "", "links to the deal");
    cut[1] = Kept::Null;
    stream.send(1, Op::Update, cut);
    stream
}

fn erasure() -> Erasure {
    let note = Emptied {
        ids: [Uuid::from_u128(7)].into(),
        columns: [("name".to_owned(), Some("[erased]".to_owned()))].into(),
    };
    Erasure {
        gone: [("deals".to_owned(), [Uuid::from_u128(1)].into())].into(),
        emptied: [("notes".to_owned(), note)].into(),
        unlinked: [Uuid::from_u128(1)].into(),
        words: Words::new([NAME, "canary@example.com"]),
    }
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn the_past_does_not_know_the_person_any_more_and_everything_else_it_does() {
    let dir = tempfile::tempdir().unwrap();
    let mut stream = lake_with_a_past(dir.path()).await;
    let before = files_below(dir.path());

    let erased = stream.erase(&erasure()).await;

    assert_eq!((erased.removed, erased.changed), (3, 2), "{erased:?}");
    drop(stream);
    let (lake, reader) = open(config(dir.path())).await;
    let snapshot = reader.snapshot();
    assert_eq!(snapshot.left_of(&erasure()).unwrap(), [].into());
    let told = |table: &str| {
        let rows = contents::history(&snapshot.tables[table]);
        rows.into_iter().map(|row| (row[2].clone().unwrap(), row[4].clone(), row[6].clone())).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        told("deals"),
        [("S".to_owned(), some("other"), some("copied")), ("D".to_owned(), None, None)],
        "that it was deleted stays known"
    );
    let notes = told("notes");
    assert_eq!(notes[0], ("I".to_owned(), some("[erased]"), some("wrote [erased] at [erased]")));
    assert_eq!(notes[1], ("I".to_owned(), None, some("links to the deal")));
    assert_eq!(contents::current(&snapshot.tables["deals"]).len(), 1);
    assert_eq!(contents::current(&snapshot.tables["notes"]).len(), 2);
    let gone = before.iter().filter(|path| path.extension().is_some_and(|kind| kind == "parquet") && !path.exists());
    assert!(gone.count() >= 6, "the files that held the person are gone");
    drop(lake);
}

#[tokio::test]
async fn a_snapshot_that_is_read_keeps_its_files_until_it_is_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &[vec![says(1, NAME, "copied")], Vec::new()]).await;
    let mut stream = Stream { lake, at: 2_000 };
    let read = reader.snapshot();
    stream.send(0, Op::Delete, says(1, "", ""));
    stream.lake.flush().await.unwrap();
    stream.lake.begin_erasure(erasure());

    let clean = async {
        let mut looks = 0;
        // Some more once everything is rewritten: then only the files are waited for.
        while looks < 50 {
            stream.lake.poll_flush().unwrap();
            assert_eq!(stream.lake.go_on_erasing().unwrap(), None, "somebody still reads");
            stream.lake.publish().unwrap();
            looks += u32::from(reader.snapshot().left_of(&erasure()).unwrap().is_empty());
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, clean).await.expect("everything is rewritten");
    assert_eq!(contents::current(&read.tables["deals"]).len(), 1, "what was pinned can be read to its end");
    assert_eq!(contents::history(&read.tables["deals"]).len(), 1);
    drop(read);

    let erased = stream.erase(&erasure()).await;
    assert_eq!(reader.snapshot().left_of(&erasure()).unwrap(), [].into(), "{erased:?}");
}

#[tokio::test]
async fn an_erasure_that_is_done_finds_nothing_and_one_that_was_given_up_is_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut stream = lake_with_a_past(dir.path()).await;
    stream.lake.flush().await.unwrap();
    stream.lake.begin_erasure(erasure());
    for _look in 0..20 {
        stream.lake.poll_flush().unwrap();
        assert_eq!(stream.lake.go_on_erasing().unwrap(), None);
        stream.lake.publish().unwrap();
    }
    drop(stream);
    let (lake, _reader) = open(config(dir.path())).await;
    let mut stream = Stream { lake, at: 9_000 };

    let first = stream.erase(&erasure()).await;
    let second = stream.erase(&erasure()).await;

    assert!(first.files > 0, "{first:?}");
    assert_eq!(second, Erased::default());
}
