//! Imports as jobs: uploaded, looked into, tried, brought in once whatever happens, taken back.

use std::{fmt::Write, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use catalog::{FixedClock, Ids, Principal, Role, Scope};
use chrono::TimeDelta;
use ingest::imports::Imports;
use oltp::{
    Oltp,
    identity::Identity,
    jobs::{JobFiles, Runner},
    testing::Cluster,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Longest time a job may take to come to its next step, on a busy machine.
const SOON: Duration = Duration::from_mins(1);

struct Workspace {
    oltp: Oltp,
    clock: Arc<FixedClock>,
    imports: Imports,
    files: JobFiles,
    folder: tempfile::TempDir,
    _cluster: Cluster,
}

impl Workspace {
    async fn start() -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at("2026-03-31T12:00:00Z".parse().expect("a moment")));
        let oltp = cluster.oltp_at(Arc::<FixedClock>::clone(&clock)).await;
        let folder = tempfile::TempDir::new().expect("a folder");
        let files = JobFiles::new(folder.path().join("jobs"));
        let imports = Imports::new(oltp.clone(), files.clone());
        Self { oltp, clock, imports, files, folder, _cluster: cluster }
    }

    async fn rep(&self) -> Principal {
        let users = self.oltp.catalog().object("user").expect("people").clone();
        let username = format!("rep{}", Ids.fresh().simple());
        let body = json!({"username": username, "email": format!("{username}@x.example"), "name": username, "role": Role::Rep});
        let changes = catalog::Changes::parse_new(&users, body.as_object().expect("fields")).expect("valid");
        let record = self.oltp.create(&Principal::system(), &users, changes).await.expect("created");
        let user_id = record["id"].as_str().expect("an id").parse().expect("a uuid");
        Principal {
            user_id,
            username,
            role: Role::Rep,
            scope: Scope::Own,
            visible_owner_ids: [user_id].into(),
            ..Principal::system()
        }
    }

    fn client(&self, caller: &Principal) -> Client {
        let routes = ingest::api::imports::routes(self.imports.clone())
            .merge(oltp::api::downloads::routes(self.oltp.clone(), self.files.clone()))
            .merge(oltp::api::record_routes(&self.oltp));
        Client { router: routes.layer(Extension(caller.clone())) }
    }

    fn runner(&self) -> Runner {
        let identity = Arc::new(Identity::new(self.oltp.clone(), [7; 32]));
        Runner::new(self.oltp.clone(), identity).with(self.imports.clone())
    }

    async fn run_all(&self) {
        let (runner, stop) = (self.runner(), CancellationToken::new());
        while runner.next(&stop).await.expect("the queue can be read") {}
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.oltp.pool()).await.expect("a number")
    }
}

struct Client {
    router: Router,
}

impl Client {
    async fn send(&self, method: &str, path: &str, body: Body, kind: &str) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind).body(body);
        let response = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, String::from_utf8(bytes.to_vec()).expect("text"))
    }

    async fn json(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let (status, text) = self.send(method, path, Body::from(body.to_string()), "application/json").await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        self.json("GET", path, Value::Null).await.1
    }

    async fn upload(&self, object: &str, name: &str, text: &str) -> Value {
        let path = format!("/api/imports/files?object={object}&name={name}");
        let (status, file) = self.send("POST", &path, Body::from(text.to_owned()), "application/octet-stream").await;
        assert_eq!(status, StatusCode::CREATED, "{file}");
        serde_json::from_str(&file).expect("JSON")
    }

    /// Makes an import of an uploaded file and answers its job.
    async fn start(&self, file: &Value, more: Value) -> Value {
        let mut body = json!({"file": file["id"], "object": "leads"});
        body.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        let (status, job) = self.json("POST", "/api/imports/jobs", body).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{job}");
        job
    }

    async fn job(&self, job: &Value) -> Value {
        self.get(&format!("/api/jobs/{}", job["id"].as_str().expect("an id"))).await
    }
}

