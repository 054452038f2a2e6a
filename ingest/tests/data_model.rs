//! The data model changes while the stream runs, or not at all.

use std::{sync::Arc, time::Duration};

use catalog::{FieldKind, Lsn, Principal, SystemClock};
use ingest::{
    Capture, CaptureState,
    data_model::{DataModel, Error},
};
use oltp::{Oltp, data_model::NewField, testing::Cluster};
use warehouse::{Lake, LakeReader, LakeSnapshot, TableSpec};

use crate::capture::lake::{PATIENCE, capture_config, folder, lake_config, wait};

/// A workspace without its HTTP interface.
struct Office {
    _cluster: Cluster,
    _folder: tempfile::TempDir,
    oltp: Oltp,
    reader: LakeReader,
    capture: Capture,
    model: DataModel,
}

impl Office {
    async fn open() -> Self {
        let cluster = Cluster::start().await;
        let oltp = cluster.oltp().await;
        let folder = folder();
        let tables = oltp.catalog().objects.iter().map(TableSpec::from_object).collect();
        let (lake, reader) = Lake::open(lake_config(folder.path()), tables, Arc::new(SystemClock)).await.unwrap();
        let capture = Capture::start(&oltp, lake, capture_config(folder.path())).unwrap();
        wait(&capture.handle(), |status| status.state == CaptureState::Streaming).await;
        let model = DataModel::new(oltp.clone(), capture.handle());
        Self { _cluster: cluster, _folder: folder, oltp, reader, capture, model }
    }

    async fn run(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(self.oltp.pool()).await.unwrap();
    }

    /// The lake with everything that Postgres has flushed by now.
    async fn caught_up(&self) -> Arc<LakeSnapshot> {
        let lsn: String =
            sqlx::query_scalar("select pg_current_wal_flush_lsn()::text").fetch_one(self.oltp.pool()).await.unwrap();
        let reached = self.reader.wait_for(lsn.parse::<Lsn>().unwrap(), PATIENCE).await;
        reached.unwrap_or_else(|error| panic!("{error}: {:?}", self.capture.handle().status()))
    }
}

fn budget() -> NewField {
    NewField {
        object: "lead".to_owned(),
        label: "Budget".to_owned(),
        kind: FieldKind::Decimal { precision: 12, scale: 2 },
        name: None,
        help: String::new(),
        searchable: None,
        personal: false,
    }
}

const WITHOUT: &str = "insert into leads (id, name, status) values (gen_random_uuid(), 'Without', 'new')";
const WITH: &str = "insert into leads (id, name, status, cf_budget) values (gen_random_uuid(), 'With', 'new', 7.5)";

#[tokio::test]
async fn a_table_in_use_is_left_alone_and_the_stream_goes_on() {
    let office = Office::open().await;
    let mut other = office.oltp.pool().begin().await.unwrap();
    sqlx::query("lock table leads in row exclusive mode").execute(&mut *other).await.unwrap();

    let refused = office.model.add_field(&Principal::system(), budget()).await;

    assert!(matches!(refused, Err(Error::Records(oltp::Error::TableInUse))), "{refused:?}");
    assert!(office.oltp.catalog().object("lead").unwrap().field("cf_budget").is_none());
    other.rollback().await.unwrap();
    office.run(WITHOUT).await;
    assert_eq!(office.caught_up().await.tables["leads"].live_rows(), 1);
    let added = office.model.add_field(&Principal::system(), budget()).await.unwrap();
    assert_eq!(added.name, "cf_budget");
    office.run(WITH).await;
    let leads = Arc::clone(&office.caught_up().await.tables["leads"]);
    assert_eq!((leads.live_rows(), leads.schema.column_with_name("cf_budget").is_some()), (2, true));
    office.capture.stop().await.unwrap();
}

#[tokio::test]
async fn what_was_begun_is_finished_when_nobody_waits_for_it() {
    let office = Office::open().await;

    let hung_up = tokio::time::timeout(Duration::from_millis(1), async {
        office.model.add_field(&Principal::system(), budget()).await
    });
    drop(hung_up.await);
    // The next change takes its turn after the first, whatever became of its caller.
    let second = NewField { label: "Second".to_owned(), ..budget() };
    office.model.add_field(&Principal::system(), second).await.unwrap();

    let fields = office.oltp.custom_fields(&Principal::system()).await.unwrap();
    assert!(fields.iter().any(|field| field.name == "cf_second"), "{fields:?}");
    let stored = office.oltp.stored_catalog().await.unwrap();
    assert_eq!(**office.oltp.catalog(), stored, "what is in force is what is stored");
    office.run(WITHOUT).await;
    assert_eq!(office.caught_up().await.tables["leads"].live_rows(), 1);
    office.capture.stop().await.unwrap();
}

#[tokio::test]
async fn without_a_stream_nothing_changes() {
    let office = Office::open().await;
    office.capture.handle().cancellation().cancel();
    wait(&office.capture.handle(), |status| status.state == CaptureState::Stopped).await;

    let refused = office.model.add_field(&Principal::system(), budget()).await;

    assert!(matches!(refused, Err(Error::Capture(_))), "{refused:?}");
    assert!(office.oltp.custom_fields(&Principal::system()).await.unwrap().is_empty());
}
