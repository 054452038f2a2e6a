//! Changing many records as a job: progress, problems, cancelling, kills, permissions, undo.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use catalog::{Changes, Principal, Role};
use chrono::TimeDelta;
use oltp::{identity::Identity, jobs::Runner};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    bulk::{row, summary},
    workspace::{Client, Workspace, encoded, id_of},
};

/// Longest time a job of a test may take to come to its next step, on a busy machine.
const SOON: Duration = Duration::from_secs(30);

pub(super) fn runner(workspace: &Workspace) -> Runner {
    Runner::new(workspace.oltp.clone(), Arc::new(Identity::new(workspace.oltp.clone(), [7; 32])))
}

/// Runs everything that waits.
pub(super) async fn run_all(workspace: &Workspace) {
    let (runner, stop) = (runner(workspace), CancellationToken::new());
    while runner.next(&stop).await.expect("the queue can be read") {}
}

/// Leads of `owner`, all alike.
pub(super) async fn leads(workspace: &Workspace, owner: &Principal, count: usize) -> Vec<Uuid> {
    let lead = workspace.object("lead");
    let body = |n: usize| json!({"name": format!("lead {n}"), "source": "web", "owner_id": owner.user_id});
    let rows: Vec<_> = (0..count).map(|n| row(lead, body(n), "2026-01-01T00:00:00Z")).collect();
    let mut tx = workspace.oltp.pool().begin().await.expect("a transaction");
    workspace.oltp.bulk_insert(&mut tx, &Principal::system(), lead, &rows, &summary()).await.expect("loaded");
    tx.commit().await.expect("committed");
    rows.iter().map(|row| row.id).collect()
}

/// Asks for a job and answers it.
async fn asked(client: &Client, path: &str, body: Value) -> Value {
    let answer = client.post(path, body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    assert_eq!(answer.headers["location"], format!("/api/jobs/{}", answer.id()).as_str());
    answer.body
}

async fn job(client: &Client, id: &Value) -> Value {
    client.get(&format!("/api/jobs/{}", id.as_str().expect("an id"))).await.body
}

/// Runs a job until it has done something, then drops the runner as a kill would.
async fn killed_after_a_step(workspace: &Workspace, client: &Client, id: &Value) {
    let (runner, stop) = (runner(workspace), CancellationToken::new());
    let watch = async {
        while job(client, id).await["done"] == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = runner.next(&stop) => panic!("it ended too soon: {ended:?}"),
        watched = tokio::time::timeout(SOON, watch) => watched.expect("a step in time"),
    }
}

/// Runs what waits until a job has ended: Postgres needs a moment to see that its runner is gone.
async fn run_to_its_end(workspace: &Workspace, client: &Client, id: &Value) {
    let ended = async {
        while job(client, id).await["state"] == "running" {
            run_all(workspace).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, ended).await.expect("the job ends in time");
}

#[tokio::test]
async fn every_record_is_changed_as_if_by_hand_and_what_cannot_be_is_told() {
    let workspace = Workspace::start().await;
    let (rep, stranger) = (workspace.rep().await, workspace.rep().await);
    let mut ids = leads(&workspace, &rep, 1_200).await;
    let hidden = leads(&workspace, &stranger, 1).await[0];
    ids.insert(700, hidden);
    let client = workspace.client(&rep);

    let asked =
        asked(&client, "/api/leads/bulk", json!({"action": "update", "set": {"source": "fair"}, "ids": ids})).await;
    assert_eq!(
        (&asked["state"], &asked["total"], &asked["title"]),
        (&json!("queued"), &json!(1_201), &json!("Change leads"))
    );
    run_all(&workspace).await;

    let done = job(&client, &asked["id"]).await;
    assert_eq!((&done["state"], &done["done"], &done["problems"]), (&json!("done"), &json!(1_201), &json!(1)));
    assert_eq!(workspace.count("select count(*) from leads where source = 'fair' and version = 2").await, 1_200);
    let audited = "select count(*) from audit_log where object = 'lead' and action = 'update' and changes -> 'source' ->> 'old' = 'web'";
    assert_eq!(workspace.count(audited).await, 1_200);
    let problems = client.get(&format!("/api/jobs/{}/problems", done["id"].as_str().expect("an id"))).await.body;
    assert_eq!(problems["items"][0]["record_id"], json!(hidden));
    assert_eq!(problems["items"][0]["message"], "There is no lead with this id.");
    assert_eq!(problems["items"][0]["name"], Value::Null, "what is hidden has no name");
    assert_eq!(
        workspace.client(&stranger).get(&format!("/api/jobs/{}", done["id"].as_str().expect("an id"))).await.status,
        404
    );
}

#[tokio::test]
async fn a_whole_filter_is_counted_before_and_fixed_when_it_is_confirmed() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let ids = leads(&workspace, &rep, 30).await;
    let client = workspace.client(&rep);
    client.patch(&format!("/api/leads/{}", ids[0]), json!({"source": "call"})).await;
    let query = format!("{}=web&sort=name&limit=5", encoded("filter[source][eq]"));
    let request = |expected: i64| json!({"action": "update", "set": {"source": "fair"}, "query": query, "expected_count": expected});

    let refused = client.post("/api/leads/bulk", request(30)).await;
    let accepted = asked(&client, "/api/leads/bulk", request(29)).await;
    client.patch(&format!("/api/leads/{}", ids[0]), json!({"source": "web"})).await;
    run_all(&workspace).await;

    assert_eq!((refused.status, refused.refused()), (StatusCode::CONFLICT, vec![("/expected_count", "count_changed")]));
    assert_eq!(accepted["total"], 29);
    assert_eq!(workspace.count("select count(*) from leads where source = 'fair'").await, 29);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_field_and_makes_no_job() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let id = leads(&workspace, &rep, 1).await[0];
    let client = workspace.client(&rep);
    let cases = [
        (json!({"action": "update", "set": {"source": "x"}}), 422, "/ids"),
        (json!({"action": "update", "set": {"source": "x"}, "ids": [id], "query": ""}), 422, "/query"),
        (json!({"action": "update", "set": {"source": "x"}, "ids": []}), 422, "/ids"),
        (json!({"action": "update", "set": {"colour": "red"}, "ids": [id]}), 422, "/colour"),
        (json!({"action": "update", "set": {"priority": "mauve"}, "ids": [id]}), 422, "/priority"),
        (json!({"action": "update", "set": {}, "ids": [id]}), 422, "/set"),
        (json!({"action": "update", "set": {"source": "x"}, "query": "filter[colour]=red"}), 422, "/filter[colour]"),
        (json!({"action": "update", "set": {"source": "x"}, "query": "q=nobody"}), 422, "/query"),
        (json!({"action": "paint", "ids": [id]}), 422, "/action"),
        (json!({"action": "update", "set": {"source": "x"}, "ids": [id], "force": true}), 422, "/force"),
    ];

    for (body, status, pointer) in cases {
        let answer = client.post("/api/leads/bulk", body.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.refused().first().map(|(at, _)| *at)),
            (status, Some(pointer)),
            "{body}"
        );
    }
    let forbidden = client.post("/api/leads/bulk", json!({"action": "delete", "ids": [id]})).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN, "reps do not delete leads");
    assert_eq!(workspace.count("select count(*) from jobs").await, 0);
}

