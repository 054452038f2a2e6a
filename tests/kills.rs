//! Killing the server at any moment loses nothing and doubles nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use catalog::{Catalog, Changes, Principal, SystemClock};
use oltp::Oltp;
use rand::{Rng, SeedableRng};
use serde_json::{Map, Value, json};

use crate::harness::{Workspace, wait_for};

const KILLS: u32 = 50;
const SEED: u64 = 20_261_121;
/// A kill comes at any moment within this time after the server is ready to answer.
const LONGEST_LIFE_MS: u64 = 700;
const WRITE_LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "the writer runs beside the test and is joined at its end")]
async fn fifty_kills_under_write_load_lose_nothing_and_double_nothing() {
    let mut workspace = Workspace::start().await;
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicU64::new(0));
    let url = workspace.cluster.url().to_owned();
    let writer = tokio::spawn(write_until_stopped(url, Arc::clone(&stop), Arc::clone(&written)));
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(SEED);

    for _ in 0..KILLS {
        let before = written.load(Ordering::Relaxed);
        let goal = before + random.random_range(1..60);
        let life = Duration::from_millis(random.random_range(0..LONGEST_LIFE_MS));
        // Either some writes later or after a while, whichever comes first.
        wait_for(life, async || written.load(Ordering::Relaxed) >= goal).await;
        workspace.kill();
        workspace.serve().await;
    }
    let last = written.load(Ordering::Relaxed);
    assert!(wait_for(WRITE_LIMIT, async || written.load(Ordering::Relaxed) > last).await, "the writer is stuck");
    stop.store(true, Ordering::Relaxed);
    writer.await.expect("the writer ends");

    let verified = workspace.run(&["warehouse", "verify"]);
    assert!(verified.status.success(), "{}\n{}", String::from_utf8_lossy(&verified.stdout), workspace.log());
    println!("{} writes, {KILLS} kills", written.load(Ordering::Relaxed));
}

/// Creates, updates and deletes through the ordinary write path, independently of the server.
async fn write_until_stopped(url: String, stop: Arc<AtomicBool>, written: Arc<AtomicU64>) {
    let catalog = Arc::new(Catalog::standard());
    let oltp = Oltp::connect(&url, Arc::clone(&catalog), Arc::new(SystemClock)).await.expect("a connection");
    let system = Principal::system();
    let company = catalog.object("company").expect("companies exist");
    let mut ids: Vec<uuid::Uuid> = Vec::new();
    let mut round = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        let body = fields(&json!({"name": format!("Company {round}"), "annual_revenue": format!("{round}.25")}));
        let changes = Changes::parse_new(company, &body).expect("valid");
        let created = oltp.create(&system, company, changes).await.expect("created");
        let id = created.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok()).expect("an id");
        ids.push(id);
        let older = ids[usize::try_from(round * 7).expect("small") % ids.len()];
        let patch = fields(&json!({"description": format!("round {round}")}));
        let changes = Changes::parse_patch(company, &patch).expect("valid");
        // The older record may be in the bin by now; then there is nothing to update.
        drop(oltp.update(&system, company, older, changes).await);
        if round.is_multiple_of(5) {
            drop(oltp.delete(&system, company, older).await);
        }
        written.fetch_add(1, Ordering::Relaxed);
    }
}

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
