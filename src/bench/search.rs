//! `bench search`: time of searches over a million contacts, beside `ilike` with trigram indexes in
//! Postgres, and the time until a new record is found.

use std::time::{Duration, Instant};

use anyhow::Context;
use catalog::{Changes, Principal};
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow},
};
use query_service::SearchRequest;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::figures::{publish, quantile};
use crate::{
    app::{self, App, Database},
    cli::{BenchArgs, say, table},
    commands::Outcome,
    config::Config,
};

/// Contacts unless `--rows` says otherwise.
const ROWS: u32 = 1_000_000;
/// Rows per transaction while filling the table.
const FILL_BATCH: usize = 5_000;
/// Searches of each kind.
const SEARCHES: usize = 60;
/// Searches of each kind in Postgres, where some take seconds.
const BASELINE_SEARCHES: usize = 20;
/// Records whose way to the index is timed.
const FRESH: usize = 20;
/// Longest time to build the index, and to find a new record.
const BUILD_LIMIT: Duration = Duration::from_mins(20);
const FRESH_LIMIT: Duration = Duration::from_secs(30);

const FIRST: [&str; 24] = [
    "Ada", "Alan", "Amelia", "Boris", "Carla", "Dimitri", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jonas", "Kavita",
    "Liam", "Mei", "Nadia", "Omar", "Priya", "Quentin", "Rosa", "Sofia", "Tomasz", "Ulrike", "Yusuf",
];
const SYLLABLES: [&str; 20] = [
    "ber", "cor", "dal", "fen", "gar", "hol", "jan", "kel", "lar", "mon", "nor", "pet", "quin", "ros", "sil", "tor",
    "ven", "wal", "yar", "zim",
];

/// Measures and prints.
///
/// # Errors
/// A server could not be started, or a record is not found.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let scratch = tempfile::tempdir()?;
    let config = Config { data_dir: scratch.path().join("workspace"), ..Config::default() };
    let rows = usize::try_from(args.rows.unwrap_or(ROWS))?;
    say(&format!("filling a table with {rows} contacts"));
    fill(&config, rows).await?;

    say("copying it into the lake and building the index");
    let started = Instant::now();
    let app = App::start(&config).await?;
    wait_until_indexed(&app).await?;
    let build_seconds = started.elapsed().as_secs_f64();

    say("searching");
    let index = search(&app, rows).await?;
    say("searching the same with ilike in Postgres");
    let indexed = oltp::baseline::index_contacts(&app.oltp).await?;
    oltp::baseline::analyze(&app.oltp).await?;
    let baseline = search_postgres(&app, rows).await?;
    say("timing new records");
    let fresh = fresh(&app).await?;
    app.shutdown().await?;

    let at = |samples: &[f64], per_mille| quantile(samples, per_mille).unwrap_or_default();
    let arm = if indexed { "ilike with pg_trgm" } else { "ilike without pg_trgm" };
    let mut shown = table(["figure", "value", "target"]);
    shown.add_row(["contacts", &rows.to_string(), "1,000,000"]);
    shown.add_row(["copy and index", &format!("{build_seconds:.1} s"), ""]);
    let mut kinds = serde_json::Map::new();
    for ((kind, ours), (_, theirs)) in index.iter().zip(&baseline) {
        let figure = |samples: &[f64]| format!("{:.1} / {:.1} ms", at(samples, 500), at(samples, 950));
        shown.add_row([&format!("{kind}: p50 / p95"), &figure(ours), ""]);
        shown.add_row([&format!("{kind}: {arm}"), &figure(theirs), ""]);
        let pair = |samples: &[f64]| json!({"p50_ms": at(samples, 500), "p95_ms": at(samples, 950)});
        kinds.insert((*kind).to_owned(), json!({"index": pair(ours), "postgres": pair(theirs)}));
    }
    let all: Vec<f64> = index.iter().flat_map(|(_, samples)| samples.iter().copied()).collect();
    shown.add_row(["all searches: p95", &format!("{:.1} ms", at(&all, 950)), "<= 20 ms"]);
    shown.add_row(["a new record is found: median", &format!("{:.0} ms", at(&fresh, 500)), "<= 1,000 ms"]);
    shown.add_row(["a new record is found: slowest", &format!("{:.0} ms", at(&fresh, 1000)), "<= 1,000 ms"]);
    let figures = json!({
        "contacts": rows, "build_seconds": build_seconds, "kinds": kinds, "trigrams": indexed,
        "search_ms": {"p50": at(&all, 500), "p95": at(&all, 950)},
        "fresh_ms": {"p50": at(&fresh, 500), "max": at(&fresh, 1000)},
    });
    publish(args, "search", &shown, &figures)?;
    Ok(Outcome::Done)
}

/// One contact, the same for the same number.
struct Person {
    name: String,
    email: String,
    phone: String,
}

