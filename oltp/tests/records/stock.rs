//! Orders and stock: moved once, never below nothing, and nobody waits for each other forever.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspace::{Client, Workspace};

async fn product(client: &Client, policy: &str, stock: i64) -> Uuid {
    let body = json!({"name": "Widget", "stock_policy": policy, "stock_quantity": stock, "price": "10"});
    client.post("/api/products", body).await.id()
}

async fn order(client: &Client, number: &str, status: &str) -> Uuid {
    let body = json!({"number": number, "ordered_on": "2026-03-01", "status": status});
    client.post("/api/orders", body).await.id()
}

async fn item(client: &Client, order: Uuid, product: Uuid, quantity: i64) -> super::workspace::Answer {
    let body = json!({"order_id": order, "product_id": product, "quantity": quantity, "unit_price": "10"});
    client.post("/api/order_items", body).await
}

async fn stock(client: &Client, product: Uuid) -> i64 {
    let product = client.get(&format!("/api/products/{product}")).await;
    product.body["stock_quantity"].as_i64().expect("a stock")
}

#[tokio::test]
async fn an_order_takes_its_goods_once_and_gives_them_back_once() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let widget = product(&client, "tracked", 10).await;
    let draft = order(&client, "A-1", "draft").await;
    let path = format!("/api/orders/{draft}");
    let line = item(&client, draft, widget, 3).await.id();
    let line = format!("/api/order_items/{line}");
    let mut seen = vec![stock(&client, widget).await];

    for step in [
        json!({"status": "placed"}),
        json!({"status": "shipped"}),
        json!({"status": "placed"}),
        json!({"status": "cancelled"}),
        json!({"status": "cancelled"}),
        json!({"status": "completed"}),
        json!({"status": "returned"}),
        json!({"status": "placed"}),
    ] {
        assert_eq!(client.patch(&path, step).await.status, StatusCode::OK);
        seen.push(stock(&client, widget).await);
    }
    client.patch(&line, json!({"quantity": 5})).await;
    seen.push(stock(&client, widget).await);
    client.delete(&path).await;
    seen.push(stock(&client, widget).await);
    client.post(&format!("{path}/restore"), json!({})).await;
    seen.push(stock(&client, widget).await);
    client.delete(&line).await;
    seen.push(stock(&client, widget).await);

    assert_eq!(seen, [10, 7, 7, 7, 10, 10, 7, 10, 7, 5, 10, 5, 10]);
    let version = client.get(&format!("/api/products/{widget}")).await.body["version"].as_i64().expect("a version");
    assert_eq!(workspace.traces(widget).await, (version, version), "every move left its trace");
}

#[tokio::test]
async fn stock_never_falls_below_nothing_unless_the_product_allows_it() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let (bounded, free, untracked) = (
        product(&client, "tracked", 2).await,
        product(&client, "backorder", 2).await,
        product(&client, "untracked", 0).await,
    );
    let placed = order(&client, "A-1", "placed").await;
    let draft = order(&client, "A-2", "draft").await;
    item(&client, draft, bounded, 3).await;

    let refused = item(&client, placed, bounded, 3).await;
    let late = client.patch(&format!("/api/orders/{draft}"), json!({"status": "placed"})).await;
    let ahead = item(&client, placed, free, 3).await;
    let uncounted = item(&client, placed, untracked, 3).await;
    let below = client.patch(&format!("/api/products/{free}"), json!({"stock_policy": "tracked"})).await;

    assert_eq!((refused.status, refused.refused()), (StatusCode::CONFLICT, vec![("/quantity", "out_of_stock")]));
    let message = refused.body["errors"][0]["message"].as_str().expect("a message");
    assert!(message.contains("only 2 of Widget"), "{message}");
    assert_eq!(late.refused(), [("/status", "out_of_stock")]);
    assert_eq!((ahead.status, uncounted.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(below.status, StatusCode::UNPROCESSABLE_ENTITY, "{below:?}");
    let stocks = [stock(&client, bounded).await, stock(&client, free).await, stock(&client, untracked).await];
    assert_eq!(stocks, [2, -1, 0]);
    assert_eq!(client.get(&format!("/api/orders/{draft}")).await.body["status"], "draft", "nothing was written");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "requests at the same moment, joined at the end")]
