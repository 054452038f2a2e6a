//! People's own SQL in the real program: it cannot hold up others, and it ends when it should.

use std::{path::PathBuf, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Workspace, wait_for};

/// Longest wait for something to start, on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Minutes of work over no table at all.
fn endless() -> String {
    let numbers = (0..330).map(|number| format!("({number})")).collect::<Vec<_>>().join(",");
    let list = |name: &str| format!("(values {numbers}) as {name}(x)");
    let (a, b, c) = (list("a"), list("b"), list("c"));
    format!("select count(distinct sha512(concat(a.x, ' ', b.x, ' ', c.x))) from {a}, {b}, {c}")
}

/// The worker processes of a server, each with the processor time it has used.
fn workers(server: u32) -> Vec<(Pid, Duration)> {
    let tick = Duration::from_millis(10);
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("a list of processes").flatten() {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // After the name, which may hold anything: state, parent, and 10 fields later the times.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let (Some(pid), Some("R" | "S" | "D"), true) =
            (pid, fields.first().copied(), fields[1] == server.to_string())
        {
            let ticks: u32 = fields[11..13].iter().filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
            found.push((Pid::from_raw(pid), tick * ticks));
        }
    }
    found
}

fn gone(pid: Pid) -> bool {
    !PathBuf::from(format!("/proc/{pid}")).exists()
}

/// Asks the endless question and answers the process that works on it.
#[expect(clippy::disallowed_methods, reason = "the request runs beside the test, which waits for its end")]
async fn busy_worker(workspace: &Workspace) -> (tokio::task::JoinHandle<()>, Pid) {
    let server = workspace.server_pid();
    let body = json!({ "sql": endless() });
    let request = workspace.request(Method::POST, "/api/sql").json(&body).send();
    let asked = tokio::spawn(async move { drop(request.await) });
    let busiest = || workers(server).into_iter().max_by_key(|(_, busy)| *busy);
    let busy = || async { busiest().is_some_and(|(_, busy)| busy > Duration::from_secs(1)) };
    assert!(wait_for(START_LIMIT, busy).await, "no worker works:\n{}", workspace.log());
    (asked, busiest().expect("a worker").0)
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_answered_while_a_statement_runs_and_hanging_up_ends_it() {
    let workspace = Workspace::start().await;
    let (asked, worker) = busy_worker(&workspace).await;

    let made = workspace.request(Method::POST, "/api/leads").json(&json!({"name": "Ada"})).send().await;
    let other = workspace.request(Method::POST, "/api/sql").json(&json!({"sql": "select 41 + 1 as n"})).send().await;
    let still_running = !gone(worker);
    asked.abort();
    let ended = wait_for(Duration::from_secs(1), async || gone(worker)).await;

    assert_eq!(made.expect("an answer").status(), StatusCode::CREATED);
    let other: Value = other.expect("an answer").json().await.expect("JSON");
    assert_eq!(other["rows"][0]["n"], 42, "{other}");
    assert!(still_running, "the statement was over too early to show anything");
    assert!(ended, "the process goes on although nobody waits for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_worker_outlives_a_server_that_was_killed() {
    let mut workspace = Workspace::start().await;
    let server = workspace.server_pid();
    let (asked, worker) = busy_worker(&workspace).await;
    let all: Vec<Pid> = workers(server).into_iter().map(|(pid, _)| pid).collect();
    assert!(all.contains(&worker));

    workspace.kill();

    let ended = wait_for(START_LIMIT, async || all.iter().all(|pid| gone(*pid))).await;
    assert!(ended, "workers go on without their server: {all:?}");
    asked.await.expect("the request has failed");
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "the request runs beside the test, which waits for its end")]
async fn a_worker_that_is_killed_is_explained() {
    let workspace = Workspace::start().await;
    let server = workspace.server_pid();
    let body = json!({ "sql": endless() });
    let request = workspace.request(Method::POST, "/api/sql").json(&body).send();
    let asked = tokio::spawn(request);
    let busiest = || workers(server).into_iter().max_by_key(|(_, busy)| *busy);
    let busy = || async { busiest().is_some_and(|(_, busy)| busy > Duration::from_secs(1)) };
    assert!(wait_for(START_LIMIT, busy).await, "no worker works:\n{}", workspace.log());

    kill(busiest().expect("a worker").0, Signal::SIGKILL).expect("it can be killed");

    let answer = asked.await.expect("joined").expect("an answer");
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!(problem["type"], "/problems/query_process_ended");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("SIGKILL")), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stops_although_somebody_follows_its_events() {
    let workspace = Workspace::start().await;
    let mut events = workspace.request(Method::GET, "/api/events").send().await.expect("a stream");
    let greeting = events.chunk().await.expect("readable").expect("a greeting");
    assert!(String::from_utf8_lossy(&greeting).contains("retry"), "{greeting:?}");

    let server = Pid::from_raw(i32::try_from(workspace.server_pid()).expect("a process id"));
    kill(server, Signal::SIGTERM).expect("it can be asked");

    let mut rest = Vec::new();
    while let Ok(Some(chunk)) = events.chunk().await {
        rest.extend(chunk);
    }
    let stopped = wait_for(START_LIMIT, async || workspace.log().contains("stopping") && workers_done(server)).await;
    assert!(stopped, "{}\n{}", workspace.log(), String::from_utf8_lossy(&rest));
}

/// Whether the server has ended; it stays a zombie until the harness waits for it.
fn workers_done(server: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{server}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with('Z') || rest.is_empty())
}
