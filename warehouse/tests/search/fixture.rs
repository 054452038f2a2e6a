//! A lake of the standard catalogue with a search index beside it.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use catalog::{Catalog, FixedClock, Lsn, ObjectDef, Principal, Role, Scope};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use warehouse::{
    Cell, Lake, LakeConfig, LakeReader, Op, SnapshotMark, TableSpec,
    search::{SearchConfig, SearchIndexing},
};

/// What happens to one record: operation, table, id, values by column.
pub(crate) type Change<'a> = (Op, &'a str, Uuid, &'a [(&'a str, &'a str)]);

/// The moment at which the clock of a world stands.
const NOW: &str = "2026-06-01T00:00:00Z";

pub(crate) struct World {
    lake: Lake,
    reader: LakeReader,
    catalog: Arc<Catalog>,
    next_lsn: u64,
    at: DateTime<Utc>,
    dir: tempfile::TempDir,
}

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn person(user_id: Uuid, role: Role, scope: Scope) -> Principal {
    Principal {
        user_id,
        username: role.to_string(),
        role,
        scope,
        visible_owner_ids: [user_id].into(),
        team_ids: [].into(),
        ..Principal::system()
    }
}

impl World {
    /// A lake whose initial copy found nothing.
    pub(crate) async fn new() -> Self {
        let mut world = Self::uncopied().await;
        world.copy().await;
        world
    }

    pub(crate) async fn uncopied() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(Catalog::standard());
        let specs: Vec<TableSpec> = catalog.objects.iter().map(TableSpec::from_object).collect();
        let config = LakeConfig { sync_files: false, ..LakeConfig::new(dir.path().join("lake")) };
        let (lake, reader) = Lake::open(config, specs, clock()).await.unwrap();
        let at = "2025-07-01T00:00:00Z".parse().unwrap();
        Self { lake, reader, catalog, next_lsn: 100, at, dir }
    }

    /// An initial copy of empty tables.
    pub(crate) async fn copy(&mut self) {
        self.next_lsn += 10;
        let (lsn, taken_at) = (Lsn(self.next_lsn), self.at);
        self.lake.begin_snapshot(SnapshotMark { lsn, system_id: "1".into(), slot: "s".into(), taken_at }).unwrap();
        let mut copied = Vec::new();
        for object in &self.catalog.objects {
            copied.push(self.lake.snapshot_table(&object.table).unwrap().finish().unwrap());
        }
        self.lake.finish_snapshot(copied).await.unwrap();
    }

    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts to index.
    pub(crate) fn index(&self) -> SearchIndexing {
        self.index_with(SearchConfig::new(self.dir("search")))
    }

    /// Starts to index, and does not wait for a lake that is behind.
    pub(crate) fn index_that_gives_way(&self) -> SearchIndexing {
        self.index_with(SearchConfig { ahead_for: Duration::ZERO, ..SearchConfig::new(self.dir("search")) })
    }

    fn index_with(&self, config: SearchConfig) -> SearchIndexing {
        let config = SearchConfig { commit_every: Duration::from_millis(5), ..config };
        SearchIndexing::start(self.reader.clone(), Arc::clone(&self.catalog), clock(), config).unwrap()
    }

    /// Indexes what there is.
    pub(crate) async fn indexed_once(&self) {
        let indexing = self.index();
        indexing.reader().wait_for(self.position(), Duration::from_secs(30)).await.unwrap();
        indexing.stop().await;
    }

    /// Where the lake is.
    pub(crate) fn position(&self) -> Lsn {
        self.reader.snapshot().lsn
    }

    /// One transaction, which commits right where the one before ended or where the copy was made.
    pub(crate) fn commit(&mut self, changes: &[Change<'_>]) -> Lsn {
        self.at += TimeDelta::minutes(1);
        self.lake.begin(Lsn(self.next_lsn), self.at, 1).unwrap();
        for (op, table, id, values) in changes {
            let object = self.catalog.by_table(table).unwrap().clone();
            let row = row(&object, *id, self.at, values);
            let cells: Vec<Cell<'_>> = row.iter().map(|cell| cell.as_deref().map_or(Cell::Null, Cell::Text)).collect();
            match op {
                Op::Truncate => self.lake.change(table, *op, None, &[]),
                Op::Delete => self.lake.change(table, *op, Some(*id), &[]),
                Op::Insert | Op::Update | Op::Snapshot => self.lake.change(table, *op, None, &cells),
            }
            .unwrap();
        }
        self.next_lsn += 10;
        let end = Lsn(self.next_lsn);
        self.lake.commit(end).unwrap();
        self.lake.publish().unwrap();
        end
    }

    pub(crate) fn insert(&mut self, table: &str, number: u128, values: &[(&str, &str)]) {
        self.commit(&[(Op::Insert, table, id(number), values)]);
    }

    pub(crate) fn update(&mut self, table: &str, number: u128, values: &[(&str, &str)]) {
        self.commit(&[(Op::Update, table, id(number), values)]);
    }

    pub(crate) fn wait_days(&mut self, days: i64) {
        self.at += TimeDelta::days(days);
    }

    pub(crate) async fn flush(&mut self) {
        self.lake.flush().await.unwrap();
    }
}

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(NOW.parse().unwrap()))
}

fn row(object: &ObjectDef, id: Uuid, at: DateTime<Utc>, values: &[(&str, &str)]) -> Vec<Option<String>> {
    let time = at.format("%Y-%m-%d %H:%M:%S%.6f+00").to_string();
    let mut row: BTreeMap<&str, Option<String>> = BTreeMap::from([
        ("id", Some(id.to_string())),
        ("created_at", Some(time.clone())),
        ("updated_at", Some(time)),
        ("version", Some("1".to_owned())),
    ]);
    for (name, value) in values {
        assert!(object.columns().any(|(column, _)| column == *name), "{name}");
        row.insert(name, (*value != "null").then(|| (*value).to_owned()));
    }
    for field in object.fields.iter().filter(|field| field.required) {
        row.entry(&field.name).or_insert_with(|| Some(filler(&field.kind.pg_type()).to_owned()));
    }
    object.columns().map(|(column, _)| row.get(column).cloned().flatten()).collect()
}

fn filler(pg_type: &str) -> &'static str {
    match pg_type {
        "text" => "x",
        "boolean" => "f",
        "date" => "2026-01-01",
        "timestamp with time zone" => "2026-01-01 00:00:00+00",
        "uuid" => "00000000-0000-0000-0000-000000000001",
        _ => "1",
    }
}
