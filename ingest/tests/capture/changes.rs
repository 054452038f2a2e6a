//! What happens in Postgres happens in the lake.

use tokio::task::JoinSet;

use super::{
    compare::{assert_same, current, versions},
    lake::{folder, start},
    schema::{self, id, specs},
    server::Server,
};

#[tokio::test]
async fn every_kind_of_change_arrives() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;

    server
        .execute(&format!(
            "insert into items (id, name, amount) select ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'n' || n, n from generate_series(1, 500) n;
             insert into parts (id, quantity) select gen_random_uuid(), n from generate_series(1, 300) n;
             update items set amount = amount * 2, version = 2 where amount < 100;
             delete from items where amount > 400;
             update items set id = '{0}' where id = '{1}';
             begin; insert into items (id, name) values ('{2}', 'short'); update items set name = 'lived' where id = '{2}'; delete from items where id = '{2}'; commit;
             truncate parts;
             insert into parts (id, quantity) values ('{3}', 1);",
            id(100_000),
            id(7),
            id(100_001),
            id(100_002)
        ))
        .await;

    let snapshot = running.caught_up(&server).await;
    assert_same(&server, &snapshot).await;
    let history = versions(snapshot.tables.get("items").unwrap());
    let short: Vec<_> = history.iter().filter(|(id, ..)| *id == schema::id(100_001).to_string()).collect();
    assert_eq!(short.len(), 3, "{short:?}");
    let truncations = versions(snapshot.tables.get("parts").unwrap());
    assert_eq!(truncations.iter().filter(|(_, _, operation)| operation == "T").count(), 1);
    running.stop().await;
}

#[tokio::test]
async fn large_values_that_did_not_change_keep_their_value() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    let body = "(select string_agg(md5(random()::text), '') from generate_series(1, 256))";
    let touch = "update items set version = version + 1, name = name || '.'";

    // Unchanged while the row is in memory, in the same transaction, and with another key.
    server
        .execute(&format!(
            "insert into items (id, name, body) select ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'n', {body} from generate_series(1, 20) n; {touch};
             begin; insert into items (id, name, body) values ('{}', 'm', {body}); {touch}; commit;
             update items set id = '{}' where id = '{}'",
            id(100),
            id(101),
            id(1)
        ))
        .await;
    assert_same(&server, &*running.caught_up(&server).await).await;

    // Unchanged after the row went into a file.
    running.handle().flush().await.unwrap();
    server.execute(&format!("{touch}; update items set id = '{}' where id = '{}'", id(102), id(2))).await;
    assert_same(&server, &*running.caught_up(&server).await).await;

    // Unchanged after a restart.
    running.stop().await;
    server.execute(touch).await;
    let running = start(&server.url(), lake.path()).await;
    server.execute(touch).await;
    let snapshot = running.caught_up(&server).await;
    assert_same(&server, &snapshot).await;
    let spec = specs().remove(0);
    assert!(
        current(snapshot.tables.get("items").unwrap(), &spec)
            .iter()
            .all(|row| { row.iter().flatten().any(|cell| cell.len() == 8_192) })
    );
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_becomes_visible_whole() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    server
        .execute("insert into parts (id, quantity) select ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 100 from generate_series(1, 20) n")
        .await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;

    let mut connection = server.connect().await;
    let mut writers = JoinSet::new();
    writers.spawn(async move {
        for round in 0..300_u64 {
            let (from, to) = (id(1 + round % 20), id(1 + (round * 7 + 3) % 20));
            let sql = format!(
                "begin; update parts set quantity = quantity - 5 where id = '{from}';
                 update parts set quantity = quantity + 5 where id = '{to}'; commit"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
    });
    let spec = specs().remove(1);
    let mut looks = 0;
    while writers.try_join_next().is_none() {
        let snapshot = running.reader.snapshot();
        let rows = current(snapshot.tables.get("parts").unwrap(), &spec);
        let sum: i64 = rows.iter().map(|row| row[4].as_deref().unwrap().parse::<i64>().unwrap()).sum();
        assert_eq!(sum, 2_000, "at {}", snapshot.lsn);
        looks += 1;
        tokio::task::yield_now().await;
    }

    assert!(looks > 3);
    assert_same(&server, &*running.caught_up(&server).await).await;
    running.stop().await;
}

#[tokio::test]
async fn what_was_rolled_back_leaves_no_trace() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;

    server
        .execute(&format!(
            "begin; insert into items (id, name) values ('{0}', 'kept'); savepoint a;
             insert into items (id, name) values ('{1}', 'lost'); update items set name = 'lost'; rollback to a;
             savepoint b; update items set version = 2; release b; commit;
             begin; delete from items; rollback;",
            id(1),
            id(2)
        ))
        .await;

    let snapshot = running.caught_up(&server).await;
    assert_same(&server, &snapshot).await;
    let history = versions(snapshot.tables.get("items").unwrap());
    let kept = id(1).to_string();
    assert_eq!(history, [(kept.clone(), 1, "I".to_owned()), (kept, 2, "U".to_owned())]);
    running.stop().await;
}
