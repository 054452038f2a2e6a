//! A real lake in a temporary folder, with helpers that speak of records.

use std::{collections::BTreeMap, sync::Arc};

use catalog::{Catalog, FixedClock, Lsn, ObjectDef, Principal, Role, Scope};
use chrono::{DateTime, TimeDelta, Utc};
use query_service::{Answer, EngineChoice, QueryConfig, QueryService, ReadAt, answer::cell_text};
use uuid::Uuid;
use warehouse::{Cell, Lake, LakeConfig, Op, SnapshotMark, TableSpec};

pub(crate) const START: &str = "2026-01-01T00:00:00Z";

pub(crate) fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// What happens to one record: operation, table, id, values by column.
pub(crate) type Change<'a> = (Op, &'a str, Uuid, &'a [(&'a str, &'a str)]);

pub(crate) struct World {
    pub(crate) lake: Lake,
    pub(crate) service: QueryService,
    pub(crate) catalog: Arc<Catalog>,
    next_lsn: u64,
    at: DateTime<Utc>,
    _dir: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut QueryConfig)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(Catalog::standard());
        let clock = Arc::new(FixedClock::at(moment("2026-06-01T00:00:00Z")));
        let specs: Vec<TableSpec> = catalog.objects.iter().map(TableSpec::from_object).collect();
        let mut config = LakeConfig::new(dir.path().join("lake"));
        config.sync_files = false;
        let (mut lake, reader) = Lake::open(config, specs, Arc::<FixedClock>::clone(&clock)).await.unwrap();
        let mark = SnapshotMark { lsn: Lsn(1), system_id: "1".into(), slot: "s".into(), taken_at: moment(START) };
        lake.begin_snapshot(mark).unwrap();
        let mut copied = Vec::new();
        for object in &catalog.objects {
            copied.push(lake.snapshot_table(&object.table).unwrap().finish().unwrap());
        }
        lake.finish_snapshot(copied).await.unwrap();
        let mut config = QueryConfig::new(dir.path().join("lake"), dir.path().join("scratch"));
        change(&mut config);
        let service = QueryService::new(reader, Arc::clone(&catalog), clock, config).unwrap();
        Self { lake, service, catalog, next_lsn: 100, at: moment(START), _dir: dir }
    }

    /// One transaction; every record in it is effective one minute after the one before.
    pub(crate) fn commit(&mut self, changes: &[Change<'_>]) -> Lsn {
        let final_lsn = Lsn(self.next_lsn);
        self.at += TimeDelta::minutes(1);
        self.lake.begin(final_lsn, self.at, 1).unwrap();
        for (op, table, id, values) in changes {
            let object = self.catalog.by_table(table).unwrap().clone();
            if *op == Op::Delete {
                self.lake.change(table, *op, Some(*id), &[]).unwrap();
                continue;
            }
            let row = row(&object, *id, self.at, values);
            let cells: Vec<Cell<'_>> = row.iter().map(|cell| cell.as_deref().map_or(Cell::Null, Cell::Text)).collect();
            self.lake.change(table, *op, None, &cells).unwrap();
        }
        self.next_lsn += 10;
        let end = Lsn(self.next_lsn - 1);
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

    pub(crate) async fn flush(&mut self) {
        self.lake.flush().await.unwrap();
    }

    /// Effective time of the last commit.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.at
    }

    pub(crate) async fn rows(&self, caller: &Principal, sql: &str) -> Vec<String> {
        lines(&self.service.sql(caller, sql, &ReadAt::default()).await.unwrap())
    }

    pub(crate) async fn trusted(
        &self,
        caller: &Principal,
        engine: EngineChoice,
        sql: &str,
        at: &ReadAt,
    ) -> Vec<String> {
        lines(
            &self
                .service
                .run_trusted_sql(caller, engine, sql, at)
                .await
                .unwrap_or_else(|error| panic!("{sql}: {error:?}")),
        )
    }
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

/// The answer as one line per row.
pub(crate) fn lines(answer: &Answer) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in &answer.batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| cell_text(column.as_ref(), row).unwrap_or("∅".to_owned()));
            lines.push(cells.collect::<Vec<_>>().join("|"));
        }
    }
    lines
}

pub(crate) fn admin() -> Principal {
    Principal::system()
}

pub(crate) fn rep(number: u128) -> Principal {
    Principal {
        user_id: id(number),
        username: format!("rep{number}"),
        role: Role::Rep,
        scope: Scope::Own,
        visible_owner_ids: [id(number)].into(),
        team_ids: [].into(),
        ..Principal::system()
    }
}

pub(crate) fn analyst() -> Principal {
    Principal {
        user_id: id(9),
        username: "ana".to_owned(),
        role: Role::Analyst,
        scope: Scope::All,
        visible_owner_ids: [].into(),
        team_ids: [].into(),
        ..Principal::system()
    }
}
