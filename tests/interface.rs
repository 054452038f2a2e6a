//! The HTTP interface as programs and browsers meet it: its description, its headers, its limits.

use std::collections::BTreeMap;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::harness::Workspace;

/// Every operation of a description: its name and itself.
fn operations(description: &Value) -> BTreeMap<String, &Value> {
    let paths = description["paths"].as_object().expect("paths").iter();
    let operations = paths.flat_map(|(path, item)| {
        let methods = item.as_object().expect("methods").iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    operations.filter(|(_, operation)| operation.get("responses").is_some()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_shows_its_bodies_and_its_failures() {
    let workspace = Workspace::start().await;

    let description: Value = workspace
        .request(Method::GET, "/api/openapi.json")
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");

    let mut silent = Vec::new();
    let operations = operations(&description);
    for (name, operation) in &operations {
        let request = &operation["requestBody"]["content"]["application/json"];
        if !request.is_null() && request.get("example").is_none() && request.get("examples").is_none() {
            silent.push(format!("{name}: its body"));
        }
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let answer = &response["content"]["application/json"];
            if !answer.is_null() && answer.get("example").is_none() && answer.get("examples").is_none() {
                silent.push(format!("{name}: {status}"));
            }
            let problem = &response["content"]["application/problem+json"];
            if status.as_str() >= "400" && problem["example"]["status"].as_u64() != status.parse().ok() {
                silent.push(format!("{name}: {status} as a problem"));
            }
        }
    }
    assert!(operations.len() > 150, "only {} operations", operations.len());
    assert!(silent.is_empty(), "without an example: {silent:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_documentations_come_from_the_server_itself() {
    let workspace = Workspace::start().await;
    for (folder, program) in [("swagger", "swagger-ui-bundle.js"), ("redoc", "redoc.standalone.js")] {
        let page = get(&workspace, &format!("/{folder}/")).await;
        let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe-eval"), "{policy}");
        let text = page.text().await.expect("text");
        assert!(text.contains(program) && !text.contains("http"), "{text}");
        assert_eq!(get(&workspace, &format!("/{folder}/{program}")).await.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_carry_the_headers_that_protect_a_browser() {
    let workspace = Workspace::start_with(&[("LEADHOUSE_PUBLIC_URL", "https://crm.example.com")]).await;

    for path in ["/", "/api/deals", "/swagger/"] {
        let answer = get(&workspace, path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ] {
            assert_eq!(
                answer.headers().get(name).map(reqwest::header::HeaderValue::as_bytes),
                Some(value.as_bytes()),
                "{path} {name}"
            );
        }
        assert!(
            answer.headers()["content-security-policy"]
                .to_str()
                .is_ok_and(|policy| policy.contains("default-src 'none'"))
        );
    }
    let plain = Workspace::start().await;
    assert!(
        get(&plain, "/").await.headers().get("strict-transport-security").is_none(),
        "only where the address is https"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_read_answers_only_when_the_configuration_names_them() {
    let closed = Workspace::start().await;
    let open = Workspace::start_with(&[("LEADHOUSE_CORS_ORIGINS", "https://intranet.example.com")]).await;

    assert_eq!(allowed(&closed, "https://intranet.example.com").await, None);
    assert_eq!(allowed(&open, "https://intranet.example.com").await.as_deref(), Some("https://intranet.example.com"));
    assert_eq!(allowed(&open, "https://intranet.example.com.evil.example").await, None);
    assert_eq!(allowed(&open, "null").await, None);
    let preflight = Client::new()
        .request(Method::OPTIONS, format!("{}/api/deals", open.url()))
        .header("origin", "https://intranet.example.com")
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "authorization,if-match")
        .send()
        .await
        .expect("an answer");
    let header = |name: &str| preflight.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(header("access-control-allow-methods").contains("PATCH"));
    assert!(header("access-control-allow-headers").contains("if-match"));
    assert_eq!(header("access-control-allow-credentials"), "", "cookies stay at home");
}

async fn allowed(workspace: &Workspace, origin: &str) -> Option<String> {
    let answer = workspace.request(Method::GET, "/api/deals").header("origin", origin).send().await.expect("an answer");
    answer.headers().get("access-control-allow-origin").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

async fn get(workspace: &Workspace, path: &str) -> reqwest::Response {
    workspace.request(Method::GET, path).send().await.expect("an answer")
}

/// A person who signs in with a password, and their token.
async fn signed_in(workspace: &Workspace, name: &str) -> String {
    let password = "seven green bottles";
    let body = json!({"username": name, "email": format!("{name}@example.com"), "name": name, "role": "rep", "password": password});
    let made = workspace.request(Method::POST, "/api/users").json(&body).send().await.expect("an answer");
    assert_eq!(made.status(), 201, "{:?}", made.text().await);
    let body = json!({"username": name, "password": password});
    let answer = Client::new().post(format!("{}/api/auth/login", workspace.url())).json(&body).send().await;
    let answer: Value = answer.expect("an answer").json().await.expect("JSON");
    answer["token"].as_str().unwrap_or_else(|| panic!("a token, not {answer}")).to_owned()
}

fn header(answer: &reqwest::Response, name: &str) -> String {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_person_has_a_quota_of_requests_and_hears_what_is_left() {
    let workspace = Workspace::start_with(&[("LEADHOUSE_REQUESTS_PER_MINUTE", "5")]).await;
    let (anna, ben) = (signed_in(&workspace, "anna").await, signed_in(&workspace, "ben").await);
    let ask = async |token: &str| {
        let request = Client::new().get(format!("{}/api/deals", workspace.url())).bearer_auth(token);
        request.send().await.expect("an answer")
    };

    for left in (0..5).rev() {
        let answer = ask(&anna).await;
        assert_eq!(answer.status(), 200);
        assert!(header(&answer, "ratelimit").starts_with(&format!("\"person\";r={left};t=")), "{answer:?}");
        assert_eq!(header(&answer, "ratelimit-policy"), "\"person\";q=5;w=60");
    }
    let refused = ask(&anna).await;

    assert_eq!(
        (refused.status().as_u16(), header(&refused, "content-type").as_str()),
        (429, "application/problem+json")
    );
    let wait: u64 = header(&refused, "retry-after").parse().expect("seconds");
    assert!((1..=13).contains(&wait), "one of five comes back every twelve seconds, not after {wait}");
    assert!(header(&refused, "ratelimit").starts_with("\"person\";r=0;t="));
    assert_eq!(ask(&ben).await.status(), 200, "everybody has their own");
    assert_eq!(get(&workspace, "/api/deals").await.status(), 200, "commands on this machine have no limit");
    assert_eq!(Client::new().get(workspace.url()).send().await.expect("an answer").status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_has_a_stricter_quota_per_address() {
    let workspace = Workspace::start_with(&[("LEADHOUSE_SIGN_INS_PER_MINUTE", "3")]).await;
    let body = json!({"username": "nobody", "password": "wrong password"});
    let sign_in = async |forwarded: &str| {
        let request = Client::new().post(format!("{}/api/auth/login", workspace.url())).json(&body);
        request.header("x-forwarded-for", forwarded).send().await.expect("an answer").status().as_u16()
    };

    let statuses = [sign_in("203.0.113.1").await, sign_in("203.0.113.2").await, sign_in("203.0.113.3").await];

    assert_eq!(statuses, [401, 401, 401]);
    assert_eq!(sign_in("203.0.113.4").await, 429, "nobody believes what a stranger says about their address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_post_is_done_once_and_answered_twice() {
    let workspace = Workspace::start().await;
    let post = async |key: &str, name: &str| {
        let body = json!({"name": name});
        let request = workspace.request(Method::POST, "/api/deals").header("idempotency-key", key).json(&body);
        request.send().await.expect("an answer")
    };

    let (first, second) = (post("a", "Big").await, post("a", "Big").await);
    let other = post("a", "Bigger").await;
    let refused = [post("b", "").await, post("b", "").await];
    let many = futures::future::join_all((0..8).map(|_| post("c", "Once"))).await;

    assert_eq!((first.status().as_u16(), second.status().as_u16()), (201, 201));
    assert_eq!(
        (header(&first, "idempotency-replayed"), header(&second, "idempotency-replayed")),
        (String::new(), "true".to_owned())
    );
    assert_eq!(
        (header(&second, "location"), header(&second, "etag")),
        (header(&first, "location"), header(&first, "etag"))
    );
    assert_eq!(first.text().await.expect("text"), second.text().await.expect("text"));
    assert_eq!((other.status().as_u16(), header(&other, "content-type").as_str()), (422, "application/problem+json"));
    for answer in &refused {
        assert_eq!(answer.status(), 422, "a refusal is an answer too");
    }
    assert!(many.iter().all(|answer| [201, 409].contains(&answer.status().as_u16())), "{many:?}");
    let names = async || {
        let page: Value = get(&workspace, "/api/deals?sort=name").await.json().await.expect("a page");
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|item| item["name"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["Big", "Once"]);
    let secret = workspace.request(Method::POST, "/api/auth/tokens").header("idempotency-key", "d").json(&json!({}));
    assert_eq!(secret.send().await.expect("an answer").status(), 400, "secrets are not kept");
}
