//! The search index over a real lake: freshness, restarts, damage, permissions, ranking.

mod fixture;

use std::{fs, time::Duration};

use catalog::{Principal, Role, Scope};
use uuid::Uuid;
use warehouse::{
    Error, Op,
    search::{SearchReader, Sought},
};

use fixture::{World, id, person};

const PATIENCE: Duration = Duration::from_secs(30);

/// The last digits of the ids found of one object, in order.
fn found_as(caller: &Principal, reader: &SearchReader, object: &str, query: &str) -> Vec<u128> {
    let sought = Sought::parse(query).unwrap();
    let found = reader.search(caller, &sought, 50).unwrap();
    let groups = found.groups.into_iter().filter(|group| group.object == object);
    groups.flat_map(|group| group.ids).map(|id: Uuid| id.as_u128() % 1000).collect()
}

fn found(reader: &SearchReader, object: &str, query: &str) -> Vec<u128> {
    found_as(&Principal::system(), reader, object, query)
}

#[tokio::test]
async fn a_change_is_found_as_soon_as_its_position_is_reached() {
    let mut world = World::new().await;
    let indexing = world.index();
    let reader = indexing.reader();
    let reach = async |world: &mut World, changes: &[fixture::Change<'_>]| {
        let lsn = world.commit(changes);
        reader.wait_for(lsn, PATIENCE).await.unwrap();
    };

    reach(&mut world, &[(Op::Insert, "contacts", id(1), &[("name", "Ada Lovelace")])]).await;
    assert_eq!(found(&reader, "contact", "lovelace"), [1]);
    reach(&mut world, &[(Op::Update, "contacts", id(1), &[("name", "Ada Byron")])]).await;
    assert_eq!(found(&reader, "contact", "lovelace"), []);
    assert_eq!(found(&reader, "contact", "byron"), [1]);
    let binned = [("name", "Ada Byron"), ("deleted_at", "2026-01-02 00:00:00+00")];
    reach(&mut world, &[(Op::Update, "contacts", id(1), &binned)]).await;
    assert_eq!(found(&reader, "contact", "byron"), []);
    reach(&mut world, &[(Op::Update, "contacts", id(1), &[("name", "Ada Byron")])]).await;
    assert_eq!(found(&reader, "contact", "byron"), [1]);
    reach(&mut world, &[(Op::Delete, "contacts", id(1), &[])]).await;
    assert_eq!(found(&reader, "contact", "byron"), []);
    indexing.stop().await;
}

#[tokio::test]
async fn a_restart_goes_on_where_the_last_commit_was() {
    let mut world = World::new().await;
    world.insert("leads", 1, &[("name", "first lead")]);
    let (indexing, old) = (world.index(), world.dir("old"));
    indexing.reader().wait_for(world.position(), PATIENCE).await.unwrap();
    indexing.stop().await;
    copy_dir(&world.dir("search"), &old);
    world.insert("leads", 2, &[("name", "second lead")]);
    world.flush().await;
    world.update("leads", 1, &[("name", "changed lead")]);

    for rewind in [false, true] {
        if rewind {
            // As after a crash: the commits that came after the copy are lost.
            fs::remove_dir_all(world.dir("search")).unwrap();
            copy_dir(&old, &world.dir("search"));
        }
        let indexing = world.index();
        indexing.reader().wait_for(world.position(), PATIENCE).await.unwrap();
        let mut all = found(&indexing.reader(), "lead", "lead");
        all.sort_unstable();
        assert_eq!(all, [1, 2], "nothing is lost and nothing doubled");
        assert_eq!(found(&indexing.reader(), "lead", "changed"), [1]);
        indexing.stop().await;
    }
}

#[tokio::test]
async fn an_index_that_cannot_be_used_is_built_from_the_lake() {
    let mut world = World::new().await;
    world.insert("leads", 1, &[("name", "stored lead")]);
    world.flush().await;
    world.insert("leads", 2, &[("name", "fresh lead")]);
    let damages: [fn(&std::path::Path); 4] = [
        |dir| fs::remove_dir_all(dir).unwrap(),
        |dir| fs::write(dir.join("meta.json"), "{}").unwrap(),
        |dir| {
            let meta = fs::read_to_string(dir.join("meta.json")).unwrap();
            fs::write(dir.join("meta.json"), meta.replace("fingerprint\\\":\\\"", "fingerprint\\\":\\\"older "))
                .unwrap();
        },
        |dir| {
            let segment = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
            let mut terms = segment.filter(|path| path.extension().is_some_and(|extension| extension == "term"));
            let path = terms.next().expect("a segment");
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0xFF;
            fs::remove_file(&path).unwrap();
            fs::write(&path, bytes).unwrap();
        },
    ];
    world.indexed_once().await;

    for (case, damage) in damages.into_iter().enumerate() {
        damage(&world.dir("search"));
        let indexing = world.index();
        indexing.reader().wait_for(world.position(), PATIENCE).await.unwrap();
        let mut all = found(&indexing.reader(), "lead", "lead");
        all.sort_unstable();
        assert_eq!(all, [1, 2], "case {case}");
        indexing.stop().await;
    }
}

