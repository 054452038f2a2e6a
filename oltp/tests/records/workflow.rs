//! Workflow rules: what they start on, what they do, once, and with whose rights.

use std::sync::Arc;

use axum::http::StatusCode;
use catalog::{Role, Scope};
use chrono::TimeDelta;
use oltp::{identity::Identity, workflow::Workflows};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    notifications::{inbox, relay},
    workspace::{Client, Workspace},
};

fn workflows(workspace: &Workspace) -> Workflows {
    Workflows::new(workspace.oltp.clone(), Arc::new(Identity::new(workspace.oltp.clone(), [7; 32])))
}

/// Lets everything happen that follows, and what follows from that; answers how many runs were made.
async fn settle(workspace: &Workspace) -> usize {
    let (relay, workflows) = (relay(workspace), workflows(workspace));
    let mut made = 0;
    loop {
        let told = relay.tell_all().await.expect("told");
        let ran = workflows.run_due().await.expect("run");
        made += ran;
        if told + ran == 0 {
            return made;
        }
    }
}

async fn rule(client: &Client, body: Value) -> Uuid {
    let made = client.post("/api/workflow_rules", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    made.id()
}

async fn runs(client: &Client, rule: Uuid) -> Vec<Value> {
    let answer = client.get(&format!("/api/workflow_rules/{rule}/runs")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body["items"].as_array().expect("items").clone()
}

async fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).await.body["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn a_rule_sets_fields_makes_tasks_and_tells_people_once() {
    let workspace = Workspace::start().await;
    let (admin, rep, boss) = (workspace.admin().await, workspace.rep().await, workspace.rep().await);
    let client = workspace.client(&admin);
    let team = client.post("/api/teams", json!({"name": "North", "manager_id": boss.user_id})).await.id();
    for person in [&rep, &boss] {
        let changes = json!({"team_id": team, "visibility": "team"});
        assert_eq!(client.patch(&format!("/api/users/{}", person.user_id), changes).await.status, StatusCode::OK);
    }
    let actions = json!([
        {"kind": "set_fields", "fields": {"priority": "high"}},
        {"kind": "add_tags", "tags": ["Hot"]},
        {"kind": "create_task", "name": "Call {name}", "task_kind": "call", "due_in_days": 2, "owner": "record_owner"},
        {"kind": "notify", "to": ["manager", "record_owner"], "message": "{name} of {country} is qualified"},
    ]);
    let conditions = json!({"field": "status", "operator": "eq", "value": "qualified"});
    let qualified = json!({"name": "Qualified", "object": "lead", "conditions": conditions, "actions": actions,
                           "event": "updated", "watched_fields": ["status"]});
    let id = rule(&client, qualified).await;
    let lead = json!({"name": "Ada", "country": "Peru", "owner_id": rep.user_id, "tags": ["vip"]});
    let lead = client.post("/api/leads", lead).await.id();
    let path = format!("/api/leads/{lead}");
    settle(&workspace).await;
    client.patch(&path, json!({"description": "another field"})).await;
    client.patch(&path, json!({"status": "contacted"})).await;
    settle(&workspace).await;
    assert_eq!(runs(&client, id).await, Vec::<Value>::new(), "no change that it waits for");

    client.patch(&path, json!({"status": "qualified"})).await;
    let made = settle(&workspace).await;
    let again = settle(&workspace).await;

    assert_eq!((made, again), (1, 0));
    let lead = client.get(&path).await.body;
    assert_eq!((&lead["priority"], &lead["tags"]), (&json!("high"), &json!(["hot", "vip"])));
    let tasks = items(&client, "/api/tasks").await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    let task = &tasks[0];
    assert_eq!((&task["name"], &task["kind"], &task["lead_id"]), (&json!("Call Ada"), &json!("call"), &lead["id"]));
    assert_eq!((&task["owner_id"], &task["due_at"]), (&json!(rep.user_id), &json!("2026-04-02T12:00:00.000000Z")));
    let message = ("workflow_rule".to_owned(), "Ada of Peru is qualified".to_owned());
    assert_eq!(inbox(&workspace.client(&boss)).await, std::slice::from_ref(&message));
    assert!(inbox(&workspace.client(&rep)).await.contains(&message));
    let log = runs(&client, id).await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(
        (&log[0]["status"], &log[0]["title"], &log[0]["record_id"]),
        (&json!("done"), &json!("Ada"), &lead["id"])
    );
    assert_eq!(log[0]["outcome"], "2 fields set, 1 task made, 2 people told");
    let timeline = client.get(&format!("{path}/timeline")).await.body.to_string();
    assert!(timeline.contains("workflow rule “Qualified”"), "{timeline}");
}

#[tokio::test]
async fn rules_start_one_another_and_never_themselves() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let sets = |field: &str, value: &str| json!([{"kind": "set_fields", "fields": {field: value}}]);
    let is = |field: &str, value: &str| json!({"field": field, "operator": "eq", "value": value});
    let referred = json!({"name": "First", "object": "lead", "conditions": is("source", "referral"),
                          "actions": sets("priority", "high"), "event": "created"});
    rule(&client, referred).await;
    let high = json!({"name": "Second", "object": "lead", "conditions": is("priority", "high"),
                      "actions": sets("priority", "low"), "watched_fields": ["priority"], "event": "updated"});
    let down = rule(&client, high).await;
    let low = json!({"name": "Third", "object": "lead", "conditions": is("priority", "low"),
                     "actions": sets("priority", "high"), "watched_fields": ["priority"], "event": "updated"});
    let up = rule(&client, low).await;

    let lead = client.post("/api/leads", json!({"name": "Ada", "source": "referral"})).await.id();
    settle(&workspace).await;

    let lead = client.get(&format!("/api/leads/{lead}")).await.body;
    assert_eq!(lead["priority"], "low", "down, up, and down again by what the third did");
    let done = (runs(&client, down).await.len(), runs(&client, up).await.len());
    assert_eq!(done, (2, 1), "no rule acts on what follows from itself");
}

