//! Bad input gets a clear error that names the field, and nothing is written.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Workspace;

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_bad_input_is_named_and_writes_nothing() {
    let workspace = Workspace::start().await;
    let cases = [
        (json!({"name": "A", "colour": "red"}), "/colour"),
        (json!({"name": "A", "amount": "much"}), "/amount"),
        (json!({"name": "A", "probability": "1000"}), "/probability"),
        (json!({"name": 7}), "/name"),
        (json!({}), "/name"),
        (json!({"name": "A", "company_id": "0190a0b0-0000-7000-8000-000000000000"}), "/company_id"),
        (json!({"name": "A", "status": "won"}), "/status"),
        (json!({"name": "A", "expected_close_on": "31.12.2026"}), "/expected_close_on"),
    ];

    for (body, pointer) in cases {
        let answer = workspace.request(Method::POST, "/api/deals").json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), 422, "{body}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{body}");
        let problem: Value = answer.json().await.expect("a problem");
        let pointers: Vec<&str> =
            problem["errors"].as_array().expect("errors").iter().filter_map(|e| e["pointer"].as_str()).collect();
        assert!(pointers.contains(&pointer), "{body}: {problem}");
    }
    let broken =
        workspace.request(Method::POST, "/api/deals").header("content-type", "application/json").body("{\"name\":");
    assert_eq!(broken.send().await.expect("an answer").status(), 400);
    let oversized = json!({"name": "A", "description": "x".repeat(3 << 20)});
    let answer = workspace.request(Method::POST, "/api/deals").json(&oversized).send().await.expect("an answer");
    assert_eq!(answer.status(), 413);
    let unknown = workspace.request(Method::GET, "/api/deals/0190a0b0-0000-7000-8000-000000000000");
    assert_eq!(unknown.send().await.expect("an answer").status(), 404);
    let nowhere = workspace.request(Method::GET, "/api/nowhere").send().await.expect("an answer");
    assert_eq!(nowhere.status(), 404);
    assert_eq!(nowhere.headers()["content-type"], "application/problem+json");

    let list: Value = workspace
        .request(Method::GET, "/api/deals?deleted=with")
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a list");
    assert_eq!(list["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_and_failures_have_their_exit_status() {
    let workspace = Workspace::start().await;

    assert_eq!(workspace.run(&["sql"]).status.code(), Some(2));
    assert_eq!(workspace.run(&["nonsense"]).status.code(), Some(2));
    for bad in [
        "select nothing from deals",
        "select * from nowhere",
        "drop table deals",
        "select 1; select 2",
        "copy deals to '/tmp/x.csv'",
        "select * from '/etc/passwd'",
        "selec",
    ] {
        let output = workspace.run(&["sql", bad]);
        assert_eq!(output.status.code(), Some(1), "{bad}");
        assert!(output.stdout.is_empty(), "{bad}");
        assert!(!output.stderr.is_empty(), "{bad}");
    }
    let unknown = workspace.run(&["report", "run", "no-such-report"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no-such-report"));
}
