//! The list language: wrong parameters, hostile values, order, cursors.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::workspace::{Answer, Client, Workspace, encoded};

async fn workspace_with_deals() -> (Workspace, Client) {
    let workspace = Workspace::start().await;
    for (name, amount) in [("b", Some("10.00")), ("a", None), ("d", Some("2.50")), ("c", Some("10.00")), ("e", None)] {
        workspace.make("deal", json!({"name": name, "amount": amount})).await;
    }
    let client = workspace.client(&workspace.admin().await);
    (workspace, client)
}

fn names(answer: &Answer) -> String {
    let items = answer.body["items"].as_array().unwrap_or_else(|| panic!("items, not {answer:?}"));
    items.iter().filter_map(|item| item["name"].as_str()).collect()
}

#[tokio::test]
async fn empty_values_come_last_in_both_directions_on_every_page() {
    let (_workspace, client) = workspace_with_deals().await;

    for (sort, expected) in
        [("amount,name", "dbcae"), ("-amount,name", "bcdae"), ("-amount,-name", "cbdea"), ("name", "abcde")]
    {
        assert_eq!(one_by_one(&client, sort).await, expected, "{sort}");
    }
}

/// The names on all pages of one record each.
async fn one_by_one(client: &Client, sort: &str) -> String {
    let mut seen = String::new();
    let mut cursor = Some(String::new());
    while let Some(after) = cursor {
        let page = client.get(&format!("/api/deals?sort={sort}&limit=1{after}")).await;
        seen.push_str(&names(&page));
        cursor = page.body["next"].as_str().map(|next| format!("&cursor={next}"));
    }
    seen
}

#[tokio::test]
async fn filters_compare_numbers_as_numbers_and_text_as_text() {
    let (_workspace, client) = workspace_with_deals().await;
    let found = async |query: &str| names(&client.get(&format!("/api/deals?sort=name&{query}")).await);

    assert_eq!(found("filter[amount][gt]=2.5").await, "bc");
    assert_eq!(found("filter[amount][gte]=2.50&filter[amount][lt]=10").await, "d");
    assert_eq!(found("filter[amount][lte]=9.999").await, "d");
    assert_eq!(found("filter[amount][ne]=10").await, "ade");
    assert_eq!(found("filter[amount][is_null]=true").await, "ae");
    assert_eq!(found("filter[name][in]=a,c").await, "ac");
    assert_eq!(found("filter[name][starts_with]=A").await, "a");
    assert_eq!(found("filter[owner_id]=me").await, "");
    assert_eq!(found("filter[created_at][gte]=2026-03-31").await, "abcde");
    assert_eq!(found("q=B").await, "b");
    assert_eq!(client.get("/api/deals?total=true&limit=2&filter[amount]=10").await.body["total"], 2);
}

#[tokio::test]
async fn hostile_values_are_only_values() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let hostile = [
        "'; drop table deals; --",
        "\" or 1=1 --",
        "%",
        "_",
        "\\",
        "$1",
        "{\"a\": 1}",
        "x' union select password_hash from user_credentials --",
    ];

    for value in hostile {
        let made = client.post("/api/deals", json!({"name": value})).await;
        assert_eq!((made.status, &made.body["name"]), (StatusCode::CREATED, &json!(value)));
        let value = encoded(value);
        for query in [
            format!("filter[name]={value}"),
            format!("filter[name][contains]={value}"),
            format!("filter[name][starts_with]={value}"),
        ] {
            let page = client.get(&format!("/api/deals?{query}")).await;
            let found: Vec<&Value> = page.body["items"].as_array().expect("items").iter().collect();
            assert!(found.iter().any(|item| item["id"] == made.body["id"]), "{query}");
        }
        for query in [
            format!("filter[amount]={value}"),
            format!("filter[{value}]=1"),
            format!("sort={value}"),
            format!("cursor={value}"),
        ] {
            assert_eq!(
                client.get(&format!("/api/deals?{query}")).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{query}"
            );
        }
    }
    let percent = client.get(&format!("/api/deals?filter[name][contains]={}", encoded("%"))).await;
    assert_eq!(percent.body["items"].as_array().map(Vec::len), Some(1), "a per cent sign is no wildcard");
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let (_workspace, client) = workspace_with_deals().await;
    let cases = [
        ("colour=red", "/colour", "unknown_parameter"),
        ("filter[colour]=red", "/filter[colour]", "unknown_field"),
        ("filter[amount][near]=1", "/filter[amount][near]", "unknown_operator"),
        ("filter[amount]=ten", "/filter[amount]", "wrong_type"),
        ("filter[amount][contains]=1", "/filter[amount][contains]", "unsuitable_operator"),
        ("filter[company_id]=7", "/filter[company_id]", "wrong_type"),
        ("filter[name", "/filter[name", "invalid_filter"),
        ("filter[name][is_null]=perhaps", "/filter[name][is_null]", "wrong_type"),
        ("sort=colour", "/sort", "unknown_field"),
        ("sort=name,-name", "/sort", "duplicate_key"),
        ("limit=0", "/limit", "invalid_limit"),
        ("limit=501", "/limit", "invalid_limit"),
        ("limit=1&limit=2", "/limit", "duplicate_parameter"),
        ("deleted=yes", "/deleted", "unknown_choice"),
        ("total=1", "/total", "wrong_type"),
        ("cursor=abc", "/cursor", "invalid_cursor"),
    ];

    for (query, pointer, code) in cases {
        let answer = client.get(&format!("/api/deals?{query}")).await;

        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {answer:?}");
        assert_eq!(answer.refused(), [(pointer, code)], "{query}");
    }
}

