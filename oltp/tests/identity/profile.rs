//! What people keep about themselves: preferences, a picture, and the log of what they did.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::workspace::{Answer, Workspace};

/// The smallest PNG: one pixel.
const PNG: [u8; 67] = [
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1,
    0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

struct Person {
    token: String,
    path: String,
}

async fn person(workspace: &Workspace, name: &str) -> Person {
    let answer = workspace.register(name).await;
    let path = format!("/api/users/{}", answer.body["user"]["id"].as_str().expect("an id"));
    Person { token: answer.token().to_owned(), path }
}

impl Person {
    async fn send(&self, workspace: &Workspace, method: &str, path: &str, body: Option<Value>) -> Answer {
        workspace.send(method, path, Some(&self.token), body).await
    }

    async fn upload(&self, workspace: &Workspace, path: &str, bytes: Vec<u8>) -> Answer {
        let request = Request::put(format!("{path}/avatar"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "image/png");
        workspace.call(request.body(Body::from(bytes)).expect("a request")).await
    }
}

#[tokio::test]
async fn preferences_are_checked_and_kept_group_by_group() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (person(&workspace, "annabel").await, person(&workspace, "berthold").await);
    let path = format!("{}/settings", rep.path);
    let first = json!({
        "notificationPreferences": {"email": false, "muted": ["comment"]},
        "languageSettings": {"language": "de-AT", "timeZone": "Europe/Vienna"},
        "displayOptions": {"theme": "dark", "rowsPerPage": 50, "startPage": "/deals/board"},
    });

    let kept = rep.send(&workspace, "PUT", &path, Some(first)).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.body);
    let second = json!({"displayOptions": {"density": "compact"}});
    let kept = admin.send(&workspace, "PUT", &path, Some(second)).await;

    assert_eq!((&kept.body["locale"], &kept.body["time_zone"]), (&json!("de-AT"), &json!("Europe/Vienna")));
    let expected = json!({
        "notification_preferences": {"email": false, "in_app": true, "muted": ["comment"]},
        "display_options": {"theme": "system", "density": "compact"},
    });
    assert_eq!(kept.body["settings"], expected);
    for (wrong, pointer) in [
        (json!({"displayOptions": {"theme": "red"}}), "/displayOptions/theme"),
        (json!({"displayOptions": {"rowsPerPage": 9}}), "/displayOptions/rowsPerPage"),
        (json!({"displayOptions": {"startPage": "//evil.example"}}), "/displayOptions/startPage"),
        (json!({"languageSettings": {"timeZone": "Mars/Olympus"}}), "/languageSettings/timeZone"),
        (json!({"languageSettings": {"language": "<b>"}}), "/languageSettings/language"),
        (json!({"notificationPreferences": {"muted": ["a b"]}}), "/notificationPreferences/muted"),
        (json!({"colour": "red"}), "/colour"),
    ] {
        let answer = rep.send(&workspace, "PUT", &path, Some(wrong)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert_eq!(answer.refused()[0].0, pointer, "{}", answer.body);
    }
    let others = format!("{}/settings", admin.path);
    let foreign = rep.send(&workspace, "PUT", &others, Some(json!({"displayOptions": {"theme": "dark"}}))).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_picture_is_what_its_bytes_say_and_belongs_to_its_person() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (person(&workspace, "annabel").await, person(&workspace, "berthold").await);

    let kept = rep.upload(&workspace, &rep.path, PNG.to_vec()).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.body);
    let url = kept.body["profile_picture"].as_str().expect("an address");
    let path = url.strip_prefix("https://crm.example.com").expect("an address of ours");
    let shown = admin.send(&workspace, "GET", path, None).await;
    assert_eq!(
        (shown.status, &shown.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &header::HeaderValue::from_static("image/png"))
    );
    for wrong in
        [b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), b"GIF89a".to_vec(), Vec::new()]
    {
        assert_eq!(rep.upload(&workspace, &rep.path, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut large = PNG.to_vec();
    large.resize(600_000, 0);
    assert_eq!(rep.upload(&workspace, &rep.path, large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(rep.upload(&workspace, &admin.path, PNG.to_vec()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(workspace.send("GET", path, None, None).await.status, StatusCode::UNAUTHORIZED);

    let removed = rep.send(&workspace, "DELETE", &format!("{}/avatar", rep.path), None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(admin.send(&workspace, "GET", path, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_read_their_own_activity_and_administrators_anybodys() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (person(&workspace, "annabel").await, person(&workspace, "berthold").await);
    for number in 0..3 {
        let lead = json!({"name": format!("Lead {number}"), "email": "secret@example.com"});
        assert_eq!(rep.send(&workspace, "POST", "/api/leads", Some(lead)).await.status, StatusCode::CREATED);
    }
    let path = format!("{}/logs", rep.path);

    let mut events = Vec::new();
    let mut next = Some(format!("{path}?limit=2"));
    while let Some(page) = next {
        let answer = rep.send(&workspace, "GET", &page, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(!answer.body.to_string().contains("secret"));
        for item in answer.body["items"].as_array().expect("items") {
            events.push(format!(
                "{} {}",
                item["source"].as_str().expect("text"),
                item["event"].as_str().expect("text")
            ));
        }
        next = answer.body["next"].as_str().map(|cursor| format!("{path}?limit=2&cursor={cursor}"));
    }

    assert_eq!(events, ["security registered", "record create", "record create", "record create"]);
    assert_eq!(admin.send(&workspace, "GET", &path, None).await.body["items"].as_array().map(Vec::len), Some(4));
    let foreign = rep.send(&workspace, "GET", &format!("{}/logs", admin.path), None).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let wrong = rep.send(&workspace, "GET", &format!("{path}?cursor=nonsense"), None).await;
    assert_eq!(wrong.refused(), [("/cursor", "invalid_cursor")]);
}
