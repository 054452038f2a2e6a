//! Generated requests over the whole description: no server error, and no answer it does not describe.

use std::process::{Command, Stdio};

use crate::harness::Workspace;

/// Requests per operation; a long run is for a quiet evening.
const EXAMPLES: &str = "2";
/// What every answer is checked for.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance";
/// Streams that never end by themselves, and what would stop the server from being tested.
const LEFT_OUT: &str = "^/api/(events|imports|warehouse/.*|scoring/.*)$";

#[tokio::test(flavor = "multi_thread")]
async fn no_generated_request_is_answered_otherwise_than_described() {
    let workspace = Workspace::start().await;
    let token = workspace.token();

    let run = Command::new("schemathesis")
        .args(["run", &format!("{}/api/openapi.json", workspace.url()), "--no-color"])
        .args(["--header", &format!("Authorization: Bearer {token}"), "--checks", CHECKS])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", "1", "--no-shrink"])
        .args(["--suppress-health-check", "all", "--workers", "2", "--request-timeout", "30"])
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
