//! The slot and the acknowledgements.

use std::time::{Duration, Instant};

use catalog::Lsn;
use ingest::{CaptureConfig, CaptureState};

use super::{
    compare::assert_same,
    lake::{PATIENCE, capture_config, folder, lake_config, start, start_with},
    schema,
    server::Server,
};

const SLOT: &str = "select slot_name::text from pg_replication_slots";

#[tokio::test]
async fn the_slot_moves_on_while_only_other_tables_are_busy() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    let before = confirmed(&server).await;

    // More than the 64 MB after which an idle position is made durable.
    for _ in 0..8 {
        server
            .execute("insert into noise (filler) select repeat(md5(n::text), 30) from generate_series(1, 11000) n")
            .await;
    }
    let written: Lsn = server.text("select pg_current_wal_flush_lsn()::text").await.unwrap().parse().unwrap();
    assert!(written.0 - before.0 > 72 << 20, "{}", written.0 - before.0);

    let status = running.wait(|status| status.durable_lsn.0 > before.0 + (64 << 20)).await;
    assert!(status.durable_lsn <= written);
    let deadline = Instant::now() + PATIENCE;
    while confirmed(&server).await < status.durable_lsn {
        assert!(Instant::now() < deadline, "the slot stays at {}", confirmed(&server).await);
    }
    assert_eq!(running.handle().status().transactions, 0);
    running.stop().await;
}

async fn confirmed(server: &Server) -> Lsn {
    let text = server.text("select confirmed_flush_lsn::text from pg_replication_slots").await;
    text.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_slot_that_was_moved_past_the_lake_is_refused() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    running.stop().await;
    let slot = server.text(SLOT).await.unwrap();
    server.execute("insert into items (id, name) values (gen_random_uuid(), 'unseen')").await;
    server.execute(&format!("select pg_replication_slot_advance('{slot}', pg_current_wal_lsn())")).await;

    let mut running = start(&server.url(), lake.path()).await;
    let error = running.capture.ended().await.unwrap_err().to_string();

    assert!(error.contains("stands at") && error.contains("leadhouse warehouse rebuild"), "{error}");
    assert_eq!(running.handle().status().state, CaptureState::Failed);

    drop(running);
    let config = CaptureConfig { rebuild: true, ..capture_config(lake.path()) };
    let running = start_with(&server.url(), lake_config(lake.path()), config).await;
    running.streaming().await;
    assert_same(&server, &*running.caught_up(&server).await).await;
    running.stop().await;
}

#[tokio::test]
async fn a_slot_that_is_gone_leads_to_a_new_copy() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    server
        .execute("insert into items (id, name) select gen_random_uuid(), 'n' || n from generate_series(1, 100) n")
        .await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    running.stop().await;
    let slot = server.text(SLOT).await.unwrap();
    server.execute(&format!("select pg_drop_replication_slot('{slot}')")).await;
    server.execute("delete from items where name < 'n5'; update items set name = 'changed' where name < 'n7'").await;

    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;

    assert_same(&server, &*running.caught_up(&server).await).await;
    running.stop().await;
}

#[tokio::test]
async fn a_busy_slot_is_waited_for() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    // A copy of the folder is the same lake to Postgres.
    let copy = folder();
    std::fs::copy(lake.path().join("lake-id"), copy.path().join("lake-id")).unwrap();

    let second = start(&server.url(), copy.path()).await;
    let waiting = second.wait(|status| status.state == CaptureState::Waiting).await;
    let error = waiting.last_error.unwrap();
    assert!(error.contains("is in use by server process"), "{error}");
    running.stop().await;

    second.streaming().await;
    second.stop().await;
}

#[tokio::test]
async fn an_old_transaction_that_blocks_the_slot_is_named_and_waited_for() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let mut holder = server.connect().await;
    let write = "set application_name = 'forgotten'; begin; insert into noise (filler) values ('x')";
    sqlx::raw_sql(write).execute(&mut holder).await.unwrap();
    let lake = folder();
    let config = CaptureConfig { slot_patience: Duration::from_millis(300), ..capture_config(lake.path()) };

    let running = start_with(&server.url(), lake_config(lake.path()), config).await;
    let waiting = running.wait(|status| status.state == CaptureState::Waiting).await;
    let error = waiting.last_error.unwrap();
    assert!(error.contains("end the ones of process") && error.contains("forgotten"), "{error}");

    sqlx::raw_sql("commit").execute(&mut holder).await.unwrap();
    running.streaming().await;
    running.stop().await;
}

#[tokio::test]
async fn another_cluster_is_refused() {
    let (server, other) = (Server::start(), Server::start());
    server.execute(schema::TABLES).await;
    other.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    running.stop().await;

    let mut running = start(&other.url(), lake.path()).await;
    let error = running.capture.ended().await.unwrap_err().to_string();

    assert!(error.contains("but the database belongs to cluster"), "{error}");
}
