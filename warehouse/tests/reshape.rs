//! Columns and tables that come and go while the lake is open.

use catalog::Lsn;
use uuid::Uuid;
use warehouse::{Cell, ColumnSpec, Error, Lake, Op, TableSpec};

use crate::{
    contents,
    model::{cells, config, copy, moment, open, specs},
};

const KNOWN: &str = "00000000-0000-0000-0000-000000000001";

fn column(name: &str, pg_type: &str) -> ColumnSpec {
    ColumnSpec { name: name.into(), pg_type: pg_type.into(), nullable: name != "id" }
}

/// One change in a transaction of its own.
fn commit(lake: &mut Lake, at: u64, (table, op): (&str, Op), cells: &[Cell<'_>]) {
    lake.begin(Lsn(at), moment(0), 1).unwrap();
    lake.change(table, op, None, cells).unwrap();
    lake.commit(Lsn(at + 5)).unwrap();
}

#[tokio::test]
async fn a_column_comes_and_goes_between_two_transactions() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &[vec![cells(Uuid::from_u128(1), 8), cells(Uuid::from_u128(2), 8)], Vec::new()]).await;
    let held = reader.snapshot();
    let mut wider = specs();
    wider[0].columns.push(column("cf_size", "bigint"));

    lake.describe(&wider).await.unwrap();

    let mut row = vec![Cell::Unchanged; 8];
    (row[0], row[7]) = (Cell::Text(KNOWN), Cell::Text("42"));
    commit(&mut lake, 2_000, ("deals", Op::Update), &row);
    let sizes = |lake: &warehouse::LakeReader| {
        let rows = contents::current(&lake.snapshot().tables["deals"]);
        rows.iter().map(|row| row.get(7).cloned().flatten()).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&reader), [Some("42".to_owned()), None]);
    assert_eq!(held.tables["deals"].schema.fields().len(), 7, "what was pinned stays as it was");
    lake.flush().await.unwrap();
    lake.compact().await.unwrap();
    drop(lake);
    let (lake, _) = Lake::open(config(dir.path()), wider, clock()).await.unwrap();
    drop(lake);
    let (mut lake, reader) = open(config(dir.path())).await;
    lake.describe(&specs()).await.unwrap();
    assert_eq!(contents::current(&reader.snapshot().tables["deals"])[0].len(), 7, "nobody sees it any more");
    let mut other = specs();
    other[0].columns[1].pg_type = "bigint".into();
    assert!(matches!(lake.describe(&other).await, Err(Error::SchemaChanged { .. })));
}

#[tokio::test]
async fn a_table_comes_empty_and_goes_with_its_files() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, reader) = open(config(dir.path())).await;
    copy(&mut lake, &[Vec::new(), Vec::new()]).await;
    let mut more = specs();
    more.push(TableSpec { name: "co_venues".into(), columns: vec![column("id", "uuid"), column("name", "text")] });

    lake.describe(&more).await.unwrap();
    commit(&mut lake, 2_000, ("co_venues", Op::Insert), &[Cell::Text(KNOWN), Cell::Text("Hall")]);
    lake.flush().await.unwrap();

    let held = reader.snapshot();
    assert_eq!(held.tables["co_venues"].live_rows(), 1);
    drop((lake, held));
    let (mut lake, reader) = Lake::open(config(dir.path()), more, clock()).await.unwrap();
    assert!(lake.state().missing_tables.is_empty(), "nothing has to be copied");
    assert_eq!(reader.snapshot().tables["co_venues"].live_rows(), 1);
    lake.describe(&specs()).await.unwrap();
    assert!(!reader.snapshot().tables.contains_key("co_venues"));
    assert!(!dir.path().join("cur/co_venues").exists() && !dir.path().join("hist/co_venues").exists());
    drop(lake);
    let (lake, _) = open(config(dir.path())).await;
    assert!(lake.state().missing_tables.is_empty());
}

#[tokio::test]
async fn a_lake_without_its_copy_takes_up_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut lake, _) = open(config(dir.path())).await;

    assert!(!lake.settled());
    assert!(matches!(lake.describe(&specs()).await, Err(Error::MustReopen)));
}

fn clock() -> std::sync::Arc<dyn catalog::Clock> {
    std::sync::Arc::new(catalog::FixedClock::at(moment(0)))
}
