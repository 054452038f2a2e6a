//! Statements that would take all there is: each ends in time with a reason, and the service goes on.

use std::{fmt::Write as _, time::Duration};

use catalog::Fault;
use query_service::{Error, ReadAt};
use warehouse::Op;

use super::with_worker;
use crate::fixture::{World, admin, id};

/// Longest time a statement may take here.
const TIME_LIMIT: Duration = Duration::from_secs(4);

/// A thousand products of one name and four hundred characters of description.
async fn world(mark: &str) -> World {
    let mut world = World::with(|config| {
        with_worker(mark)(config);
        config.statement_timeout = TIME_LIMIT;
        config.sql_memory_bytes = 64 << 20;
        config.spill_bytes = 32 << 20;
        config.max_answer_bytes = 64 << 20;
    })
    .await;
    let text = "abcdefgh".repeat(50);
    for chunk in 0..5_u128 {
        let ids: Vec<_> = (0..200_u128).map(|number| id(chunk * 1000 + number + 1)).collect();
        let values = [("name", "p"), ("description", text.as_str())];
        let rows: Vec<_> = ids.iter().map(|id| (Op::Insert, "products", *id, values.as_slice())).collect();
        world.commit(&rows);
    }
    world.flush().await;
    world
}

/// A common table expression per step, each twice as long as the one before.
fn doubling(steps: usize, double: &str) -> String {
    let mut sql = "with s0 as (select description as x, id from products)".to_owned();
    for step in 1..=steps {
        write!(sql, ", s{step} as (select {double} as x, id from s{})", step - 1).expect("text grows");
    }
    format!("{sql} select max(octet_length(x)) from s{steps}")
}

fn corpus() -> Vec<(&'static str, String)> {
    let pairs = "products a join products b on a.name = b.name";
    let triples = format!("{pairs} join products c on b.name = c.name");
    let wide = "concat(a.description, b.description, a.id, b.id)";
    vec![
        ("every pair of pairs", "select count(*) from products a, products b, products c, products d".to_owned()),
        ("text that doubles", doubling(14, "concat(x, x)")),
        ("text that grows by replacement", doubling(3, "replace(x, 'a', concat(x, 'a'))")),
        ("text collected from all pairs", format!("select octet_length(string_agg({wide}, '')) from {pairs}")),
        ("a list of all pairs", format!("select array_length(array_agg({wide})) from {pairs}")),
        ("distinct triples", format!("select count(distinct concat(a.id, b.id, c.id)) from {triples}")),
        ("groups without end", format!("select concat(a.id, b.id, c.id) as k, count(*) from {triples} group by k")),
        ("a sort without end", format!("select {wide} as k, c.id from {triples} order by k, c.id")),
        (
            "a window over everything",
            format!("select max(n) from (select row_number() over (order by {wide}) as n from {triples})"),
        ),
        ("digests without end", format!("select max(sha512(concat(a.id, b.id, c.id))) from {triples}")),
        (
            "patterns without end",
            format!(
                "select count(*) from {triples} where regexp_like(concat(a.description, c.id), '(a|b|c|d)*(e|f)*z$')"
            ),
        ),
        ("a long chain", format!("select {}", vec!["1"; 5_000].join("+"))),
        ("deep nesting", format!("select {}1{}", "(".repeat(500), ")".repeat(500))),
        ("many unions", vec!["select 1"; 2_000].join(" union all ")),
        (
            "an endless recursion",
            "with recursive t as (select 1 a union all select a from t) select a from t".to_owned(),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "the statement runs beside the test, which waits for its end")]
async fn whatever_a_statement_asks_for_it_ends_in_time_with_a_reason() {
    let world = world("exhaustion").await;

    for (name, sql) in corpus() {
        let service = world.service.clone();
        let started = std::time::Instant::now();
        let task = tokio::spawn(async move { service.sql(&admin(), &sql, &ReadAt::default()).await });
        // The service answers others while it runs.
        let schema = tokio::time::timeout(TIME_LIMIT, world.service.schema(&admin())).await;
        assert!(schema.is_ok_and(|schema| schema.is_ok()), "{name}: the service does not answer");
        let ended = task.await.unwrap();
        let took = started.elapsed();

        println!("{name}: {:?} after {took:?}", ended.as_ref().map(query_service::Answer::row_count));
        assert!(took < TIME_LIMIT + Duration::from_secs(6), "{name}: {took:?}");
        match ended {
            Ok(answer) => assert!(answer.truncated || answer.row_count() <= 1, "{name}"),
            Err(error @ (Error::Invalid(_) | Error::TooExpensive(_) | Error::OverLimit(_) | Error::TimedOut(_))) => {
                assert!(error.to_string().len() > 20, "{name}: {error} {}", error.code());
            }
            Err(error) => panic!("{name}: {error:?}"),
        }
    }
    assert_eq!(world.rows(&admin(), "select count(*) from products").await, ["1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_that_the_engine_does_not_count_is_limited_too() {
    let world = world("uncounted").await;

    let ended = world.service.sql(&admin(), &doubling(14, "concat(x, x)"), &ReadAt::default()).await;

    let Err(Error::OverLimit(limit)) = ended else { panic!("{ended:?}") };
    assert_eq!(limit, "576 MiB of memory");
}
