//! The JSON form of filters over HTTP: nesting, links, people, days; and what may not be asked.

use axum::http::StatusCode;
use catalog::{Principal, Role, Scope};
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspace::{Client, Workspace, encoded, id_of};

async fn found(client: &Client, table: &str, filter: &Value) -> String {
    let answer = client.get(&format!("/api/{table}?sort=name&filter={}", encoded(&filter.to_string()))).await;
    assert_eq!(answer.status, StatusCode::OK, "{filter}: {answer:?}");
    let items = answer.body["items"].as_array().expect("items");
    items.iter().filter_map(|item| item["name"].as_str()).collect()
}

fn is(field: &str, value: impl Into<Value>) -> Value {
    json!({"field": field, "value": value.into()})
}

#[tokio::test]
async fn groups_nest_and_not_is_the_rest() {
    let workspace = Workspace::start().await;
    for (name, amount, lost_reason) in
        [("a", Some("10"), None), ("b", None, Some("price")), ("c", Some("30"), Some(""))]
    {
        workspace.make("deal", json!({"name": name, "amount": amount, "lost_reason": lost_reason})).await;
    }
    let client = workspace.client(&workspace.admin().await);
    let dear = json!({"field": "amount", "operator": "gt", "value": 20});
    let reason = |operator: &str, value: Value| json!({"field": "lost_reason", "operator": operator, "value": value});

    let cases = [
        (dear.clone(), "c"),
        (json!({ "not": dear }), "ab"),
        (json!({"or": [dear, {"and": [is("name", "b"), reason("contains", json!("RIC"))]}]}), "bc"),
        (json!({"not": {"or": [dear, {"not": is("name", "a")}]}}), "a"),
        (reason("is_null", json!(true)), "a"),
        (reason("is_empty", json!(true)), "ac"),
        (reason("is_empty", json!(false)), "b"),
        (reason("not_contains", json!("ric")), "ac"),
        (reason("not_in", json!(["price", "time"])), "ac"),
        (reason("ends_with", json!("CE")), "b"),
        (json!({"field": "amount", "operator": "between", "value": [10, "29.99"]}), "a"),
    ];
    for (filter, expected) in cases {
        assert_eq!(found(&client, "deals", &filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn paths_follow_links_and_an_empty_link_leads_nowhere() {
    let workspace = Workspace::start().await;
    let parent = id_of(&workspace.make("company", json!({"name": "group", "country": "Chile"})).await);
    let body = json!({"name": "mine", "industry": "Energy", "parent_id": parent});
    let company = id_of(&workspace.make("company", body).await);
    let unknown = id_of(&workspace.make("company", json!({"name": "blank"})).await);
    for (name, company_id) in [("a", Some(company)), ("b", Some(unknown)), ("c", None)] {
        workspace.make("deal", json!({"name": name, "company_id": company_id})).await;
    }
    let client = workspace.client(&workspace.admin().await);
    let industry =
        |operator: &str, value: Value| json!({"field": "company.industry", "operator": operator, "value": value});

    assert_eq!(found(&client, "deals", &industry("eq", json!("Energy"))).await, "a");
    assert_eq!(found(&client, "deals", &industry("ne", json!("Energy"))).await, "bc");
    assert_eq!(found(&client, "deals", &industry("is_null", json!(true))).await, "bc");
    assert_eq!(found(&client, "deals", &industry("is_null", json!(false))).await, "a");
    assert_eq!(found(&client, "deals", &is("company_id.parent.country", "Chile")).await, "a");
    let parameter = client.get("/api/deals?filter[company.industry][starts_with]=ener").await;
    assert_eq!(parameter.body["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_hidden_or_deleted_record_at_the_end_of_a_link_is_as_if_it_were_not_there() {
    let workspace = Workspace::start().await;
    let (rep, stranger) = (workspace.rep().await, workspace.rep().await);
    let company = async |name: &str, owner: &Principal| {
        let body = json!({"name": name, "industry": "Energy", "owner_id": owner.user_id});
        id_of(&workspace.make("company", body).await)
    };
    let deal = async |name: &str, company: Uuid| {
        workspace.make("deal", json!({"name": name, "owner_id": rep.user_id, "company_id": company})).await;
    };
    let (own, hidden, gone) =
        (company("own", &rep).await, company("hidden", &stranger).await, company("gone", &rep).await);
    deal("a", own).await;
    deal("b", hidden).await;
    deal("c", gone).await;
    workspace.client(&workspace.admin().await).delete(&format!("/api/companies/{gone}")).await;
    let client = workspace.client(&rep);

    assert_eq!(found(&client, "deals", &is("company.industry", "Energy")).await, "a");
    let empty = json!({"field": "company.industry", "operator": "is_empty", "value": true});
    assert_eq!(found(&client, "deals", &empty).await, "bc");
}

#[tokio::test]
async fn what_is_masked_cannot_be_asked_about_anywhere_on_a_path() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.person(Role::Analyst, Scope::All, &[]).await);

    for filter in
        [is("email", "x"), is("company.email", "x"), json!({"not": {"or": [is("company.parent.phone", "x")]}})]
    {
        let answer = client.get(&format!("/api/contacts?filter={}", encoded(&filter.to_string()))).await;
        assert_eq!(
            (answer.status, &answer.body["type"]),
            (StatusCode::FORBIDDEN, &json!("/problems/masked_field")),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn me_and_my_team_are_whoever_asks() {
    let workspace = Workspace::start().await;
    let (rep, colleague, stranger) = (workspace.rep().await, workspace.rep().await, workspace.rep().await);
    let manager = workspace.person(Role::Manager, Scope::All, &[rep.user_id, colleague.user_id]).await;
    for (name, owner) in [("a", &rep), ("b", &colleague), ("c", &stranger), ("d", &manager)] {
        workspace.make("deal", json!({"name": name, "owner_id": owner.user_id})).await;
    }
    let client = workspace.client(&manager);

    assert_eq!(found(&client, "deals", &is("owner_id", "me")).await, "d");
    assert_eq!(found(&client, "deals", &is("owner_id", "my_team")).await, "abd");
    let others = json!({"field": "owner_id", "operator": "not_in", "value": ["me", "my_team"]});
    assert_eq!(found(&client, "deals", &others).await, "c");
    assert_eq!(found(&workspace.client(&rep), "deals", &is("owner_id", "me")).await, "a");
}

#[tokio::test]
async fn days_are_those_of_the_callers_time_zone() {
    let workspace = Workspace::start().await; // its clock stands at noon of 31 March 2026, UTC
    let kiritimati = workspace.admin().await; // where it is 2 o'clock on 1 April
    let admin = workspace.admin().await;
    let zone = json!({"time_zone": "Pacific/Kiritimati"});
    workspace.client(&admin).patch(&format!("/api/users/{}", kiritimati.user_id), zone).await;
    for (name, due_at) in [
        ("a", Some("2026-03-31T09:59:59.999999Z")),
        ("b", Some("2026-03-31T10:00:00Z")),
        ("c", Some("2026-04-01T09:59:59.999999Z")),
        ("d", Some("2026-04-01T10:00:00Z")),
        ("e", None),
    ] {
        workspace.make("task", json!({"name": name, "due_at": due_at})).await;
    }
    let due = |operator: &str, value: Value| json!({"field": "due_at", "operator": operator, "value": value});
    let (there, here) = (workspace.client(&kiritimati), workspace.client(&admin));
    let today = json!({"rel": "today"});

    assert_eq!(found(&here, "tasks", &due("eq", today.clone())).await, "ab");
    assert_eq!(found(&there, "tasks", &due("eq", today.clone())).await, "bc");
    assert_eq!(found(&there, "tasks", &due("ne", today.clone())).await, "ade");
    assert_eq!(found(&there, "tasks", &due("lt", today.clone())).await, "a", "overdue");
    assert_eq!(found(&there, "tasks", &due("gt", today.clone())).await, "d");
    assert_eq!(found(&there, "tasks", &due("eq", json!("2026-04-01"))).await, "bc");
    assert_eq!(found(&there, "tasks", &due("lte", json!("2026-03-31"))).await, "a");
    assert_eq!(
        found(&there, "tasks", &due("between", json!(["2026-04-01", {"rel": "next", "n": 3, "unit": "day"}]))).await,
        "bcd"
    );
    assert_eq!(found(&there, "tasks", &due("eq", json!({"rel": "this", "unit": "month"}))).await, "bcd");
    let parameter = encoded(&today.to_string());
    let by_parameter = there.get(&format!("/api/tasks?filter[due_at][gte]={parameter}&total=true")).await;
    assert_eq!(by_parameter.body["total"], 3);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_tree() {
    let workspace = Workspace::start().await;
    for name in ["a", "b", "c"] {
        workspace.make("deal", json!({"name": name})).await;
    }
    let client = workspace.client(&workspace.admin().await);
    let page = async |filter: &Value, cursor: &str| {
        let filter = encoded(&filter.to_string());
        client.get(&format!("/api/deals?sort=name&limit=1&filter={filter}{cursor}")).await
    };
    let (two, one) = (json!({"not": is("name", "b")}), is("name", "a"));
    let first = page(&two, "").await;
    let cursor = format!("&cursor={}", first.body["next"].as_str().expect("a second page"));

    assert_eq!(page(&two, &cursor).await.body["items"][0]["name"], "c");
    assert_eq!(page(&one, &cursor).await.refused(), [("/cursor", "invalid_cursor")]);
}
