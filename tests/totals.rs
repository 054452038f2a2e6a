//! How many records a large list has: counted in the warehouse, as Postgres would count them.

use std::time::Duration;

use oltp::Oltp;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Workspace, wait_for};

/// More than a table that is left to Postgres.
const LEADS: u32 = 24_000;
/// Leads without an owner, and leads in the bin.
const FEW: u32 = 5;
/// The leads are in the warehouse by then, on a busy machine too.
const PATIENCE: Duration = Duration::from_mins(1);

/// Every kind of condition and of value, and two that only Postgres can answer.
const QUESTIONS: [&str; 20] = [
    "",
    "filter[status]=qualified",
    "filter[status][ne]=qualified",
    "filter[status][in]=new,lost",
    "filter[status][not_in]=new,lost",
    "filter[score][gte]=50",
    "filter[score][lt]=7",
    "filter[score][between]=10,20",
    "filter[score][is_null]=true",
    "filter[score][ne]=50",
    "filter[estimated_value][gt]=45000.5",
    "filter[estimated_value]=79.19",
    "filter[estimated_value][is_null]=false",
    "filter[lost_reason][is_empty]=false",
    "filter[created_at][gte]=2025-01-01",
    r#"filter={"field":"created_at","operator":"eq","value":{"rel":"last","n":24,"unit":"month"}}"#,
    "filter[owner_id]=me",
    r#"filter={"not":{"or":[{"field":"country","value":"DE"},{"and":[{"field":"score","operator":"gte","value":80},{"field":"status","value":"new"}]}]}}"#,
    "filter[name][starts_with]=ada",
    "q=boris",
];

async fn get(workspace: &Workspace, person: &str, path: &str) -> Value {
    let request = workspace.request(Method::GET, path).header("x-leadhouse-as", person);
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = answer.text().await.expect("text");
    assert!(status.is_success(), "{path}: {status}: {body}");
    serde_json::from_str(&body).expect("JSON")
}

async fn send(request: reqwest::RequestBuilder) {
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
}

async fn total(workspace: &Workspace, person: &str, question: &str) -> i64 {
    let page = get(workspace, person, &format!("/api/leads?limit=1&total=true&{question}")).await;
    assert_eq!(page.get("total_approximate"), None, "{person} asks {question}");
    page["total"].as_i64().unwrap_or_else(|| panic!("no total in {page}"))
}

/// Reps own the leads in turn; some lack an owner, and some are in the bin.
async fn workspace_with_leads() -> (Workspace, Oltp) {
    let workspace = Workspace::start().await;
    for (username, role) in [("ada", "admin"), ("rita", "rep"), ("otto", "rep")] {
        workspace.ok(&["user", "add", username, "--email", &format!("{username}@example.com"), "--role", role]);
    }
    let oltp = workspace.cluster.oltp().await;
    let people = get(&workspace, "ada", "/api/users?sort=username").await;
    let id = |name: &str| -> Uuid {
        let items = people["items"].as_array().expect("people");
        let person = items.iter().find(|person| person["username"] == name).expect("the person");
        person["id"].as_str().expect("an id").parse().expect("an id")
    };
    oltp::baseline::fill_leads(&oltp, LEADS, &[id("rita"), id("otto"), id("otto")]).await.expect("leads");
    let some = async |question: &str| {
        let page = get(&workspace, "ada", &format!("/api/leads?limit={FEW}&{question}")).await;
        page["items"]
            .as_array()
            .expect("leads")
            .iter()
            .map(|lead| format!("/api/leads/{}", lead["id"].as_str().expect("an id")))
            .collect::<Vec<String>>()
    };
    for lead in some("filter[score]=3").await {
        send(workspace.request(Method::PATCH, &lead).json(&json!({"owner_id": null}))).await;
    }
    for lead in some("filter[score]=50").await {
        send(workspace.request(Method::DELETE, &lead)).await;
    }
    let (live, unowned) = (i64::from(LEADS - FEW), i64::from(FEW));
    let arrived = async || {
        let rows = workspace.sql("select count(*) as n, count(owner_id) as owned from leads", &[]);
        rows[0] == json!({"n": live, "owned": live - unowned})
    };
    assert!(wait_for(PATIENCE, arrived).await, "the warehouse has the leads");
    (workspace, oltp)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_list_is_counted_in_the_warehouse_as_postgres_counts_it() {
    let (workspace, oltp) = workspace_with_leads().await;
    let lead = oltp.catalog().object("lead").expect("leads").clone();
    let identity = oltp::identity::Identity::new(oltp.clone(), [1; 32]);

    let mut different = std::collections::BTreeSet::new();
    for person in ["ada", "rita", "otto"] {
        let caller = identity.act_as(&catalog::Principal::system(), person).await.expect("the person");
        for question in QUESTIONS {
            let address = reqwest::Url::parse(&format!("http://localhost/?{question}")).expect("an address");
            let asked = address.query().unwrap_or_default();
            let list = oltp.whole_list(&caller, &lead, asked).await.expect("a list");
            let counted = oltp.count(&caller, &lead, &list).await.expect("a count");

            assert_eq!(total(&workspace, person, question).await, counted, "{person} asks {question}");
            different.insert(counted);
        }
    }
    assert!(different.len() > 30, "the questions tell leads apart: {different:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_just_written_is_counted_or_the_total_says_that_it_may_not_be() {
    let (workspace, _oltp) = workspace_with_leads().await;
    let question = "/api/leads?limit=1&total=true&filter[industry]=Basalt";

    for round in 1..=10 {
        let body = json!({"name": format!("Lead {round}"), "industry": "Basalt"});
        send(workspace.request(Method::POST, "/api/leads").header("x-leadhouse-as", "rita").json(&body)).await;
        let page = get(&workspace, "rita", question).await;

        if page["total_approximate"] != json!(true) {
            assert_eq!(page["total"], json!(round));
        }
    }
    let exact = async || {
        let page = get(&workspace, "rita", question).await;
        page["total"] == json!(10) && page.get("total_approximate").is_none()
    };
    assert!(wait_for(PATIENCE, exact).await);
}