#[tokio::test]
async fn a_file_is_looked_into_tried_brought_in_and_taken_back() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let client = workspace.client(&rep);
    let csv = "Full name,Mail,Value\nAda,ada@x.example,10\nBert,bert@x.example,much\nCleo,cleo@x.example,-3\n";

    let file = client.upload("leads", "people.csv", csv).await;
    assert_eq!(
        file["columns"],
        json!([
            {"name": "Full name", "field": "name"}, {"name": "Mail", "field": "email"}, {"name": "Value", "field": null}
        ])
    );
    assert_eq!(file["rows"][0], json!(["Ada", "ada@x.example", "10"]));
    let mapping =
        json!({"columns": {"Full name": "name", "Mail": "email", "Value": "estimated_value"}, "unmapped": "ignore"});
    let tried = client.start(&file, json!({"mapping": mapping, "dry_run": true})).await;
    workspace.run_all().await;
    let tried = client.job(&tried).await;
    assert_eq!(
        (&tried["state"], &tried["result"]["created"], &tried["result"]["rejected"]),
        (&json!("done"), &json!(1), &json!(2))
    );
    assert_eq!(tried["undoable"], false);
    let causes: Vec<&str> = tried["result"]["causes"]
        .as_array()
        .expect("causes")
        .iter()
        .filter_map(|cause| cause["reason"].as_str())
        .collect();
    assert!(causes.iter().any(|reason| reason.contains("estimated_value: … ")), "{causes:?}");
    assert_eq!(workspace.count("select count(*) from leads").await, 0, "a check writes nothing");

    let job = client.start(&file, json!({"mapping": mapping})).await;
    workspace.run_all().await;
    let done = client.job(&job).await;
    assert_eq!((&done["title"], &done["done"], &done["problems"]), (&json!("Import people.csv"), &json!(3), &json!(2)));
    assert_eq!(
        workspace.count("select count(*) from leads where owner_id is not null and email = 'ada@x.example'").await,
        1
    );
    let (_, link) =
        client.json("POST", &format!("/api/jobs/{}/link", done["id"].as_str().expect("an id")), json!({})).await;
    let url = link["url"].as_str().expect("an address");
    let (status, rejects) = client.send("GET", url, Body::empty(), "").await;
    assert_eq!((status, rejects.lines().count()), (StatusCode::OK, 3), "{rejects}");
    assert!(rejects.contains("Bert") && rejects.contains(",'-3"), "cells cannot be run as formulas: {rejects}");
    assert_eq!(client.send("GET", url, Body::empty(), "").await.0, StatusCode::NOT_FOUND, "an address counts once");

    let (status, _) =
        client.json("POST", &format!("/api/jobs/{}/undo", done["id"].as_str().expect("an id")), json!({})).await;
    workspace.run_all().await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let undone = client.get("/api/jobs?limit=1").await;
    let undone = &undone["items"][0];
    let told = (&undone["state"], &undone["message"]);
    assert_eq!(told, (&json!("failed"), &json!("Your role may not delete leads.")), "undo is no way around a role");
}

#[tokio::test]
async fn taking_back_deletes_what_was_made_and_restores_what_was_updated() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&Principal::system());
    let file = client
        .upload("leads", "first.csv", "name,email,source\nAda,ada@x.example,web\nBert,bert@x.example,web\n")
        .await;
    client.start(&file, json!({})).await;
    workspace.run_all().await;
    let again = "name,email,source\nAda L,ada@x.example,fair\nBert,bert@x.example,fair\nCleo,cleo@x.example,fair\nDan,dan@x.example,fair\n";
    let file = client.upload("leads", "second.csv", again).await;
    let job = client.start(&file, json!({"match_field": "email", "policy": "update"})).await;
    workspace.run_all().await;
    assert_eq!(workspace.count("select count(*) from leads where source = 'fair'").await, 4);
    let leads = client.get("/api/leads?sort=name").await;
    let id = |name: &str| {
        let lead = leads["items"].as_array().expect("leads").iter().find(|lead| lead["name"] == name);
        lead.expect(name)["id"].as_str().expect("an id").to_owned()
    };
    client.json("PATCH", &format!("/api/leads/{}", id("Ada L")), json!({"source": "call"})).await;
    client.json("PATCH", &format!("/api/leads/{}", id("Dan")), json!({"source": "call"})).await;

    client.json("POST", &format!("/api/jobs/{}/undo", job["id"].as_str().expect("an id")), json!({})).await;
    workspace.run_all().await;

    let left = client.get("/api/leads?sort=name").await;
    let left: Vec<(&str, &str)> = left["items"]
        .as_array()
        .expect("leads")
        .iter()
        .map(|lead| (lead["name"].as_str().expect("a name"), lead["source"].as_str().expect("a source")))
        .collect();
    assert_eq!(left, [("Ada", "call"), ("Bert", "web"), ("Dan", "call")]);
    let undone = client.get("/api/jobs?limit=1").await;
    assert_eq!((&undone["items"][0]["done"], &undone["items"][0]["problems"]), (&json!(4), &json!(2)));
}

