//! The initial copy.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::task::JoinSet;

use super::{
    compare::assert_same,
    lake::{folder, start},
    schema,
    server::Server,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_copy_and_the_stream_meet_exactly_while_others_write() {
    let server = Arc::new(Server::start());
    server.execute(schema::TABLES).await;
    server
        .execute(
            "insert into items (id, name, amount, active, due, body, extra)
             select gen_random_uuid(), 'item ' || n, n / 7.0, n % 3 = 0, date '2020-01-01' + n, repeat('x', n % 50), null
             from generate_series(1, 20000) n",
        )
        .await;
    let writing = Arc::new(AtomicBool::new(true));
    let mut writers = JoinSet::new();
    for writer in 0..2 {
        writers.spawn(write(Arc::clone(&server), Arc::clone(&writing), writer));
    }
    let lake = folder();

    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    running.wait(|status| status.transactions > 50).await;
    writing.store(false, Ordering::Relaxed);
    writers.join_all().await;

    assert_same(&server, &*running.caught_up(&server).await).await;
    assert!(running.handle().status().copied_rows >= 20_000);
    running.stop().await;
}

#[tokio::test]
async fn text_with_every_special_character_is_copied_as_it_is() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    server
        .execute(
            r#"insert into items (id, name, body, extra, amount, due, created_at) values
             (gen_random_uuid(), E'tab\tnewline\nreturn\rback\bform\fvertical\vslash\\', '\N', '{"a\tb": "c\\d"}', -0.05, '0001-01-01', '1969-12-31 23:59:59.999999+00'),
             (gen_random_uuid(), '', E'\\.', '[]', 9999999999999999.99, '9999-12-31', '2024-03-10 02:30:00.000001+00'),
             (gen_random_uuid(), '☃ é', null, null, null, null, now())"#,
        )
        .await;
    let lake = folder();

    let running = start(&server.url(), lake.path()).await;
    let copied = running.caught_up(&server).await;

    assert_same(&server, &copied).await;
    running.stop().await;
}

#[tokio::test]
async fn a_copy_that_was_interrupted_starts_again_from_nothing() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    server
        .execute("insert into parts (id, quantity) select gen_random_uuid(), n from generate_series(1, 50000) n")
        .await;
    let lake = folder();

    let first = start(&server.url(), lake.path()).await;
    first.wait(|status| status.slot.is_some()).await;
    first.stop().await;
    let second = start(&server.url(), lake.path()).await;
    second.streaming().await;

    assert_same(&server, &*second.caught_up(&server).await).await;
    let slots = server.text("select count(*)::text from pg_replication_slots").await;
    assert_eq!(slots.as_deref(), Some("1"));
    second.stop().await;
}

/// Inserts, updates and deletes until it is told to stop.
async fn write(server: Arc<Server>, writing: Arc<AtomicBool>, writer: u64) {
    let mut connection = server.connect().await;
    let mut round = 0;
    while writing.load(Ordering::Relaxed) {
        round += 1;
        let id = schema::id(writer * 1_000_000 + round);
        let other = schema::id(writer * 1_000_000 + round / 2);
        let sql = format!(
            "begin;
             insert into items (id, name) values ('{id}', 'written {round}');
             insert into parts (id, item_id, quantity) values ('{id}', '{id}', {round});
             update items set version = version + 1, name = 'changed {round}' where id = '{other}';
             delete from parts where id = '{other}' and quantity % 3 = 0;
             commit;"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
}
