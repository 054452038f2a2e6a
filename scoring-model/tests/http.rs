//! Who may ask for what.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use catalog::{Principal, Role};
use serde_json::json;
use tower::ServiceExt;

use crate::workspace::{Workspace, person, system};

async fn status(workspace: &Workspace, caller: Option<&Principal>, method: Method, path: &str) -> StatusCode {
    let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller.clone());
    }
    scoring_model::api::routes(workspace.scoring.clone()).oneshot(request).await.unwrap().status()
}

async fn user(workspace: &Workspace, name: &str) -> uuid::Uuid {
    let fields = json!({"username": name, "name": name, "email": format!("{name}@example.com"), "role": "rep"});
    workspace.create(&system(), "user", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_is_shown_to_those_who_see_the_lead() {
    let workspace = Workspace::start().await;
    let (owner, other) = (user(&workspace, "ann").await, user(&workspace, "bob").await);
    let lead = json!({"name": "Ann's", "owner_id": owner});
    let path = format!("/api/leads/{}/score", workspace.create(&system(), "lead", &lead).await);
    let (owner, other) = (person(owner.as_u128(), Role::Rep), person(other.as_u128(), Role::Rep));

    assert_eq!(status(&workspace, Some(&owner), Method::GET, &path).await, StatusCode::OK);
    assert_eq!(status(&workspace, Some(&other), Method::GET, &path).await, StatusCode::NOT_FOUND);
    assert_eq!(status(&workspace, None, Method::GET, &path).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&workspace, Some(&owner), Method::GET, "/api/leads/none/score").await, StatusCode::NOT_FOUND);
    workspace.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_managers_and_administrators_train_and_apply() {
    let workspace = Workspace::start().await;

    for path in ["/api/scoring/train", "/api/scoring/apply"] {
        for role in [Role::Rep, Role::Support, Role::Analyst, Role::Executive] {
            let answer = status(&workspace, Some(&person(1, role)), Method::POST, path).await;
            assert_eq!(answer, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
        for role in [Role::Manager, Role::Admin] {
            let answer = status(&workspace, Some(&person(1, role)), Method::POST, path).await;
            assert_eq!(answer, StatusCode::OK, "{role:?} {path}");
        }
    }
    let rep = person(1, Role::Rep);
    assert_eq!(status(&workspace, Some(&rep), Method::GET, "/api/scoring/status").await, StatusCode::OK);
    workspace.stop().await;
}
