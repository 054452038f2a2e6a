//! Uploads, versions, folders and downloads.

use axum::http::StatusCode;
use serde_json::json;

use super::office::{MAX_BYTES, Office};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";

#[tokio::test]
async fn what_is_attached_comes_back_as_it_was_and_is_only_ever_saved() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");

    let form =
        client.put_form(&path, &[("folder", "Offers/2026"), ("personal", "true")], ("Angebot №1.pdf", PDF)).await;
    let raw = client.put_raw(&path, "notes.txt", "naïve").await;

    assert_eq!(form.status, StatusCode::CREATED, "{}", form.json());
    let made = form.json();
    assert_eq!((&made["name"], &made["folder"]), (&json!("Angebot №1.pdf"), &json!("Offers/2026")));
    assert_eq!((&made["personal"], &made["number"], &made["version_count"]), (&json!(true), &json!(1), &json!(1)));
    assert_eq!((&made["media_type"], &made["record_title"]), (&json!("application/pdf"), &json!("Ada")));
    assert_eq!(form.headers["location"], format!("/api/documents/{}", form.id()));
    assert_eq!(raw.json()["media_type"], "text/plain");
    let download = client.get(&format!("/api/documents/{}/content", form.id())).await;
    assert_eq!((download.status, download.bytes.as_slice()), (StatusCode::OK, PDF));
    assert_eq!(download.headers["content-type"], "application/pdf");
    assert_eq!(
        download.headers["content-disposition"],
        "attachment; filename=\"Angebot _1.pdf\"; filename*=UTF-8''Angebot%20%E2%84%961.pdf"
    );
    assert_eq!(download.headers["x-content-type-options"], "nosniff");
    assert_eq!(download.headers["content-security-policy"], "sandbox; default-src 'none'");
    assert_eq!(download.headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(client.get(&path).await.names(), ["notes.txt", "Angebot №1.pdf"]);
    assert_eq!(client.get(&format!("{path}?folder=Offers/2026")).await.names(), ["Angebot №1.pdf"]);
    assert_eq!(client.get("/api/documents?q=ANGEBOT&object=lead").await.names(), ["Angebot №1.pdf"]);
    assert_eq!(client.get("/api/documents?q=%25").await.names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_of_the_same_name_is_the_next_version_and_each_can_be_removed() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");

    let first = client.put_form(&path, &[], ("offer.txt", b"one")).await;
    let second = client.put_form(&path, &[], ("OFFER.txt", b"two")).await;
    let document = format!("/api/documents/{}", first.id());
    let third = client.put_raw(&format!("{document}/versions"), "signed.txt", "three").await;

    assert_eq!((second.status, second.id()), (StatusCode::CREATED, first.id()));
    assert_eq!((&third.json()["number"], &third.json()["version"]), (&json!(3), &json!(3)));
    assert_eq!(third.json()["name"], "offer.txt", "a version does not rename the document");
    assert_eq!(client.get(&format!("{document}/content")).await.bytes, b"three");
    assert_eq!(client.get(&format!("{document}/content?number=1")).await.bytes, b"one");
    assert_eq!(client.delete(&format!("{document}/versions/3")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(client.get(&format!("{document}/content")).await.bytes, b"two");
    assert_eq!(client.get(&format!("{document}/content?number=3")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.delete(&format!("{document}/versions/3")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.delete(&format!("{document}/versions/2")).await.status, StatusCode::NO_CONTENT);
    let last = client.delete(&format!("{document}/versions/1")).await;
    assert_eq!((last.status, last.json()["type"].clone()), (StatusCode::CONFLICT, json!("/problems/only_version")));
    let versions = client.get(&format!("{document}/versions")).await.json();
    let removed: Vec<bool> =
        versions["items"].as_array().expect("items").iter().map(|version| !version["removed_at"].is_null()).collect();
    assert_eq!(removed, [true, true, false]);
    let fourth = client.put_form(&path, &[], ("offer.txt", b"four")).await;
    assert_eq!(fourth.json()["number"], 4, "a number is never given twice");
}

#[tokio::test]
async fn a_document_is_renamed_and_moved_at_the_version_that_was_read() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");
    let one = client.put_raw(&path, "one.txt", "1").await;
    client.put_raw(&path, "two.txt", "2").await;
    let document = format!("/api/documents/{}", one.id());

    let moved = client.json("PATCH", &document, json!({"folder": "/Old/"})).await;
    let back = client.json("PATCH", &document, json!({"folder": "", "name": "two.txt"})).await;
    let wrong = client.json("PATCH", &document, json!({"name": "a/b"})).await;
    let unknown = client.json("PATCH", &document, json!({"colour": "red"})).await;

    assert_eq!((moved.status, moved.json()["folder"].clone()), (StatusCode::OK, json!("Old")));
    assert_eq!(moved.headers["etag"], "\"2\"");
    assert_eq!((back.status, back.refused().1), (StatusCode::CONFLICT, "duplicate".to_owned()));
    assert_eq!(wrong.refused(), ("/name".to_owned(), "invalid_name".to_owned()));
    assert_eq!(unknown.refused(), ("/colour".to_owned(), "unknown_field".to_owned()));
    assert_eq!(client.get(&document).await.json()["version"], 2, "what was refused changed nothing");
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_and_leaves_nothing() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");
    let most = usize::try_from(MAX_BYTES).expect("small");

    let fits = client.put_form(&path, &[], ("a.bin", &vec![1; most])).await;
    let raw = client.put_raw(&path, "b.bin", vec![2; most + 1]).await;
    let form = client.put_form(&path, &[], ("c.bin", &vec![3; most + 1])).await;
    let broken = futures::stream::iter([Ok("half"), Err(std::io::Error::other("the line went dead"))]);
    let broken = client.put_raw(&path, "d.bin", axum::body::Body::from_stream(broken)).await;

    assert_eq!(fits.status, StatusCode::CREATED, "{}", fits.json());
    for refused in [&raw, &form] {
        assert_eq!(
            (refused.status, refused.json()["type"].clone()),
            (StatusCode::PAYLOAD_TOO_LARGE, json!("/problems/file_too_large"))
        );
    }
    assert_eq!(
        (broken.status, broken.json()["type"].clone()),
        (StatusCode::BAD_REQUEST, json!("/problems/upload_broken"))
    );
    assert_eq!(client.get(&path).await.names(), ["a.bin"]);
    assert_eq!(office.count("select count(*) from stored_files").await, 1);
    assert_eq!(office.stored().len(), 1);
    assert_eq!(std::fs::read_dir(office.folder.path().join("incoming")).expect("a folder").count(), 0);
}
