//! The bin, what clean-up removes and when, and what is written down about it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use catalog::{Role, Scope};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::office::Office;

/// Later than bytes are kept for somebody who is about to refer to them.
const A_DAY: TimeDelta = TimeDelta::days(1);
/// Later than a document stays in the bin.
const TWO_MONTHS: TimeDelta = TimeDelta::days(60);

#[tokio::test]
async fn equal_bytes_are_stored_once_and_go_with_the_last_version() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let (one, two) = (office.lead_of(&rep).await, office.lead_of(&rep).await);
    let client = office.client(&rep);
    let first = client.put_raw(&format!("/api/leads/{one}/documents"), "a.txt", "the same").await.id();
    let second = client.put_raw(&format!("/api/leads/{two}/documents"), "b.txt", "the same").await.id();
    client.put_raw(&format!("/api/documents/{first}/versions"), "a.txt", "newer").await;
    assert_eq!(office.stored().len(), 2);

    client.delete(&format!("/api/documents/{first}/versions/1")).await;
    office.clock.advance(A_DAY);
    let shared = office.documents.clean_up().await.expect("clean");
    client.put_raw(&format!("/api/documents/{second}/versions"), "b.txt", "other").await;
    client.delete(&format!("/api/documents/{second}/versions/1")).await;
    let last = office.documents.clean_up().await.expect("clean");

    assert_eq!((shared.files, last.files), (0, 1));
    let kept: BTreeSet<String> =
        office.stored().iter().map(|path| std::fs::read_to_string(path).expect("text")).collect();
    assert_eq!(kept, ["newer".to_owned(), "other".to_owned()].into());
    assert_eq!(
        client.put_raw(&format!("/api/leads/{one}/documents"), "c.txt", "the same").await.status,
        StatusCode::CREATED
    );
    assert_eq!(office.stored().len(), 3, "what is removed can come again");
}

#[tokio::test]
async fn what_a_crash_left_at_any_step_is_found_by_the_next_clean_up() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    for (name, bytes) in [("kept.txt", "kept"), ("a.txt", "bytes there"), ("b.txt", "bytes gone"), ("c.txt", "marked")]
    {
        client.put_raw(&format!("/api/leads/{lead}/documents"), name, bytes).await;
    }
    // As after a crash between storing the bytes and writing the version, between removing the bytes
    // and removing the row, and between marking and removing.
    for sql in [
        "delete from documents where name in ('a.txt', 'b.txt', 'c.txt')",
        "update stored_files set complete = false where sha256 = sha256('bytes there')",
        "update stored_files set doomed_at = now() where sha256 in (sha256('bytes gone'), sha256('marked'))",
    ] {
        sqlx::query(sql).execute(office.oltp.pool()).await.expect("done");
    }
    let gone = office.stored().into_iter().find(|path| std::fs::read(path).is_ok_and(|bytes| bytes == b"bytes gone"));
    std::fs::remove_file(gone.expect("stored")).expect("removed");

    let fresh = office.documents.clean_up().await.expect("clean");
    office.clock.advance(A_DAY);
    let old = office.documents.clean_up().await.expect("clean");
    let again = office.documents.clean_up().await.expect("clean");

    assert_eq!((fresh.files, old.files, again.files), (2, 1, 0), "an upload of today may still be going on");
    assert_eq!(office.stored().len(), 1);
    assert_eq!(office.count("select count(*) from stored_files").await, 1);
}

#[tokio::test]
async fn a_deleted_document_comes_back_until_its_time_is_over() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");
    let id = client.put_raw(&path, "a.txt", "x").await.id();
    let document = format!("/api/documents/{id}");

    let deleted = client.delete(&document).await;
    assert_eq!((deleted.status, deleted.json()["deleted_at"].is_string()), (StatusCode::OK, true));
    assert_eq!(client.get(&document).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get(&format!("{document}/content")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get(&path).await.names(), Vec::<String>::new());
    assert_eq!(client.get(&format!("{path}?deleted=true")).await.names(), ["a.txt"]);
    let other = client.put_raw(&path, "a.txt", "y").await.id();
    let taken = client.json("POST", &format!("{document}/restore"), json!({})).await;
    assert_eq!((taken.status, taken.refused().1), (StatusCode::CONFLICT, "duplicate".to_owned()));
    client.delete(&format!("/api/documents/{other}")).await;
    assert_eq!(client.json("POST", &format!("{document}/restore"), json!({})).await.status, StatusCode::OK);
    assert_eq!(client.get(&format!("{document}/content")).await.bytes, b"x");
    let live = client.json("POST", &format!("{document}/restore"), json!({})).await;
    assert_eq!(live.status, StatusCode::CONFLICT);

    office.clock.advance(TWO_MONTHS);
    let cleaned = office.documents.clean_up().await.expect("clean");

    assert_eq!((cleaned.documents, cleaned.files), (1, 1), "the other one was in the bin");
    assert_eq!(client.get(&path).await.names(), ["a.txt"]);
    assert_eq!(office.count("select count(*) from documents").await, 1);
}

#[tokio::test]
async fn only_an_administrator_erases_and_only_the_fact_is_left() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let admin = office.person(Role::Admin, Scope::All).await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let id = client.put_raw(&format!("/api/leads/{lead}/documents"), "passport of ada.txt", "secret").await.id();
    let erase = format!("/api/documents/{id}/erase");

    assert_eq!(client.json("POST", &erase, json!({})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(office.client(&admin).json("POST", &erase, json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.client(&admin).json("POST", &erase, json!({})).await.status, StatusCode::NOT_FOUND);
    office.documents.clean_up().await.expect("clean");

    assert_eq!(office.stored(), Vec::<std::path::PathBuf>::new(), "at once, whatever its age");
    assert_eq!(office.count("select count(*) from documents").await, 0);
    let entry: Value = sqlx::query_scalar("select changes from audit_log where action = 'erase'")
        .fetch_one(office.oltp.pool())
        .await
        .expect("one entry");
    assert_eq!(entry, json!({}));
}

#[tokio::test]
async fn everything_that_happens_to_a_document_is_in_the_audit_log() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let id = client.put_raw(&format!("/api/leads/{lead}/documents"), "a.txt", "x").await.id();
    let document = format!("/api/documents/{id}");
    client.put_raw(&format!("{document}/versions"), "b.txt", "y").await;
    client.json("PATCH", &document, json!({"name": "c.txt"})).await;
    client.get(&format!("{document}/content")).await;
    client.json("POST", &format!("{document}/links"), json!({})).await;
    client.delete(&format!("{document}/versions/1")).await;
    client.delete(&document).await;
    client.json("POST", &format!("{document}/restore"), json!({})).await;

    let sql = "select action, actor_name, version from audit_log where object = 'document' and record_id = $1::uuid order by id";
    let entries: Vec<(String, String, Option<i64>)> =
        sqlx::query_as(sql).bind(&id).fetch_all(office.oltp.pool()).await.expect("entries");

    let told: Vec<(&str, Option<i64>)> =
        entries.iter().map(|(action, _, version)| (action.as_str(), *version)).collect();
    assert_eq!(
        told,
        [
            ("create", Some(1)),
            ("update", Some(2)),
            ("update", Some(3)),
            ("download", None),
            ("link", None),
            ("update", Some(4)),
            ("delete", Some(5)),
            ("restore", Some(6)),
        ]
    );
    assert!(entries.iter().all(|(_, actor, _)| *actor == rep.username));
}
