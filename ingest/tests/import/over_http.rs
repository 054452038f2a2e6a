//! The route.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use catalog::{Principal, Role, Scope};
use serde_json::Value;
use tower::ServiceExt;

use super::workspace::Workspace;

async fn post(workspace: &Workspace, caller: Principal, query: &str, body: &str) -> (StatusCode, Vec<Value>) {
    let routes: Router = ingest::api::routes(workspace.oltp.clone()).layer(Extension(caller));
    let request = Request::post(format!("/api/imports?{query}")).body(Body::from(body.to_owned())).expect("a request");
    let response = routes.oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    let text = String::from_utf8(body.to_vec()).expect("text");
    (status, text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_the_body_is_imported_and_reported_on() {
    let workspace = Workspace::start().await;
    let map = "%5Bcolumns%5D%0Awho%20%3D%20%22name%22%0Amail%20%3D%20%22email%22";

    let query = format!("object=leads&file_name=x.csv&map={map}");
    let (status, events) = post(&workspace, Principal::system(), &query, "who,mail\nAda,a@x.example\nBob,no\n").await;

    assert_eq!(status, StatusCode::OK);
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert_eq!(kinds.first(), Some(&"progress"));
    assert_eq!(kinds.last(), Some(&"done"));
    let csv: String = events.iter().filter_map(|event| event["csv"].as_str()).collect();
    assert!(csv.starts_with("line,reason,who,mail\n3,"), "{csv}");
    let summary = &events[events.len() - 1]["summary"];
    assert_eq!((summary["created"].as_u64(), summary["rejected"].as_u64()), (Some(1), Some(1)), "{summary}");
    assert_eq!(summary["rejects"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_found_before_the_first_row_are_problems() {
    let workspace = Workspace::start().await;
    let analyst = Principal { role: Role::Analyst, scope: Scope::All, ..Principal::system() };
    let cases = [
        (Principal::system(), "object=lead", "", StatusCode::UNPROCESSABLE_ENTITY),
        (Principal::system(), "object=lead&map=x%3D1", "name\nAda\n", StatusCode::UNPROCESSABLE_ENTITY),
        (Principal::system(), "object=lead&policy=maybe", "name\nAda\n", StatusCode::UNPROCESSABLE_ENTITY),
        (Principal::system(), "object=unicorn", "name\nAda\n", StatusCode::NOT_FOUND),
        (analyst, "object=lead", "name\nAda\n", StatusCode::FORBIDDEN),
    ];
    for (caller, query, body, expected) in cases {
        let (status, problem) = post(&workspace, caller, query, body).await;
        assert_eq!(status, expected, "{query}: {problem:?}");
        assert!(problem[0]["detail"].is_string(), "{problem:?}");
    }
}
