//! A real lake in a temporary folder whose history is told version by version.

use std::{collections::BTreeMap, sync::Arc};

use catalog::{Catalog, FixedClock, Lsn, ObjectDef};
use chrono::{DateTime, Utc};
use query_service::{QueryConfig, QueryService};
use uuid::Uuid;
use warehouse::{Cell, Lake, LakeConfig, Op, SnapshotMark, TableSpec};

use crate::dataset::{self, Dataset, Moments};

/// One version of a record: table, id, when it became true, values by column.
pub(super) struct Version<'a> {
    pub(super) table: &'a str,
    pub(super) id: Uuid,
    pub(super) at: &'a str,
    pub(super) values: &'a [(&'a str, &'a str)],
}

pub(super) struct World {
    lake: Lake,
    pub(super) query: QueryService,
    catalog: Arc<Catalog>,
    /// The first version of each record, by id: its columns are kept by later ones.
    rows: BTreeMap<Uuid, BTreeMap<String, String>>,
    next_lsn: u64,
    _dir: tempfile::TempDir,
}

pub(super) fn moment(text: &str) -> DateTime<Utc> {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    text.parse().unwrap()
}

impl World {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(Catalog::standard());
        let clock = Arc::new(FixedClock::at(moment("2026-12-31")));
        let specs: Vec<TableSpec> = catalog.objects.iter().map(TableSpec::from_object).collect();
        let mut config = LakeConfig::new(dir.path().join("lake"));
        config.sync_files = false;
        let (mut lake, reader) = Lake::open(config, specs, Arc::<FixedClock>::clone(&clock)).await.unwrap();
        let taken_at = moment("2025-01-01");
        lake.begin_snapshot(SnapshotMark { lsn: Lsn(1), system_id: "1".into(), slot: "s".into(), taken_at }).unwrap();
        let mut copied = Vec::new();
        for object in &catalog.objects {
            copied.push(lake.snapshot_table(&object.table).unwrap().finish().unwrap());
        }
        lake.finish_snapshot(copied).await.unwrap();
        let config = QueryConfig::new(dir.path().join("lake"), dir.path().join("scratch"));
        let query = QueryService::new(reader, Arc::clone(&catalog), clock, config).unwrap();
        Self { lake, query, catalog, rows: BTreeMap::new(), next_lsn: 100, _dir: dir }
    }

    /// Tells versions in one transaction; the first of an id is its creation.
    pub(super) fn tell(&mut self, versions: &[Version<'_>]) {
        let last = versions.iter().map(|version| moment(version.at)).max().unwrap();
        self.lake.begin(Lsn(self.next_lsn), last, 1).unwrap();
        for version in versions {
            let object = self.catalog.by_table(version.table).unwrap().clone();
            let (op, cells) = self.cells(&object, version);
            let cells: Vec<Cell<'_>> =
                cells.iter().map(|cell| cell.as_deref().map_or(Cell::Null, Cell::Text)).collect();
            self.lake.change(version.table, op, None, &cells).unwrap();
        }
        self.next_lsn += 10;
        self.lake.commit(Lsn(self.next_lsn - 1)).unwrap();
        self.lake.publish().unwrap();
    }

    fn cells(&mut self, object: &ObjectDef, version: &Version<'_>) -> (Op, Vec<Option<String>>) {
        let time = moment(version.at).format("%Y-%m-%d %H:%M:%S%.6f+00").to_string();
        let known = self.rows.contains_key(&version.id);
        let row = self.rows.entry(version.id).or_default();
        let fixed = [("id", version.id.to_string()), ("created_at", time.clone()), ("version", "1".to_owned())];
        for (name, value) in fixed {
            row.entry(name.to_owned()).or_insert(value);
        }
        row.insert("updated_at".to_owned(), time);
        for (name, value) in version.values {
            assert!(object.columns().any(|(column, _)| column == *name), "{name}");
            row.insert((*name).to_owned(), (*value).to_owned());
        }
        for field in object.fields.iter().filter(|field| field.required) {
            let filler = match field.kind.pg_type().as_str() {
                "text" => "x",
                "boolean" => "f",
                "timestamp with time zone" => "2026-01-01 00:00:00+00",
                _ => "1",
            };
            row.entry(field.name.clone()).or_insert_with(|| filler.to_owned());
        }
        let cells = object.columns().map(|(column, _)| row.get(column).cloned()).collect();
        (if known { Op::Update } else { Op::Insert }, cells)
    }

    /// The training data at a present moment.
    pub(super) async fn training(&self, now: &str) -> Dataset {
        dataset::read(&self.query, Moments::Training, moment(now), Lsn(1)).await.unwrap()
    }

    /// The open leads at a present moment.
    pub(super) async fn open(&self, now: &str) -> Dataset {
        dataset::read(&self.query, Moments::Open, moment(now), Lsn(1)).await.unwrap()
    }
}