#[tokio::test]
async fn a_rule_has_the_rights_of_whoever_decided_what_it_does() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let boss = workspace.client(&admin);
    let manager = workspace.person(Role::Manager, Scope::All, &[]).await;
    boss.patch(&format!("/api/users/{}", manager.user_id), json!({"visibility": "all"})).await;
    let client = workspace.client(&manager);
    let high = json!({"name": "High", "object": "lead",
                      "actions": [{"kind": "set_fields", "fields": {"priority": "high"}}]});
    let id = rule(&client, high).await;
    assert_eq!(client.get(&format!("/api/workflow_rules/{id}")).await.body["author_id"], json!(manager.user_id));
    boss.patch(&format!("/api/users/{}", manager.user_id), json!({"role": "analyst"})).await;
    boss.post("/api/leads", json!({"name": "Ada"})).await;
    settle(&workspace).await;

    boss.patch(&format!("/api/users/{}", manager.user_id), json!({"status": "suspended"})).await;
    boss.post("/api/leads", json!({"name": "Bob"})).await;
    settle(&workspace).await;
    let path = format!("/api/workflow_rules/{id}");
    let renamed = boss.patch(&path, json!({"position": 7, "name": "Renamed"})).await;
    assert_eq!(renamed.body["author_id"], json!(manager.user_id), "whoever renames a rule lends it nothing");
    boss.post("/api/leads", json!({"name": "Bea"})).await;
    settle(&workspace).await;
    boss.patch(&path, json!({"event": "created"})).await;
    boss.post("/api/leads", json!({"name": "Cleo"})).await;
    settle(&workspace).await;

    let log = runs(&boss, id).await;
    let of = |name: &str| log.iter().find(|run| run["title"] == name).unwrap_or_else(|| panic!("{name}: {log:?}"));
    assert_eq!((&of("Cleo")["status"], &of("Cleo")["outcome"]), (&json!("done"), &json!("1 field set")));
    assert_eq!(of("Ada")["status"], "failed");
    for name in ["Bob", "Bea"] {
        assert!(of(name)["error"].as_str().expect("a reason").contains("no active account"), "{log:?}");
    }
}

