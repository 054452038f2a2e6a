//! Figures about contacts and companies, from the warehouse and under permissions.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Workspace;

async fn send(workspace: &Workspace, method: Method, person: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let request = workspace.request(method, path).header("x-leadhouse-as", person);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

async fn make(workspace: &Workspace, person: &str, table: &str, body: Value) -> String {
    let (status, record) = send(workspace, Method::POST, person, &format!("/api/{table}"), Some(body)).await;
    assert_eq!(status, 201, "{record}");
    record["id"].as_str().expect("an id").to_owned()
}

async fn figures(workspace: &Workspace, person: &str, path: &str) -> Value {
    let (status, figures) = send(workspace, Method::GET, person, path, None).await;
    assert_eq!(status, 200, "{path}: {figures}");
    figures
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_over_what_one_may_see() {
    let workspace = Workspace::start().await;
    for (username, role) in [("rita", "rep"), ("otto", "rep"), ("erik", "executive")] {
        let email = format!("{username}@example.com");
        workspace.ok(&["user", "add", username, "--email", &email, "--role", role]);
    }
    for (owner, calls) in [("rita", 2), ("otto", 1)] {
        let company = make(&workspace, owner, "companies", json!({"name": format!("{owner} inc")})).await;
        let body = json!({"name": format!("{owner}'s contact"), "company_id": company, "lifecycle": "customer"});
        let contact = make(&workspace, owner, "contacts", body).await;
        make(&workspace, owner, "contacts", json!({"name": "silent"})).await;
        for (day, direction) in [("2026-01-15", "inbound"), ("2026-02-15", "outbound")].into_iter().take(calls) {
            let at = format!("{day}T10:00:00Z");
            let call = json!({"kind": "call", "direction": direction, "occurred_at": at, "contact_id": contact});
            make(&workspace, owner, "activities", call).await;
        }
        let deal =
            json!({"name": "deal", "amount": "100.50", "stage": "Won", "contact_id": contact, "company_id": company});
        make(&workspace, owner, "deals", deal).await;
        make(&workspace, owner, "deals", json!({"name": "open", "amount": "7", "contact_id": contact})).await;
    }
    workspace.settled().await;
    let span = "from=2026-01-01&to=2030-12-31";

    let own = figures(&workspace, "rita", &format!("/api/contacts/analytics?{span}")).await;
    let all = figures(&workspace, "erik", &format!("/api/contacts/analytics?{span}&top=1")).await;
    let companies = figures(&workspace, "erik", &format!("/api/companies/analytics?{span}")).await;
    let january = figures(&workspace, "erik", "/api/companies/analytics?from=2026-01-01&to=2026-01-31").await;

    assert_eq!(own["records"], json!({"total": 2, "created": 2, "customers": 1}));
    assert_eq!(own["interactions"], json!([{"kind": "call", "interactions": 2, "records": 1}]));
    let periods = json!([
        {"period": "2026-01-01", "interactions": 1, "records": 1}, {"period": "2026-02-01", "interactions": 1, "records": 1},
    ]);
    assert_eq!(own["periods"], periods);
    let engagement = json!({"active": 1, "answering": 1, "interactions": 2, "inbound": 1, "outbound": 1});
    assert_eq!(own["engagement"], engagement);
    let performance = json!({
        "currency": "USD", "won": 1, "lost": 0, "won_amount": "100.50", "open": 1, "open_amount": "7.00", "win_rate": "100.0",
    });
    assert_eq!(own["performance"], json!([performance]));
    assert_eq!(own["top"][0]["name"], "rita's contact");
    assert_eq!((&own["top"][0]["last_on"], own["top"].as_array().map(Vec::len)), (&json!("2026-02-15"), Some(1)));
    assert_eq!((&all["records"]["total"], &all["engagement"]["interactions"]), (&json!(4), &json!(3)));
    assert_eq!(all["top"].as_array().map(Vec::len), Some(1));
    assert_eq!(companies["engagement"]["interactions"], 3, "what happens with its people counts for a company");
    assert_eq!(companies["performance"][0]["won_amount"], "201.00");
    assert_eq!(january["engagement"]["interactions"], 2);
    assert!(all["lag_ms"].is_i64() && all["lsn"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_parameters_are_named_and_the_address_is_no_record() {
    let workspace = Workspace::start().await;
    workspace.ok(&["user", "add", "ada", "--email", "ada@example.com", "--role", "admin"]);
    workspace.settled().await;

    for (query, pointer) in [
        ("from=2026-02-01&to=2026-01-01", "/from"),
        ("from=1990-01-01&to=2026-01-01", "/from"),
        ("top=0", "/top"),
        ("min_lsn=soon", "/min_lsn"),
    ] {
        let (status, problem) =
            send(&workspace, Method::GET, "ada", &format!("/api/contacts/analytics?{query}"), None).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!(pointer)), "{query}: {problem}");
    }
    for subject in ["contacts", "companies"] {
        let empty = figures(&workspace, "ada", &format!("/api/{subject}/analytics?interval=week")).await;
        assert_eq!((&empty["subject"], &empty["records"]["total"]), (&json!(subject), &json!(0)));
    }
}
