//! People's own statements in a process of their own: the same answers, and no way out.

mod exhaustion;

use std::{
    path::PathBuf,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::{Principal, Role, Scope};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use query_service::{Error, QueryConfig, ReadAt, worker::WorkerProgram};
use warehouse::Op;

use crate::fixture::{World, admin, analyst, id, lines, rep};

/// The worker of this crate's tests; `mark` tells its processes from those of other tests.
fn program(mark: &str) -> WorkerProgram {
    let folders = std::env::var_os("LD_LIBRARY_PATH").map(|folders| ("LD_LIBRARY_PATH".into(), folders));
    WorkerProgram {
        program: env!("CARGO_BIN_EXE_query-worker").into(),
        arguments: vec![mark.into()],
        environment: folders.into_iter().collect(),
    }
}

fn with_worker(mark: &str) -> impl FnOnce(&mut QueryConfig) {
    let program = program(mark);
    move |config| config.worker = Some(program)
}

/// Processes of this test's workers.
fn processes(mark: &str) -> Vec<Pid> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process that ends meanwhile, or has ended and waits for its parent, has no command line.
        let Ok(line) = std::fs::read(entry.path().join("cmdline")) else { continue };
        if line.split(|byte| *byte == 0).any(|part| part == mark.as_bytes()) {
            found.push(Pid::from_raw(pid));
        }
    }
    found
}

/// Looks at a condition until it holds; how long that took.
async fn wait_for(limit: Duration, what: &str, condition: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    while !condition() {
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        ticks.tick().await;
    }
    start.elapsed()
}

/// Longest time a process may take to start, on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);

fn role(role: Role, scope: Scope, number: u128) -> Principal {
    Principal { role, scope, username: role.to_string(), visible_owner_ids: [id(1), id(2)].into(), ..rep(number) }
}

/// Records of three owners in files with dead rows, in the tail, in the bin and in the past.
async fn fill(world: &mut World) {
    let owners = [1, 2, 3].map(|owner| id(owner).to_string());
    for number in 1..=30_u128 {
        let owner = owners[usize::try_from(number).unwrap() % 3].as_str();
        let (name, amount) = (format!("Deal {number}"), format!("{number}.50"));
        let deal = [("name", name.as_str()), ("amount", &amount), ("owner_id", owner)];
        let email = format!("person{number}@example.com");
        let contact = [("name", "Ann"), ("email", email.as_str()), ("lifecycle", "customer"), ("owner_id", owner)];
        world.commit(&[
            (Op::Insert, "deals", id(number), &deal),
            (Op::Insert, "contacts", id(1000 + number), &contact),
            (Op::Insert, "companies", id(2000 + number), &[("name", "Acme"), ("owner_id", owner)]),
        ]);
        if number % 10 == 0 {
            world.flush().await;
        }
    }
    for number in [3, 4, 12, 25] {
        world.update("deals", number, &[("name", "changed"), ("amount", "1000"), ("owner_id", &owners[0])]);
    }
    world.update("deals", 5, &[("name", "binned"), ("deleted_at", "2026-01-02 00:00:00+00"), ("owner_id", &owners[0])]);
    world.commit(&[(Op::Delete, "deals", id(6), &[])]);
}

