//! The queue of scheduled mail: planned once, sent once, and nothing lost by a kill.

use catalog::{Principal, policy};
use chrono::TimeDelta;
use oltp::{
    Error, SendQueue,
    deliveries::{Addressees, ClaimedDelivery, DeliveryOutcome, MAX_ATTEMPTS},
    records::Record,
};
use serde_json::{Value, json};

use crate::schedules::office::{Office, id_of};

/// All deliveries, oldest first.
async fn deliveries(office: &Office) -> Vec<Record> {
    let object = office.object("delivery");
    let parameters = [("sort".to_owned(), "created_at".to_owned())];
    let query = office.oltp.list_query(&Principal::system(), object, &parameters).await.expect("a query");
    let page = office.oltp.list(&Principal::system(), object, &query).await.expect("a page");
    page.items
}

async fn plan(office: &Office) -> usize {
    office.oltp.plan_deliveries().await.expect("planned").deliveries
}

async fn finish(office: &Office, claimed: &ClaimedDelivery, outcome: DeliveryOutcome) -> bool {
    office.oltp.finish_delivery(claimed, outcome).await.expect("stored")
}

fn sent() -> DeliveryOutcome {
    DeliveryOutcome::Sent { message_id: "<1@example.com>".to_owned(), files: json!([{"name": "a.csv", "bytes": 3}]) }
}

/// An office whose one schedule has just become due for two people.
async fn due_office() -> (Office, Principal) {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let (ada, otto) = (office.person("ada").await, office.person("otto").await);
    office.schedule(&ada, json!({"recipients": [ada.user_id, otto.user_id]})).await;
    office.wait(TimeDelta::days(1));
    (office, ada)
}

#[tokio::test]
async fn a_due_schedule_makes_one_delivery_per_recipient_once() {
    let (office, ada) = due_office().await;

    let (first, second) = tokio::join!(plan(&office), plan(&office));

    assert_eq!(first + second, 2, "two planners at once");
    assert_eq!(plan(&office).await, 0);
    let made = deliveries(&office).await;
    assert_eq!(made.len(), 2);
    for delivery in &made {
        assert_eq!(delivery["due_at"], "2026-11-22T07:00:00.000000Z");
        assert_eq!(delivery["status"], "pending");
        assert_eq!(delivery["owner_id"], json!(ada.user_id), "the history is the schedule owner's");
    }
}

#[tokio::test]
async fn runs_that_were_missed_are_made_up_for_once_by_the_latest() {
    let (office, ada) = due_office().await;
    office.wait(TimeDelta::days(30));

    assert_eq!(plan(&office).await, 2);

    assert_eq!(deliveries(&office).await[0]["due_at"], "2026-12-22T07:00:00.000000Z");
    let schedule = office.object("schedule");
    let query = office.oltp.list_query(&ada, schedule, &[]).await.expect("a query");
    let schedule = office.oltp.list(&ada, schedule, &query).await.expect("a page").items.remove(0);
    assert_eq!(schedule["last_run_at"], "2026-12-22T07:00:00.000000Z");
    assert_eq!(schedule["next_run_at"], "2026-12-23T07:00:00.000000Z");
}

#[tokio::test]
async fn what_was_sent_is_not_claimed_again() {
    let (office, _) = due_office().await;
    plan(&office).await;
    let mut lease = office.oltp.lease(SendQueue::Deliveries).await.expect("a lease");

    for _recipient in 0..2 {
        let claimed = office.oltp.claim_delivery(&mut lease).await.expect("a claim").expect("a delivery");
        assert_eq!(claimed.attempt, 1);
        assert!(finish(&office, &claimed, sent()).await);
    }

    office.wait(TimeDelta::days(1) - TimeDelta::hours(6));
    assert!(office.oltp.claim_delivery(&mut lease).await.expect("a look").is_none());
    let sent = deliveries(&office).await;
    assert_eq!((&sent[0]["status"], &sent[0]["message_id"]), (&json!("sent"), &json!("<1@example.com>")));
    assert_eq!(sent[0]["files"], json!([{"name": "a.csv", "bytes": 3}]));
}

