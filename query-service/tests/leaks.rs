//! No hidden row and no masked value is observable: not in rows, not in errors, not in plans.

use query_service::{EngineChoice, ReadAt};

use crate::fixture::{World, admin, analyst, id, lines, rep};

/// Statements that would fail, or answer differently, if they ever touched a hidden row.
const PROBES: &[&str] = &[
    "select count(*) from deals",
    "select min(name), max(name), max(amount) from deals",
    "select count(*) from deals where cast(name as bigint) >= 0",
    "select cast(name as bigint) from deals order by 1",
    "select count(*) from deals where 1 / (amount - 666) > 0 or amount is not null",
    "select sum(10 / (amount - 666)) from deals",
    "select name from deals where amount > 0 order by cast(name as bigint) limit 5",
    "select cast(name as bigint), count(*) from deals group by 1 order by 1",
    "select count(*) from deals group by name having max(cast(name as bigint)) > 0 order by 1",
    "select count(*) from deals d where exists (select 1 from deals e where cast(e.name as bigint) = cast(d.name as bigint))",
    "select count(*) from deals a join deals b on cast(a.name as bigint) = cast(b.name as bigint)",
    "select count(*) from deals where name like '%SECRET%'",
    "select count(*) from deals where name in (select name from deals where cast(name as bigint) > 0)",
    "select row_number() over (order by cast(name as bigint)) from deals order by 1",
    "select case when cast(name as bigint) > 0 then 1 else 0 end from deals order by 1",
    "select count(*) from deals where name = 'SECRET'",
    "select count(*) from (select * from deals limit 1000) where cast(name as bigint) > 0",
    "select count(*) from (select distinct name from deals) where cast(name as bigint) > 0",
    "select count(*) from deals where to_timestamp(name || '-01-01') is not null",
    "select cast(name as bigint) as n from deals union all select cast(name as bigint) from deals order by n",
    "select count(*) from deals_history where cast(name as bigint) >= 0",
    "select count(*) from deals where amount between 600 and 700",
    "select name from deals order by amount desc nulls last, name limit 1",
];

/// Visible rows have numbers as names; hidden ones have poison in every column.
async fn world(with_hidden: bool) -> World {
    let mut world = World::new().await;
    let (mine, other) = (id(1).to_string(), id(2).to_string());
    for number in 1..=20_u128 {
        let (name, amount) = ((1000 + number).to_string(), format!("{number}.00"));
        world.insert("deals", number, &[("name", &name), ("amount", &amount), ("owner_id", &mine)]);
        if with_hidden {
            let poison = [("name", "SECRET"), ("amount", "666.00"), ("owner_id", other.as_str())];
            world.insert("deals", 100 + number, &poison);
            let binned = [
                ("name", "SECRET bin"),
                ("amount", "666.00"),
                ("owner_id", mine.as_str()),
                ("deleted_at", "2026-01-02 00:00:00+00"),
            ];
            if number % 4 == 0 {
                world.insert("deals", 200 + number, &binned);
            }
        }
        if number == 8 || number == 14 {
            world.flush().await;
        }
    }
    if with_hidden {
        for number in 101..=105 {
            world.update("deals", number, &[("name", "SECRET2"), ("amount", "666.00"), ("owner_id", &other)]);
        }
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_gets_the_same_outcome_as_without_the_hidden_rows() {
    let (full, filtered) = (world(true).await, world(false).await);

    for sql in PROBES {
        let with = outcome(&full, sql).await;
        let without = outcome(&filtered, sql).await;
        // The history of a rep's own deleted deals is theirs to see.
        if !sql.contains("_history") {
            assert_eq!(with, without, "{sql}");
        }
        assert!(!with.contains("SECRET") || sql.contains("'SECRET") || sql.contains("_history"), "{sql}: {with}");
        assert!(!with.contains("666"), "{sql}: {with}");
    }
}

async fn outcome(world: &World, sql: &str) -> String {
    match world.service.sql(&rep(1), sql, &ReadAt::default()).await {
        Ok(answer) => lines(&answer).join("\n"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_value_is_null_wherever_it_is_used() {
    let mut world = World::new().await;
    for number in 1..=9_u128 {
        world.insert("contacts", number, &[("name", "n"), ("email", &format!("hidden{number}@example.com"))]);
        if number == 5 {
            world.flush().await;
        }
    }

    for (sql, expected) in [
        ("select count(*) from contacts where email = 'hidden3@example.com'", "0"),
        ("select count(*) from contacts where email > 'a'", "0"),
        ("select count(*) from contacts where email is null", "9"),
        ("select count(email) from contacts", "0"),
        ("select max(email) from contacts", "∅"),
        ("select count(*) from contacts where cast(email as bigint) > 0", "0"),
        ("select count(distinct email) from contacts", "0"),
        ("select email from contacts order by email limit 1", "∅"),
        ("select count(*) from contacts a join contacts b on a.email = b.email", "0"),
        ("select count(*) from contacts where email like 'hidden%'", "0"),
        ("select count(*) from (select * from contacts) where email is not null", "0"),
        ("select max(email) from contacts_history", "∅"),
    ] {
        assert_eq!(world.rows(&analyst(), sql).await, [expected], "{sql}");
        let same = world.trusted(&analyst(), EngineChoice::DuckDb, sql, &ReadAt::default()).await;
        assert_eq!(same, [expected], "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_rows_are_there_for_those_who_may_see_them() {
    let world = world(true).await;

    assert_eq!(world.rows(&admin(), "select count(*) from deals where name like 'SECRET%'").await, ["20"]);
    assert_eq!(world.rows(&rep(2), "select count(*) from deals").await, ["20"]);
    assert_eq!(world.rows(&rep(1), "select count(*) from deals").await, ["20"]);
}
