//! Fields that administrators add while the program runs, from outside: usable everywhere within a
//! second, after a restart too, and gone everywhere when they are deleted.

mod objects;
mod writers;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Workspace, wait_for};

/// A second is promised on an idle machine; a busy one gets more before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// The status and the body of an answer.
async fn ask(workspace: &Workspace, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
    let request = workspace.request(method, path);
    let request = if let Some(body) = body { request.json(body) } else { request };
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("text")).unwrap_or(Value::Null))
}

async fn get(workspace: &Workspace, path: &str) -> Value {
    let (status, body) = ask(workspace, Method::GET, path, None).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

async fn post(workspace: &Workspace, path: &str, body: Value) -> Value {
    let (status, answer) = ask(workspace, Method::POST, path, Some(&body)).await;
    assert_eq!(status, 201, "{path}: {answer}");
    answer
}

async fn add(workspace: &Workspace, object: &str, label: &str, kind: Value) -> Value {
    post(workspace, "/api/catalog/fields", json!({ "object": object, "label": label, "kind": kind })).await
}

/// How many values a field has, as somebody sees it before they delete it.
async fn values(workspace: &Workspace, id: &str) -> i64 {
    get(workspace, &format!("/api/catalog/fields/{id}")).await["values"].as_i64().expect("a number")
}

fn id(record: &Value) -> String {
    record["id"].as_str().unwrap_or_else(|| panic!("a record, not {record}")).to_owned()
}

fn amounts(workspace: &Workspace) -> Vec<Value> {
    workspace.sql("select name, cf_budget, cf_tier from leads where cf_tier is not null order by name", &[])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_field_is_usable_everywhere_and_gone_everywhere_when_it_is_deleted() {
    let mut workspace = Workspace::start().await;
    let before = post(&workspace, "/api/leads", json!({ "name": "Was there before" })).await;
    let company = post(&workspace, "/api/companies", json!({ "name": "Supplier" })).await;
    workspace.settled().await;

    let began = Instant::now();
    let budget = add(&workspace, "leads", "Budget", json!({ "type": "decimal", "precision": 12, "scale": 2 })).await;
    println!("the first field was there after {:?}", began.elapsed());
    let tier = add(&workspace, "lead", "Tier", json!({ "type": "choice", "options": ["gold", "silver"] })).await;
    add(&workspace, "lead", "Supplier", json!({ "type": "link", "object": "company" })).await;
    add(&workspace, "lead", "Remark", json!({ "type": "text" })).await;
    assert_eq!(
        (&budget["name"], &budget["object"], &budget["values"]),
        (&json!("cf_budget"), &json!("lead"), &json!(0))
    );

    let body = json!({
        "name": "Ada", "cf_budget": "1250.5", "cf_tier": "gold", "cf_supplier": id(&company), "cf_remark": "likes zanzibar",
    });
    let ada = post(&workspace, "/api/leads", body).await;
    let written = Instant::now();
    let path = format!("/api/leads/{}", id(&before));
    let (status, changed) =
        ask(&workspace, Method::PATCH, &path, Some(&json!({ "cf_tier": "silver", "cf_budget": 10 }))).await;
    assert_eq!((status, &changed["cf_budget"]), (200, &json!("10.00")), "{changed}");
    assert!(wait_for(PATIENCE, async || amounts(&workspace).len() == 2).await, "{}", workspace.log());
    println!("values were in SQL after {:?}", written.elapsed());
    assert_eq!(
        amounts(&workspace),
        [
            json!({ "name": "Ada", "cf_budget": "1250.50", "cf_tier": "gold" }),
            json!({ "name": "Was there before", "cf_budget": "10.00", "cf_tier": "silver" }),
        ]
    );
    everywhere(&workspace, &id(&ada)).await;

    // What was there before the field reads as null, in files that were written before it too.
    workspace.settled().await;
    let versions =
        workspace.sql("select cf_tier from leads_history where name = 'Was there before' order by _lsn", &[]);
    assert_eq!(versions, [json!({ "cf_tier": null }), json!({ "cf_tier": "silver" })]);
    workspace.ok(&["warehouse", "verify"]);

    workspace.kill();
    workspace.serve().await;
    assert!(wait_for(PATIENCE, async || workspace.run(&["sql", "select cf_budget from leads"]).status.success()).await);
    workspace.settled().await;
    assert_eq!(amounts(&workspace).len(), 2);
    everywhere(&workspace, &id(&ada)).await;

    gone(&workspace, &id(&budget), &id(&tier)).await;
    workspace.kill();
    workspace.serve().await;
    workspace.settled().await;
    workspace.ok(&["warehouse", "verify"]);
}

/// Lists, the catalogue, the description of the interface, reports on both engines, search.
async fn everywhere(workspace: &Workspace, ada: &str) {
    let catalog = get(workspace, "/api/catalog").await;
    let lead =
        catalog["objects"].as_array().expect("objects").iter().find(|object| object["definition"]["name"] == "lead");
    let fields = lead.expect("leads")["definition"]["fields"].as_array().expect("fields");
    assert!(fields.iter().any(|field| field["name"] == "cf_tier" && field["label"] == "Tier"), "{fields:?}");
    let description = get(workspace, "/api/openapi.json").await;
    assert!(description.to_string().contains("cf_budget"), "the interface is described as it is");

    for filter in ["filter[cf_tier][eq]=gold", "filter[cf_budget][gt]=1000", "filter[cf_supplier.name][eq]=Supplier"] {
        let page = get(workspace, &format!("/api/leads?{filter}")).await;
        assert_eq!(page["items"].as_array().map(Vec::len), Some(1), "{filter}: {page}");
        assert_eq!(page["items"][0]["id"], ada, "{filter}");
    }
    let sorted = get(workspace, "/api/leads?sort=-cf_budget&limit=1").await;
    assert_eq!(sorted["items"][0]["id"], ada);

    let spec = json!({
        "spec_version": 1, "name": "tiers", "title": "Tiers", "rows": [{ "field": "lead.cf_tier" }],
        "values": [{ "id": "n", "measure": "lead.count" }, { "id": "sum", "measure": "lead.cf_budget_sum" }],
        "where": { "field": "lead.cf_supplier.name", "op": "=", "value": "Supplier" },
    });
    let file = workspace.file("tiers.json", &spec.to_string());
    for engine in ["datafusion", "duckdb"] {
        let args = ["report", "run", file.to_str().expect("a path"), "--engine", engine, "--format", "csv"];
        let report = workspace.ok(&args);
        assert!(report.lines().any(|line| line.starts_with("gold,1,1250.50")), "{engine}:\n{report}");
    }

    let began = Instant::now();
    let found = async || {
        let (status, answer) = ask(workspace, Method::GET, "/api/search?q=zanzibar", None).await;
        status == 200 && answer["groups"][0]["items"][0]["id"] == ada
    };
    assert!(wait_for(PATIENCE, found).await, "{}", get(workspace, "/api/search?q=zanzibar").await);
    println!("a word was found after {:?}", began.elapsed());
}

/// Deletes two fields: what was shown is what is deleted, and the names are never given again.
async fn gone(workspace: &Workspace, budget: &str, tier: &str) {
    let remove = async |id: &str, seen: i64| {
        ask(workspace, Method::DELETE, &format!("/api/catalog/fields/{id}?values={seen}"), None).await
    };
    assert_eq!(values(workspace, budget).await, 2);
    let (status, problem) = remove(budget, 1).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (409, &json!("/values")), "{problem}");
    assert_eq!(ask(workspace, Method::DELETE, &format!("/api/catalog/fields/{budget}"), None).await.0, 400);
    assert_eq!(amounts(workspace).len(), 2);

    let began = Instant::now();
    assert_eq!(remove(budget, 2).await.0, 204);
    println!("a field was gone after {:?}", began.elapsed());
    assert_eq!(remove(tier, values(workspace, tier).await).await.0, 204);

    assert_eq!(remove(tier, 2).await.0, 404);
    let (status, problem) =
        ask(workspace, Method::POST, "/api/leads", Some(&json!({ "name": "Late", "cf_budget": "1" }))).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (422, &json!("unknown_field")), "{problem}");
    assert!(!workspace.run(&["sql", "select cf_budget from leads"]).status.success());
    assert!(!workspace.run(&["sql", "select cf_budget from leads_history"]).status.success());
    let args = ["report", "run", &workspace.scratch().join("tiers.json").display().to_string()].map(str::to_owned);
    let failed = workspace.run(&args.each_ref().map(String::as_str));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("cf_"), "{failed:?}");
    workspace.ok(&["warehouse", "verify"]);

    let decimal = json!({ "type": "decimal", "precision": 12, "scale": 2 });
    let taken = json!({ "object": "lead", "label": "Budget", "name": "cf_budget", "kind": decimal });
    let (status, problem) = ask(workspace, Method::POST, "/api/catalog/fields", Some(&taken)).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/name")), "{problem}");
    let again = add(workspace, "lead", "Budget", json!({ "type": "text" })).await;
    assert_eq!(again["name"], "cf_budget_2");
    let audit = get(workspace, "/api/audit?object=custom_field").await.to_string();
    for action in ["create", "delete"] {
        assert!(audit.contains(&format!("\"action\":\"{action}\"")), "{action} is missing in {audit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let workspace = Workspace::start().await;
    for (username, role) in [("rita", "rep"), ("anna", "analyst"), ("mia", "manager")] {
        workspace.ok(&["user", "add", username, "--email", &format!("{username}@example.com"), "--role", role]);
        let request = workspace.request(Method::GET, "/api/catalog/fields").header("x-leadhouse-as", username);
        assert_eq!(request.send().await.expect("an answer").status(), 403, "{username}");
    }
    let kind = json!({ "type": "bool" });
    let refused = [
        (json!({ "object": "lead", "label": "", "kind": kind }), "/label"),
        (json!({ "object": "lead", "label": "Name", "kind": kind }), "/label"),
        (json!({ "object": "user", "label": "Shoe size", "kind": kind }), "/object"),
        (json!({ "object": "lead", "label": "Cash", "name": "cash", "kind": kind }), "/name"),
        (
            json!({ "object": "lead", "label": "Odd", "kind": { "type": "choice", "options": ["a", "a"] } }),
            "/kind/options/1",
        ),
        (
            json!({ "object": "lead", "label": "Odd", "kind": { "type": "decimal", "precision": 99, "scale": 2 } }),
            "/kind",
        ),
    ];
    for (body, pointer) in refused {
        let (status, problem) = ask(&workspace, Method::POST, "/api/catalog/fields", Some(&body)).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!(pointer)), "{body}: {problem}");
    }
    assert_eq!(
        ask(
            &workspace,
            Method::POST,
            "/api/catalog/fields",
            Some(&json!({ "object": "lead", "label": "Odd", "kind": { "type": "blob" } }))
        )
        .await
        .0,
        422
    );

    assert_eq!(get(&workspace, "/api/catalog/fields").await["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_field_is_hidden_from_analysts_on_every_path_and_words_change_while_it_is_used() {
    let workspace = Workspace::start().await;
    workspace.ok(&["user", "add", "anna", "--email", "anna@example.com", "--role", "analyst"]);
    let private = json!({ "object": "contact", "label": "Home town", "kind": { "type": "text" }, "personal": true });
    post(&workspace, "/api/catalog/fields", private).await;
    let size = add(&workspace, "contact", "Size", json!({ "type": "choice", "options": ["small", "large"] })).await;
    let body = json!({ "name": "Ida", "cf_home_town": "Timbuktu", "cf_size": "large" });
    let ida = post(&workspace, "/api/contacts", body).await;
    workspace.settled().await;

    let as_anna = async |path: &str| {
        let request = workspace.request(Method::GET, path).header("x-leadhouse-as", "anna");
        request.send().await.expect("an answer").json::<Value>().await.expect("JSON")
    };
    assert!(wait_for(PATIENCE, async || get(&workspace, "/api/search?q=timbuktu").await["groups"] != json!([])).await);
    assert_eq!(as_anna("/api/search?q=timbuktu").await["groups"], json!([]));
    let seen = as_anna(&format!("/api/contacts/{}", id(&ida))).await;
    assert_eq!((&seen["cf_home_town"], &seen["cf_size"]), (&Value::Null, &json!("large")));
    let rows = workspace.sql("select cf_home_town, cf_size from contacts", &["--as", "anna"]);
    assert_eq!(rows, [json!({ "cf_home_town": null, "cf_size": "large" })]);

    let path = format!("/api/catalog/fields/{}", id(&size));
    let (status, problem) = ask(&workspace, Method::PATCH, &path, Some(&json!({ "options": ["small", "huge"] }))).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (409, &json!("/options")), "{problem}");
    let wider = json!({ "label": "Fit", "options": ["small", "medium", "large"] });
    assert_eq!(ask(&workspace, Method::PATCH, &path, Some(&wider)).await.0, 200);
    let (status, changed) =
        ask(&workspace, Method::PATCH, &format!("/api/contacts/{}", id(&ida)), Some(&json!({ "cf_size": "medium" })))
            .await;
    assert_eq!((status, &changed["cf_size"]), (200, &json!("medium")));
}
