//! Stops and crashes on both sides.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ingest::CaptureState;
use tokio::task::JoinSet;

use super::{
    compare::assert_same,
    lake::{capture_config, folder, lake_config, start, start_with},
    schema::{self, id},
    server::Server,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_in_the_middle_loses_and_doubles_nothing() {
    let server = Arc::new(Server::start());
    server.execute(schema::TABLES).await;
    let lake = folder();
    let writing = Arc::new(AtomicBool::new(true));
    let mut writers = JoinSet::new();
    writers.spawn(write(Arc::clone(&server), Arc::clone(&writing)));

    for _ in 0..4 {
        let running = start(&server.url(), lake.path()).await;
        let before = running.streaming().await.transactions;
        running.wait(|status| status.transactions > before + 40).await;
        running.stop().await;
    }
    let running = start(&server.url(), lake.path()).await;
    writing.store(false, Ordering::Relaxed);
    writers.join_all().await;

    assert_same(&server, &*running.caught_up(&server).await).await;
    running.stop().await;
}

#[tokio::test]
async fn a_crash_of_postgres_is_survived_without_a_restart_of_capture() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;

    for round in 1..=3_u32 {
        insert(&server, u64::from(round) * 1000, 200).await;
        server.stop("immediate");
        running.wait(|status| status.restarts >= round).await;
        server.launch();
        insert(&server, u64::from(round) * 1000 + 500, 100).await;
        assert_same(&server, &*running.caught_up(&server).await).await;
        running.wait(|status| status.state == CaptureState::Streaming && status.last_error.is_none()).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn a_shutdown_of_postgres_is_not_held_up() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    // Nothing would be flushed for an hour by itself.
    let lake_config = warehouse::LakeConfig { flush_age: Duration::from_hours(1), ..lake_config(lake.path()) };
    let running = start_with(&server.url(), lake_config, capture_config(lake.path())).await;
    running.streaming().await;
    insert(&server, 0, 500).await;
    running.caught_up(&server).await;

    let took = server.stop("fast");

    assert!(took < Duration::from_secs(5), "{took:?}");
    server.launch();
    insert(&server, 1000, 5).await;
    assert_same(&server, &*running.caught_up(&server).await).await;
    running.stop().await;
}

#[tokio::test]
async fn a_stop_leaves_nothing_to_send_again() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    insert(&server, 0, 100).await;
    running.caught_up(&server).await;

    let handle = running.handle();
    running.stop().await;

    let status = handle.status();
    assert_eq!(status.state, CaptureState::Stopped);
    assert_eq!(status.durable_lsn, status.applied_lsn);
    let confirmed = server.text("select confirmed_flush_lsn::text from pg_replication_slots").await;
    assert_eq!(confirmed.unwrap().parse(), Ok(status.durable_lsn));
    assert!(handle.flush().await.is_err());
}

async fn insert(server: &Server, from: u64, count: u64) {
    let values: Vec<String> = (from..from + count).map(|n| format!("('{}', 'n{n}')", id(n))).collect();
    server.execute(&format!("insert into items (id, name) values {}", values.join(", "))).await;
}

async fn write(server: Arc<Server>, writing: Arc<AtomicBool>) {
    let mut connection = server.connect().await;
    let mut round = 0;
    while writing.load(Ordering::Relaxed) {
        round += 1;
        let sql = format!(
            "begin; insert into items (id, name) values ('{0}', 'n'); insert into parts (id, quantity) values ('{0}', {round});
             update items set version = version + 1 where id = '{1}'; delete from parts where id = '{2}'; commit",
            id(round),
            id(round / 2),
            id(round / 3)
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
}