async fn orders_at_the_same_moment_cannot_sell_what_is_not_there() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let client = Arc::new(workspace.client(&admin));
    let widget = product(&client, "tracked", 7).await;
    let mut orders = Vec::new();
    for number in 0..12 {
        orders.push(order(&client, &format!("A-{number}"), "placed").await);
    }

    let attempts: Vec<_> = orders
        .into_iter()
        .map(|order| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { item(&client, order, widget, 1).await.status })
        })
        .collect();
    let mut sold = 0;
    for attempt in attempts {
        match attempt.await.expect("an answer") {
            StatusCode::CREATED => sold += 1,
            status => assert_eq!(status, StatusCode::CONFLICT),
        }
    }

    assert_eq!((sold, stock(&client, widget).await), (7, 0));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "requests at the same moment, joined at the end")]
async fn writers_of_orders_and_of_their_items_do_not_deadlock() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let client = Arc::new(workspace.client(&admin));
    let widget = product(&client, "backorder", 0).await;
    let placed = order(&client, "A-1", "placed").await;
    let mut lines = Vec::new();
    for _ in 0..4 {
        lines.push(item(&client, placed, widget, 1).await.id());
    }

    let mut attempts = Vec::new();
    for round in 1..=5 {
        for line in &lines {
            let (client, path) = (Arc::clone(&client), format!("/api/order_items/{line}"));
            let body = json!({"quantity": round + 1});
            attempts.push(tokio::spawn(async move { client.patch(&path, body).await.status }));
        }
        let (client, path) = (Arc::clone(&client), format!("/api/orders/{placed}"));
        let status = if round % 2 == 0 { "placed" } else { "cancelled" };
        attempts.push(tokio::spawn(async move { client.patch(&path, json!({"status": status})).await.status }));
    }
    for attempt in attempts {
        assert_eq!(attempt.await.expect("an answer"), StatusCode::OK);
    }

    client.patch(&format!("/api/orders/{placed}"), json!({"status": "placed"})).await;
    let taken = workspace.count("select sum(quantity)::bigint from order_items").await;
    assert_eq!(stock(&client, widget).await, -taken);
}

#[tokio::test]
async fn a_deal_is_the_sum_of_its_items_or_what_somebody_says() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let (client, admin) = (workspace.client(&rep), workspace.client(&workspace.admin().await));
    let deal = client.post("/api/deals", json!({"name": "Big", "amount": "5"})).await.id();
    let path = format!("/api/deals/{deal}");

    let line = json!({"deal_id": deal, "description": "Licence", "quantity": 3, "unit_price": "100", "discount": "10"});
    let line = client.post("/api/deal_items", line).await;
    let summed = client.get(&path).await.body["amount"].clone();
    let wrong = client.patch(&path, json!({"amount": "1"})).await;
    admin.patch(&path, json!({"owner_id": other.user_id})).await;
    let hidden = client.get(&format!("/api/deal_items/{}", line.id())).await;
    let theirs = workspace.client(&other).get(&format!("/api/deal_items/{}", line.id())).await;
    admin.delete(&format!("/api/deal_items/{}", line.id())).await;
    let kept = admin.get(&path).await.body["amount"].clone();
    let said = admin.patch(&path, json!({"amount": "7"})).await;

    assert_eq!((&line.body["amount"], &summed), (&json!("270.00"), &json!("270.00")));
    assert_eq!(wrong.refused(), [("/amount", "derived")]);
    assert_eq!((hidden.status, theirs.status), (StatusCode::NOT_FOUND, StatusCode::OK));
    assert_eq!((&kept, &said.body["amount"]), (&json!("270.00"), &json!("7.00")));
}

#[tokio::test]
async fn the_database_rounds_amounts_as_the_program_does() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let placed = order(&client, "A-1", "draft").await;
    for (quantity, price, discount) in [
        (1, "0.25", "50"),
        (1, "0.35", "50"),
        (3, "19.99", "33.33"),
        (7, "0.05", "12.50"),
        (1, "0.01", "50"),
        (1, "0.03", "50"),
    ] {
        let body = json!({"order_id": placed, "quantity": quantity, "unit_price": price, "discount": discount});
        assert_eq!(client.post("/api/order_items", body).await.status, StatusCode::CREATED);
    }

    let sql = "select count(*) from order_items where amount <> order_item_amount(quantity, unit_price, discount)";
    assert_eq!(workspace.count(sql).await, 0);
    let total = client.get(&format!("/api/orders/{placed}")).await.body["total_amount"].clone();
    let recalculated = "select total_amount::text from (select recalculate_order_total(id) from orders) r, orders";
    let stored: String = sqlx::query_scalar(recalculated).fetch_one(workspace.oltp.pool()).await.expect("a total");
    assert_eq!(total, Value::String(stored));
}