#[tokio::test]
async fn nothing_is_found_before_the_lake_is_copied() {
    let mut world = World::uncopied().await;
    let indexing = world.index();
    let sought = Sought::parse("lead").unwrap();
    let early = indexing.reader().search(&Principal::system(), &sought, 5);

    world.copy().await;
    world.insert("leads", 1, &[("name", "lead")]);
    indexing.reader().wait_for(world.position(), PATIENCE).await.unwrap();

    assert!(matches!(early, Err(Error::SearchNotReady)), "{early:?}");
    assert_eq!(found(&indexing.reader(), "lead", "lead"), [1]);
    indexing.stop().await;
}

#[tokio::test]
async fn a_new_copy_of_the_lake_replaces_what_was_indexed() {
    let mut world = World::new().await;
    world.insert("leads", 1, &[("name", "old lead")]);
    let indexing = world.index();
    indexing.reader().wait_for(world.position(), PATIENCE).await.unwrap();

    world.copy().await;
    world.insert("leads", 2, &[("name", "new lead")]);
    indexing.reader().wait_for(world.position(), PATIENCE).await.unwrap();

    assert_eq!(found(&indexing.reader(), "lead", "lead"), [2]);
    indexing.stop().await;
}

#[tokio::test]
async fn an_index_ahead_of_its_lake_waits_for_it_and_gives_way_to_another_lake() {
    let mut first = World::new().await;
    first.insert("leads", 1, &[("name", "lead of the first")]);
    first.insert("leads", 2, &[("name", "lead of the first")]);
    first.indexed_once().await;
    let mut second = World::new().await;
    copy_dir(&first.dir("search"), &second.dir("search"));
    second.insert("leads", 3, &[("name", "lead of the second")]);

    let waiting = second.index();
    while waiting.reader().search(&Principal::system(), &Sought::parse("lead").unwrap(), 1).is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(found(&waiting.reader(), "lead", "second"), [], "as it was");
    second.insert("leads", 4, &[("name", "lead of the second")]);
    second.insert("leads", 5, &[("name", "lead of the second")]);
    waiting.reader().wait_for(second.position(), PATIENCE).await.unwrap();
    assert_eq!(found(&waiting.reader(), "lead", "second"), [5], "what came after its position");
    waiting.stop().await;
    let mut third = World::new().await;
    copy_dir(&first.dir("search"), &third.dir("search"));
    third.insert("leads", 6, &[("name", "lead of the third")]);
    let another = third.index_that_gives_way();
    another.reader().wait_for(third.position(), PATIENCE).await.unwrap();
    assert_eq!(found(&another.reader(), "lead", "lead"), [6]);
    another.stop().await;
}

#[tokio::test]
async fn the_index_has_what_the_lake_has_whatever_happens() {
    let mut world = World::new().await;
    let mut indexing = world.index();
    let mut state = 7_u32;
    let mut next = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut live = std::collections::BTreeSet::new();

    for round in 0..120_u32 {
        let number = u128::from(next(30)) + 1;
        let name = format!("same word{}", next(5));
        let values = [("name", name.as_str())];
        match (next(10), live.contains(&number)) {
            (0, _) => {
                world.commit(&[(Op::Truncate, "leads", id(0), &[])]);
                live.clear();
            }
            (1..=3, true) => {
                world.commit(&[(Op::Delete, "leads", id(number), &[])]);
                live.remove(&number);
            }
            (_, true) => {
                world.commit(&[(Op::Update, "leads", id(number), &values)]);
            }
            (_, false) => {
                world.commit(&[(Op::Insert, "leads", id(number), &values)]);
                live.insert(number);
            }
        }
        if next(4) == 0 {
            world.flush().await;
        }
        if next(12) == 0 {
            indexing.stop().await;
            indexing = world.index();
        }
        if round % 10 == 9 {
            indexing.reader().wait_for(world.position(), PATIENCE).await.unwrap();
            let mut all = found(&indexing.reader(), "lead", "same");
            all.sort_unstable();
            assert_eq!(all, live.iter().copied().collect::<Vec<_>>(), "round {round}");
        }
    }
    indexing.stop().await;
}

