//! Objects that administrators add: records like any other, at once, after a restart, and gone when deleted.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use super::{PATIENCE, add, ask, get, id, post};
use crate::harness::{Workspace, wait_for};

async fn projects(workspace: &Workspace) -> Value {
    post(workspace, "/api/catalog/objects", json!({ "label": "Project", "plural_label": "Projects" })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_ones_own_is_like_any_other_and_gone_everywhere_when_it_is_deleted() {
    let mut workspace = Workspace::start().await;
    for (username, role) in [("rita", "rep"), ("otto", "rep")] {
        workspace.ok(&["user", "add", username, "--email", &format!("{username}@example.com"), "--role", role]);
    }
    assert_eq!(ask(&workspace, Method::GET, "/api/co_projects", None).await.0, 404);

    let began = Instant::now();
    let object = projects(&workspace).await;
    println!("the object was there after {:?}", began.elapsed());
    assert_eq!((&object["name"], &object["table"]), (&json!("co_project"), &json!("co_projects")));
    add(&workspace, "co_projects", "Cost", json!({ "type": "decimal", "precision": 12, "scale": 2 })).await;
    let link = add(&workspace, "deal", "Project", json!({ "type": "link", "object": "co_project" })).await;

    let rita = workspace.request(Method::POST, "/api/co_projects").header("x-leadhouse-as", "rita");
    let made: Value = rita
        .json(&json!({ "name": "Lighthouse", "cf_cost": "99.5" }))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let path = format!("/api/co_projects/{}", id(&made));
    let (status, changed) = ask(&workspace, Method::PATCH, &path, Some(&json!({ "description": "by the sea" }))).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
    post(&workspace, "/api/deals", json!({ "name": "Tower", "amount": "5", "cf_project": id(&made) })).await;
    everywhere(&workspace, &id(&made)).await;
    workspace.settled().await;
    workspace.ok(&["warehouse", "verify"]);

    workspace.kill();
    workspace.serve().await;
    workspace.settled().await;
    everywhere(&workspace, &id(&made)).await;
    let status = workspace.ok(&["warehouse", "status"]);
    assert!(!status.contains("copying"), "nothing had to be copied: {status}");

    gone(&workspace, &object, &link).await;
    workspace.kill();
    workspace.serve().await;
    workspace.settled().await;
    workspace.ok(&["warehouse", "verify"]);
}

/// Lists, audit, bulk changes, exports, documents, SQL, reports on both engines, search, the description.
async fn everywhere(workspace: &Workspace, project: &str) {
    let page = get(workspace, "/api/co_projects?filter[cf_cost][gt]=50&sort=-cf_cost&total=true").await;
    assert_eq!((&page["total"], &page["items"][0]["id"]), (&json!(1), &json!(project)), "{page}");
    let through = get(workspace, "/api/deals?filter[cf_project.name][eq]=Lighthouse").await;
    assert_eq!(through["items"].as_array().map(Vec::len), Some(1), "{through}");
    let audit = get(workspace, &format!("/api/co_projects/{project}/audit")).await;
    assert_eq!(audit["items"].as_array().map(Vec::len), Some(2), "{audit}");
    assert_eq!(get(workspace, &format!("/api/co_projects/{project}/documents")).await["items"], json!([]));
    let export = json!({ "format": "csv", "columns": ["name", "cf_cost"] });
    assert_eq!(ask(workspace, Method::POST, "/api/co_projects/export", Some(&export)).await.0, 202);
    assert_eq!(ask(workspace, Method::DELETE, "/api/co_projects", None).await.0, 405);
    assert!(get(workspace, "/api/openapi.json").await["paths"]["/api/co_projects/{id}"].is_object());

    // Nobody owns what is another's: a rep sees their own only.
    let otto = workspace.request(Method::GET, &format!("/api/co_projects/{project}")).header("x-leadhouse-as", "otto");
    let shared = otto.send().await.expect("an answer").status();
    assert!([200, 404].contains(&shared.as_u16()), "{shared}");

    let costs = async || workspace.sql("select name, cf_cost from co_projects", &[]).len() == 1;
    assert!(wait_for(PATIENCE, costs).await, "{}", workspace.log());
    let spec = json!({
        "spec_version": 1, "name": "projects", "title": "Projects", "rows": [{ "field": "deal.cf_project.name" }],
        "values": [{ "id": "deals", "measure": "deal.count" }, { "id": "amount", "measure": "deal.amount_sum" }],
    });
    let file = workspace.file("projects.json", &spec.to_string());
    for engine in ["datafusion", "duckdb"] {
        let args = ["report", "run", file.to_str().expect("a path"), "--engine", engine, "--format", "csv"];
        let report = workspace.ok(&args);
        assert!(report.lines().any(|line| line.starts_with("Lighthouse,1,5.00")), "{engine}:\n{report}");
    }
    let found = async || {
        let (status, answer) = ask(workspace, Method::GET, "/api/search?q=lighthouse", None).await;
        status == 200 && answer["groups"][0]["table"] == "co_projects"
    };
    assert!(wait_for(PATIENCE, found).await, "{}", get(workspace, "/api/search?q=lighthouse").await);
}

async fn gone(workspace: &Workspace, object: &Value, link: &Value) {
    let object = format!("/api/catalog/objects/{}", id(object));
    let remove =
        async |records: i64| ask(workspace, Method::DELETE, &format!("{object}?records={records}"), None).await;
    assert_eq!(remove(7).await.0, 409, "what is deleted is what was shown");
    let (status, problem) = remove(1).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (409, &json!("linked")), "{problem}");
    let link = format!("/api/catalog/fields/{}?values=1", id(link));
    assert_eq!(ask(workspace, Method::DELETE, &link, None).await.0, 204);
    assert_eq!(remove(1).await.0, 204);

    assert_eq!(ask(workspace, Method::GET, "/api/co_projects", None).await.0, 404);
    assert!(!workspace.run(&["sql", "select name from co_projects"]).status.success());
    assert_eq!(get(workspace, "/api/catalog/fields").await["total"], 0);
    let nothing = async || get(workspace, "/api/search?q=lighthouse").await["groups"] == json!([]);
    assert!(wait_for(PATIENCE, nothing).await);
    workspace.settled().await;
    workspace.ok(&["warehouse", "verify"]);
    assert_eq!(projects(workspace).await["table"], "co_projects_2", "a name is never given twice");
}
