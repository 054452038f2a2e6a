//! The process is killed again and again while others write; nothing is lost and nothing doubled.
//!
//! The child that is killed is this test binary itself, asked to run [`child`] only.

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlx::PgConnection;
use tokio::task::JoinSet;
use warehouse::{LakeConfig, TableSnapshot};

use super::{
    compare::{assert_same, versions},
    lake::{PATIENCE, capture_config, folder, lake_config, start, start_with},
    schema::{self, id},
    server::Server,
};

const KILLS: u32 = 60;
const SEED: u64 = 20_261_121;
const URL: &str = "LEADHOUSE_TEST_CAPTURE_URL";
const FOLDER: &str = "LEADHOUSE_TEST_CAPTURE_FOLDER";
const FAIL_AT: &str = "LEADHOUSE_TEST_CAPTURE_FAIL_AT";

/// A child that is not killed ends by itself, should its parent be gone.
const CHILD_LIFE: Duration = Duration::from_mins(1);

/// Where the lake can be made to abort while it is written, and when.
const PLACES: [&str; 13] = [
    "flush.after_parquet",
    "flush.after_parquet:3",
    "flush.after_dv",
    "flush.after_dv:3",
    "flush.after_hist",
    "flush.after_hist:3",
    "flush.after_cur",
    "flush.after_cur:3",
    "flush.before_epoch",
    "flush.before_epoch:2",
    "flush.after_epoch",
    "flush.after_epoch:2",
    "compact.after_commit",
];

