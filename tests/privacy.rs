//! A person is forgotten by the whole running workspace: nothing of them is left in any file below the
//! data folder, in any answer, or at any past moment.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Workspace, wait_for};

const NAME: &str = "Zyxwa Quuxcanary";
const EMAIL: &str = "zyxwa@canary.example";
const PHONE: &str = "+49 170 5550123987";
/// Longest time an erasure may take on a busy machine, with the wait for a killed server's lease.
const SOON: Duration = Duration::from_mins(3);

async fn send(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let (status, body) = (answer.status(), answer.text().await.expect("text"));
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

async fn make(workspace: &Workspace, table: &str, body: Value) -> String {
    let made = send(workspace.request(Method::POST, &format!("/api/{table}")).json(&body)).await;
    made["id"].as_str().expect("an id").to_owned()
}

/// Every file below the data folder.
fn files(workspace: &Workspace) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![workspace.scratch().join("data")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Whether a file holds one of the canaries, in plain text or in a Parquet file's columns.
fn holds(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap_or_default();
    let plain = String::from_utf8_lossy(&bytes).to_lowercase();
    let told = |text: &str| ["quuxcanary", EMAIL, PHONE].iter().any(|canary| text.contains(&canary.to_lowercase()));
    if path.extension().is_none_or(|kind| kind != "parquet") {
        return told(&plain);
    }
    told(&plain) || told(&decoded(path))
}

/// The rows of a Parquet file as text.
fn decoded(path: &Path) -> String {
    let file = fs::File::open(path).expect("a file");
    let rows = parquet::file::reader::SerializedFileReader::new(file).expect("a Parquet file");
    rows.into_iter().map(|row| row.expect("a row").to_string()).collect::<Vec<_>>().join("\n").to_lowercase()
}

/// A contact with a past, in several flushes, and a deal of theirs.
async fn story(workspace: &Workspace) -> (String, String, String) {
    let contact = json!({"name": NAME, "email": "old-zyxwa@canary.example", "phone": PHONE});
    let contact = make(workspace, "contacts", contact).await;
    workspace.settled().await;
    let moved = workspace.request(Method::PATCH, &format!("/api/contacts/{contact}")).json(&json!({"email": EMAIL}));
    send(moved).await;
    let other = make(workspace, "contacts", json!({"name": "Bo Quuxother", "email": "bo@other.example"})).await;
    workspace.settled().await;
    let deal = json!({"name": format!("Offer for {NAME}"), "contact_id": contact, "amount": "900.00"});
    let deal = make(workspace, "deals", deal).await;
    let note = json!({"body": format!("{NAME} rang from {PHONE}"), "contact_id": other});
    make(workspace, "notes", note).await;
    let activity =
        json!({"kind": "call", "subject": NAME, "contact_id": contact, "occurred_at": "2026-01-01T00:00:00Z"});
    make(workspace, "activities", activity).await;
    let path = format!("/api/contacts/{contact}/documents?name=letter.txt");
    send(workspace.request(Method::POST, &path).body(format!("Dear {NAME}"))).await;
    for format in ["csv", "xlsx"] {
        let export = json!({"format": format, "columns": ["name", "email", "phone"]});
        let job = send(workspace.request(Method::POST, "/api/contacts/export").json(&export)).await;
        let path = format!("/api/jobs/{}", job["id"].as_str().expect("an id"));
        let ended = async || send(workspace.request(Method::GET, &path)).await["state"] == "done";
        assert!(wait_for(SOON, ended).await, "the export did not end");
    }
    workspace.settled().await;
    (contact, other, deal)
}

/// When the deal was made: a moment of the past at which the person was known.
async fn written_at(workspace: &Workspace, deal: &str) -> String {
    let deal = send(workspace.request(Method::GET, &format!("/api/deals/{deal}"))).await;
    deal["updated_at"].as_str().expect("a moment").to_owned()
}

async fn asked(workspace: &Workspace, contact: &str) -> String {
    let body = json!({"object": "contact", "id": contact, "include_matches": true, "reason": "Letter of 3 May"});
    let asked = send(workspace.request(Method::POST, "/api/privacy/erasures").json(&body)).await;
    asked["id"].as_str().expect("an id").to_owned()
}

/// That the whole workspace knows nothing of the person, and everything of the others.
async fn check(workspace: &Workspace, moment: &str, (contact, other, deal): (&str, &str, &str)) {
    let told: Vec<PathBuf> = files(workspace).into_iter().filter(|path| holds(path)).collect();
    assert_eq!(told, Vec::<PathBuf>::new());
    let names = |rows: Vec<Value>| rows.into_iter().map(|row| row["name"].clone()).collect::<Vec<_>>();
    let now = workspace.sql("select name from contacts order by name", &[]);
    assert_eq!(names(now), ["Bo Quuxother"]);
    let then = workspace.sql("select name from contacts order by name", &["--as-of", moment]);
    assert_eq!(names(then), ["Bo Quuxother"], "nor does the past know them");
    let deals = workspace.sql("select name, amount, contact_id from deals", &["--as-of", moment]);
    assert_eq!((&deals[0]["name"], &deals[0]["contact_id"]), (&json!("Offer for [erased]"), &Value::Null));
    let found = send(workspace.request(Method::GET, "/api/search?q=quuxcanary")).await;
    assert!(!found.to_string().contains(contact), "{found}");
    let path = format!("/api/contacts/{other}");
    assert_eq!(send(workspace.request(Method::GET, &path)).await["name"], "Bo Quuxother");
    let kept = send(workspace.request(Method::GET, &format!("/api/deals/{deal}"))).await;
    assert_eq!((&kept["amount"], &kept["contact_id"]), (&json!("900.00"), &Value::Null));
    for args in [["warehouse", "verify"], ["audit", "verify"]] {
        let output = workspace.run(&args);
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{args:?}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_no_answer_and_no_past_moment_knows_an_erased_person() {
    let workspace = Workspace::start().await;
    let (contact, other, deal) = story(&workspace).await;
    let moment = written_at(&workspace, &deal).await;
    let before = files(&workspace).into_iter().filter(|path| holds(path)).count();
    assert!(before > 5, "the canaries are in {before} files");
    let archive = workspace.file("person.zip", "");
    let archive = archive.to_string_lossy().into_owned();
    workspace.ok(&["privacy", "export", "contact", &contact, "--output", &archive]);
    assert!(fs::read(&archive).expect("the archive").starts_with(b"PK"));

    let request = asked(&workspace, &contact).await;
    let refused = workspace.run(&["privacy", "erase", &request, "--name", "Somebody Else"]);
    assert!(!refused.status.success(), "another name is refused");
    workspace.ok(&["privacy", "erase", &request, "--name", NAME]);

    check(&workspace, &moment, (&contact, &other, &deal)).await;
    let proof: Value = serde_json::from_str(&workspace.ok(&["privacy", "proof", &request])).expect("a proof");
    assert_eq!(proof["complete"], true, "{proof:#}");
    assert!(!proof.to_string().to_lowercase().contains("canary"), "{proof:#}");
    let places = proof["places"].as_array().expect("places");
    let lake = places.iter().find(|place| place["place"] == "lake with history").expect("the lake");
    assert!(lake["removed"].as_i64() >= Some(2) && lake["sha256"].as_str().is_some_and(|hash| hash.len() == 64));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_goes_on_after_the_server_was_killed() {
    let mut workspace = Workspace::start().await;
    let (contact, other, deal) = story(&workspace).await;
    let moment = written_at(&workspace, &deal).await;
    let request = asked(&workspace, &contact).await;
    let path = format!("/api/privacy/erasures/{request}");
    let confirm = workspace.request(Method::POST, &format!("{path}/confirm")).json(&json!({"name": NAME}));
    send(confirm).await;

    // As soon as the lake is what it is at, or later if that is over already.
    let step = async || send(workspace.request(Method::GET, &path)).await["job_done"].as_i64() >= Some(4);
    assert!(wait_for(SOON, step).await, "the job did not come to the lake:\n{}", workspace.log());
    workspace.kill();
    workspace.serve().await;
    let over = async || send(workspace.request(Method::GET, &path)).await["state"] == "done";
    assert!(wait_for(SOON, over).await, "the erasure did not go on:\n{}", workspace.log());

    check(&workspace, &moment, (&contact, &other, &deal)).await;
}
