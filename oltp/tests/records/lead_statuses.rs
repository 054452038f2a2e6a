//! The statuses of leads: what may follow what, on every way of writing.

use axum::http::StatusCode;
use catalog::{Changes, Role, Scope};
use oltp::bulk::{BulkAudit, BulkRow, RowOutcome};
use serde_json::{Value, json};

use super::workspace::{Client, Workspace, at};

async fn lead(client: &Client) -> String {
    format!("/api/leads/{}", client.post("/api/leads", json!({"name": "Ada"})).await.id())
}

async fn status(client: &Client, name: &str) -> String {
    let page = client.get(&format!("/api/lead_statuses?filter[name]={name}")).await;
    format!("/api/lead_statuses/{}", page.body["items"][0]["id"].as_str().expect("a status"))
}

#[tokio::test]
async fn a_step_that_is_not_allowed_says_which_are() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.rep().await);
    let lead = lead(&client).await;

    client.patch(&lead, json!({"status": "contacted"})).await;
    let back = client.patch(&lead, json!({"status": "new"})).await;
    let unknown = client.patch(&lead, json!({"status": "asleep"})).await;
    let read = client.get(&lead).await;

    assert_eq!(
        (back.status, back.refused()),
        (StatusCode::UNPROCESSABLE_ENTITY, vec![("/status", "transition_not_allowed")])
    );
    let message = back.body["errors"][0]["message"].as_str().expect("a message");
    assert!(message.contains("from contacted to new") && message.ends_with("qualified, converted, lost"), "{message}");
    assert_eq!(unknown.refused(), [("/status", "unknown_choice")]);
    assert_eq!(read.body["status"], "contacted", "nothing was written");
}

#[tokio::test]
async fn a_status_asks_for_its_fields_and_keeps_them() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.rep().await);
    let lead = lead(&client).await;

    let silent = client.patch(&lead, json!({"status": "lost"})).await;
    let blank = client.post("/api/leads", json!({"name": "Bob", "status": "lost", "lost_reason": " "})).await;
    let said = client.patch(&lead, json!({"status": "lost", "lost_reason": "No budget"})).await;
    let emptied = client.patch(&lead, json!({"lost_reason": null})).await;
    let other = client.patch(&lead, json!({"phone": null, "email": "ada@example.com"})).await;

    for refused in [&silent, &blank, &emptied] {
        assert_eq!(refused.refused(), [("/lost_reason", "required")], "{refused:?}");
    }
    assert_eq!((said.status, other.status), (StatusCode::OK, StatusCode::OK));
}

#[tokio::test]
async fn a_bulk_load_obeys_the_same_steps() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let client = workspace.client(&admin);
    let mut rows = Vec::new();
    for fields in [json!({"status": "lost"}), json!({"status": "contacted"}), json!({"status": "gone"})] {
        let id = client.post("/api/leads", json!({"name": "Ada"})).await.id();
        let object = workspace.object("lead");
        let changes = Changes::parse_patch(object, fields.as_object().expect("an object")).expect("valid");
        rows.push(BulkRow { id, changes, effective_at: at("2026-04-01T00:00:00Z") });
    }

    let mut tx = workspace.oltp.pool().begin().await.expect("a transaction");
    let audit = BulkAudit::PerRecord { source: "import leads.csv".to_owned() };
    let lead = workspace.object("lead");
    let outcomes = workspace.oltp.bulk_update_each(&mut tx, &admin, lead, &rows, &audit).await.expect("outcomes");
    tx.commit().await.expect("committed");

    let words = |outcome: &RowOutcome| match outcome {
        RowOutcome::Written => "written".to_owned(),
        RowOutcome::Refused(error) => error.to_string(),
    };
    let words: Vec<String> = outcomes.iter().map(words).collect();
    assert!(words[0].starts_with("lost_reason: Lost reason must have a value"), "{words:?}");
    assert_eq!(words[1], "written");
    assert!(words[2].starts_with("status: Status must be one of new, contacted"), "{words:?}");
}