#[tokio::test]
async fn runs_wait_their_turn_and_a_rule_that_is_switched_off_does_nothing() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let tagging = json!({"name": "Tag", "object": "company", "actions": [{"kind": "add_tags", "tags": ["new"]}]});
    let id = rule(&client, tagging).await;
    for number in 0..20 {
        client.post("/api/companies", json!({"name": format!("Company {number}")})).await;
    }
    relay(&workspace).tell_all().await.expect("told");

    let (one, other) = (workflows(&workspace), workflows(&workspace));
    let (first, second) = tokio::join!(one.run_due(), other.run_due());

    assert_eq!(first.expect("run") + second.expect("run"), 20);
    let tagged = "select count(*) from companies where tags = '[\"new\"]'";
    assert_eq!(workspace.count(tagged).await, 20);
    assert_eq!(workspace.count("select max(version) from companies").await, 2, "once each");
    client.post("/api/companies", json!({"name": "Late"})).await;
    relay(&workspace).tell_all().await.expect("told");
    client.patch(&format!("/api/workflow_rules/{id}"), json!({"active": false})).await;
    settle(&workspace).await;
    assert_eq!(workspace.count("select count(*) from workflow_runs where status = 'waiting'").await, 0);
    assert_eq!(runs(&client, id).await.len(), 20, "the late one was left alone");
    workspace.clock.advance(TimeDelta::days(31));
    assert_eq!(workflows(&workspace).forget().await.expect("forgotten"), 20);
}

#[tokio::test]
async fn a_rule_that_cannot_act_is_refused_where_it_is_wrong() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let good = json!({"name": "Rule", "object": "lead", "actions": [{"kind": "add_tags", "tags": ["x"]}]});
    let nobody = Uuid::nil();
    let cases = [
        ("object", json!("martian"), "/object", "unknown_choice"),
        ("object", json!("user"), "/object", "not_allowed"),
        ("event", json!("deleted"), "/event", "unknown_choice"),
        ("watched_fields", json!("status"), "/watched_fields", "wrong_type"),
        ("watched_fields", json!(["shoe_size"]), "/watched_fields", "unknown_field"),
        (
            "conditions",
            json!({"field": "shoe_size", "operator": "eq", "value": 44}),
            "/conditions/field",
            "unknown_field",
        ),
        ("actions", json!([]), "/actions", "wrong_type"),
        ("actions", json!([{"kind": "dance"}]), "/actions/0", "invalid_action"),
        ("actions", json!([{"kind": "add_tags", "tags": []}]), "/actions/0/tags", "wrong_type"),
        ("actions", json!([{"kind": "set_fields", "fields": {}}]), "/actions/0/fields", "required"),
        (
            "actions",
            json!([{"kind": "set_fields", "fields": {"priority": "huge"}}]),
            "/actions/0/fields/priority",
            "unknown_choice",
        ),
        ("actions", json!([{"kind": "notify", "to": ["owner"], "message": "x"}]), "/actions/0", "invalid_action"),
        ("actions", json!([{"kind": "notify", "to": [nobody], "message": "x"}]), "/actions/0", "unknown_record"),
        (
            "actions",
            json!([{"kind": "notify", "to": ["manager"], "message": "{shoe_size}"}]),
            "/actions/0/message",
            "unknown_field",
        ),
        (
            "actions",
            json!([{"kind": "create_task", "name": "x", "due_in_days": 400, "owner": "author"}]),
            "/actions/0/due_in_days",
            "out_of_range",
        ),
        (
            "actions",
            json!([{"kind": "create_task", "name": "x", "task_kind": "dance", "due_in_days": 4, "owner": "author"}]),
            "/actions/0/task_kind",
            "unknown_choice",
        ),
    ];
    for (field, value, pointer, code) in cases {
        let mut body = good.clone();
        body[field] = value;
        let answer = client.post("/api/workflow_rules", body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
        assert_eq!(answer.refused(), [(pointer, code)], "{answer:?}");
    }
    let rep = workspace.client(&workspace.rep().await);
    assert_eq!(rep.post("/api/workflow_rules", good.clone()).await.status, StatusCode::FORBIDDEN);
    let id = rule(&client, good).await;
    assert_eq!(rep.get(&format!("/api/workflow_rules/{id}/runs")).await.status, StatusCode::FORBIDDEN);
    let wrong = client.get(&format!("/api/workflow_rules/{id}/runs?cursor=x")).await;
    assert_eq!(wrong.refused(), [("/cursor", "invalid_cursor")]);
}