#[tokio::test]
async fn a_killed_job_goes_on_where_it_was_and_does_nothing_twice() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    leads(&workspace, &rep, 4_500).await;
    let client = workspace.client(&rep);
    let asked =
        asked(&client, "/api/leads/bulk", json!({"action": "update", "set": {"source": "fair"}, "query": ""})).await;

    killed_after_a_step(&workspace, &client, &asked["id"]).await;
    let left = job(&client, &asked["id"]).await;
    run_all(&workspace).await;
    assert_eq!(job(&client, &asked["id"]).await["state"], "running", "its runner might still be alive");
    workspace.clock.advance(TimeDelta::seconds(31));
    run_to_its_end(&workspace, &client, &asked["id"]).await;

    let done = job(&client, &asked["id"]).await;
    assert!(left["done"].as_i64() < Some(4_500), "{left}");
    assert_eq!((&done["state"], &done["done"], &done["problems"]), (&json!("done"), &json!(4_500), &json!(0)));
    assert_eq!(workspace.count("select count(*) from leads where version = 2 and source = 'fair'").await, 4_500);
    assert_eq!(workspace.count("select count(*) from audit_log where action = 'update'").await, 4_500);
}

#[tokio::test]
async fn a_cancelled_job_stops_and_what_it_did_can_be_taken_back() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    leads(&workspace, &rep, 4_500).await;
    let client = workspace.client(&rep);
    let asked =
        asked(&client, "/api/leads/bulk", json!({"action": "update", "set": {"source": "fair"}, "query": ""})).await;
    let id = asked["id"].as_str().expect("an id");

    let (runner, stop) = (runner(&workspace), CancellationToken::new());
    let cancel = async {
        while job(&client, &asked["id"]).await["done"] == 0 {
            tokio::task::yield_now().await;
        }
        client.post(&format!("/api/jobs/{id}/cancel"), json!({})).await
    };
    let (ran, cancelled) = tokio::join!(runner.next(&stop), tokio::time::timeout(SOON, cancel));
    ran.expect("run");
    assert_eq!(cancelled.expect("in time").status, StatusCode::OK);
    let ended = job(&client, &asked["id"]).await;
    let changed = workspace.count("select count(*) from leads where source = 'fair'").await;
    assert_eq!((&ended["state"], &ended["undoable"]), (&json!("cancelled"), &json!(true)));
    assert_eq!(ended["done"], json!(changed));
    assert!(changed < 4_500, "it stopped before its end");

    let again = client.post(&format!("/api/jobs/{id}/cancel"), json!({})).await;
    let undo = client.post(&format!("/api/jobs/{id}/undo"), json!({})).await;
    run_all(&workspace).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(undo.body["title"], "Take back: Change leads");
    assert_eq!(workspace.count("select count(*) from leads where source = 'fair'").await, 0);
}