fn person(number: usize) -> Person {
    let mut chance = ChaCha8Rng::seed_from_u64(u64::try_from(number).unwrap_or_default());
    let first = FIRST[chance.random_range(0..FIRST.len())];
    let last: String = (0..4).map(|_| SYLLABLES[chance.random_range(0..SYLLABLES.len())]).collect();
    let email = format!("{}.{last}{number}@example.com", first.to_lowercase());
    let phone = format!("+1 {:03} {:07}", chance.random_range(200..1000), chance.random_range(0..10_000_000));
    let last = last.get(..1).map(str::to_uppercase).unwrap_or_default() + last.get(1..).unwrap_or_default();
    Person { name: format!("{first} {last}"), email, phone }
}

async fn fill(config: &Config, rows: usize) -> anyhow::Result<()> {
    let database = Database::open(config).await?;
    let oltp = app::connect(&database).await?;
    oltp.migrate().await?;
    let numbers: Vec<usize> = (0..rows).collect();
    for batch in numbers.chunks(FILL_BATCH) {
        write(&oltp, batch).await?;
    }
    oltp.pool().close().await;
    database.close().await
}

async fn write(oltp: &Oltp, numbers: &[usize]) -> anyhow::Result<()> {
    let contact = oltp.catalog().object("contact").context("the catalogue has no contacts")?;
    let effective_at = oltp.clock().now();
    let mut rows = Vec::with_capacity(numbers.len());
    for number in numbers {
        let Person { name, email, phone } = person(*number);
        let body = json!({"name": name, "email": email, "phone": phone});
        let changes = Changes::parse_new(contact, body.as_object().context("an object")?)?;
        rows.push(BulkRow { id: catalog::Ids.fresh(), changes, effective_at });
    }
    let mut tx = oltp.pool().begin().await?;
    let audit = BulkAudit::Summary { source: "bench".to_owned() };
    oltp.bulk_insert(&mut tx, &Principal::system(), contact, &rows, &audit).await?;
    tx.commit().await?;
    Ok(())
}

async fn wait_until_indexed(app: &App) -> anyhow::Result<()> {
    let goal = app.oltp.log_position().await?;
    app.search.wait_for(goal, BUILD_LIMIT).await.context("the index takes too long")
}

/// Queries of every kind, each about a contact that is there; what it should find comes with it.
fn queries(rows: usize, count: usize) -> Vec<(&'static str, Vec<String>)> {
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let mut people: Vec<Person> = Vec::new();
    people.resize_with(count, || person(chance.random_range(0..rows)));
    let each = |query: &dyn Fn(&Person) -> String| people.iter().map(query).collect::<Vec<String>>();
    let last = |person: &Person| person.name.split(' ').nth(1).unwrap_or_default().to_owned();
    vec![
        ("beginning of a name", each(&|person| last(person).chars().take(6).collect())),
        ("whole name", each(&|person| person.name.clone())),
        (
            "misspelt name",
            each(&|person| {
                let mut letters: Vec<char> = last(person).chars().collect();
                letters.swap(2, 3);
                letters.into_iter().collect()
            }),
        ),
        ("phone", each(&|person| person.phone.chars().skip(3).filter(char::is_ascii_digit).collect())),
        ("e-mail", each(&|person| person.email.clone())),
    ]
}

async fn search(app: &App, rows: usize) -> anyhow::Result<Vec<(&'static str, Vec<f64>)>> {
    let system = Principal::system();
    let mut timed = Vec::new();
    for (kind, queries) in queries(rows, SEARCHES) {
        let mut samples = Vec::new();
        for text in queries {
            let request = SearchRequest { text, ..SearchRequest::default() };
            let started = Instant::now();
            let answer = app.search.search(&system, &request).await?;
            samples.push(started.elapsed().as_secs_f64() * 1000.0);
            anyhow::ensure!(!answer.groups.is_empty(), "nothing is found for {} ({kind})", request.text);
        }
        timed.push((kind, samples));
    }
    Ok(timed)
}

async fn search_postgres(app: &App, rows: usize) -> anyhow::Result<Vec<(&'static str, Vec<f64>)>> {
    let mut timed = Vec::new();
    for (kind, queries) in queries(rows, BASELINE_SEARCHES) {
        let mut samples = Vec::new();
        for text in queries {
            let words: Vec<&str> = text.split_whitespace().collect();
            let started = Instant::now();
            oltp::baseline::search_contacts(&app.oltp, &words).await?;
            samples.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        timed.push((kind, samples));
    }
    Ok(timed)
}

/// Milliseconds from the answer to a write until the record is found.
async fn fresh(app: &App) -> anyhow::Result<Vec<f64>> {
    let system = Principal::system();
    let contact = app.oltp.catalog().object("contact").context("the catalogue has no contacts")?;
    let mut samples = Vec::new();
    for number in 0..FRESH {
        let name = format!("Freshly written {number}x{number}");
        let body = json!({ "name": name });
        let changes = Changes::parse_new(contact, body.as_object().context("an object")?)?;
        app.oltp.create(&system, contact, changes).await?;
        let written = Instant::now();
        let request = SearchRequest { text: format!("\"{name}\""), ..SearchRequest::default() };
        while app.search.search(&system, &request).await?.groups.is_empty() {
            anyhow::ensure!(written.elapsed() < FRESH_LIMIT, "{name} is not found");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        samples.push(written.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(samples)
}