/// Where the lake can be made to abort during the initial copy.
const COPY_PLACES: [&str; 3] = ["copy.after_table", "copy.after_table:2", "copy.before_epoch"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_random_moments_lose_and_double_nothing() {
    let server = Arc::new(Server::start());
    server.execute(schema::TABLES).await;
    seed(&server).await;
    let lake = folder();
    let writers = Writers::start(&server);
    let mut random = ChaCha8Rng::seed_from_u64(SEED);

    for _ in 0..KILLS {
        let mut child = spawn(&server, lake.path(), None);
        // Sometimes within the start, mostly in the middle of following and flushing.
        let life = Duration::from_millis(random.random_range(20..1_200));
        tokio::time::sleep(life).await;
        child.0.kill().unwrap();
        let status = child.0.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "the child ended by itself: {status:?}");
    }
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    writers.stop().await;

    let snapshot = running.caught_up(&server).await;
    assert_same(&server, &snapshot).await;
    assert_every_version_is_there(snapshot.tables.get("items").unwrap());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_every_step_of_a_flush_loses_and_doubles_nothing() {
    let server = Arc::new(Server::start());
    server.execute(schema::TABLES).await;
    seed(&server).await;
    let lake = folder();
    let writers = Writers::start(&server);

    for place in PLACES {
        die_at(&server, lake.path(), place).await;
    }
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    writers.stop().await;

    let snapshot = running.caught_up(&server).await;
    assert_same(&server, &snapshot).await;
    assert_every_version_is_there(snapshot.tables.get("items").unwrap());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_in_the_initial_copy_starts_it_again() {
    let server = Arc::new(Server::start());
    server.execute(schema::TABLES).await;
    seed(&server).await;
    let lake = folder();
    let writers = Writers::start(&server);

    for place in COPY_PLACES {
        die_at(&server, lake.path(), place).await;
    }
    let running = start(&server.url(), lake.path()).await;
    running.streaming().await;
    writers.stop().await;

    assert_same(&server, &*running.caught_up(&server).await).await;
    assert_eq!(server.text("select count(*)::text from pg_replication_slots").await.as_deref(), Some("1"));
    running.stop().await;
}

/// Runs a child until it aborts at this place.
async fn die_at(server: &Server, lake: &Path, place: &str) {
    let mut child = spawn(server, lake, Some(place));
    let status = end(&mut child).await;
    assert_eq!(status.signal(), Some(6), "{place} was not reached: {status:?}");
}

/// Captures until it is killed; does nothing in an ordinary test run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "the parent tells the child what to do through its environment")]
async fn child() {
    let (Ok(url), Ok(folder)) = (std::env::var(URL), std::env::var(FOLDER)) else { return };
    let lake = LakeConfig { fail_at: std::env::var(FAIL_AT).ok(), ..lake_config(&folder) };
    let mut running = start_with(&url, lake, capture_config(&folder)).await;
    let ended = tokio::time::timeout(CHILD_LIFE, running.capture.ended()).await;
    panic!("the child was not killed: {ended:?}");
}

struct KilledOnDrop(Child);

impl Drop for KilledOnDrop {
    fn drop(&mut self) {
        let _already_dead = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn spawn(server: &Server, folder: &Path, fail_at: Option<&str>) -> KilledOnDrop {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["capture::torture::child", "--exact", "--nocapture"])
        .env(URL, server.url())
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stdin(Stdio::null());
    if let Some(place) = fail_at {
        command.env(FAIL_AT, place);
    }
    KilledOnDrop(command.spawn().unwrap())
}

/// Waits for the child's own end.
async fn end(child: &mut KilledOnDrop) -> std::process::ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < deadline, "the child did not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Connections that write until they are told to stop.
struct Writers {
    writing: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Writers {
    fn start(server: &Arc<Server>) -> Self {
        let writing = Arc::new(AtomicBool::new(true));
        let mut tasks = JoinSet::new();
        for number in 0..3 {
            tasks.spawn(write(Arc::clone(server), Arc::clone(&writing), number));
        }
        Self { writing, tasks }
    }

    async fn stop(self) {
        self.writing.store(false, Ordering::Relaxed);
        self.tasks.join_all().await;
    }
}

/// Rows for the initial copy; every writer changes its own third of the ids.
async fn seed(server: &Server) {
    server
        .execute(
            "insert into items (id, name, body)
             select ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'n' || n,
                    (select string_agg(md5((n * m)::text), '') from generate_series(1, 100) m)
             from generate_series(1, 1500) n;
             insert into parts (id, quantity) select id, 1 from items;",
        )
        .await;
}

async fn write(server: Arc<Server>, writing: Arc<AtomicBool>, writer: u64) {
    let mut connection = server.connect().await;
    let mut random = ChaCha8Rng::seed_from_u64(SEED + writer);
    let mut next = 10_000 + writer;
    while writing.load(Ordering::Relaxed) {
        let mut sql = String::from("begin;");
        for _ in 0..random.random_range(1..12) {
            // Only ids of this writer, so that writers never wait for each other.
            let some = id(random.random_range(0..500) * 3 + writer);
            next += 3;
            let statement = match random.random_range(0..10) {
                0 | 1 => format!(
                    "insert into items (id, name, body) values ('{0}', 'new', repeat('y', {1})); insert into parts (id, item_id, quantity) values ('{0}', '{0}', 1);",
                    id(next),
                    next % 3000
                ),
                2..=5 => {
                    format!("update items set version = version + 1, amount = {next} / 100.0 where id = '{some}';")
                }
                6 => format!("update parts set quantity = quantity + 1, version = version + 1 where id = '{some}';"),
                7 => format!("delete from parts where id = '{some}';"),
                8 => format!(
                    "insert into parts (id, quantity) values ('{some}', {next}) on conflict (id) do update set quantity = excluded.quantity;"
                ),
                _ => {
                    format!("savepoint a; update items set version = version + 100 where id = '{some}'; rollback to a;")
                }
            };
            sql.push_str(&statement);
        }
        sql.push_str(if random.random_range(0..20) == 0 { "rollback" } else { "commit" });
        run(&mut connection, sql).await;
        // Enough that something is always under way, not so much that dying is all there is time for.
        tokio::time::sleep(Duration::from_millis(random.random_range(0..20))).await;
    }
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// Versions count up by one, so a missing or doubled one shows.
fn assert_every_version_is_there(table: &TableSnapshot) {
    let mut by_id: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (id, version, _) in versions(table) {
        by_id.entry(id).or_default().push(version);
    }
    for (id, found) in by_id {
        let first = *found.first().unwrap();
        let last = *found.last().unwrap();
        assert_eq!(found, (first..=last).collect::<Vec<_>>(), "versions of {id}");
    }
}
