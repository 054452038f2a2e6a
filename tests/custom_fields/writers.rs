//! People go on working while fields come and go: nothing they write is lost or refused.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use reqwest::{Client, Method, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;

use super::{add, get, id, values};
use crate::harness::Workspace;

/// People who write all the time.
const WRITERS: usize = 4;
/// Fields that come meanwhile; half of them go again.
const FIELDS: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_while_fields_come_and_go() {
    let workspace = Workspace::start_with(&[("LEADHOUSE_REQUESTS_PER_MINUTE", "0")]).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        writers.spawn(write(workspace.url(), workspace.token(), number, Arc::clone(&done)));
    }

    let mut times = Vec::new();
    for number in 0..FIELDS {
        let began = std::time::Instant::now();
        let field = add(&workspace, "leads", &format!("Extra {number}"), json!({ "type": "text" })).await;
        times.push(began.elapsed());
        if number % 2 == 0 {
            let path = format!("/api/catalog/fields/{}?values={}", id(&field), values(&workspace, &id(&field)).await);
            let answer = workspace.request(Method::DELETE, &path).send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        }
    }
    done.store(true, Ordering::Relaxed);
    let mut written = 0;
    while let Some(count) = writers.join_next().await {
        written += count.expect("every write succeeds");
    }

    workspace.settled().await;
    let rows = workspace.sql("select count(*) as leads from leads", &[]);
    assert_eq!(rows, [json!({ "leads": written })]);
    assert_eq!(get(&workspace, "/api/catalog/fields").await["total"], FIELDS / 2);
    workspace.ok(&["warehouse", "verify"]);
    times.sort_unstable();
    println!("{written} leads were written meanwhile; fields took {times:?}");
}

/// Creates and changes leads until it is told to stop; answers how many it created.
async fn write(url: String, token: String, number: usize, done: Arc<AtomicBool>) -> usize {
    let client = Client::new();
    let mut written = 0;
    while !done.load(Ordering::Relaxed) {
        let body = json!({ "name": format!("Lead {number}.{written}") });
        let answer = client.post(format!("{url}/api/leads")).bearer_auth(&token).json(&body).send();
        let answer = answer.await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED, "{:?}", answer.text().await);
        let lead: serde_json::Value = answer.json().await.expect("JSON");
        written += 1;
        let lead = format!("{url}/api/leads/{}", id(&lead));
        let changed = client.patch(lead).bearer_auth(&token).json(&json!({ "source": "partner" })).send();
        let changed = changed.await.expect("an answer");
        assert_eq!(changed.status(), StatusCode::OK, "{:?}", changed.text().await);
    }
    written
}
