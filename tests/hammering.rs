//! Generated requests over the whole description: no server error, and no answer it does not describe.

use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Workspace;

/// Requests per operation; a long run is for a quiet evening.
const EXAMPLES: &str = "2";
/// Threads of the generator. Python before 3.11.9 parses its own source wrongly in two threads at once (its issue
/// 106905), which ends a run with "AST constructor recursion depth mismatch".
const WORKERS: &str = "1";
/// What every answer is checked for.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance";
/// Streams that never end by themselves, and what would stop the server from being tested.
const LEFT_OUT: &str = "^/api/(events|imports|warehouse/.*|scoring/.*)$";

#[tokio::test(flavor = "multi_thread")]
async fn no_generated_request_is_answered_otherwise_than_described() {
    let unlimited = [("LEADHOUSE_REQUESTS_PER_MINUTE", "0"), ("LEADHOUSE_EXPORTS_PER_MINUTE", "0")];
    let workspace = Workspace::start_with(&unlimited).await;
    let token = administrator(&workspace).await;

    let run = Command::new("schemathesis")
        .args(["run", &format!("{}/api/openapi.json", workspace.url()), "--no-color"])
        .args(["--header", &format!("Authorization: Bearer {token}"), "--checks", CHECKS])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", "1", "--no-shrink"])
        .args(["--suppress-health-check", "all", "--workers", WORKERS, "--request-timeout", "30"])
        .args(["--exclude-path-regex", LEFT_OUT])
        .current_dir(workspace.scratch())
        .stdin(Stdio::null())
        .output();
    let output = run.expect("schemathesis; `./leadhouse test` installs it");

    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}\n--- server\n{}",
        String::from_utf8_lossy(&output.stderr),
        workspace.log()
    );
}

/// An API key of an administrator, which outlives every sign-out that is generated.
async fn administrator(workspace: &Workspace) -> String {
    let person = json!({"username": "ada", "email": "ada@example.com", "name": "Ada", "role": "admin",
                        "password": "correct horse battery"});
    workspace.request(Method::POST, "/api/users").json(&person).send().await.expect("an answer");
    let name = json!({"name": "generated requests"});
    let request = workspace.request(Method::POST, "/api/auth/tokens").header("x-leadhouse-as", "ada").json(&name);
    let issued: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    issued["token"].as_str().unwrap_or_else(|| panic!("no key: {issued}")).to_owned()
}
