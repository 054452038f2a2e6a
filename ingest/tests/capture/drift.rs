//! Tables that change their shape.

use super::{
    compare::assert_same,
    lake::{folder, start},
    schema::{self, id},
    server::Server,
};

#[tokio::test]
async fn a_column_that_the_catalogue_does_not_know_stops_capture_by_name() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let mut running = start(&server.url(), lake.path()).await;
    running.streaming().await;

    server.execute("alter table items add column colour text; insert into items (id, name, colour) values (gen_random_uuid(), 'n', 'red')").await;

    let error = running.capture.ended().await.unwrap_err().to_string();
    assert!(error.contains("table items, column colour: was added in Postgres"), "{error}");
}

#[tokio::test]
async fn a_column_with_another_type_stops_capture_by_name() {
    let server = Server::start();
    server.execute(schema::TABLES).await;
    let lake = folder();
    let mut running = start(&server.url(), lake.path()).await;
    running.streaming().await;

    server.execute("alter table items alter column name type varchar(10); insert into items (id, name) values (gen_random_uuid(), 'n')").await;

    let error = running.capture.ended().await.unwrap_err().to_string();
    assert!(error.contains("table items, column name: is not `text` any more"), "{error}");
}

#[tokio::test]
async fn a_missing_table_or_column_is_named_before_anything_is_copied() {
    let server = Server::start();
    let lake = folder();
    let mut running = start(&server.url(), lake.path()).await;
    let error = running.capture.ended().await.unwrap_err().to_string();
    assert!(error.contains("table items does not exist in Postgres; run `leadhouse migrate` first"), "{error}");
    drop(running);

    server.execute(schema::TABLES).await;
    server.execute("alter table items drop column due").await;
    let mut running = start(&server.url(), lake.path()).await;
    let error = running.capture.ended().await.unwrap_err().to_string();
    assert!(error.contains("table items, column due: is missing in Postgres"), "{error}");
}

#[tokio::test]
async fn columns_are_matched_by_name_and_past_columns_are_ignored() {
    let server = Server::start();
    // The order differs from the lake's, and a column is dropped while its rows wait in the log.
    let shuffled = schema::TABLES
        .replace("    item_id uuid,\n", "")
        .replace("    quantity bigint not null\n", "    quantity bigint not null,\n    old text,\n    item_id uuid\n");
    server.execute(&shuffled).await;
    server.execute("alter table parts drop column old").await;
    let lake = folder();
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    running.stop().await;

    server
        .execute(&format!(
            "alter table parts add column gone text;
             insert into parts (id, item_id, quantity, gone) values ('{0}', '{0}', 1, 'x');",
            id(1)
        ))
        .await;
    server
        .execute("alter table parts drop column gone; insert into parts (id, quantity) values (gen_random_uuid(), 2)")
        .await;
    let running = start(&server.url(), lake.path()).await;

    assert_same(&server, &*running.caught_up(&server).await).await;
    running.stop().await;
}
