//! Who sees a document: whoever sees its record; and links that outlive neither.

use axum::http::StatusCode;
use catalog::{Changes, Principal, Role, Scope};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::office::{Answer, Client, Office};

async fn attached(client: &Client, path: &str, name: &str) -> String {
    let made = client.put_raw(path, name, "content of it").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json());
    made.id()
}

/// Every way to a document, from reading to erasing.
async fn every_way(client: &Client, id: &str) -> Vec<Answer> {
    let document = format!("/api/documents/{id}");
    vec![
        client.get(&document).await,
        client.get(&format!("{document}/content")).await,
        client.get(&format!("{document}/versions")).await,
        client.json("PATCH", &document, json!({"name": "mine.txt"})).await,
        client.put_raw(&format!("{document}/versions"), "x.txt", "x").await,
        client.delete(&format!("{document}/versions/1")).await,
        client.json("POST", &format!("{document}/links"), json!({})).await,
        client.json("POST", &format!("{document}/restore"), json!({})).await,
        client.delete(&document).await,
    ]
}

#[tokio::test]
async fn a_document_is_seen_by_whoever_sees_its_record_and_by_nobody_else() {
    let office = Office::start().await;
    let (anna, ben) = (office.rep().await, office.rep().await);
    let boss = office.person(Role::Manager, Scope::All).await;
    let lead = office.lead_of(&anna).await;
    let path = format!("/api/leads/{lead}/documents");
    let id = attached(&office.client(&anna), &path, "offer.txt").await;
    let theirs = office.client(&ben);
    let unknown = every_way(&theirs, "00000000-0000-7000-8000-000000000099").await;
    let before = office.count("select count(*) from audit_log").await;

    let hidden = every_way(&theirs, &id).await;

    for (hidden, unknown) in hidden.iter().zip(&unknown) {
        assert_eq!((hidden.status, hidden.json()), (unknown.status, unknown.json()));
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(theirs.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(theirs.put_raw(&path, "a.txt", "x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(theirs.get("/api/documents").await.names(), Vec::<String>::new());
    assert_eq!(office.count("select count(*) from audit_log").await, before, "nothing was written");
    assert_eq!(office.client(&boss).get("/api/documents").await.names(), ["offer.txt"]);
    assert_eq!(office.client(&boss).get(&path).await.names(), ["offer.txt"]);
    assert_eq!(office.stranger().get(&path).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_may_not_change_a_record_reads_its_documents_only_and_personal_ones_not_at_all() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let path = format!("/api/leads/{lead}/documents");
    let open = attached(&office.client(&rep), &path, "open.txt").await;
    let private = office.client(&rep).put_form(&path, &[("personal", "true")], ("passport.txt", b"x")).await.id();
    let (support, analyst) =
        (office.person(Role::Support, Scope::All).await, office.person(Role::Analyst, Scope::All).await);

    let (support, analyst) = (office.client(&support), office.client(&analyst));

    assert_eq!(support.get(&path).await.names(), ["passport.txt", "open.txt"]);
    assert_eq!(support.get(&format!("/api/documents/{open}/content")).await.status, StatusCode::OK);
    assert_eq!(support.put_raw(&path, "a.txt", "x").await.status, StatusCode::FORBIDDEN);
    assert_eq!(support.delete(&format!("/api/documents/{open}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(analyst.get(&path).await.names(), ["open.txt"]);
    assert_eq!(analyst.get("/api/documents").await.names(), ["open.txt"]);
    assert_eq!(analyst.get(&format!("/api/documents/{private}/content")).await.status, StatusCode::NOT_FOUND);
}

async fn link(client: &Client, id: &str, body: Value) -> String {
    let made = client.json("POST", &format!("/api/documents/{id}/links"), body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json());
    made.json()["url"].as_str().expect("a url").to_owned()
}

#[tokio::test]
async fn a_link_opens_its_version_until_it_ends() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");
    let id = attached(&client, &path, "offer.txt").await;
    let stranger = office.stranger();

    let first = link(&client, &id, json!({"expires_in_seconds": 600})).await;
    client.put_raw(&format!("/api/documents/{id}/versions"), "b.txt", "second").await;
    let opened = stranger.get(&first).await;

    assert_eq!((opened.status, opened.bytes.as_slice()), (StatusCode::OK, b"content of it".as_slice()));
    assert!(opened.headers["content-disposition"].to_str().is_ok_and(|value| value.starts_with("attachment; ")));
    let (start, end) = first.split_at(first.len() - 8);
    let other = if end.starts_with('A') { "B" } else { "A" };
    let changed = format!("{start}{other}{}", &end[1..]);
    for wrong in [changed.as_str(), "/api/files/x", "/api/files/..%2f..%2fetc%2fpasswd", "/api/files/%00"] {
        assert_eq!(stranger.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    office.clock.advance(TimeDelta::minutes(10));
    assert_eq!(stranger.get(&first).await.status, StatusCode::NOT_FOUND);
    let second = link(&client, &id, json!({"number": 1})).await;
    assert_eq!(stranger.get(&second).await.status, StatusCode::OK);
    client.delete(&format!("/api/documents/{id}/versions/1")).await;
    let gone = stranger.get(&second).await;
    assert_eq!((gone.status, gone.json()["type"].clone()), (StatusCode::NOT_FOUND, json!("/problems/link_refused")));
    let wrong = client.json("POST", &format!("/api/documents/{id}/links"), json!({"expires_in_seconds": 1})).await;
    assert_eq!(wrong.refused(), ("/expires_in_seconds".to_owned(), "out_of_range".to_owned()));
    let nothing = client.json("POST", &format!("/api/documents/{id}/links"), json!({"number": 9})).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_opens_no_more_than_its_maker_may_see_now() {
    let office = Office::start().await;
    let (anna, ben) = (office.rep().await, office.rep().await);
    let lead = office.lead_of(&anna).await;
    let client = office.client(&anna);
    let id = attached(&client, &format!("/api/leads/{lead}/documents"), "offer.txt").await;
    let url = link(&client, &id, json!({})).await;
    let stranger = office.stranger();
    assert_eq!(stranger.get(&url).await.status, StatusCode::OK);

    give(&office, "lead", lead, json!({"owner_id": ben.user_id})).await;
    let moved = stranger.get(&url).await.status;
    give(&office, "lead", lead, json!({"owner_id": anna.user_id})).await;
    let back = stranger.get(&url).await.status;
    give(&office, "user", anna.user_id, json!({"status": "suspended"})).await;
    let suspended = stranger.get(&url).await.status;

    assert_eq!((moved, back, suspended), (StatusCode::NOT_FOUND, StatusCode::OK, StatusCode::NOT_FOUND));
    let opened: i64 = office
        .count("select count(*) from audit_log where action = 'download' and source = 'signed link' and object = 'document'")
        .await;
    assert_eq!(opened, 2);
}

async fn give(office: &Office, object: &str, id: uuid::Uuid, body: Value) {
    office.clock.advance(TimeDelta::seconds(10));
    let object = office.oltp.catalog().object(object).expect("an object");
    let changes = Changes::parse_patch(object, body.as_object().expect("an object")).expect("valid fields");
    office.oltp.update(&Principal::system(), object, id, changes).await.expect("changed");
}
