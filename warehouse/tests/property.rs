//! Random streams with flushes, lost connections and restarts: the lake always equals the model.

use std::path::Path;

use catalog::Lsn;
use proptest::prelude::*;
use uuid::Uuid;
use warehouse::{Lake, LakeReader, Op};

use crate::model::{
    COPIED_AT, Change, Kept, TABLES, Transaction, cells, check, config, copy, expected, open, send, send_changes,
};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Commit(Vec<Draft>),
    Flush,
    StartFlush,
    Poll,
    Compact,
    Heartbeat,
    /// The connection breaks inside a transaction; the server sends again from an older position.
    Reconnect(usize),
    /// The process dies; another one opens the lake.
    Restart(usize),
}

/// A change before it is known which rows there are.
#[derive(Debug, Clone)]
struct Draft {
    table: usize,
    row: u8,
    other: u8,
    kind: u8,
    seed: u32,
}

fn draft() -> impl Strategy<Value = Draft> {
    (0..TABLES.len(), 0..12_u8, 0..12_u8, 0..40_u8, 0..10_000_u32).prop_map(|(table, row, other, kind, seed)| Draft {
        table,
        row,
        other,
        kind,
        seed,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => proptest::collection::vec(draft(), 0..10).prop_map(Step::Commit),
        3 => Just(Step::Flush),
        2 => Just(Step::StartFlush),
        2 => Just(Step::Poll),
        1 => Just(Step::Compact),
        1 => Just(Step::Heartbeat),
        1 => (0..9_usize).prop_map(Step::Reconnect),
        2 => (0..9_usize).prop_map(Step::Restart),
    ]
}

fn id(row: u8) -> Uuid {
    Uuid::from_u128((u128::from(row) * 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF) | 1)
}

/// Everything that has happened so far.
struct World {
    lake: Option<(Lake, LakeReader)>,
    copied: Vec<Vec<Vec<Kept>>>,
    stream: Vec<Transaction>,
    lsn: u64,
}

impl World {
    async fn new(dir: &Path) -> Self {
        let (mut lake, reader) = open(config(dir)).await;
        let copied: Vec<Vec<Vec<Kept>>> = vec![(0..4).map(|row| cells(id(row), u32::from(row))).collect(), Vec::new()];
        copy(&mut lake, &copied).await;
        Self { lake: Some((lake, reader)), copied, stream: Vec::new(), lsn: COPIED_AT }
    }

    fn lake(&mut self) -> &mut Lake {
        &mut self.lake.as_mut().unwrap().0
    }

    /// Turns drafts into changes that Postgres could have made.
    fn write(&mut self, drafts: &[Draft]) -> Transaction {
        let mut tables = expected(&self.copied, &self.stream, Lsn(u64::MAX));
        let mut changes = Vec::new();
        for draft in drafts {
            let (row, other) = (id(draft.row), id(draft.other));
            let live = |id: Uuid| tables[draft.table].current.contains_key(&id.to_string());
            let mut cells = cells(row, draft.seed);
            let (op, old_key) = match draft.kind {
                0 => (Op::Truncate, None),
                _ if !live(row) => (Op::Insert, None),
                1..=9 => (Op::Delete, Some(row)),
                10..=14 if !live(other) => {
                    cells[0] = Kept::Text(other.to_string());
                    (Op::Update, Some(row))
                }
                _ => (Op::Update, None),
            };
            if op == Op::Update && draft.seed % 3 == 0 {
                cells[3] = Kept::Unchanged;
                cells[2] = if draft.seed % 2 == 0 { Kept::Unchanged } else { cells[2].clone() };
            }
            if matches!(op, Op::Delete | Op::Truncate) {
                cells.clear();
            }
            let change = Change { table: draft.table, op, old_key, cells };
            let so_far = Transaction { final_lsn: 0, end_lsn: 0, changes: vec![change.clone()] };
            changes.push(change);
            let mut stream = self.stream.clone();
            stream.push(Transaction { changes: changes.clone(), ..so_far });
            tables = expected(&self.copied, &stream, Lsn(u64::MAX));
        }
        let transaction = Transaction { final_lsn: self.lsn + 10, end_lsn: self.lsn + 20, changes };
        self.lsn += 20;
        self.stream.push(transaction.clone());
        transaction
    }

    /// The server sends everything again, from `back` transactions before what is durable.
    fn resend(&mut self, back: usize) {
        let durable = self.lake().state().durable_lsn.0;
        let from = self.stream.iter().filter(|transaction| transaction.end_lsn <= durable).count().saturating_sub(back);
        for transaction in self.stream.clone().into_iter().skip(from) {
            send(self.lake(), &transaction).unwrap();
        }
    }

    async fn take(&mut self, dir: &Path, step: &Step) {
        match step {
            Step::Commit(drafts) => {
                let transaction = self.write(drafts);
                send(self.lake(), &transaction).unwrap();
            }
            Step::Flush => {
                let reached = self.lake().flush().await.unwrap();
                assert!(reached.0 >= self.stream.last().map_or(0, |transaction| transaction.end_lsn));
            }
            Step::StartFlush => self.lake().start_flush().unwrap(),
            Step::Poll => drop(self.lake().poll_flush().unwrap()),
            Step::Compact => self.lake().compact().await.unwrap(),
            Step::Heartbeat => {
                self.lsn += 5;
                let lsn = Lsn(self.lsn);
                self.lake().heartbeat(lsn);
            }
            Step::Reconnect(back) => {
                let drafts: Vec<Draft> =
                    (0..4).map(|row| Draft { table: 0, row, other: 11, kind: 20, seed: 7 }).collect();
                let transaction = self.write(&drafts);
                let half = transaction.changes.len() / 2;
                send_changes(self.lake(), &transaction, half).unwrap();
                let (lake, reader) = self.lake.as_mut().unwrap();
                lake.publish().unwrap();
                let visible = reader.snapshot();
                check(&visible, &self.copied, &self.stream);
                self.resend(*back);
            }
            Step::Restart(back) => {
                drop(self.lake.take());
                self.lake = Some(open(config(dir)).await);
                let visible = self.lake.as_ref().unwrap().1.snapshot();
                check(&visible, &self.copied, &self.stream);
                self.resend(*back);
            }
        }
        let (lake, reader) = self.lake.as_mut().unwrap();
        lake.publish().unwrap();
        check(&reader.snapshot(), &self.copied, &self.stream);
        let last = self.stream.last().map_or(0, |transaction| transaction.end_lsn);
        assert!(reader.snapshot().lsn.0 >= last, "everything committed is visible");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lake_equals_the_model_whatever_happens(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let mut world = World::new(dir.path()).await;
            for step in &steps {
                world.take(dir.path(), step).await;
            }
        });
    }
}