#[tokio::test]
async fn a_manager_shapes_the_way_and_a_rep_may_not() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let manager = workspace.person(Role::Manager, Scope::Team, &[rep.user_id]).await;
    let (boss, client) = (workspace.client(&manager), workspace.client(&rep));
    let lead = lead(&client).await;

    let body = json!({"name": "approved", "position": 9, "manager_only": true, "next_statuses": ["converted"]});
    let refused = client.post("/api/lead_statuses", body.clone()).await;
    let made = boss.post("/api/lead_statuses", body).await;
    boss.patch(&status(&boss, "new").await, json!({"next_statuses": ["approved"]})).await;
    let alone = client.patch(&lead, json!({"status": "approved"})).await;
    let approved = boss.patch(&lead, json!({"status": "approved"})).await;

    assert_eq!((refused.status, made.status), (StatusCode::FORBIDDEN, StatusCode::CREATED));
    assert_eq!(alone.refused(), [("/status", "manager_needed")]);
    assert_eq!(approved.body["status"], "approved");
    let catalog = client.get("/api/catalog").await;
    let objects = catalog.body["objects"].as_array().expect("objects");
    let lead = objects.iter().find(|object| object["definition"]["name"] == "lead").expect("leads");
    let fields = lead["definition"]["fields"].as_array().expect("fields");
    let field = fields.iter().find(|field| field["name"] == "status").expect("a status");
    assert_eq!(field["kind"]["type"], "choice");
    assert!(field["kind"]["options"].as_array().is_some_and(|options| options.contains(&json!("approved"))));
}

#[tokio::test]
async fn statuses_name_what_is_there_and_two_of_them_stay() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    lead(&client).await;
    let (new, converted, lost) =
        (status(&client, "new").await, status(&client, "converted").await, status(&client, "lost").await);

    let refusals: [(&str, Value, (&str, &str)); 6] = [
        (&lost, json!({"next_statuses": ["gone"]}), ("/next_statuses", "unknown_name")),
        (&lost, json!({"next_statuses": "new"}), ("/next_statuses", "wrong_type")),
        (&lost, json!({"required_fields": ["score"]}), ("/required_fields", "unknown_name")),
        (&new, json!({"name": "fresh"}), ("/name", "fixed_status")),
        (&converted, json!({"category": "open"}), ("/category", "fixed_status")),
        (&lost, json!({"category": "converted"}), ("/category", "fixed_status")),
    ];
    for (path, body, refusal) in refusals {
        assert_eq!(client.patch(path, body).await.refused(), [refusal]);
    }
    assert_eq!(client.delete(&new).await.refused(), [("/name", "fixed_status")]);
    assert_eq!(client.delete(&lost).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_ready_set_replaces_the_statuses_and_leads_find_their_way() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let (boss, rep) = (workspace.client(&admin), workspace.client(&workspace.rep().await));
    let path = lead(&rep).await;
    rep.patch(&path, json!({"status": "qualified"})).await;

    let denied = rep.post("/api/lead_statuses/preset", json!({"preset": "simple"})).await;
    let simple = boss.post("/api/lead_statuses/preset", json!({"preset": "simple"})).await;
    let gone = rep.patch(&lead(&rep).await, json!({"status": "contacted"})).await;
    let moved = rep.patch(&path, json!({"status": "in_progress"})).await;
    let closed = rep.patch(&path, json!({"status": "closed", "lost_reason": "No answer"})).await;
    let again = boss.post("/api/lead_statuses/preset", json!({"preset": "qualification"})).await;

    let names = |page: &Value| page["items"].as_array().expect("items").iter().map(|s| s["name"].clone()).collect();
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert_eq!(Value::Array(names(&simple.body)), json!(["new", "in_progress", "converted", "closed"]));
    assert_eq!(gone.refused(), [("/status", "unknown_choice")]);
    assert_eq!((moved.status, closed.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(Value::Array(names(&again.body)), json!(["new", "contacted", "qualified", "converted", "lost"]));
    assert_eq!(
        boss.post("/api/lead_statuses/preset", json!({"preset": "odd"})).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}
