//! New leads find an owner: in turn, by load, by territory, also at the same moment.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::StatusCode;
use catalog::{Changes, Principal};
use oltp::bulk::{BulkAudit, BulkRow};
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspace::{Client, Workspace, at};

async fn rule(client: &Client, body: Value) -> Uuid {
    let made = client.post("/api/assignment_rules", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    made.id()
}

async fn owner(client: &Client, fields: Value) -> Value {
    let mut body = json!({"name": "Ada", "owner_id": null});
    for (name, value) in fields.as_object().expect("fields") {
        body[name] = value.clone();
    }
    client.post("/api/leads", body).await.body["owner_id"].clone()
}

#[tokio::test]
async fn leads_go_to_the_territory_that_matches_and_there_in_turn() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let (anna, ben, carl) = (workspace.rep().await, workspace.rep().await, workspace.rep().await);
    let members = json!([anna.user_id, ben.user_id]);
    let austria = json!({"name": "Austria", "position": 1, "conditions": {"country": ["Austria", "Germany"]}, "members": members});
    rule(&client, austria).await;
    rule(&client, json!({"name": "Rest", "position": 2, "members": [carl.user_id]})).await;

    let mut owners = Vec::new();
    for country in ["austria", "Germany ", "Austria", "France", "Austria"] {
        owners.push(owner(&client, json!({"country": country})).await);
    }
    client.patch(&format!("/api/users/{}", ben.user_id), json!({"status": "suspended"})).await;
    owners.push(owner(&client, json!({"country": "Austria"})).await);
    let given = owner(&client, json!({"country": "Austria", "owner_id": carl.user_id})).await;

    let expected = [&anna, &ben, &anna, &carl, &ben, &anna].map(|person| json!(person.user_id));
    assert_eq!(owners, expected);
    assert_eq!(given, json!(carl.user_id), "a lead that has an owner keeps them");
}

#[tokio::test]
async fn leads_go_to_whoever_has_the_fewest_open_ones() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let (anna, ben) = (workspace.rep().await, workspace.rep().await);
    for status in ["new", "contacted"] {
        client.post("/api/leads", json!({"name": "x", "owner_id": anna.user_id, "status": status})).await;
    }
    let lost = json!({"name": "x", "owner_id": ben.user_id, "status": "lost", "lost_reason": "No budget"});
    for _ in 0..5 {
        client.post("/api/leads", lost.clone()).await;
    }
    let members = [anna.user_id, ben.user_id];
    rule(&client, json!({"name": "All", "position": 1, "strategy": "least_load", "members": members})).await;

    let mut owners = Vec::new();
    for _ in 0..4 {
        owners.push(owner(&client, json!({})).await);
    }

    assert_eq!(owners, [&ben, &ben, &anna, &ben].map(|person| json!(person.user_id)));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "requests at the same moment, joined at the end")]
async fn leads_that_come_at_the_same_moment_and_in_bulk_are_shared_evenly() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let client = Arc::new(workspace.client(&admin));
    let people = [workspace.rep().await.user_id, workspace.rep().await.user_id, workspace.rep().await.user_id];
    rule(&client, json!({"name": "All", "position": 1, "members": people})).await;

    let attempts: Vec<_> = (0..12)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { owner(&client, json!({})).await })
        })
        .collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for attempt in attempts {
        *counts.entry(attempt.await.expect("an answer").to_string()).or_default() += 1;
    }
    let object = workspace.object("lead");
    let row = || {
        let fields = json!({"name": "Imported"});
        let changes = Changes::parse_new(object, fields.as_object().expect("fields")).expect("valid");
        BulkRow { id: catalog::Ids.fresh(), changes, effective_at: at("2026-03-01T00:00:00Z") }
    };
    let rows: Vec<BulkRow> = (0..30).map(|_| row()).collect();
    let mut tx = workspace.oltp.pool().begin().await.expect("a transaction");
    let audit = BulkAudit::Summary { source: "import".to_owned() };
    workspace.oltp.bulk_insert(&mut tx, &Principal::system(), object, &rows, &audit).await.expect("inserted");
    tx.commit().await.expect("committed");

    assert_eq!(counts.values().copied().collect::<Vec<_>>(), [4, 4, 4], "{counts:?}");
    let sql = "select max(n) - min(n) from (select count(*) as n from leads group by owner_id) as counts";
    assert_eq!(workspace.count(sql).await, 0);
}

#[tokio::test]
async fn rules_name_what_is_there_and_only_managers_write_them() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let (client, boss) = (workspace.client(&rep), workspace.client(&workspace.admin().await));
    let body = |name: &str, value: Value| {
        let mut body = json!({"name": "All", "position": 1, "members": [rep.user_id]});
        body[name] = value;
        body
    };

    for (name, value, code) in [
        ("conditions", json!({"colour": "red"}), "unknown_field"),
        ("conditions", json!({"score": 5}), "unknown_field"),
        ("conditions", json!([1]), "wrong_type"),
        ("members", json!([]), "wrong_type"),
        ("members", json!(["x"]), "wrong_type"),
        ("members", json!([Uuid::from_u128(7)]), "unknown_record"),
    ] {
        let refused = boss.post("/api/assignment_rules", body(name, value.clone())).await;
        assert_eq!(refused.refused(), [(format!("/{name}").as_str(), code)], "{value}");
    }
    assert_eq!(client.post("/api/assignment_rules", body("name", json!("x"))).await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner(&boss, json!({})).await, Value::Null, "without a rule a lead is everybody's");
}

#[tokio::test]
async fn a_goal_begins_with_its_period() {
    let workspace = Workspace::start().await;
    let boss = workspace.client(&workspace.admin().await);
    let goal =
        |period: &str, day: &str| json!({"metric": "won_deals", "period": period, "starts_on": day, "target": "5"});

    for (period, day) in [("month", "2026-03-02"), ("quarter", "2026-02-01"), ("year", "2026-04-01")] {
        assert_eq!(boss.post("/api/goals", goal(period, day)).await.refused(), [("/starts_on", "not_a_beginning")]);
    }
    for (period, day) in [("month", "2026-02-01"), ("quarter", "2026-04-01"), ("year", "2026-01-01")] {
        assert_eq!(boss.post("/api/goals", goal(period, day)).await.status, StatusCode::CREATED);
    }
}
