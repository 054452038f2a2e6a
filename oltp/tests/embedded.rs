//! The private Postgres survives what happens to it.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::Path,
    sync::Arc,
    time::Duration,
};

use catalog::{Catalog, Fault, SystemClock};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use oltp::{
    Error, Oltp,
    embedded::{Embedded, EmbeddedConfig},
};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// A folder every account may pass through, unlike one below `/root`.
fn data_dir() -> TempDir {
    let dir = TempDir::with_prefix_in("leadhouse-", "/tmp").expect("a folder");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
    dir
}

fn config(dir: &Path) -> EmbeddedConfig {
    EmbeddedConfig { data_dir: dir.to_owned(), durable: false }
}

async fn start(dir: &Path) -> Embedded {
    Embedded::start(config(dir)).await.expect("Postgres starts")
}

async fn connect(url: &str) -> Oltp {
    Oltp::connect(url, Arc::new(Catalog::standard()), Arc::new(SystemClock)).await.expect("a connection")
}

async fn note(oltp: &Oltp, text: &str) {
    sqlx::query("create table if not exists notebook (line text)").execute(oltp.pool()).await.expect("a table");
    sqlx::query("insert into notebook values ($1)").bind(text).execute(oltp.pool()).await.expect("a line");
}

async fn lines(oltp: &Oltp) -> Vec<String> {
    sqlx::query_scalar("select line from notebook order by line").fetch_all(oltp.pool()).await.expect("lines")
}

fn alive(pid: Pid) -> bool {
    // A zombie has no command line any more.
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_a_stop_and_a_start() {
    let dir = data_dir();
    let first = start(dir.path()).await;
    let pid = first.pid().expect("running");
    note(&connect(first.url()).await, "one").await;

    first.stop().await.expect("stops");
    assert!(!alive(pid));
    let second = start(dir.path()).await;

    assert_eq!(lines(&connect(second.socket_url()).await).await, ["one"]);
    second.stop().await.expect("stops");
}

#[tokio::test]
async fn it_is_ready_for_capture_and_closed_to_others() {
    let dir = data_dir();
    let postgres = start(dir.path()).await;
    let oltp = connect(postgres.url()).await;

    oltp.check_capture().await.expect("capture is possible");
    let sql = "select current_setting('data_checksums'), pg_encoding_to_char(encoding)::text, datcollate::text
               from pg_database where datname = current_database()";
    let made_with: (String, String, String) = sqlx::query_as(sql).fetch_one(oltp.pool()).await.expect("settings");
    assert_eq!(made_with, ("on".to_owned(), "UTF8".to_owned(), "C.UTF-8".to_owned()));

    let mode = |entry: &str| fs::metadata(postgres.home().join(entry)).expect(entry).permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("password"), mode("run"), mode("cluster")), (0o700, 0o600, 0o700, 0o700));
    let stranger = postgres.url().replacen("leadhouse:", "leadhouse:not", 1);
    let refused = Oltp::connect(&stranger, Arc::new(Catalog::standard()), Arc::new(SystemClock)).await;
    assert_eq!(refused.expect_err("the password is checked").code(), "database_away");
    if geteuid().is_root() {
        assert_ne!(fs::metadata(postgres.home().join("cluster")).expect("cluster").uid(), 0);
    }
    postgres.stop().await.expect("stops");
}

#[tokio::test]
async fn a_second_process_on_the_same_data_directory_is_refused() {
    let dir = data_dir();
    let first = start(dir.path()).await;

    let second = Embedded::start(config(dir.path())).await;

    assert!(matches!(second, Err(Error::DataDirInUse(_))), "{second:?}");
    assert!(alive(first.pid().expect("running")));
    first.stop().await.expect("stops");
}

#[tokio::test]
async fn a_postgres_that_is_killed_comes_back_on_the_same_address() {
    let dir = data_dir();
    let postgres = start(dir.path()).await;
    let pid = postgres.pid().expect("running");
    note(&connect(postgres.url()).await, "before").await;

    kill(pid, Signal::SIGKILL).expect("killed");
    until("Postgres is started again", || postgres.pid().is_some_and(|now| now != pid)).await;

    assert_eq!(lines(&connect(postgres.url()).await).await, ["before"]);
    postgres.stop().await.expect("stops");
}

