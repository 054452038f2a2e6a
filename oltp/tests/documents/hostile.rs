//! Attacks through uploads (A16 and A22): what pretends to be something else, and names that are paths.

use axum::http::StatusCode;
use serde_json::json;

use super::office::Office;

const SCRIPT: &str = "<script>alert(document.domain)</script>";

#[tokio::test]
async fn what_could_run_in_a_browser_is_never_answered_as_such() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{SCRIPT}</svg>");
    let html = format!("<!doctype html><html>{SCRIPT}</html>");
    let xhtml = format!("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">{SCRIPT}</html>");
    let gifar = [b"GIF89a\x01\0\x01\0\0\0\0;".as_slice(), b"PK\x03\x04", html.as_bytes()].concat();

    for (name, bytes, shown_as) in [
        ("a.svg", svg.as_bytes(), "application/octet-stream"),
        ("a.html", html.as_bytes(), "application/octet-stream"),
        ("a.xml", xhtml.as_bytes(), "application/octet-stream"),
        ("a.xhtml", xhtml.as_bytes(), "application/octet-stream"),
        ("photo.jpg", html.as_bytes(), "application/octet-stream"),
        ("photo.png", svg.as_bytes(), "application/octet-stream"),
        ("photo.gif", gifar.as_slice(), "image/gif"),
        ("script.pdf", b"%PDF-1.4 /JS (app.alert(1))", "application/pdf"),
        ("page.txt", html.as_bytes(), "text/plain"),
    ] {
        let made = client.put_form(&path, &[], (name, bytes)).await;
        let answer = client.get(&format!("/api/documents/{}/content", made.id())).await;

        assert_eq!(answer.headers["content-type"], shown_as, "{name}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{name}");
        assert_eq!(answer.headers["content-security-policy"], "sandbox; default-src 'none'", "{name}");
        let disposition = answer.headers["content-disposition"].to_str().expect("text");
        assert!(disposition.starts_with("attachment; ") && disposition.contains("filename*=UTF-8''"), "{name}");
        assert_eq!(answer.bytes, bytes, "{name}");
    }
}

#[tokio::test]
async fn a_name_that_is_a_path_or_hides_something_is_refused_by_name() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");
    let long = "x".repeat(300);

    for name in [
        "../../etc/passwd",
        "..",
        "/etc/passwd",
        "a/b.txt",
        "..\\..\\boot.ini",
        "C:\\boot.ini",
        "a\0.txt",
        "a\r\nSet-Cookie: b",
        "fdp.\u{202e}exe",
        "",
        long.as_str(),
    ] {
        let answer = client.put_raw(&path, name, "x").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert_eq!(answer.refused().0, "/name", "{name:?}");
    }
    for folder in ["../secret", "a/../../b", "a\\b"] {
        let answer = client.put_form(&path, &[("folder", folder)], ("a.txt", b"x")).await;
        assert_eq!(answer.refused().0, "/folder", "{folder:?}");
    }
    assert_eq!(office.count("select count(*) from documents").await, 0);
    let strange = client.put_raw(&path, "Ünïcode 🙂 %2e%2e.txt", "x").await;
    assert_eq!(strange.status, StatusCode::CREATED);
    for stored in office.stored() {
        let name = stored.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
}

#[tokio::test]
async fn addresses_that_climb_or_count_wrongly_lead_nowhere() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let id = client.put_raw(&format!("/api/leads/{lead}/documents"), "a.txt", "x").await.id();

    for wrong in [
        "/api/files/..%2f..%2fetc%2fpasswd".to_owned(),
        "/api/files/%252e%252e%252fetc%252fpasswd".to_owned(),
        "/api/files/....//....//etc/passwd".to_owned(),
        "/api/files/%00".to_owned(),
        "/api/files/C:%5Cboot.ini".to_owned(),
        "/api/documents/..%2f..%2fetc%2fpasswd/content".to_owned(),
        format!("/api/documents/{id}/content?number=-1"),
        format!("/api/documents/{id}/content?number=999999"),
    ] {
        assert_eq!(client.get(&wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let version = client.delete(&format!("/api/documents/{id}/versions/-1")).await;
    assert_eq!(version.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_without_its_parts_is_refused_by_field() {
    let office = Office::start().await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");

    for (fields, refused) in [
        ([("colour", "red")], ("/colour", "unknown_field")),
        ([("personal", "maybe")], ("/personal", "wrong_type")),
        ([("file", "twice")], ("/file", "duplicate")),
    ] {
        let answer = client.put_form(&path, &fields, ("a.txt", b"x")).await;
        let (pointer, code) = answer.refused();
        assert_eq!((pointer.as_str(), code.as_str()), refused, "{}", answer.json());
    }
    let unnamed = client.json("POST", &path, json!({})).await;
    assert_eq!(unnamed.refused(), ("/name".to_owned(), "required".to_owned()));
    assert_eq!(office.count("select count(*) from documents").await, 0);
}