#[tokio::test]
async fn a_temporary_failure_waits_longer_each_time_and_is_given_up_in_the_end() {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let ada = office.person("ada").await;
    office.schedule(&ada, json!({})).await;
    office.wait(TimeDelta::days(1));
    plan(&office).await;
    let mut lease = office.oltp.lease(SendQueue::Deliveries).await.expect("a lease");
    let mut waits = Vec::new();

    for _attempt in 0..MAX_ATTEMPTS {
        let mut waited = 0;
        let claimed = loop {
            if let Some(claimed) = office.oltp.claim_delivery(&mut lease).await.expect("a look") {
                break claimed;
            }
            office.wait(TimeDelta::seconds(30));
            waited += 30;
        };
        waits.push(waited);
        assert!(finish(&office, &claimed, DeliveryOutcome::Later("451 try again".to_owned())).await);
    }

    assert_eq!(waits, [0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    office.wait(TimeDelta::hours(3));
    assert!(office.oltp.claim_delivery(&mut lease).await.expect("a look").is_none());
    let given_up = deliveries(&office).await.remove(0);
    assert_eq!(given_up["status"], "failed");
    assert_eq!(given_up["error"], "Given up after 10 attempts. 451 try again");
}

#[tokio::test]
async fn a_mail_server_that_is_away_costs_no_attempt() {
    let (office, _) = due_office().await;
    plan(&office).await;
    let mut lease = office.oltp.lease(SendQueue::Deliveries).await.expect("a lease");

    for _try in 0..3 * MAX_ATTEMPTS {
        let claimed = office.oltp.claim_delivery(&mut lease).await.expect("a look").expect("still waiting");
        assert_eq!(claimed.attempt, 1);
        finish(&office, &claimed, DeliveryOutcome::Away("nobody answers".to_owned())).await;
    }
    let explained = office.oltp.explain_waiting("nobody answers").await.expect("explained");

    assert_eq!(explained, 1, "the other one did not know yet");
    for delivery in deliveries(&office).await {
        assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("pending"), &json!(0)));
        assert_eq!(delivery["error"], "nobody answers");
    }
}

#[tokio::test]
async fn what_a_dead_sender_left_is_claimed_at_once_and_its_late_word_does_not_count() {
    let (office, _) = due_office().await;
    plan(&office).await;
    let mut dead = office.oltp.lease(SendQueue::Deliveries).await.expect("a lease");
    let left = office.oltp.claim_delivery(&mut dead).await.expect("a look").expect("a delivery");
    office.wait(TimeDelta::seconds(1));
    let mut second = office.oltp.lease(SendQueue::Deliveries).await.expect("a lease");
    let other = office.oltp.claim_delivery(&mut second).await.expect("a look").expect("a delivery");
    assert_ne!(other.id, left.id, "the first sender is alive: what it has is its own");
    assert!(office.oltp.claim_delivery(&mut second).await.expect("a look").is_none());
    second.end().await.expect("ended");

    dead.end().await.expect("ended");
    office.wait(TimeDelta::seconds(1));
    let mut next = office.oltp.lease(SendQueue::Deliveries).await.expect("a lease");
    let again = office.oltp.claim_delivery(&mut next).await.expect("a look").expect("a delivery");

    assert_eq!((again.id, again.attempt), (left.id, 2));
    assert!(!finish(&office, &left, sent()).await);
    assert!(finish(&office, &again, sent()).await);
}

#[tokio::test]
async fn a_run_that_is_asked_for_goes_to_all_or_to_oneself() {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let (ada, otto) = (office.person("ada").await, office.person("otto").await);
    let shared = json!({"recipients": [ada.user_id, otto.user_id], "audience": "everyone"});
    let schedule = office.schedule(&ada, shared).await;
    let request = async |caller: &Principal, to| office.oltp.request_deliveries(caller, id_of(&schedule), to).await;

    let mine = request(&otto, Addressees::Me).await.expect("one");
    let theirs = request(&otto, Addressees::Recipients).await;
    office.wait(TimeDelta::seconds(1));
    let all = request(&ada, Addressees::Recipients).await.expect("all");

    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0]["recipient_id"], json!(otto.user_id));
    assert!(matches!(theirs, Err(Error::OwnerOnly { .. })), "{theirs:?}");
    assert_eq!(all.len(), 2);
    let schedule = office.oltp.read(&ada, office.object("schedule"), id_of(&schedule)).await.expect("read");
    assert_eq!(schedule["last_run_at"], Value::Null, "its own runs are not touched");
}

#[tokio::test]
async fn people_cannot_write_deliveries() {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let ada = office.person("ada").await;

    let policy = policy(&ada, office.object("delivery"));

    assert!(!policy.create && !policy.update && !policy.delete);
}
