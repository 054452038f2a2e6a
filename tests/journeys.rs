//! Four people do their jobs in a browser: the real server, the demo workspace, Chromium.
//!
//! The journeys themselves are in `web/e2e`, one file per person.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::wait_for;

/// Longest time until the demo workspace is filled, on a busy machine.
const FILL_LIMIT: Duration = Duration::from_mins(4);

/// A demo workspace that is served until it goes out of scope.
struct Demo {
    server: Child,
    dir: tempfile::TempDir,
}

impl Demo {
    async fn start() -> Self {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let log = std::fs::File::create(dir.path().join("server.log")).expect("a log file");
        let server = Command::new(env!("CARGO_BIN_EXE_leadhouse"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(dir.path().join("data"))
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("the demo starts");
        let demo = Self { server, dir };
        let up = |output: &str| output.contains("http://127.0.0.1:");
        let failed = |output: &str| output.contains("error:");
        let settled = async || up(&demo.output()) || failed(&demo.output());
        assert!(wait_for(FILL_LIMIT, settled).await && up(&demo.output()), "no demo:\n{}", demo.output());
        demo
    }

    fn output(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("server.log")).unwrap_or_default()
    }

    /// The address that the demo told.
    fn url(&self) -> String {
        let output = self.output();
        let address = output.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"));
        address.expect("an address").to_owned()
    }
}

impl Drop for Demo {
    /// Asks the server to stop, so that it stops the Postgres it started.
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.server.id().to_string()).status();
        if asked.is_ok_and(|status| status.success()) {
            self.server.wait().expect("the server ends");
        }
    }
}

fn logins() -> Value {
    let people = [
        ("manager", "mia"),
        ("rep", "ben"),
        ("analyst", "ana"),
        ("executive", "eve"),
        ("admin", "ada"),
        ("support", "sue"),
    ];
    let login = |(role, name): (&str, &str)| {
        (role.to_owned(), json!({"username": name, "password": format!("demo-{role}-2026")}))
    };
    Value::Object(people.into_iter().map(login).collect())
}

#[tokio::test]
async fn rep_manager_analyst_and_executive_do_their_jobs_in_the_browser() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    assert!(web.join("dist/index.html").exists(), "build the web UI first: `./leadhouse test` does");
    let demo = Demo::start().await;

    let journeys = Command::new("npm")
        .args(["run", "--silent", "e2e"])
        .current_dir(&web)
        .env("LEADHOUSE_URL", demo.url())
        .env("LEADHOUSE_LOGINS", logins().to_string())
        .stdin(Stdio::null())
        .output()
        .expect("npm runs");

    let text = String::from_utf8_lossy(&journeys.stdout);
    assert!(journeys.status.success(), "{text}\n{}", String::from_utf8_lossy(&journeys.stderr));
}

#[test]
fn the_web_code_passes_its_own_checks() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    for script in ["test", "lint"] {
        let output =
            Command::new("npm").args(["run", "--silent", script]).current_dir(&web).output().expect("npm runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "npm run {script}: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}
