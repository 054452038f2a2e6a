//! A lake with the deals of two people, a Postgres for what is stored, and dashboards over both.

use std::{collections::BTreeMap, sync::Arc};

use catalog::{Catalog, FixedClock, Lsn, ObjectDef, Principal, Role, Scope};
use dashboards::{Dashboards, RenderLimits, Renderer};
use oltp::testing::Cluster;
use query_service::{QueryConfig, QueryService};
use report_builder::ReportService;
use uuid::Uuid;
use warehouse::{Cell, Lake, LakeConfig, Op, SnapshotMark, TableSpec};

/// The present of every test.
pub(crate) const NOW: &str = "2026-06-15T12:00:00Z";

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Everything that dashboards stand on.
pub(crate) struct World {
    pub(crate) dashboards: Dashboards,
    _lake: Lake,
    _cluster: Cluster,
    _dir: tempfile::TempDir,
}

impl World {
    /// Anna has won deals of 1,000.00 each month of this year, Ben of 25.00; both have an open one.
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
        let oltp = cluster.oltp_at(Arc::<FixedClock>::clone(&clock)).await;
        let catalog = Arc::clone(oltp.catalog());
        let tables: Vec<TableSpec> = catalog.objects.iter().map(TableSpec::from_object).collect();
        let mut config = LakeConfig::new(dir.path().join("lake"));
        config.sync_files = false;
        let (mut lake, reader) = Lake::open(config, tables, Arc::<FixedClock>::clone(&clock)).await.unwrap();
        empty(&mut lake, &catalog).await;
        fill(&mut lake, &catalog);
        let config = QueryConfig::new(dir.path().join("lake"), dir.path().join("scratch"));
        let query = QueryService::new(reader, Arc::clone(&catalog), Arc::<FixedClock>::clone(&clock), config).unwrap();
        let reports = ReportService::new(query, catalog, clock);
        let dashboards = Dashboards::new(reports, oltp, Renderer::new(RenderLimits::default()));
        Self { dashboards, _lake: lake, _cluster: cluster, _dir: dir }
    }
}

/// Somebody who sees only what they own.
pub(crate) fn rep(number: u128) -> Principal {
    Principal {
        user_id: id(number),
        username: format!("rep{number}"),
        role: Role::Rep,
        scope: Scope::Own,
        visible_owner_ids: [id(number)].into(),
        ..Principal::system()
    }
}

/// The initial copy of an empty database.
async fn empty(lake: &mut Lake, catalog: &Catalog) {
    let mark = SnapshotMark { lsn: Lsn(1), system_id: "1".into(), slot: "s".into(), taken_at: NOW.parse().unwrap() };
    lake.begin_snapshot(mark).unwrap();
    let mut copied = Vec::new();
    for object in &catalog.objects {
        copied.push(lake.snapshot_table(&object.table).unwrap().finish().unwrap());
    }
    lake.finish_snapshot(copied).await.unwrap();
}

fn fill(lake: &mut Lake, catalog: &Catalog) {
    lake.begin(Lsn(100), NOW.parse().unwrap(), 1).unwrap();
    for (owner, amount) in [(1_u128, "1000.00"), (2, "25.00")] {
        let owner_id = id(owner).to_string();
        insert(lake, catalog, "users", owner, &[("name", if owner == 1 { "Anna" } else { "Ben" })]);
        for month in 1..=5_u128 {
            let closed_on = format!("2026-{month:02}-15");
            let deal = [
                ("name", "Deal"),
                ("status", "won"),
                ("amount", amount),
                ("closed_on", closed_on.as_str()),
                ("owner_id", owner_id.as_str()),
            ];
            insert(lake, catalog, "deals", owner * 100 + month, &deal);
        }
        let open = [("name", "Open"), ("status", "open"), ("amount", amount), ("owner_id", owner_id.as_str())];
        insert(lake, catalog, "deals", owner * 100 + 50, &open);
    }
    lake.commit(Lsn(109)).unwrap();
    lake.publish().unwrap();
}

fn insert(lake: &mut Lake, catalog: &Catalog, table: &str, number: u128, values: &[(&str, &str)]) {
    let object = catalog.by_table(table).unwrap();
    let row = row(object, id(number), values);
    let cells: Vec<Cell<'_>> = row.iter().map(|cell| cell.as_deref().map_or(Cell::Null, Cell::Text)).collect();
    lake.change(table, Op::Insert, None, &cells).unwrap();
}

/// A row with the given values, and something in every required field.
fn row(object: &ObjectDef, id: Uuid, values: &[(&str, &str)]) -> Vec<Option<String>> {
    let time = "2026-01-01 00:00:00+00";
    let system = [("id", id.to_string()), ("created_at", time.to_owned()), ("updated_at", time.to_owned())];
    let mut row: BTreeMap<&str, String> = system.into();
    row.insert("version", "1".to_owned());
    row.extend(values.iter().map(|(name, value)| (*name, (*value).to_owned())));
    for field in object.fields.iter().filter(|field| field.required) {
        let filler = match field.kind.pg_type().as_ref() {
            "boolean" => "f",
            "date" => "2026-01-01",
            "timestamp with time zone" => time,
            "uuid" => "00000000-0000-0000-0000-000000000001",
            _ => "1",
        };
        row.entry(&field.name).or_insert_with(|| filler.to_owned());
    }
    object.columns().map(|(column, _)| row.get(column).cloned()).collect()
}
