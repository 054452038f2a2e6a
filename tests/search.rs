//! Search from outside: as fresh as a second, and never more than the list shows.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Workspace, wait_for};

/// Promised time from an answered write to the record being found.
const FRESH_WITHIN: Duration = Duration::from_secs(1);
/// The promise on an idle machine; a busy one gets more before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// People who see different rows and fields.
const PEOPLE: [(&str, &str); 5] =
    [("ada", "admin"), ("rita", "rep"), ("otto", "rep"), ("anna", "analyst"), ("sam", "support")];

async fn get(workspace: &Workspace, person: Option<&str>, path: &str) -> Value {
    let mut request = workspace.request(Method::GET, path);
    if let Some(person) = person {
        request = request.header("x-leadhouse-as", person);
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = answer.text().await.expect("text");
    assert!(status.is_success(), "{path}: {status}: {body}");
    serde_json::from_str(&body).expect("JSON")
}

async fn make(workspace: &Workspace, person: &str, table: &str, body: Value) -> String {
    let request = workspace.request(Method::POST, &format!("/api/{table}")).header("x-leadhouse-as", person);
    let answer = request.json(&body).send().await.expect("an answer");
    let record: Value = answer.json().await.expect("JSON");
    record["id"].as_str().unwrap_or_else(|| panic!("a record, not {record}")).to_owned()
}

async fn workspace_with_people() -> Workspace {
    let workspace = Workspace::start().await;
    for (username, role) in PEOPLE {
        let email = format!("{username}@example.com");
        workspace.ok(&["user", "add", username, "--email", &email, "--role", role]);
    }
    workspace
}

/// The ids found of one table.
fn found(answer: &Value, table: &str) -> BTreeSet<String> {
    let groups = answer["groups"].as_array().expect("groups").iter().filter(|group| group["table"] == table);
    groups.flat_map(|group| ids(&group["items"])).collect()
}

fn ids(items: &Value) -> BTreeSet<String> {
    items.as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_finds_just_what_their_lists_show() {
    let workspace = workspace_with_people().await;
    for owner in ["rita", "otto"] {
        for number in 0..3 {
            let name = format!("Quartz {owner} {number}");
            let contact = json!({"name": name, "email": format!("{owner}{number}@quartz.org"), "phone": "+1 555 0100"});
            make(&workspace, owner, "contacts", contact).await;
            make(&workspace, owner, "leads", json!({"name": name, "company_name": "Quartz"})).await;
            make(&workspace, owner, "companies", json!({"name": name, "industry": "Mining"})).await;
            make(&workspace, owner, "deals", json!({"name": name})).await;
            make(&workspace, owner, "tasks", json!({"name": name})).await;
            make(&workspace, owner, "notes", json!({"body": format!("about the quartz of {owner}")})).await;
        }
        let view = json!({"name": format!("Quartz of {owner}"), "object": "deals", "definition": {}});
        make(&workspace, owner, "saved_views", view).await;
    }
    let otto =
        ids(&get(&workspace, None, "/api/users?filter[username]=otto").await["items"]).pop_first().expect("otto");
    let rita =
        ids(&get(&workspace, None, "/api/users?filter[username]=rita").await["items"]).pop_first().expect("rita");
    for table in ["contacts", "leads", "companies", "deals"] {
        let theirs = format!("/api/{table}?limit=1&filter[owner_id]={otto}");
        let id = ids(&get(&workspace, None, &theirs).await["items"]).pop_first().expect("a record of otto's");
        let path = format!("/api/{table}/{id}/collaborators/{rita}");
        let answer = workspace.request(Method::PUT, &path).json(&json!({"access": "read"})).send().await;
        assert!(answer.expect("an answer").status().is_success(), "{path}");
        let link = format!("{}_id", if table == "companies" { "company" } else { table.trim_end_matches('s') });
        make(&workspace, "otto", "comments", json!({link: id, "body": "The quartz is ours."})).await;
    }
    workspace.settled().await;
    let status = get(&workspace, None, "/api/warehouse/status").await;
    let lsn = status["durable_lsn"].as_str().expect("a position").to_owned();

    let mut seen = 0;
    for (person, _) in PEOPLE {
        for query in ["quartz", "quartz.org", "5550100"] {
            let answer = get(&workspace, Some(person), &format!("/api/search?q={query}&limit=50&min_lsn={lsn}")).await;
            for table in ["contacts", "leads", "companies", "deals", "tasks", "notes", "comments", "saved_views"] {
                let list =
                    format!("/api/{table}?limit=500&q={}", if query == "5550100" { "555%200100" } else { query });
                let listed = ids(&get(&workspace, Some(person), &list).await["items"]);
                let found = found(&answer, table);
                assert_eq!(found, listed, "{person} looks for {query} in {table}");
                seen += found.len();
            }
        }
    }
    assert!(seen > 100, "the sweep saw something: {seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_record_is_found_within_a_second_and_a_deleted_one_at_once_no_more() {
    let workspace = workspace_with_people().await;
    // The index is ready and has caught up.
    let warm = make(&workspace, "ada", "contacts", json!({"name": "Warm Up"})).await;
    let is_found = async |word: &str, id: &str| {
        let answer = get(&workspace, Some("ada"), &format!("/api/search?q={word}")).await;
        found(&answer, "contacts").contains(id)
    };
    let ready = async || {
        let answer = workspace.request(Method::GET, "/api/search?q=warm").send().await.expect("an answer");
        answer.status().is_success() && is_found("warm", &warm).await
    };
    assert!(wait_for(PATIENCE, ready).await);

    let mut times = Vec::new();
    for word in ["obsidian", "feldspar", "tourmaline", "malachite", "hematite"] {
        let id = make(&workspace, "ada", "contacts", json!({"name": word})).await;
        let written = Instant::now();
        assert!(wait_for(PATIENCE, async || is_found(word, &id).await).await, "{word} is not found");
        times.push(written.elapsed());
        let path = format!("/api/contacts/{id}");
        let deleted = workspace.request(Method::DELETE, &path).send().await.expect("an answer");
        assert!(deleted.status().is_success());
        assert!(!is_found(word, &id).await, "what is in the bin is not shown, whatever the index knows");
    }
    times.sort_unstable();
    assert!(times[1] <= FRESH_WITHIN, "the second fastest was found after {:?}", times[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_searches_are_named() {
    let workspace = Workspace::start().await;
    let cases = [
        (format!("q={}", "a".repeat(201)), "/q"),
        ("q=a+b+c+d+e+f+g+h+i".to_owned(), "/q"),
        ("q=ada&limit=0".to_owned(), "/limit"),
        ("q=ada&objects=contacts,gadgets".to_owned(), "/objects"),
        ("q=ada&min_lsn=soon".to_owned(), "/min_lsn"),
    ];

    for (query, pointer) in cases {
        let answer = workspace.request(Method::GET, &format!("/api/search?{query}")).send().await.expect("an answer");
        assert_eq!(answer.status(), 422, "{query}");
        let problem: Value = answer.json().await.expect("JSON");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let nobody = reqwest::Client::new().get(format!("{}/api/search?q=ada", workspace.url()));
    assert_eq!(nobody.send().await.expect("an answer").status(), 401);
}