#[tokio::test]
async fn a_killed_import_goes_on_and_creates_nothing_twice() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&Principal::system());
    let rows = 16_000;
    let mut csv = "name,estimated_value\n".to_owned();
    for n in 0..rows {
        let value = if n % 1_000 == 7 { "much" } else { "1" };
        writeln!(csv, "lead {n},{value}").expect("written");
    }
    let file = client.upload("leads", "many.csv", &csv).await;
    let job = client.start(&file, json!({})).await;

    let (runner, stop) = (workspace.runner(), CancellationToken::new());
    let watch = async {
        while client.job(&job).await["done"] == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = runner.next(&stop) => panic!("it ended too soon: {ended:?}"),
        watched = tokio::time::timeout(SOON, watch) => watched.expect("a step in time"),
    }
    // The thread of the killed attempt ends at its next chunk, as its job belongs to another then; until
    // it does it may extend its claim, so time goes on.
    let ended = async {
        while client.job(&job).await["state"] == "running" {
            workspace.clock.advance(TimeDelta::seconds(31));
            workspace.run_all().await;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, ended).await.expect("the import ends in time");

    let done = client.job(&job).await;
    assert_eq!(
        (&done["state"], &done["done"], &done["problems"]),
        (&json!("done"), &json!(rows), &json!(16)),
        "{done}"
    );
    assert_eq!((&done["result"]["created"], &done["result"]["causes"][0]["rows"]), (&json!(rows - 16), &json!(16)));
    assert_eq!(workspace.count("select count(distinct name) from leads").await, rows - 16);
    assert_eq!(workspace.count("select count(*) from leads").await, rows - 16);
    let rejects =
        std::fs::read_to_string(workspace.files.path(done["id"].as_str().expect("an id").parse().expect("a uuid")));
    assert_eq!(rejects.expect("a file of rejects").lines().count(), 17);
}

#[tokio::test]
async fn a_file_is_its_owners_and_a_wrong_mapping_makes_no_job() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let (client, stranger) = (workspace.client(&rep), workspace.client(&other));
    let file = client.upload("leads", "people.csv", "name\nAda\n").await;
    let path = format!("/api/imports/files/{}?object=lead", file["id"].as_str().expect("an id"));

    assert_eq!(client.json("GET", &path, Value::Null).await.0, StatusCode::OK);
    assert_eq!(stranger.json("GET", &path, Value::Null).await.0, StatusCode::NOT_FOUND);
    let start = json!({"file": file["id"], "object": "leads"});
    assert_eq!(stranger.json("POST", "/api/imports/jobs", start).await.0, StatusCode::NOT_FOUND);
    for wrong in [
        json!({"mapping": {"columns": {"name": "colour"}}}),
        json!({"mapping": {"columns": {"Nobody": "name"}}}),
        json!({"mapping": {"paint": 1}}),
        json!({"policy": "update"}),
        json!({"policy": "maybe"}),
    ] {
        let mut body = json!({"file": file["id"], "object": "leads"});
        body.as_object_mut().expect("fields").extend(wrong.as_object().expect("fields").clone());
        let (status, problem) = client.json("POST", "/api/imports/jobs", body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {problem}");
        assert!(problem["errors"][0]["pointer"].is_string(), "{problem}");
    }
    assert_eq!(workspace.count("select count(*) from jobs").await, 0);
}

#[tokio::test]
async fn files_are_removed_when_their_time_is_over() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&Principal::system());
    let file = client.upload("leads", "people.csv", "name,estimated_value\nAda,x\n").await;
    let job = client.start(&file, json!({})).await;
    workspace.run_all().await;
    let files = || std::fs::read_dir(workspace.folder.path().join("jobs")).expect("a folder").count();

    workspace.clock.advance(TimeDelta::hours(47));
    workspace.runner().tidy().await;
    let before = files();
    workspace.clock.advance(TimeDelta::hours(2));
    workspace.runner().tidy().await;

    assert_eq!((before, files()), (2, 0));
    let link = format!("/api/jobs/{}/link", job["id"].as_str().expect("an id"));
    assert_eq!(client.json("POST", &link, json!({})).await.0, StatusCode::NOT_FOUND);
}
