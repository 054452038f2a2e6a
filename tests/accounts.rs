//! People: registration, login, roles, and what each sees through every path.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Workspace;

const PASSWORD: &str = "correct horse battery";

struct Person {
    token: String,
    id: String,
}

async fn add(workspace: &Workspace, username: &str, role: &str) -> Person {
    let body = json!({"username": username, "email": format!("{username}@example.com"), "name": username, "role": role, "password": PASSWORD});
    let created: Value = send(workspace.request(Method::POST, "/api/users").json(&body)).await;
    let login = reqwest::Client::new()
        .post(format!("{}/api/auth/login", workspace.url()))
        .json(&json!({"username": username, "password": PASSWORD}));
    let session: Value = send(login).await;
    Person { token: text(&session, "token"), id: text(&created, "id") }
}

async fn send(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = answer.text().await.expect("text");
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap_or(Value::Null)
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("{key} in {value}")).to_owned()
}

async fn as_person(
    workspace: &Workspace,
    person: &Person,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> reqwest::Response {
    let request =
        reqwest::Client::new().request(method, format!("{}{path}", workspace.url())).bearer_auth(&person.token);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    request.send().await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_sees_the_same_rows_through_records_and_sql() {
    let workspace = Workspace::start().await;
    let admin = add(&workspace, "ada", "admin").await;
    let rep = add(&workspace, "rita", "rep").await;
    let other = add(&workspace, "otto", "rep").await;
    let analyst = add(&workspace, "anna", "analyst").await;
    let executive = add(&workspace, "erik", "executive").await;
    for person in [&rep, &other] {
        for number in 0..3 {
            let body = json!({"name": format!("Lead {number}"), "email": format!("lead{number}@example.com")});
            let answer = as_person(&workspace, person, Method::POST, "/api/leads", Some(body)).await;
            assert_eq!(answer.status(), 201);
        }
    }
    workspace.settled().await;

    for (person, count) in [(&admin, 6), (&rep, 3), (&other, 3), (&analyst, 6), (&executive, 6)] {
        let listed: Value =
            as_person(&workspace, person, Method::GET, "/api/leads", None).await.json().await.expect("a list");
        let listed = ids(&listed["items"]);
        let asked = json!({"sql": "select id from leads", "format": "json"});
        let asked: Value =
            as_person(&workspace, person, Method::POST, "/api/sql", Some(asked)).await.json().await.expect("rows");
        assert_eq!(listed.len(), count);
        assert_eq!(listed, ids(&asked["rows"]));
    }
    let mine: Value = as_person(&workspace, &rep, Method::GET, "/api/leads", None).await.json().await.expect("a list");
    let lead = text(&mine["items"][0], "id");
    let hidden = as_person(&workspace, &other, Method::GET, &format!("/api/leads/{lead}"), None).await;
    assert_eq!(hidden.status(), 404);
    let masked = json!({"sql": "select count(email) as emails from leads", "format": "json"});
    let masked: Value =
        as_person(&workspace, &analyst, Method::POST, "/api/sql", Some(masked)).await.json().await.expect("rows");
    assert_eq!(masked["rows"][0]["emails"], 0);
    let forbidden = as_person(&workspace, &rep, Method::DELETE, &format!("/api/leads/{lead}"), None).await;
    assert_eq!(forbidden.status(), 403);
    let forbidden = as_person(&workspace, &analyst, Method::POST, "/api/leads", Some(json!({"name": "X"}))).await;
    assert_eq!(forbidden.status(), 403);
    assert_ne!(rep.id, other.id);
}

fn ids(rows: &Value) -> BTreeSet<String> {
    rows.as_array().expect("rows").iter().map(|row| text(row, "id")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_credentials() {
    let workspace = Workspace::start().await;
    add(&workspace, "ada", "admin").await;
    let client = reqwest::Client::new();

    for path in ["/api/leads", "/api/reports", "/api/warehouse/status", "/api/catalog"] {
        let answer = client.get(format!("{}{path}", workspace.url())).send().await.expect("an answer");
        assert_eq!(answer.status(), 401, "{path}");
    }
    let wrong = client
        .post(format!("{}/api/auth/login", workspace.url()))
        .json(&json!({"username": "ada", "password": "not the password"}));
    assert_eq!(wrong.send().await.expect("an answer").status(), 401);
    let forged = client.get(format!("{}/api/leads", workspace.url())).bearer_auth("eyJhbGciOiJub25lIn0.e30.");
    assert_eq!(forged.send().await.expect("an answer").status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_adds_lists_and_acts_as_people() {
    let workspace = Workspace::start().await;

    let password = workspace.ok(&["user", "add", "rita", "--email", "rita@example.com", "--role", "rep"]);
    let listed = workspace.ok(&["user", "list"]);
    let token = workspace.ok(&["user", "token", "rita", "--days", "1"]);
    let counted = workspace.sql("select count(*) as leads from leads", &["--as", "rita"]);

    assert!(password.trim().len() >= 16, "{password}");
    assert!(listed.contains("rita@example.com"), "{listed}");
    let me = reqwest::Client::new().get(format!("{}/api/auth/me", workspace.url())).bearer_auth(token.trim());
    assert_eq!(text(&send(me).await, "username"), "rita");
    assert_eq!(counted[0]["leads"], 0);
}