#[tokio::test]
async fn only_visible_rows_and_fields_are_searched() {
    let mut world = World::new().await;
    let (me, other) = (id(900), id(901));
    let owner = |who: &Uuid| who.to_string();
    let ours = |who: &str, number: u128, world: &mut World| {
        let values =
            [("name", "shared name"), ("email", "ada@secret.org"), ("phone", "+1 555 0100"), ("owner_id", who)];
        world.insert("contacts", number, &values);
    };
    ours(&owner(&me), 1, &mut world);
    ours(&owner(&other), 2, &mut world);
    ours("null", 3, &mut world);
    for (number, audience, team) in [
        (11, "owner", "null"),
        (12, "everyone", "null"),
        (13, "team", &*owner(&id(800))),
        (14, "team", &*owner(&id(801))),
    ] {
        let values =
            [("name", "shared view"), ("owner_id", &*owner(&other)), ("audience", audience), ("team_id", team)];
        world.insert("saved_views", number, &values);
    }
    let indexing = world.index();
    let reader = indexing.reader();
    reader.wait_for(world.position(), PATIENCE).await.unwrap();
    let rep = Principal { team_ids: [id(800)].into(), ..person(me, Role::Rep, Scope::Own) };
    let analyst = person(id(902), Role::Analyst, Scope::All);
    let sorted = |caller: &Principal, object: &str, query: &str| {
        let mut all = found_as(caller, &reader, object, query);
        all.sort_unstable();
        all
    };

    assert_eq!(sorted(&rep, "contact", "shared"), [1, 3]);
    assert_eq!(sorted(&Principal::system(), "contact", "shared"), [1, 2, 3]);
    assert_eq!(sorted(&rep, "contact", "ada@secret.org"), [1, 3]);
    assert_eq!(sorted(&rep, "contact", "5550100"), [1, 3]);
    for personal in ["ada@secret.org", "secret", "5550100", "0100", "shared secret", "\"ada secret\""] {
        assert_eq!(sorted(&analyst, "contact", personal), [], "{personal}");
    }
    assert_eq!(sorted(&analyst, "contact", "shared"), [1, 2, 3]);
    assert_eq!(sorted(&rep, "saved_view", "shared"), [12, 13]);
    indexing.stop().await;
}

#[tokio::test]
async fn words_beginnings_mistakes_phrases_and_numbers_are_found_in_order() {
    let mut world = World::new().await;
    for (number, name, email, phone) in [
        (1, "Ada Lovelace", "ada@analytical.org", "+44 (0)20 7946 0958"),
        (2, "Ada", "countess@byron.uk", "0170 1234567"),
        (3, "Adam Smith", "adam@wealth.org", "+49 170 1234567"),
        (4, "Byron Ada Lovelace Junior", "j@x.org", "null"),
        (5, "Lovelace Ada", "l@x.org", "null"),
        (6, "Zoë Müller", "zoe@x.org", "null"),
    ] {
        world.insert("contacts", number, &[("name", name), ("email", email), ("phone", phone)]);
    }
    let indexing = world.index();
    let reader = indexing.reader();
    reader.wait_for(world.position(), PATIENCE).await.unwrap();
    let found = |query: &str| found(&reader, "contact", query);
    let sorted = |query: &str| {
        let mut all = found(query);
        all.sort_unstable();
        all
    };

    assert_eq!(found("ada")[0], 2, "the very title first");
    assert_eq!(*found("ada").last().unwrap(), 3, "the beginning of a longer word last");
    assert_eq!(sorted("ada"), [1, 2, 3, 4, 5]);
    assert_eq!(sorted("\"ada lovelace\""), [1, 4]);
    assert_eq!(sorted("ada lovelace "), [1, 4, 5]);
    assert_eq!(found("ada lovelace")[0], 1);
    assert_eq!(sorted("lovelase"), [1, 4, 5], "one mistake");
    assert_eq!(found("smiht"), [3], "two letters exchanged");
    assert_eq!(found("zoe muller"), [6], "without accents");
    assert_eq!(found("ada@analytical.org"), [1]);
    assert_eq!(found("analytical"), [1]);
    assert_eq!(found("2079460958"), [1], "without country code");
    assert_eq!(found("+44 20 7946"), [1], "a piece, as it is typed");
    assert_eq!(found("0958"), [1], "the last digits");
    assert_eq!(sorted("0170 123 45 67"), [2, 3], "with and without country code");
    assert_eq!(found("@smith"), [3]);
    assert_eq!(found("#smith"), []);
    assert_eq!(found("ada byron lovelace smith"), [], "every word counts");
    indexing.stop().await;
}

#[tokio::test]
async fn own_and_recent_records_come_first_among_equals() {
    let mut world = World::new().await;
    let me = id(900);
    world.insert("deals", 1, &[("name", "same deal"), ("owner_id", &me.to_string())]);
    world.insert("deals", 2, &[("name", "same deal")]);
    world.insert("deals", 3, &[("name", "same deal"), ("owner_id", &me.to_string())]);
    world.wait_days(300);
    world.insert("deals", 4, &[("name", "same deal")]);
    let indexing = world.index();
    indexing.reader().wait_for(world.position(), PATIENCE).await.unwrap();

    let order = found_as(&person(me, Role::Admin, Scope::All), &indexing.reader(), "deal", "same deal");

    assert_eq!(order, [3, 1, 4, 2]);
    indexing.stop().await;
}

fn copy_dir(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