#[tokio::test]
async fn a_cursor_works_only_for_the_query_that_made_it() {
    let (_workspace, client) = workspace_with_deals().await;
    let page = client.get("/api/deals?sort=-amount&limit=2").await;
    let cursor = page.body["next"].as_str().expect("more pages").to_owned();

    let same = client.get(&format!("/api/deals?sort=-amount&limit=3&cursor={cursor}")).await;
    let other_order = client.get(&format!("/api/deals?sort=amount&cursor={cursor}")).await;
    let other_filter = client.get(&format!("/api/deals?sort=-amount&filter[name]=a&cursor={cursor}")).await;
    let other_object = client.get(&format!("/api/orders?cursor={cursor}")).await;

    assert_eq!(same.status, StatusCode::OK);
    for answer in [other_order, other_filter, other_object] {
        assert_eq!(answer.refused(), [("/cursor", "invalid_cursor")]);
    }
}

#[tokio::test]
async fn deals_are_sorted_by_the_place_of_their_stage_on_every_page() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    for (name, stage) in [("a", "Won"), ("b", "Prospecting"), ("c", "Negotiation"), ("d", "Prospecting")] {
        let made = client.post("/api/deals", json!({"name": name, "stage": stage})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    }

    assert_eq!(one_by_one(&client, "stage.position,name").await, "bdca");
    assert_eq!(one_by_one(&client, "-stage.position,-name").await, "acdb");
    let page = client.get("/api/deals?sort=stage.position").await;
    assert!(page.body["items"][0].get("stage.position").is_none(), "the key is not part of the record");
    for (sort, code) in
        [("stage.colour", "unknown_field"), ("colour.name", "unknown_field"), ("stage.pipeline.name", "unknown_field")]
    {
        assert_eq!(client.get(&format!("/api/deals?sort={sort}")).await.refused(), [("/sort", code)]);
    }
    let rep = workspace.client(&workspace.rep().await);
    let hidden = rep.get("/api/deals?sort=company.name").await;
    assert_eq!(hidden.refused(), [("/sort", "unsortable_field")], "an order would tell about hidden companies");
    let analyst = workspace.client(&workspace.person(catalog::Role::Analyst, catalog::Scope::All, &[]).await);
    assert_eq!(analyst.get("/api/deals?sort=company.email").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn numbers_keep_all_their_digits() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let amount = "9007199254740993.07"; // 2^53 + 1, which a float cannot hold

    let made = client.post("/api/deals", json!({"name": "exact", "amount": amount})).await;
    let found = client.get(&format!("/api/deals?filter[amount]={amount}")).await;
    let near = client.get("/api/deals?filter[amount]=9007199254740992.07").await;
    let inexact = client.post("/api/deals", json!({"name": "inexact", "amount": 9_007_199_254_740_993_i64})).await;

    assert_eq!(made.body["amount"], amount);
    assert_eq!(names(&found), "exact");
    assert_eq!(names(&near), "");
    assert_eq!(inexact.refused(), [("/amount", "inexact")]);
}
