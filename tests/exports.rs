//! Lists as files: made in the background, fetched once, and fit to be imported again.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Workspace, wait_for};

/// Longest time an export of a few rows may take, on a busy machine.
const SOON: Duration = Duration::from_secs(30);

async fn send(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let (status, body) = (answer.status(), answer.text().await.expect("text"));
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// Exports leads and answers the file's name and content.
async fn exported(workspace: &Workspace, body: Value) -> (String, Vec<u8>) {
    let job = send(workspace.request(Method::POST, "/api/leads/export").json(&body)).await;
    let path = format!("/api/jobs/{}", job["id"].as_str().expect("an id"));
    let ended = async || {
        let job = send(workspace.request(Method::GET, &path)).await;
        !["queued", "running"].contains(&job["state"].as_str().unwrap_or_default())
    };
    assert!(wait_for(SOON, ended).await, "the export did not end:\n{}", workspace.log());
    let job = send(workspace.request(Method::GET, &path)).await;
    assert_eq!(job["state"], "done", "{job}");
    let link = send(workspace.request(Method::POST, &format!("{path}/link")).json(&json!({}))).await;
    let url = format!("{}{}", workspace.url(), link["url"].as_str().expect("an address"));
    let file = reqwest::get(&url).await.expect("an answer");
    assert_eq!(file.status(), 200);
    let name = file.headers()["content-disposition"].to_str().expect("text").to_owned();
    let bytes = file.bytes().await.expect("a file").to_vec();
    assert_eq!(reqwest::get(&url).await.expect("an answer").status(), 404, "an address counts once");
    (name, bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_can_be_imported_again_and_changes_nothing() {
    let workspace = Workspace::start().await;
    let company = send(workspace.request(Method::POST, "/api/companies").json(&json!({"name": "Acme, Inc."}))).await;
    for (name, value, phone) in
        [("=cmd|' /C calc'!A0", "10.50", "+49 30 1"), ("Ada \"the\" Lead", "-0", "030"), ("Zoë", "7", "@x")]
    {
        let value = value.trim_start_matches('-');
        let email = format!("{}@example.com", value.replace('.', "-"));
        let lead = json!({"name": name, "email": email, "phone": phone, "estimated_value": value, "company_id": company["id"]});
        send(workspace.request(Method::POST, "/api/leads").json(&lead)).await;
    }
    let columns = json!(["name", "email", "phone", "estimated_value", "company_id"]);

    let (csv_name, csv) =
        exported(&workspace, json!({"format": "csv", "columns": columns, "query": "sort=name"})).await;
    let (_, xlsx) = exported(&workspace, json!({"format": "xlsx", "columns": columns})).await;
    let (_, parquet) = exported(&workspace, json!({"format": "parquet", "columns": columns})).await;

    assert_eq!(csv_name, "attachment; filename=\"leads.csv\"");
    let text = String::from_utf8(csv.clone()).expect("UTF-8");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines[0], "Name,E-mail,Phone,Estimated value,Company");
    assert!(lines.contains(&"'=cmd|' /C calc'!A0,10-50@example.com,'+49 30 1,10.50,\"Acme, Inc.\""), "{text}");
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    for (name, bytes) in [("leads.csv", csv), ("leads.xlsx", xlsx)] {
        let path = workspace.file(name, "");
        std::fs::write(&path, bytes).expect("written");
        let path = path.to_string_lossy().into_owned();
        let told = workspace.run(&["import", "lead", &path, "--match", "email", "--policy", "update"]);
        let told = format!("{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
        assert!(told.contains("3 skipped") || told.contains("skipped 3"), "{name}: {told}");
    }
    let versions = workspace.sql("select max(version) as most, count(*) as leads from leads", &[]);
    assert_eq!(versions[0]["leads"], 3, "{versions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_is_refused_by_field() {
    let workspace = Workspace::start().await;
    let cases = [
        (json!({"format": "csv", "columns": ["colour"]}), "/columns"),
        (json!({"format": "csv", "columns": []}), "/columns"),
        (json!({"format": "docx", "columns": ["name"]}), "/format"),
        (json!({"format": "csv", "columns": ["name"], "query": "filter[colour]=red"}), "/filter[colour]"),
        (json!({"format": "csv", "columns": ["name"], "ids": []}), "/ids"),
        (json!({"format": "csv", "columns": ["name"], "path": "/etc"}), "/path"),
    ];

    for (body, pointer) in cases {
        let answer = workspace.request(Method::POST, "/api/leads/export").json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), 422, "{body}");
        let problem: Value = answer.json().await.expect("a problem");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
    }
    let jobs = send(workspace.request(Method::GET, "/api/jobs")).await;
    assert_eq!(jobs["items"], json!([]));
}
