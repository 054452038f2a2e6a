//! Verification against a real Postgres.

use std::sync::Arc;

use catalog::{Catalog, Lsn, Principal, Role, SystemClock};
use futures::TryStreamExt;
use oltp::{Oltp, testing::Cluster};
use query_service::{Error, QueryConfig, QueryService, VerifyReport};
use sqlx::AssertSqlSafe;
use warehouse::{Cell, CopiedTable, Lake, LakeConfig, Op, SnapshotMark, TableSpec};

/// Rows with every type and awkward values: quotes, controls, other scripts, early and late times.
const ROWS: &str = "
    insert into products (id, created_at, updated_at, version, name, description, price, currency, stock_quantity, active)
    select md5(n::text)::uuid, timestamptz '2024-02-29 12:34:56.789012+00' + n * interval '1 hour 1 us', now(), n,
           e'p\\t\\\\ \"' || n || e'\\n', case when n % 3 = 0 then null else 'Ünï 漢字' end,
           case when n % 4 = 0 then null else n * 1.37 end, 'EUR', n, n % 2 = 0
    from generate_series(1, 1000) n;
    insert into leads (id, created_at, updated_at, version, name, status, priority, currency, attributes, deleted_at)
    select md5('lead' || n)::uuid, '1999-12-31 23:59:59.999999+00', '2199-01-01', 1, 'lead', 'new', 'low', 'USD',
           jsonb_build_object('b', n, 'a', array['x', null]), case when n % 5 = 0 then now() end
    from generate_series(1, 100) n;
    insert into orders (id, created_at, updated_at, version, number, status, ordered_on, currency)
    select md5('order' || n)::uuid, now(), now(), 1, 'o' || n, 'placed', date '1969-12-30' + n, 'USD'
    from generate_series(1, 50) n";

/// Copies everything; answers at which position.
async fn copy_all(oltp: &Oltp, lake: &mut Lake) -> Lsn {
    let lsn: String =
        sqlx::query_scalar("select pg_current_wal_insert_lsn()::text").fetch_one(oltp.pool()).await.unwrap();
    let taken_at = chrono::DateTime::UNIX_EPOCH;
    let lsn = lsn.parse().unwrap();
    let mark = SnapshotMark { lsn, system_id: "1".into(), slot: "s".into(), taken_at };
    lake.begin_snapshot(mark).unwrap();
    let mut copied = Vec::new();
    for object in &oltp.catalog().objects {
        copied.push(copy(oltp, lake, &object.table, object.columns().map(output).collect()).await);
    }
    lake.finish_snapshot(copied).await.unwrap()
}

/// The column in the output form that replication has.
fn output((column, pg_type): (&str, String)) -> String {
    if pg_type == "boolean" { format!("left(\"{column}\"::text, 1)") } else { format!("\"{column}\"::text") }
}

async fn copy(oltp: &Oltp, lake: &mut Lake, table: &str, columns: Vec<String>) -> CopiedTable {
    let sql = format!("select array[{}] from \"{table}\"", columns.join(", "));
    let rows: Vec<Vec<Option<String>>> =
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch(oltp.pool()).try_collect().await.unwrap();
    let mut writer = lake.snapshot_table(table).unwrap();
    for row in rows {
        writer.row(&cells(&row)).unwrap();
    }
    writer.finish().unwrap()
}

fn cells(row: &[Option<String>]) -> Vec<Cell<'_>> {
    row.iter().map(|cell| cell.as_deref().map_or(Cell::Null, Cell::Text)).collect()
}

/// Changes a product in a transaction that commits right where the copy was made.
async fn change_at_the_copy(oltp: &Oltp, lake: &mut Lake, copied_at: Lsn) {
    sqlx::raw_sql("update products set price = 9.99 where version = 9").execute(oltp.pool()).await.unwrap();
    let columns: Vec<String> = oltp.catalog().by_table("products").unwrap().columns().map(output).collect();
    let sql = format!("select array[{}] from products where version = 9", columns.join(", "));
    let row: Vec<Option<String>> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(oltp.pool()).await.unwrap();
    lake.begin(copied_at, chrono::DateTime::UNIX_EPOCH, 1).unwrap();
    lake.change("products", Op::Update, None, &cells(&row)).unwrap();
    lake.commit(Lsn(copied_at.0 + 8)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_is_found_and_nothing_else() {
    let cluster = Cluster::start().await;
    let catalog = Arc::new(Catalog::standard());
    let oltp = Oltp::connect(cluster.url(), Arc::clone(&catalog), Arc::new(SystemClock)).await.unwrap();
    oltp.migrate().await.unwrap();
    sqlx::raw_sql(ROWS).execute(oltp.pool()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let specs = catalog.objects.iter().map(TableSpec::from_object).collect();
    let mut config = LakeConfig::new(dir.path().join("lake"));
    config.sync_files = false;
    let (mut lake, reader) = Lake::open(config, specs, Arc::new(SystemClock)).await.unwrap();
    let copied_at = copy_all(&oltp, &mut lake).await;
    change_at_the_copy(&oltp, &mut lake, copied_at).await;
    lake.heartbeat(Lsn(1 << 50));
    lake.publish().unwrap();
    let config = QueryConfig::new(dir.path().join("lake"), dir.path().join("scratch"));
    let service = QueryService::new(reader, catalog, Arc::new(SystemClock), config).unwrap();

    let clean = service.verify(&Principal::system(), &oltp).await.unwrap();
    sqlx::raw_sql(
        "update products set price = 0.01 where version = 7;
         delete from products where version = 8;
         insert into pipelines (id, created_at, updated_at, version, name, is_default)
         values ('00000000-0000-0000-0000-0000000000aa', now(), now(), 1, 'new one', false)",
    )
    .execute(oltp.pool())
    .await
    .unwrap();
    let dirty = service.verify(&Principal::system(), &oltp).await.unwrap();

    assert!(clean.equal, "{clean:#?}");
    assert_eq!(table(&clean, "products").rows, 1000);
    assert!(!dirty.equal);
    for check in &table(&dirty, "products").checks {
        assert_eq!((check.missing.count, check.extra.count, check.different.count), (0, 1, 1), "{check:?}");
    }
    for check in &table(&dirty, "pipelines").checks {
        assert_eq!(check.missing.ids, [uuid::Uuid::from_u128(0xaa)], "{check:?}");
    }
    assert!(table(&dirty, "leads").equal());
    let rep = Principal { role: Role::Rep, ..Principal::system() };
    assert!(matches!(service.verify(&rep, &oltp).await, Err(Error::AdminsOnly(_))));
}

fn table<'a>(report: &'a VerifyReport, name: &str) -> &'a query_service::TableReport {
    report.tables.iter().find(|table| table.table == name).unwrap()
}