#[tokio::test]
async fn taking_back_leaves_what_others_have_changed_since() {
    let workspace = Workspace::start().await;
    let (rep, admin) = (workspace.rep().await, workspace.admin().await);
    let ids = leads(&workspace, &rep, 3).await;
    let (client, boss) = (workspace.client(&rep), workspace.client(&admin));
    let set = json!({"source": "fair", "priority": "high"});
    let change = asked(&client, "/api/leads/bulk", json!({"action": "update", "set": set, "ids": ids})).await;
    run_all(&workspace).await;
    boss.patch(&format!("/api/leads/{}", ids[1]), json!({"source": "call"})).await;

    let undo = asked(&client, &format!("/api/jobs/{}/undo", change["id"].as_str().expect("an id")), json!({})).await;
    let twice = client.post(&format!("/api/jobs/{}/undo", change["id"].as_str().expect("an id")), json!({})).await;
    run_all(&workspace).await;

    let undone = job(&client, &undo["id"]).await;
    assert_eq!((&undone["state"], &undone["done"], &undone["problems"]), (&json!("done"), &json!(3), &json!(1)));
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let problems = client.get(&format!("/api/jobs/{}/problems", undo["id"].as_str().expect("an id"))).await.body;
    assert_eq!(problems["items"][0]["name"], "lead 1");
    assert_eq!(problems["items"][0]["message"], "Changed since, so it stays as it is: Source.");
    for (id, source) in ids.iter().zip(["web", "call", "web"]) {
        let lead = client.get(&format!("/api/leads/{id}")).await.body;
        assert_eq!((&lead["source"], &lead["priority"]), (&json!(source), &json!("medium")), "{lead}");
    }
    assert_eq!(job(&client, &change["id"]).await["undone_by"], undo["id"]);
}

#[tokio::test]
async fn deleted_records_come_back() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let ids = leads(&workspace, &admin, 5).await;
    let client = workspace.client(&admin);

    let gone = asked(&client, "/api/leads/bulk", json!({"action": "delete", "ids": ids})).await;
    run_all(&workspace).await;
    assert_eq!(workspace.count("select count(*) from leads where deleted_at is null").await, 0);
    asked(&client, "/api/leads/bulk", json!({"action": "restore", "query": "deleted=only&filter[name]=lead+3"})).await;
    run_all(&workspace).await;
    assert_eq!(workspace.count("select count(*) from leads where deleted_at is null").await, 1);
    asked(&client, &format!("/api/jobs/{}/undo", gone["id"].as_str().expect("an id")), json!({})).await;
    run_all(&workspace).await;

    assert_eq!(workspace.count("select count(*) from leads where deleted_at is null").await, 5);
    assert_eq!(workspace.count("select count(*) from jobs where state = 'done' and problems = 0").await, 3);
}

#[tokio::test]
async fn who_may_not_any_more_when_it_runs_changes_nothing() {
    let workspace = Workspace::start().await;
    let (rep, leaver) = (workspace.rep().await, workspace.rep().await);
    for person in [&rep, &leaver] {
        leads(&workspace, person, 3).await;
        asked(
            &workspace.client(person),
            "/api/leads/bulk",
            json!({"action": "update", "set": {"source": "fair"}, "query": ""}),
        )
        .await;
    }
    let users = workspace.object("user");
    for (person, change) in [(&rep, json!({"role": Role::Analyst})), (&leaver, json!({"status": "suspended"}))] {
        let changes = Changes::parse_patch(users, change.as_object().expect("fields")).expect("valid");
        workspace.oltp.update(&Principal::system(), users, person.user_id, changes).await.expect("changed");
    }

    run_all(&workspace).await;

    assert_eq!(workspace.count("select count(*) from leads where source = 'fair'").await, 0);
    assert_eq!(workspace.count("select count(*) from jobs where state = 'failed' and done = 0").await, 2);
    let jobs = workspace.client(&rep).get("/api/jobs").await.body;
    assert_eq!(jobs["items"][0]["message"], "Your role may not update leads.");
    assert_eq!(jobs["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_person_has_only_so_many_jobs_at_once() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let ids = [id_of(&workspace.make("lead", json!({"name": "A", "owner_id": rep.user_id})).await)];
    let client = workspace.client(&rep);
    let request = json!({"action": "update", "set": {"source": "fair"}, "ids": ids});
    for _ in 0..10 {
        asked(&client, "/api/leads/bulk", request.clone()).await;
    }

    assert_eq!(client.post("/api/leads/bulk", request.clone()).await.status, StatusCode::TOO_MANY_REQUESTS);
    run_all(&workspace).await;
    asked(&client, "/api/leads/bulk", request).await;
}
