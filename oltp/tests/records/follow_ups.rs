//! When something is to be done next about a record, and lists in the order of urgency.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::workspace::{Client, Workspace, id_of};

const EARLY: &str = "2026-03-01T08:00:00.000000Z";
const LATE: &str = "2026-05-01T08:00:00.000000Z";

async fn follow_up(client: &Client, path: &str) -> Value {
    client.get(path).await.body["follow_up_at"].clone()
}

#[tokio::test]
async fn the_next_follow_up_is_the_first_open_task() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let subjects = [("lead", "leads"), ("contact", "contacts"), ("company", "companies"), ("deal", "deals")];

    for (object, table) in subjects {
        let id = id_of(&workspace.make(object, json!({"name": "x"})).await);
        let other = id_of(&workspace.make(object, json!({"name": "y"})).await);
        let (path, other_path) = (format!("/api/{table}/{id}"), format!("/api/{table}/{other}"));
        let link = format!("{object}_id");
        let task = async |due_at: Value| {
            let body = json!({"name": "call", "due_at": due_at, link.as_str(): id});
            client.post("/api/tasks", body).await.id()
        };
        let late = task(json!(LATE)).await;
        let early = task(json!(EARLY)).await;
        task(Value::Null).await;
        let version = client.get(&path).await.body["version"].clone();

        assert_eq!(follow_up(&client, &path).await, EARLY, "{object}");
        client.patch(&format!("/api/tasks/{early}"), json!({"status": "done"})).await;
        assert_eq!(follow_up(&client, &path).await, LATE, "{object}: a task that is done does not count");
        client.patch(&format!("/api/tasks/{early}"), json!({"status": "open"})).await;
        client.delete(&format!("/api/tasks/{early}")).await;
        assert_eq!(follow_up(&client, &path).await, LATE, "{object}: nor one in the bin");
        client.patch(&format!("/api/tasks/{late}"), json!({link.as_str(): other})).await;
        assert_eq!(follow_up(&client, &path).await, Value::Null, "{object}: nor one that went elsewhere");
        assert_eq!(follow_up(&client, &other_path).await, LATE);
        assert_eq!(client.get(&path).await.body["version"], version, "{object}: the record itself did not change");
        let refused = client.patch(&path, json!({"follow_up_at": EARLY})).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{object}");
    }
}

#[tokio::test]
async fn what_is_overdue_longest_comes_first_and_what_has_no_follow_up_last() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    for (name, due_at) in [("a", Some(LATE)), ("b", None), ("c", Some(EARLY))] {
        let lead = id_of(&workspace.make("lead", json!({"name": name})).await);
        if let Some(due_at) = due_at {
            workspace.make("task", json!({"name": "call", "due_at": due_at, "lead_id": lead})).await;
        }
    }

    let sorted = client.get("/api/leads?sort=follow_up_at").await;
    let overdue = client.get("/api/leads?filter[follow_up_at][lt]=%7B%22rel%22%3A%22today%22%7D").await;

    let names = |page: &Value| -> String {
        page["items"].as_array().expect("items").iter().filter_map(|item| item["name"].as_str()).collect()
    };
    assert_eq!(names(&sorted.body), "cab");
    assert_eq!(names(&overdue.body), "c");
}