#[tokio::test]
async fn a_postgres_that_outlived_its_owner_is_replaced() {
    let dir = data_dir();
    let first = start(dir.path()).await;
    let (home, pid) = (first.home().to_owned(), first.pid().expect("running"));
    note(&connect(first.url()).await, "committed").await;
    // What kill -9 of our process does: nobody tells Postgres, and the file lock is gone.
    std::mem::forget(first);
    fs::rename(home.join("lock"), home.join("lock-of-the-dead")).expect("renamed");

    let second = start(dir.path()).await;

    assert!(!alive(pid));
    assert_eq!(lines(&connect(second.url()).await).await, ["committed"]);
    second.stop().await.expect("stops");
}

#[tokio::test]
async fn a_pid_file_that_names_an_unrelated_process_does_not_stop_the_start() {
    let dir = data_dir();
    let first = start(dir.path()).await;
    let cluster = first.home().join("cluster");
    let pid_file = fs::read_to_string(cluster.join("postmaster.pid")).expect("a pid file");
    first.stop().await.expect("stops");
    let owner = fs::metadata(&cluster).expect("cluster").uid();
    let mut stranger = std::process::Command::new("sleep").arg("60").uid(owner).spawn().expect("an unrelated process");
    let rest = pid_file.split_once('\n').expect("lines").1;
    fs::write(cluster.join("postmaster.pid"), format!("{}\n{rest}", stranger.id())).expect("written");

    let second = start(dir.path()).await;

    assert!(stranger.try_wait().expect("asked").is_none(), "the unrelated process is left alone");
    stranger.kill().expect("killed");
    stranger.wait().expect("ended");
    second.stop().await.expect("stops");
}

#[tokio::test]
async fn a_lost_password_file_is_replaced() {
    let dir = data_dir();
    let first = start(dir.path()).await;
    let (old, password) = (first.url().to_owned(), first.home().join("password"));
    first.stop().await.expect("stops");
    fs::remove_file(&password).expect("removed");

    let second = start(dir.path()).await;

    assert_ne!(second.url(), old);
    connect(second.url()).await;
    second.stop().await.expect("stops");
}

#[tokio::test]
async fn a_half_made_cluster_is_made_anew() {
    let dir = data_dir();
    fs::create_dir_all(dir.path().join("postgres/cluster.new/base")).expect("a half-made cluster");

    let postgres = start(dir.path()).await;

    connect(postgres.url()).await;
    postgres.stop().await.expect("stops");
}

#[tokio::test]
async fn dropping_it_ends_postgres() {
    let dir = data_dir();
    let postgres = start(dir.path()).await;
    let pid = postgres.pid().expect("running");

    drop(postgres);

    until("Postgres ends", || !alive(pid)).await;
}

#[tokio::test]
async fn destroying_leaves_nothing_and_the_next_start_is_empty() {
    let dir = data_dir();
    let postgres = start(dir.path()).await;
    note(&connect(postgres.url()).await, "gone").await;
    let home = postgres.home().to_owned();
    postgres.stop().await.expect("stops");

    Embedded::destroy(dir.path()).await.expect("destroyed");
    assert!(!home.exists());
    let again = start(dir.path()).await;

    let sql = "select count(*) from pg_tables where tablename = 'notebook'";
    let tables: i64 = sqlx::query_scalar(sql).fetch_one(connect(again.url()).await.pool()).await.expect("counted");
    assert_eq!(tables, 0);
    again.stop().await.expect("stops");
}

#[tokio::test]
async fn a_directory_that_its_account_cannot_reach_has_its_cluster_elsewhere() {
    if !geteuid().is_root() {
        return; // an ordinary user's Postgres runs as that user and reaches what they reach
    }
    let dir = data_dir();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).expect("a folder that only root may enter");

    let postgres = start(dir.path()).await;

    assert!(postgres.home().starts_with("/var/lib/leadhouse"), "{}", postgres.home().display());
    let location = fs::read_to_string(dir.path().join("postgres.location")).expect("the location is written down");
    assert_eq!(Path::new(location.trim()), postgres.home());
    connect(postgres.socket_url()).await;
    postgres.stop().await.expect("stops");
    Embedded::destroy(dir.path()).await.expect("destroyed");
}

#[tokio::test]
async fn a_data_directory_that_is_a_file_is_a_clear_error() {
    let dir = data_dir();
    let file = dir.path().join("data");
    fs::write(&file, "not a folder").expect("a file");

    let error = Embedded::start(config(&file)).await.expect_err("refused").to_string();

    assert!(error.starts_with("opening the data directory ") && error.contains("failed"), "{error}");
}
