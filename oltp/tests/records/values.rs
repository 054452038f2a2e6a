//! Pick-lists: the values of a field among the records somebody may see.

use axum::http::StatusCode;
use catalog::{Role, Scope};
use serde_json::{Value, json};

use super::workspace::{Client, Workspace};

async fn values(client: &Client, query: &str) -> Vec<(String, i64)> {
    let answer = client.get(&format!("/api/companies/values?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {answer:?}");
    let items = answer.body["items"].as_array().expect("items");
    let read = |item: &Value| {
        let value = item["value"].as_str().map_or_else(|| item["value"].to_string(), str::to_owned);
        (value, item["count"].as_i64().expect("a count"))
    };
    items.iter().map(read).collect()
}

fn pairs(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

#[tokio::test]
async fn values_are_counted_over_what_one_may_see() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    for (owner, country, city) in [
        (&rep, Some("Chile"), Some("Arica")),
        (&rep, Some("Peru"), Some("Lima")),
        (&rep, Some("Peru"), Some("Tacna")),
        (&other, Some("Kenya"), Some("Lamu")),
        (&rep, None, None),
    ] {
        let body = json!({"name": "x", "owner_id": owner.user_id, "country": country, "city": city});
        workspace.make("company", body).await;
    }
    let own = workspace.client(&rep);
    let all = workspace.client(&workspace.admin().await);

    assert_eq!(values(&own, "field=country").await, pairs(&[("Peru", 2), ("Chile", 1)]));
    assert_eq!(values(&all, "field=country").await, pairs(&[("Peru", 2), ("Chile", 1), ("Kenya", 1)]));
    let in_peru = values(&own, "field=city&filter[country]=Peru").await;
    assert_eq!(in_peru, pairs(&[("Lima", 1), ("Tacna", 1)]), "cities of one country");
    assert_eq!(values(&own, "field=city&filter[city][contains]=ARI").await, pairs(&[("Arica", 1)]));
    assert_eq!(values(&own, "field=lifecycle").await, pairs(&[("prospect", 4)]));
    assert_eq!(values(&own, "field=owner_id").await, pairs(&[(&rep.user_id.to_string(), 4)]));
    let first = own.get("/api/companies/values?field=country&limit=1").await;
    assert_eq!((first.body["items"].as_array().map(Vec::len), &first.body["more"]), (Some(1), &json!(true)));
}

#[tokio::test]
async fn values_that_cannot_be_listed_are_refused_by_name() {
    let workspace = Workspace::start().await;
    let admin = workspace.client(&workspace.admin().await);
    let analyst = workspace.client(&workspace.person(Role::Analyst, Scope::All, &[]).await);
    let cases = [
        ("", "/field", "required"),
        ("field=colour", "/field", "unknown_field"),
        ("field=description", "/field", "unsuitable_field"),
        ("field=city&limit=0", "/limit", "invalid_limit"),
        ("field=city&sort=city", "/sort", "unknown_parameter"),
        ("field=city&filter[colour]=1", "/filter[colour]", "unknown_field"),
    ];

    for (query, pointer, code) in cases {
        let answer = admin.get(&format!("/api/companies/values?{query}")).await;
        assert_eq!(answer.refused(), [(pointer, code)], "{query}");
    }
    let masked = analyst.get("/api/companies/values?field=email").await;
    assert_eq!((masked.status, &masked.body["type"]), (StatusCode::FORBIDDEN, &json!("/problems/masked_field")));
}
