//! Random streams with flushes, lost connections and restarts: the lake always equals the model.

use std::path::Path;

use catalog::Lsn;
use proptest::prelude::*;
use warehouse::{Lake, LakeReader};

use crate::{
    model::{TABLES, check, config, copy, open, send, send_changes},
    source::{Draft, Source},
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

/// The lake and where its rows come from.
struct World {
    lake: Option<(Lake, LakeReader)>,
    source: Source,
}

impl World {
    async fn new(dir: &Path) -> Self {
        let (mut lake, reader) = open(config(dir)).await;
        let source = Source::new();
        copy(&mut lake, &source.copied).await;
        Self { lake: Some((lake, reader)), source }
    }

    fn lake(&mut self) -> &mut Lake {
        &mut self.lake.as_mut().unwrap().0
    }

    /// The server sends everything again, from `back` transactions before what is durable.
    fn resend(&mut self, back: usize) {
        let durable = self.lake().state().durable_lsn.0;
        let from =
            self.source.stream.iter().filter(|transaction| transaction.end_lsn <= durable).count().saturating_sub(back);
        for transaction in self.source.stream.clone().into_iter().skip(from) {
            send(self.lake(), &transaction).unwrap();
        }
    }

    async fn take(&mut self, dir: &Path, step: &Step) {
        match step {
            Step::Commit(drafts) => {
                let transaction = self.source.write(drafts);
                send(self.lake(), &transaction).unwrap();
            }
            Step::Flush => {
                let reached = self.lake().flush().await.unwrap();
                assert!(reached.0 >= self.source.stream.last().map_or(0, |transaction| transaction.end_lsn));
            }
            Step::StartFlush => self.lake().start_flush().unwrap(),
            Step::Poll => drop(self.lake().poll_flush().unwrap()),
            Step::Compact => self.lake().compact().await.unwrap(),
            Step::Heartbeat => {
                self.source.lsn += 5;
                let lsn = Lsn(self.source.lsn);
                self.lake().heartbeat(lsn);
            }
            Step::Reconnect(back) => {
                let drafts: Vec<Draft> =
                    (0..4).map(|row| Draft { table: 0, row, other: 11, kind: 20, seed: 7 }).collect();
                let transaction = self.source.write(&drafts);
                let half = transaction.changes.len() / 2;
                send_changes(self.lake(), &transaction, half).unwrap();
                let (lake, reader) = self.lake.as_mut().unwrap();
                lake.publish().unwrap();
                let visible = reader.snapshot();
                check(&visible, &self.source.copied, &self.source.stream);
                self.resend(*back);
            }
            Step::Restart(back) => {
                drop(self.lake.take());
                self.lake = Some(open(config(dir)).await);
                let visible = self.lake.as_ref().unwrap().1.snapshot();
                check(&visible, &self.source.copied, &self.source.stream);
                self.resend(*back);
            }
        }
        let (lake, reader) = self.lake.as_mut().unwrap();
        lake.publish().unwrap();
        check(&reader.snapshot(), &self.source.copied, &self.source.stream);
        let last = self.source.stream.last().map_or(0, |transaction| transaction.end_lsn);
        assert!(reader.snapshot().lsn.0 >= last, "everything committed is visible");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lake_equals_the_model_whatever_happens(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let mut world = World::new(dir.path()).await;
            for step in &steps {
                world.take(dir.path(), step).await;
            }
        });
    }
}
