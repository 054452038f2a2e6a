//! Timelines: what is merged, in which order, and what each person sees of it.

use axum::http::StatusCode;
use catalog::{Principal, Role, Scope};
use serde_json::{Value, json};

use super::workspace::{Client, Workspace, encoded};

/// The titles on all pages of a timeline.
async fn titles(client: &Client, path: &str, limit: usize) -> Vec<String> {
    let mut titles = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("{path}?limit={limit}{cursor}")).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let items = page.body["items"].as_array().expect("items");
        titles.extend(items.iter().map(|item| item["title"].as_str().expect("a title").to_owned()));
        let Some(next) = page.body["next"].as_str() else { return titles };
        cursor = format!("&cursor={}", encoded(next));
    }
}

async fn post(client: &Client, path: &str, body: Value) -> String {
    let made = client.post(path, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    made.id().to_string()
}

/// A lead of the rep with a call, a meeting, a done task, a note and a rating.
async fn lead_with_life(workspace: &Workspace, rep: &Principal) -> String {
    let client = workspace.client(rep);
    let lead = post(&client, "/api/leads", json!({"name": "Ada"})).await;
    let about = |mut body: Value| {
        body["lead_id"] = json!(lead);
        body
    };
    let call = json!({"kind": "call", "subject": "First call", "occurred_at": "2026-03-01T10:00:00Z"});
    post(&client, "/api/activities", about(call)).await;
    let meeting = json!({"kind": "meeting", "subject": "Lunch", "body": "They like it", "outcome": "good",
                         "occurred_at": "2026-03-05T10:00:00Z"});
    post(&client, "/api/activities", about(meeting)).await;
    post(&client, "/api/tasks", about(json!({"name": "Send offer", "due_at": "2026-05-01T10:00:00Z"}))).await;
    post(&client, "/api/notes", about(json!({"body": "Prefers mail"}))).await;
    post(&client, "/api/lead_feedback", about(json!({"rating": 4, "comment": "Strong"}))).await;
    let changed = client.patch(&format!("/api/leads/{lead}"), json!({"status": "contacted"})).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    lead
}

#[tokio::test]
async fn a_timeline_merges_what_links_to_the_record_newest_first() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let lead = lead_with_life(&workspace, &rep).await;
    let path = format!("/api/leads/{lead}/timeline");
    let rep = workspace.client(&rep);
    let admin = workspace.client(&workspace.admin().await);

    // The clock stands still, so everything made "now" stands before what happened in March.
    let own = titles(&rep, &path, 50).await;
    let all = titles(&admin, &path, 50).await;

    assert_eq!(own, ["Rated 4 of 5", "Note", "Send offer", "Lunch", "First call"]);
    assert_eq!(all[3..], ["Changed Status", "Created", "Lunch", "First call"]);
    let page = admin.get(&format!("{path}?kinds=change,meeting")).await;
    let items = page.body["items"].as_array().expect("items");
    assert_eq!(items[0]["data"]["fields"][0]["new"], "contacted");
    assert_eq!(items[2]["kind"], "meeting");
    assert_eq!(items[2]["body"], "They like it");
    assert_eq!(items[2]["data"]["outcome"], "good");
    assert!(items[2]["actor"]["name"].as_str().is_some_and(|name| name.starts_with("rep-")), "{page:?}");
}

#[tokio::test]
async fn going_through_all_pages_shows_every_entry_once() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let lead = lead_with_life(&workspace, &rep).await;
    let client = workspace.client(&rep);
    for number in 0..7 {
        let call = json!({"kind": "call", "subject": format!("Call {number}"), "lead_id": lead,
                          "occurred_at": "2026-03-01T10:00:00Z"});
        post(&client, "/api/activities", call).await;
    }
    let admin = workspace.client(&workspace.admin().await);
    let path = format!("/api/leads/{lead}/timeline");

    let whole = titles(&admin, &path, 200).await;

    assert_eq!(whole.len(), 14);
    for limit in [1, 2, 3, 5] {
        assert_eq!(titles(&admin, &path, limit).await, whole, "{limit} on a page");
    }
}

#[tokio::test]
async fn a_timeline_shows_only_what_its_reader_may_see() {
    let workspace = Workspace::start().await;
    let (anna, ben) = (workspace.rep().await, workspace.rep().await);
    let lead = post(&workspace.client(&anna), "/api/leads", json!({"name": "Ada"})).await;
    let boss = workspace.person(Role::Executive, Scope::All, &[]).await;
    workspace
        .make("note", json!({"body": "Ben's note on Anna's lead", "lead_id": lead, "owner_id": ben.user_id}))
        .await;
    let path = format!("/api/leads/{lead}/timeline");

    assert_eq!(titles(&workspace.client(&anna), &path, 50).await, Vec::<String>::new());
    assert_eq!(titles(&workspace.client(&boss), &path, 50).await, ["Note"]);
    assert_eq!(workspace.client(&ben).get(&path).await.status, StatusCode::NOT_FOUND);
    let unknown = "/api/deals/00000000-0000-7000-8000-000000000099/timeline";
    assert_eq!(workspace.client(&boss).get(unknown).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn wrong_parameters_of_a_timeline_are_named() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let lead = post(&client, "/api/leads", json!({"name": "Ada"})).await;
    let deal = post(&client, "/api/deals", json!({"name": "Big"})).await;
    post(&client, "/api/notes", json!({"body": "a", "lead_id": lead})).await;
    let first = client.get(&format!("/api/leads/{lead}/timeline?limit=1")).await;
    let foreign = encoded(first.body["next"].as_str().expect("a next page"));

    for (table, id, parameters, refused) in [
        ("leads", &lead, "kinds=email,fax".to_owned(), ("/kinds", "unknown_choice")),
        ("leads", &lead, "limit=0".to_owned(), ("/limit", "out_of_range")),
        ("leads", &lead, "cursor=x".to_owned(), ("/cursor", "invalid_cursor")),
        ("deals", &deal, format!("cursor={foreign}"), ("/cursor", "invalid_cursor")),
    ] {
        let answer = client.get(&format!("/api/{table}/{id}/timeline?{parameters}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{parameters}");
        assert_eq!(answer.refused(), [refused], "{parameters}");
    }
}
