//! Analysts' SQL: what works, what is refused, and what the messages say.

use catalog::Fault;
use query_service::{EngineChoice, Error, ReadAt, answer};
use warehouse::Op;

use crate::fixture::{World, admin, analyst, id, lines, rep};

async fn deals() -> World {
    let mut world = World::new().await;
    let owner = id(1).to_string();
    world.insert("deals", 11, &[("name", "Alpha"), ("amount", "100.50"), ("owner_id", &owner)]);
    world.insert("deals", 12, &[("name", "Beta"), ("amount", "200.00"), ("owner_id", &id(2).to_string())]);
    world.flush().await;
    world.insert("deals", 13, &[("name", "Gamma"), ("amount", "null")]);
    world.update("deals", 12, &[("name", "Beta"), ("amount", "250.25"), ("owner_id", &id(2).to_string())]);
    world.insert("deals", 14, &[("name", "Gone"), ("amount", "1.00"), ("deleted_at", "2026-01-02 00:00:00+00")]);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn files_dead_rows_and_tail_add_up_to_the_current_rows() {
    let mut world = deals().await;

    for _ in 0..2 {
        assert_eq!(
            world.rows(&admin(), "select name, amount from deals order by name").await,
            ["Alpha|100.50", "Beta|250.25", "Gamma|∅"]
        );
        assert_eq!(world.rows(&admin(), "select count(*), count(amount) from deals").await, ["3|2"]);
        assert_eq!(
            world.rows(&admin(), "select amount, _op from deals_history where name = 'Beta' order by _lsn").await,
            ["200.00|I", "250.25|U"]
        );
        world.flush().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_sees_their_own_and_unowned_rows_on_both_engines() {
    let world = deals().await;

    for engine in [EngineChoice::DataFusion, EngineChoice::DuckDb] {
        let names = world.trusted(&rep(1), engine, "select name from deals order by name", &ReadAt::default()).await;
        assert_eq!(names, ["Alpha", "Gamma"], "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_fields_read_as_null_for_an_analyst_on_both_engines() {
    let mut world = World::new().await;
    world.insert("contacts", 1, &[("name", "Ann"), ("email", "ann@example.com"), ("lifecycle", "customer")]);

    for engine in [EngineChoice::DataFusion, EngineChoice::DuckDb] {
        for table in ["contacts", "contacts_history", "customers"] {
            let sql = format!("select name, email from {table}");
            assert_eq!(
                world.trusted(&analyst(), engine, &sql, &ReadAt::default()).await,
                ["Ann|∅"],
                "{engine:?} {table}"
            );
            assert_eq!(world.trusted(&admin(), engine, &sql, &ReadAt::default()).await, ["Ann|ann@example.com"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_can_be_asked_on_both_engines() {
    let mut world = World::new().await;
    world.insert("deals", 1, &[("name", "first"), ("amount", "1")]);
    world.insert("deals", 2, &[("name", "deleted for good"), ("amount", "5")]);
    let past = world.now();
    world.flush().await;
    world.update("deals", 1, &[("name", "second"), ("amount", "2")]);
    world.commit(&[(Op::Delete, "deals", id(2), &[])]);
    let middle = world.now();
    world.commit(&[(Op::Insert, "deals", id(2), &[("name", "back again")])]);

    for engine in [EngineChoice::DataFusion, EngineChoice::DuckDb] {
        let at = |as_of| ReadAt { as_of, min_lsn: None };
        let sql = "select name from deals order by name";
        assert_eq!(
            world.trusted(&admin(), engine, sql, &at(Some(past))).await,
            ["deleted for good", "first"],
            "{engine:?}"
        );
        assert_eq!(world.trusted(&admin(), engine, sql, &at(Some(middle))).await, ["second"], "{engine:?}");
        assert_eq!(world.trusted(&admin(), engine, sql, &at(None)).await, ["back again", "second"], "{engine:?}");
        assert_eq!(world.trusted(&admin(), engine, sql, &at(Some(world.now()))).await, ["back again", "second"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_name_what_is_wrong_and_what_would_be_right() {
    let world = deals().await;
    let mut messages = Vec::new();

    for sql in [
        "select * from deal",
        "select * from xyzzy",
        "select nmae from deals",
        "select d.nmae from deals d",
        "select name from deals where amount > 'abc'",
        "select cast(name as int) from deals where name = 'Gamma'",
        "select 1 / (amount - amount) from deals",
        "select id from deals d join companies c on true",
        "select frobnicate(name) from deals",
        "select repeat(name, 1000000000) from deals",
        "select * from information_schema.tables",
        "select * from deals order by",
        "explain select * from deals",
        "select * from '/etc/passwd'",
    ] {
        let error = world.service.sql(&admin(), sql, &ReadAt::default()).await.unwrap_err();
        messages.push(format!("{sql}\n    {:?} {}: {error}", error.kind(), error.code()));
    }

    insta::assert_snapshot!(messages.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_when_it_was_cut() {
    let mut world = World::with(|config| config.max_sql_rows = 3).await;
    for number in 0..5 {
        world.insert("products", number + 1, &[("name", "p")]);
    }

    let cut = world.service.sql(&admin(), "select name from products", &ReadAt::default()).await.unwrap();
    let whole = world.service.sql(&admin(), "select name from products limit 3", &ReadAt::default()).await.unwrap();

    assert_eq!((lines(&cut).len(), cut.truncated), (3, true));
    assert_eq!((lines(&whole).len(), whole.truncated), (3, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_runs_too_long_is_stopped_on_both_engines() {
    let mut world = World::with(|config| config.statement_timeout = std::time::Duration::from_millis(1500)).await;
    for chunk in 0..5_u128 {
        let ids: Vec<_> = (0..200_u128).map(|number| id(chunk * 1000 + number + 1)).collect();
        let rows: Vec<_> = ids.iter().map(|id| (Op::Insert, "products", *id, [("name", "p")].as_slice())).collect();
        world.commit(&rows);
    }
    let sql = "select count(distinct concat(a.id, b.id, c.id)) from products a
               join products b on a.name = b.name join products c on b.name = c.name";

    for engine in [EngineChoice::DataFusion, EngineChoice::DuckDb] {
        let stopped = world.service.run_trusted_sql(&admin(), engine, sql, &ReadAt::default()).await;
        assert!(matches!(stopped, Err(Error::TimedOut(_))), "{engine:?} {stopped:?}");
    }
    assert_eq!(world.rows(&admin(), "select count(*) from products").await, ["1000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pairing_every_row_with_every_row_is_refused_before_it_starts() {
    let mut world = World::new().await;
    let ids: Vec<_> = (1..=3000_u128).map(id).collect();
    let rows: Vec<_> = ids.iter().map(|id| (Op::Insert, "products", *id, [("name", "p")].as_slice())).collect();
    world.commit(&rows);

    let refused = "select count(*) from products a, products b, products c where a.name || b.name <> c.name || 'x'";
    let error = world.service.sql(&admin(), refused, &ReadAt::default()).await.unwrap_err();

    assert!(error.to_string().contains("every row"), "{error}");
    assert_eq!(world.rows(&admin(), "select count(*) from products a, products b").await, ["9000000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_an_answer_is_safe_and_exact() {
    let mut world = World::new().await;
    world.insert(
        "deals",
        1,
        &[
            ("name", "=HYPERLINK(\"x\")"),
            ("amount", "-5.10"),
            ("closed_on", "2024-02-29"),
            ("lost_reason", "a,\"b\"\nc"),
        ],
    );
    let sql = "select name, amount, closed_on, lost_reason, updated_at, amount > 0 as positive, version, null as nothing from deals";

    let answer = world.service.sql(&admin(), sql, &ReadAt::default()).await.unwrap();

    insta::assert_snapshot!(String::from_utf8(answer::to_csv(&answer).unwrap()).unwrap());
    let mut json = answer::to_json(&answer);
    json["elapsed_ms"] = 0.into();
    insta::assert_json_snapshot!(json);
    let parquet = answer::to_parquet(&answer).unwrap();
    assert_eq!(&parquet[..4], b"PAR1");
    assert!(answer::to_table_text(&answer).contains("1 row · as of"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_waits_for_the_position_it_asks_for() {
    let mut world = World::with(|config| config.wait_timeout = std::time::Duration::from_millis(50)).await;
    let end = world.commit(&[(Op::Insert, "products", id(1), &[("name", "p")])]);

    let at = |lsn| ReadAt { as_of: None, min_lsn: Some(lsn) };
    assert!(world.service.sql(&admin(), "select 1", &at(end)).await.is_ok());
    let behind = world.service.sql(&admin(), "select 1", &at(catalog::Lsn(end.0 + 1000))).await;
    assert!(matches!(behind, Err(Error::Behind(_))));
}
