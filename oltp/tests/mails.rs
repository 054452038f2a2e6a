//! The queue of mail: once per key, in the order of their moments, nothing lost by a kill.

use chrono::TimeDelta;
use oltp::{
    SendQueue,
    mails::{ClaimedMail, MAX_ATTEMPTS, MailBody, MailOutcome, NewMail, enqueue},
};

use crate::schedules::office::Office;

fn mail(office: &Office, key: &str) -> NewMail {
    NewMail {
        key: key.to_owned(),
        name: "Ada".to_owned(),
        address: "ada@example.com".to_owned(),
        subject: "A subject".to_owned(),
        body: MailBody::new(&["A secret link".to_owned()]),
        due_at: office.oltp.clock().now(),
        person: None,
    }
}

async fn put(office: &Office, mail: &NewMail) -> bool {
    let mut tx = office.oltp.pool().begin().await.expect("begun");
    let new = enqueue(&mut tx, mail, office.oltp.clock().now()).await.expect("queued");
    tx.commit().await.expect("committed");
    new
}

async fn finish(office: &Office, claimed: &ClaimedMail, outcome: MailOutcome) -> bool {
    office.oltp.finish_mail(claimed, outcome).await.expect("stored")
}

#[tokio::test]
async fn a_mail_is_sent_if_its_transaction_commits_and_once_per_key() {
    let office = Office::start("2026-03-31T12:00:00Z").await;
    let mut tx = office.oltp.pool().begin().await.expect("begun");
    enqueue(&mut tx, &mail(&office, "taken back"), office.oltp.clock().now()).await.expect("queued");
    tx.rollback().await.expect("rolled back");

    assert!(put(&office, &mail(&office, "welcome:1")).await);
    assert!(!put(&office, &mail(&office, "welcome:1")).await);

    let mut lease = office.oltp.lease(SendQueue::Mails).await.expect("a lease");
    let claimed = office.oltp.claim_mail(&mut lease).await.expect("asked").expect("a mail");
    assert_eq!((claimed.attempt, claimed.body.text()), (1, "A secret link\n"));
    assert_eq!(office.oltp.claim_mail(&mut lease).await.expect("asked"), None);
    assert!(finish(&office, &claimed, MailOutcome::Sent).await);
    assert!(!put(&office, &mail(&office, "welcome:1")).await);
    assert_eq!(office.oltp.claim_mail(&mut lease).await.expect("asked"), None);
}

#[tokio::test]
async fn the_text_is_forgotten_when_the_mail_is_sent_or_given_up() {
    let office = Office::start("2026-03-31T12:00:00Z").await;
    let mut lease = office.oltp.lease(SendQueue::Mails).await.expect("a lease");
    for (key, outcome) in [("a", MailOutcome::Sent), ("b", MailOutcome::Failed("no such person".to_owned()))] {
        put(&office, &mail(&office, key)).await;
        let claimed = office.oltp.claim_mail(&mut lease).await.expect("asked").expect("a mail");
        finish(&office, &claimed, outcome).await;
    }

    let sql = "select string_agg(m::text, ' ') from mails m";
    let kept: String = sqlx::query_scalar(sql).fetch_one(office.oltp.pool()).await.expect("rows");

    assert!(!kept.contains("secret"), "{kept}");
}

#[tokio::test]
async fn a_mail_waits_longer_after_each_attempt_and_is_given_up_in_the_end() {
    let office = Office::start("2026-03-31T12:00:00Z").await;
    put(&office, &mail(&office, "a")).await;
    let mut lease = office.oltp.lease(SendQueue::Mails).await.expect("a lease");

    for attempt in 1..=MAX_ATTEMPTS {
        let claimed = office.oltp.claim_mail(&mut lease).await.expect("asked").expect("a mail");
        assert_eq!(claimed.attempt, attempt);
        finish(&office, &claimed, MailOutcome::Later("busy".to_owned())).await;
        office.wait(TimeDelta::seconds(29));
        assert_eq!(office.oltp.claim_mail(&mut lease).await.expect("asked"), None);
        office.wait(TimeDelta::hours(1));
    }

    assert_eq!(office.oltp.claim_mail(&mut lease).await.expect("asked"), None);
    let sql = "select error from mails where failed_at is not null";
    let error: String = sqlx::query_scalar(sql).fetch_one(office.oltp.pool()).await.expect("a row");
    assert_eq!(error, "Given up after 10 attempts. busy");
}

#[tokio::test]
async fn a_server_that_is_away_costs_no_attempt() {
    let office = Office::start("2026-03-31T12:00:00Z").await;
    put(&office, &mail(&office, "a")).await;
    let mut lease = office.oltp.lease(SendQueue::Mails).await.expect("a lease");

    for _ in 0..3 {
        let claimed = office.oltp.claim_mail(&mut lease).await.expect("asked").expect("a mail");
        assert_eq!(claimed.attempt, 1);
        finish(&office, &claimed, MailOutcome::Away("nobody answers".to_owned())).await;
    }
}

#[tokio::test]
async fn what_a_dead_sender_left_behind_is_taken_over_and_its_late_word_does_not_count() {
    let office = Office::start("2026-03-31T12:00:00Z").await;
    put(&office, &mail(&office, "a")).await;
    let mut dead = office.oltp.lease(SendQueue::Mails).await.expect("a lease");
    let mut second = office.oltp.lease(SendQueue::Mails).await.expect("a lease");
    let left = office.oltp.claim_mail(&mut dead).await.expect("asked").expect("a mail");

    assert_eq!(office.oltp.claim_mail(&mut second).await.expect("asked"), None);
    office.wait(TimeDelta::seconds(1));
    dead.end().await.expect("ended");
    let taken = office.oltp.claim_mail(&mut second).await.expect("asked").expect("the mail again");

    assert_eq!((taken.id, taken.attempt), (left.id, 2));
    assert!(!finish(&office, &left, MailOutcome::Failed("late".to_owned())).await);
    assert!(finish(&office, &taken, MailOutcome::Sent).await);
}
