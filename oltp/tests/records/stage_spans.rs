//! Stage spans: whoever moves a deal, and however, each stay in a stage is one row.

use catalog::Principal;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    bulk::{change, row, summary},
    workspace::{Client, Workspace},
};

async fn stage(client: &Client, name: &str) -> Value {
    client.get(&format!("/api/stages?filter[name]={name}")).await.body["items"][0]["id"].clone()
}

/// The spans of a deal in order, as the client sees them.
async fn spans(client: &Client, deal: &Value) -> Vec<Value> {
    let deal = deal.as_str().expect("an id");
    let page = client.get(&format!("/api/stage_spans?filter[deal_id]={deal}&sort=entered_at")).await;
    page.body["items"].as_array().unwrap_or_else(|| panic!("spans, not {page:?}")).clone()
}

#[tokio::test]
async fn each_move_of_a_deal_ends_one_span_and_begins_the_next() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let client = workspace.client(&rep);
    let (proposal, won) = (stage(&client, "Proposal").await, stage(&client, "Won").await);
    let deal = client.post("/api/deals", json!({"name": "Big"})).await.body;
    let path = format!("/api/deals/{}", deal["id"].as_str().expect("an id"));

    workspace.clock.advance(TimeDelta::hours(36));
    client.patch(&path, json!({"stage_id": proposal})).await;
    client.patch(&path, json!({"amount": "5.00"})).await;
    workspace.clock.advance(TimeDelta::hours(12));
    client.patch(&path, json!({"stage_id": won})).await;

    let spans = spans(&client, &deal["id"]).await;
    let stages: Vec<&Value> = spans.iter().map(|span| &span["stage_id"]).collect();
    assert_eq!(stages, [&deal["stage_id"], &proposal, &won]);
    let days: Vec<&Value> = spans.iter().map(|span| &span["days"]).collect();
    assert_eq!(days, [&json!("1.50"), &json!("0.50"), &Value::Null]);
    assert_eq!(spans[0]["left_at"], spans[1]["entered_at"]);
    assert_eq!((&spans[2]["left_at"], &spans[2]["owner_id"]), (&Value::Null, &json!(rep.user_id)));
}

#[tokio::test]
async fn spans_follow_their_deal_to_its_owner_and_into_the_bin() {
    let workspace = Workspace::start().await;
    let (first, second) = (workspace.rep().await, workspace.rep().await);
    let admin = workspace.client(&workspace.admin().await);
    let deal = workspace.client(&first).post("/api/deals", json!({"name": "Big"})).await.body;
    let path = format!("/api/deals/{}", deal["id"].as_str().expect("an id"));

    admin.patch(&path, json!({"owner_id": second.user_id})).await;

    assert_eq!(spans(&workspace.client(&first), &deal["id"]).await, Vec::<Value>::new());
    assert_eq!(spans(&workspace.client(&second), &deal["id"]).await.len(), 1);
    admin.delete(&path).await;
    assert_eq!(spans(&admin, &deal["id"]).await, Vec::<Value>::new());
    admin.post(&format!("{path}/restore"), json!({})).await;
    assert_eq!(spans(&admin, &deal["id"]).await.len(), 1);
}

#[tokio::test]
async fn loaded_versions_give_spans_with_their_effective_times() {
    let workspace = Workspace::start().await;
    let (object, system) = (workspace.object("deal"), Principal::system());
    let client = workspace.client(&workspace.admin().await);
    let won = stage(&client, "Won").await;
    let opened = row(object, json!({"name": "Old"}), "2017-01-02T00:00:00Z");
    let closed = change(object, opened.id, json!({"stage_id": won}), "2017-01-12T12:00:00Z");

    let mut tx = workspace.oltp.pool().begin().await.expect("a transaction");
    workspace
        .oltp
        .bulk_insert(&mut tx, &system, object, std::slice::from_ref(&opened), &summary())
        .await
        .expect("inserted");
    workspace.oltp.bulk_update(&mut tx, &system, object, &[closed], &summary()).await.expect("updated");
    tx.commit().await.expect("committed");

    let spans = spans(&client, &json!(opened.id)).await;
    let times: Vec<&Value> = spans.iter().map(|span| &span["entered_at"]).collect();
    assert_eq!(times, [&json!("2017-01-02T00:00:00.000000Z"), &json!("2017-01-12T12:00:00.000000Z")]);
    assert_eq!((&spans[0]["days"], &spans[1]["left_at"]), (&json!("10.50"), &Value::Null));
}
