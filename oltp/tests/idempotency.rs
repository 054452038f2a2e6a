//! Keys of requests that may be repeated: taken once, kept for a day.

use std::sync::Arc;

use catalog::{FixedClock, Principal};
use chrono::TimeDelta;
use oltp::{
    Oltp,
    idempotency::{IdempotentRequest, KeptAnswer, Repetition},
    testing::Cluster,
};

struct Desk {
    oltp: Oltp,
    clock: Arc<FixedClock>,
    _cluster: Cluster,
}

impl Desk {
    async fn open() -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at("2026-03-31T12:00:00Z".parse().expect("a moment")));
        let oltp = cluster.oltp_at(Arc::<FixedClock>::clone(&clock)).await;
        Self { oltp, clock, _cluster: cluster }
    }

    async fn ask(&self, key: &str, hash: u8) -> Repetition {
        let request = IdempotentRequest { key: key.to_owned(), hash: [hash; 32] };
        self.oltp.begin_idempotent(&Principal::system(), &request).await.expect("an answer")
    }
}

fn answer(body: Option<&[u8]>) -> KeptAnswer {
    let headers = [("location".to_owned(), "/api/deals/1".to_owned())].into();
    KeptAnswer { status: 201, headers, body: body.map(<[u8]>::to_vec) }
}

#[tokio::test]
async fn a_key_is_taken_once_and_its_answer_kept_for_a_day() {
    let desk = Desk::open().await;

    assert_eq!(desk.ask("a", 1).await, Repetition::First);
    assert_eq!(desk.ask("a", 1).await, Repetition::Running);
    assert_eq!(desk.ask("a", 2).await, Repetition::OtherRequest);
    desk.oltp.finish_idempotent(&Principal::system(), "a", &answer(Some(b"{}"))).await.expect("kept");
    assert_eq!(desk.ask("a", 1).await, Repetition::Done(answer(Some(b"{}"))));
    assert_eq!(desk.ask("a", 2).await, Repetition::OtherRequest);
    assert_eq!(desk.ask("b", 2).await, Repetition::First);
    desk.clock.advance(TimeDelta::hours(23));
    assert_eq!(desk.oltp.forget_idempotent().await.expect("done"), 0);
    assert_eq!(desk.ask("a", 1).await, Repetition::Done(answer(Some(b"{}"))));
    desk.clock.advance(TimeDelta::hours(2));
    assert_eq!(desk.ask("a", 2).await, Repetition::First);
    assert_eq!(desk.oltp.forget_idempotent().await.expect("done"), 1, "only what nobody took again");
}

#[tokio::test]
async fn a_key_whose_server_died_stays_taken_and_one_given_back_is_free() {
    let desk = Desk::open().await;
    desk.ask("died", 1).await;
    desk.ask("busy", 1).await;

    desk.oltp.release_idempotent(&Principal::system(), "busy").await.expect("given back");
    desk.clock.advance(TimeDelta::hours(20));

    assert_eq!(desk.ask("died", 1).await, Repetition::Running, "nobody knows whether it was done");
    assert_eq!(desk.ask("busy", 1).await, Repetition::First);
}

#[tokio::test]
async fn of_many_who_take_a_key_at_once_one_gets_it() {
    let desk = Desk::open().await;

    let asked = futures::future::join_all((0..12).map(|_| desk.ask("a", 1))).await;

    assert_eq!(asked.iter().filter(|what| **what == Repetition::First).count(), 1, "{asked:?}");
    assert!(asked.iter().all(|what| [Repetition::First, Repetition::Running].contains(what)), "{asked:?}");
}

#[tokio::test]
async fn keys_of_different_people_are_different_keys() {
    let desk = Desk::open().await;
    let anna = Principal { user_id: catalog::Ids.fresh(), ..Principal::system() };
    let request = IdempotentRequest { key: "a".to_owned(), hash: [2; 32] };
    desk.ask("a", 1).await;

    assert_eq!(desk.oltp.begin_idempotent(&anna, &request).await.expect("an answer"), Repetition::First);
}
