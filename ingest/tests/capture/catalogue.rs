//! The standard catalogue and its migrations.

use std::sync::Arc;

use catalog::{Lsn, SystemClock};
use ingest::{Capture, CaptureState};
use oltp::testing::Cluster;
use warehouse::{Lake, TableSpec};

use super::lake::{PATIENCE, capture_config, folder, lake_config, wait};

#[tokio::test]
async fn every_object_of_the_catalogue_is_captured() {
    let cluster = Cluster::start().await;
    let oltp = cluster.oltp().await;
    let folder = folder();
    let tables = oltp.catalog().objects.iter().map(TableSpec::from_object).collect();
    let (lake, reader) = Lake::open(lake_config(folder.path()), tables, Arc::new(SystemClock)).await.unwrap();

    let capture = Capture::start(&oltp, lake, capture_config(folder.path())).unwrap();
    wait(&capture.handle(), |status| status.state == CaptureState::Streaming).await;
    sqlx::query("insert into teams (id, name) values (gen_random_uuid(), 'North')").execute(oltp.pool()).await.unwrap();
    let lsn: String =
        sqlx::query_scalar("select pg_current_wal_flush_lsn()::text").fetch_one(oltp.pool()).await.unwrap();
    let snapshot = reader.wait_for(lsn.parse::<Lsn>().unwrap(), PATIENCE).await.unwrap();

    assert_eq!(snapshot.tables.len(), oltp.catalog().objects.len());
    assert_eq!(snapshot.tables.get("teams").unwrap().live_rows(), 1);
    capture.stop().await.unwrap();
}