const STATEMENTS: &[&str] = &[
    "select count(*), sum(amount), min(name), max(updated_at) from deals",
    "select id, name, amount from deals order by id",
    "select name, email from contacts order by email nulls last limit 7",
    "select kind, count(*), count(email) from customers group by kind order by kind",
    "select _op, count(*) from deals_history group by _op order by _op",
    "select d.name, c.email from deals d join contacts c on c.owner_id = d.owner_id order by 1, 2 limit 20",
    "with d as (select * from deals) select count(*) from public.deals x join d on d.id = x.id",
    "select 1 as one, null as nothing where false",
    "select nmae from deals",
    "select * from deal",
    "select 1 / (amount - amount) from deals",
    "drop table deals",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_role_gets_the_same_answer_as_without_a_process() {
    let mut apart = World::with(with_worker("same-answers")).await;
    let mut within = World::new().await;
    fill(&mut apart).await;
    fill(&mut within).await;
    let people = [
        admin(),
        analyst(),
        role(Role::Manager, Scope::Team, 1),
        role(Role::Rep, Scope::Own, 2),
        role(Role::Support, Scope::Team, 3),
        role(Role::Executive, Scope::All, 4),
        rep(77),
    ];

    for person in &people {
        for sql in STATEMENTS {
            for as_of in [None, Some(apart.now() - chrono::TimeDelta::minutes(20))] {
                let at = ReadAt { as_of, min_lsn: None };
                let answers = [&apart, &within].map(|world| world.service.sql(person, sql, &at));
                let [one, other] = futures::future::join_all(answers).await.try_into().unwrap();
                let shown = [one, other].map(|answer| answer.map(|it| (Arc::clone(&it.schema), lines(&it), it.lsn)));
                let [one, other] = shown.map(|answer| answer.map_err(|error| error.to_string()));
                assert_eq!(one, other, "{} {sql} {as_of:?}", person.username);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_arrives_whole_or_says_that_it_was_cut() {
    let mut world = World::with(|config| {
        with_worker("large-answer")(config);
        config.max_sql_rows = 150_000;
    })
    .await;
    for chunk in 0..4_u128 {
        let ids: Vec<_> = (0..100_u128).map(|number| id(chunk * 1000 + number + 1)).collect();
        let rows: Vec<_> = ids.iter().map(|id| (Op::Insert, "products", *id, [("name", "p")].as_slice())).collect();
        world.commit(&rows);
    }

    let all = "select a.id, b.id as other, concat(a.id, b.id, a.id) as text from products a, products b";
    let cut = world.service.sql(&admin(), all, &ReadAt::default()).await.unwrap();
    let whole = world.service.sql(&admin(), &format!("{all} where a.id < b.id"), &ReadAt::default()).await.unwrap();

    assert_eq!((cut.row_count(), cut.truncated), (150_000, true));
    assert_eq!((whole.row_count(), whole.truncated), (400 * 399 / 2, false));
}

const MINUTE: Duration = Duration::from_mins(1);

/// Minutes of work that neither memory nor rows end.
const ENDLESS: &str = "select count(distinct sha512(concat(a.id, b.id, c.id))) from products a
    join products b on a.name = b.name join products c on b.name = c.name";

async fn endless(mark: &str, limit: Duration) -> World {
    let mut world = World::with(|config| {
        with_worker(mark)(config);
        config.waiting_workers = 1;
        config.statement_timeout = limit;
    })
    .await;
    for chunk in 0..5_u128 {
        let ids: Vec<_> = (0..200_u128).map(|number| id(chunk * 1000 + number + 1)).collect();
        let rows: Vec<_> = ids.iter().map(|id| (Op::Insert, "products", *id, [("name", "p")].as_slice())).collect();
        world.commit(&rows);
    }
    wait_for(START_LIMIT, "a waiting worker", || processes(mark).len() == 1).await;
    world
}

/// Starts the endless statement and answers the process that runs it.
#[expect(clippy::disallowed_methods, reason = "the statement runs beside the test, which waits for its end")]
async fn running(world: &World, mark: &str) -> (tokio::task::JoinHandle<Result<query_service::Answer, Error>>, Pid) {
    let service = world.service.clone();
    let task = tokio::spawn(async move { service.sql(&admin(), ENDLESS, &ReadAt::default()).await });
    let busy = || processes(mark).into_iter().find(|pid| busy_ms(*pid) > 300);
    wait_for(START_LIMIT, "a busy worker", || busy().is_some()).await;
    (task, busy().unwrap())
}

/// Processor time of a process beyond its start.
fn busy_ms(pid: Pid) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let mut busy = 0;
    for thread in threads {
        let Ok(text) = std::fs::read_to_string(thread.path().join("schedstat")) else { continue };
        let Ok(name) = std::fs::read_to_string(thread.path().join("comm")) else { continue };
        if name.starts_with("tokio") {
            busy += text.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or_default() / 1_000_000;
        }
    }
    busy
}

fn gone(pid: Pid) -> bool {
    !PathBuf::from(format!("/proc/{pid}")).exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_gone_within_a_second_when_nobody_waits_for_it() {
    let world = endless("cancelled", MINUTE).await;
    let (task, pid) = running(&world, "cancelled").await;

    task.abort();

    wait_for(Duration::from_secs(1), "the process ends", || gone(pid)).await;
    assert_eq!(world.rows(&admin(), "select count(*) from products").await, ["1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_is_stopped_with_its_process() {
    let world = endless("too-long", Duration::from_secs(2)).await;
    let (task, pid) = running(&world, "too-long").await;

    let ended = task.await.unwrap();

    assert!(matches!(ended, Err(Error::TimedOut(limit)) if limit == Duration::from_secs(2)), "{ended:?}");
    wait_for(Duration::from_secs(1), "the process ends", || gone(pid)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_is_a_clear_error_and_the_next_statement_runs() {
    let world = endless("killed", MINUTE).await;
    let (task, pid) = running(&world, "killed").await;

    kill(pid, Signal::SIGKILL).unwrap();

    let ended = task.await.unwrap();
    assert!(matches!(&ended, Err(Error::WorkerEnded(signal)) if signal == "SIGKILL"), "{ended:?}");
    assert_eq!(world.rows(&admin(), "select count(*) from products").await, ["1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_process_that_died_is_replaced_unnoticed() {
    let world = endless("died-waiting", MINUTE).await;
    let [pid] = processes("died-waiting")[..] else { panic!("one worker waits") };

    kill(pid, Signal::SIGKILL).unwrap();
    wait_for(START_LIMIT, "it is dead", || processes("died-waiting").is_empty()).await;

    assert_eq!(world.rows(&admin(), "select count(*) from products").await, ["1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_process_and_no_scratch_file_outlives_the_service() {
    let world = endless("outlives", MINUTE).await;
    assert_eq!(world.rows(&admin(), "select count(*) from products").await, ["1000"]);

    drop(world);

    wait_for(START_LIMIT, "all processes end", || processes("outlives").is_empty()).await;
}

#[test]
fn a_confined_process_can_read_the_lake_and_write_its_folder_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["lake", "spill"] {
        std::fs::create_dir(dir.path().join(folder)).unwrap();
    }
    std::fs::write(dir.path().join("lake/file"), "rows").unwrap();
    std::fs::write(dir.path().join("secret"), "secret").unwrap();
    std::os::unix::fs::symlink(dir.path().join("secret"), dir.path().join("lake/link")).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let WorkerProgram { program, environment, .. } = program("try-everything");
    let mut command = Command::new(program);
    command.arg("try-everything").arg(dir.path()).arg(listener.local_addr().unwrap().to_string());
    command.env_clear().envs(environment.clone());

    let output = command.output().unwrap();

    let text = String::from_utf8(output.stdout).unwrap();
    let said = |what: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("nothing about {what} in {text}")).to_owned()
    };
    assert_eq!(said("confinement"), "Full");
    assert_eq!(said("environment"), environment.iter().map(|(name, _)| name.to_str().unwrap()).collect::<String>());
    for allowed in ["read the lake", "write the spill folder", "allocate little"] {
        assert_eq!(said(allowed), "ok", "{allowed}");
    }
    for refused in [
        "write the lake",
        "read beside",
        "read through ..",
        "read through a link",
        "write beside",
        "read /etc/passwd",
        "list /",
        "run a program",
        "connect",
        "listen",
        "bind a socket file",
    ] {
        assert!(said(refused).contains("Permission denied"), "{refused}: {}", said(refused));
    }
    assert!(said("allocate").contains("memory allocation failed"), "{}", said("allocate"));
    let signal = std::os::unix::process::ExitStatusExt::signal(&output.status);
    assert_eq!(signal, Some(i32::from(Signal::SIGXFSZ as u8)), "{text}");
    assert!(!text.contains("wrote too much"), "{text}");
}
