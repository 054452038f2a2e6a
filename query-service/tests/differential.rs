//! The same SQL on both engines over random lakes gives the same rows.

use std::collections::BTreeMap;

use proptest::prelude::*;
use query_service::{EngineChoice, ReadAt};
use warehouse::Op;

use crate::fixture::{World, admin, analyst, id, rep};

const QUERIES: &[&str] = &[
    "select count(*), count(amount), sum(amount), min(amount), max(closed_on) from deals",
    "select id, name, amount, owner_id, closed_on, created_at, updated_at, deleted_at, version from deals order by id",
    "select owner_id, count(*) as deals, sum(amount) as total from deals group by owner_id order by owner_id nulls last",
    "select d.name, c.name from deals d left join companies c on c.id = d.company_id order by d.id",
    "select name from deals where amount >= 50 and name <> 'n3' order by id",
    "select count(*), count(distinct name) from deals_history",
    "select id, kind, name from customers order by id",
    "select date_trunc('month', created_at) as month, count(*) from deals group by 1 order by 1",
];

#[derive(Debug, Clone)]
enum Step {
    Put { number: u128, name: u8, amount: Option<i32>, owner: Option<u8>, binned: bool },
    Erase { number: u128 },
    Company { number: u128, customer: bool },
    Flush,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..25_u128, 0..6_u8, prop::option::of(-200..200_i32), prop::option::of(1..4_u8), prop::bool::weighted(0.15))
            .prop_map(|(number, name, amount, owner, binned)| Step::Put { number, name, amount, owner, binned }),
        1 => (0..25_u128).prop_map(|number| Step::Erase { number }),
        1 => (0..4_u128, any::<bool>()).prop_map(|(number, customer)| Step::Company { number, customer }),
        1 => Just(Step::Flush),
    ]
}

/// What the lake must show: id to (name, amount, owner), without binned rows.
type Model = BTreeMap<u128, (String, Option<i32>, Option<u8>, bool)>;

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn both_engines_agree_with_each_other_and_with_the_model(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}

async fn play(steps: Vec<Step>) {
    let mut world = World::new().await;
    let mut model = Model::new();
    let mut companies = BTreeMap::new();
    let mut pasts = Vec::new();
    for step in steps {
        apply(&mut world, &mut model, &mut companies, step).await;
        pasts.push((world.now(), model.clone()));
    }

    for caller in [admin(), rep(1), analyst()] {
        for sql in QUERIES {
            let now = ReadAt::default();
            let first = world.trusted(&caller, EngineChoice::DataFusion, sql, &now).await;
            assert_eq!(
                first,
                world.trusted(&caller, EngineChoice::DuckDb, sql, &now).await,
                "{} {sql}",
                caller.username
            );
        }
    }
    let middle = pasts.len() / 2;
    for (as_of, model) in [pasts.last().unwrap().clone(), pasts[middle].clone()] {
        let expected: Vec<String> = visible(&model, None);
        let own: Vec<String> = visible(&model, Some(1));
        for engine in [EngineChoice::DataFusion, EngineChoice::DuckDb] {
            let at = ReadAt { as_of: Some(as_of), min_lsn: None };
            let sql = "select id, name, amount from deals order by id";
            assert_eq!(world.trusted(&admin(), engine, sql, &at).await, expected, "{engine:?} as of {as_of}");
            assert_eq!(world.trusted(&rep(1), engine, sql, &at).await, own, "{engine:?} as of {as_of}");
        }
    }
    let (_, model) = pasts.last().unwrap();
    let rows = world.rows(&rep(1), "select id, name, amount from deals order by id").await;
    assert_eq!(rows, visible(model, Some(1)));
}

async fn apply(world: &mut World, model: &mut Model, companies: &mut BTreeMap<u128, bool>, step: Step) {
    match step {
        Step::Flush => world.flush().await,
        Step::Company { number, customer } => {
            let op = if companies.insert(number, customer).is_some() { Op::Update } else { Op::Insert };
            let lifecycle = if customer { "customer" } else { "prospect" };
            world.commit(&[(op, "companies", id(900 + number), &[("name", "c"), ("lifecycle", lifecycle)])]);
        }
        Step::Erase { number } => {
            if model.remove(&number).is_some() {
                world.commit(&[(Op::Delete, "deals", id(number), &[])]);
            }
        }
        Step::Put { number, name, amount, owner, binned } => {
            let name = format!("n{name}");
            let row = (name.clone(), amount, owner, binned);
            let op = if model.insert(number, row).is_some() { Op::Update } else { Op::Insert };
            let amount = amount.map_or("null".to_owned(), |amount| format!("{amount}.00"));
            let owner = owner.map_or("null".to_owned(), |owner| id(owner.into()).to_string());
            let company = id(900 + number % 4).to_string();
            let deleted = if binned { "2026-01-01 00:00:00+00" } else { "null" };
            let closed = format!("2024-{:02}-15", number % 12 + 1);
            world.commit(&[(
                op,
                "deals",
                id(number),
                &[
                    ("name", &name),
                    ("amount", &amount),
                    ("owner_id", &owner),
                    ("company_id", &company),
                    ("closed_on", &closed),
                    ("deleted_at", deleted),
                ],
            )]);
        }
    }
}

fn visible(model: &Model, owner: Option<u8>) -> Vec<String> {
    let seen = model.iter().filter(|(_, (_, _, owned_by, binned))| {
        !binned && (owner.is_none() || owned_by.is_none() || *owned_by == owner)
    });
    seen.map(|(number, (name, amount, _, _))| {
        let amount = amount.map_or("∅".to_owned(), |amount| format!("{amount}.00"));
        format!("{}|{name}|{amount}", id(*number))
    })
    .collect()
}
