//! A workspace of its own for each test: a private Postgres, a temporary lake, the real binary.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use oltp::testing::Cluster;
use serde_json::Value;

/// Longest time a server may take to start, on a busy machine.
const START_LIMIT: Duration = Duration::from_mins(1);
/// How often a condition is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// A running server with its data.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The database; outlives the server.
    pub(crate) cluster: Cluster,
    dir: tempfile::TempDir,
    server: Option<Child>,
    environment: Vec<(String, String)>,
}

impl Workspace {
    /// Starts a fresh workspace.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a fresh workspace with these environment variables.
    pub(crate) async fn start_with(environment: &[(&str, &str)]) -> Self {
        let cluster = Cluster::start().await;
        let dir = tempfile::tempdir().expect("a scratch folder");
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut workspace = Self { cluster, dir, server: None, environment };
        workspace.serve().await;
        workspace
    }

    /// Starts the server on the data there is.
    pub(crate) async fn serve(&mut self) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.dir.path().join("server.log"))
            .expect("a log file");
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("the server starts");
        let pid = child.id();
        self.server = Some(child);
        let ready = wait_for(START_LIMIT, async || self.server_file().is_some_and(|file| file.pid == pid)).await;
        assert!(ready, "the server did not start:\n{}", self.log());
    }

    /// Ends the server as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.server.take() {
            child.kill().expect("the server can be killed");
            child.wait().expect("the server ends");
        }
    }

    /// Runs a command of the binary against this workspace.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).stdin(Stdio::null()).output().expect("the command runs")
    }

    /// Runs a command that must succeed and returns what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let errors = String::from_utf8_lossy(&output.stderr);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{args:?} failed:\n{told}\n{errors}\n--- server log\n{}", self.log());
        String::from_utf8(output.stdout).expect("text")
    }

    /// Rows of a query as JSON objects.
    pub(crate) fn sql(&self, query: &str, more: &[&str]) -> Vec<Value> {
        let args: Vec<&str> = ["sql", query, "--format", "json"].iter().chain(more).copied().collect();
        let text = self.ok(&args);
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        answer["rows"].as_array().cloned().unwrap_or_else(|| panic!("no rows in {text}"))
    }

    /// A request that carries the local administrator's token.
    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let file = self.server_file().expect("a running server");
        reqwest::Client::new().request(method, format!("{}{path}", file.url)).bearer_auth(file.token)
    }

    /// The process of the server.
    pub(crate) fn server_pid(&self) -> u32 {
        self.server_file().expect("a running server").pid
    }

    /// The address of the server.
    pub(crate) fn url(&self) -> String {
        self.server_file().expect("a running server").url
    }

    /// The token of commands on this machine.
    pub(crate) fn token(&self) -> String {
        self.server_file().expect("a running server").token
    }

    /// A folder that goes with this workspace.
    pub(crate) fn scratch(&self) -> &Path {
        self.dir.path()
    }

    /// Waits until everything written so far is visible to queries.
    pub(crate) async fn settled(&self) {
        let answer =
            self.request(reqwest::Method::POST, "/api/warehouse/flush").json(&serde_json::json!({})).send().await;
        assert!(answer.is_ok_and(|answer| answer.status().is_success()), "flush failed:\n{}", self.log());
    }

    /// A scratch file in this workspace.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).expect("a scratch file");
        path
    }

    /// What the server logged.
    pub(crate) fn log(&self) -> String {
        let text = std::fs::read_to_string(self.dir.path().join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leadhouse"));
        command
            .args(args)
            .env("DATABASE_URL", self.cluster.url())
            .env("LEADHOUSE_DATA_DIR", self.dir.path().join("data"))
            .env_remove("LEADHOUSE_URL")
            .env_remove("LEADHOUSE_TOKEN")
            .env_remove("LEADHOUSE_SMTP_URL")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn server_file(&self) -> Option<ServerFile> {
        let text = std::fs::read_to_string(self.dir.path().join("data/server.json")).ok()?;
        serde_json::from_str(&text).ok()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.kill();
    }
}

#[derive(Debug, serde::Deserialize)]
struct ServerFile {
    url: String,
    token: String,
    pid: u32,
}

/// Looks at a condition until it holds or the limit is reached.
pub(crate) async fn wait_for(limit: Duration, condition: impl AsyncFn() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if condition().await {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// A folder of the public data sets, if this checkout has them beside it.
pub(crate) fn shared_data(name: &str) -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if dir.is_dir() {
        return Some(dir);
    }
    println!("skipped: {} is not there", dir.display());
    None
}

/// A file of this repository.
pub(crate) fn repository_file(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).to_string_lossy().into_owned()
}
