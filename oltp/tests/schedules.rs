//! Schedules through the one write path: what is refused, and when the next run is.

pub(crate) mod office;

use catalog::{Changes, Principal};
use oltp::{Error, Result, records::Record};
use serde_json::{Value, json};
use uuid::Uuid;

use office::{Office, schedule_of};

/// The pointers and codes of a refusal.
fn refused(result: Result<Record>) -> Vec<(String, &'static str)> {
    match result {
        Err(Error::Invalid(invalid)) => invalid.0.into_iter().map(|field| (field.pointer, field.code)).collect(),
        other => panic!("not refused field by field: {other:?}"),
    }
}

fn pair(pointer: &str, code: &'static str) -> (String, &'static str) {
    (pointer.to_owned(), code)
}

#[tokio::test]
async fn a_saved_schedule_knows_its_next_run() {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let ada = office.person("ada").await;

    let schedule = office.schedule(&ada, json!({})).await;

    assert_eq!(schedule["next_run_at"], "2026-11-22T07:00:00.000000Z", "08:00 in Berlin is 07:00 in UTC");
    let id = office::id_of(&schedule);
    let moved = office.change(&ada, id, json!({"time_zone": "Asia/Tokyo"})).await.expect("changed");
    assert_eq!(moved["next_run_at"], "2026-11-21T23:00:00.000000Z");
    let renamed = office.change(&ada, id, json!({"name": "Other numbers"})).await.expect("changed");
    assert_eq!(renamed["next_run_at"], moved["next_run_at"]);
}

#[tokio::test]
async fn a_paused_schedule_has_no_next_run_and_does_not_make_up_for_the_pause() {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let ada = office.person("ada").await;
    let id = office::id_of(&office.schedule(&ada, json!({})).await);

    let paused = office.change(&ada, id, json!({"active": false})).await.expect("paused");
    office.wait(chrono::TimeDelta::days(10));
    let resumed = office.change(&ada, id, json!({"active": true})).await.expect("resumed");

    assert_eq!(paused["next_run_at"], Value::Null);
    assert_eq!(resumed["next_run_at"], "2026-12-02T07:00:00.000000Z");
    assert_eq!(office.oltp.plan_deliveries().await.expect("planned").deliveries, 0);
}

#[tokio::test]
async fn a_schedule_that_could_not_run_is_refused_field_by_field() {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let ada = office.person("ada").await;
    let left = office.person("lena").await;
    office.suspend(left.user_id).await;
    let wrong = json!({"time_zone": "Berlin", "time_of_day": "25:00"});
    let nobody = json!({"recipients": [ada.user_id, left.user_id, Uuid::from_u128(5)]});

    let wrong = refused(office.try_schedule(&ada, wrong).await);
    let nobody = refused(office.try_schedule(&ada, nobody).await);
    let unknown = refused(office.try_schedule(&ada, json!({"subject": "no-such-report"})).await);

    let zone = pair("/time_zone", "unknown_time_zone");
    assert_eq!(wrong, [pair("/time_of_day", "invalid_time"), zone]);
    assert_eq!(nobody, [pair("/recipients", "account_closed"), pair("/recipients", "unknown_record")]);
    assert_eq!(unknown, [pair("/subject", "unknown_subject")]);
}

#[tokio::test]
async fn a_saved_report_that_one_cannot_see_cannot_be_scheduled() {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let (ada, otto) = (office.person("ada").await, office.person("otto").await);
    let report = office.saved_report(&ada, "owner").await;
    let shared = office.saved_report(&ada, "everyone").await;

    let mine = office.try_schedule(&ada, json!({"subject": report})).await;
    let hidden = refused(office.try_schedule(&otto, json!({"subject": report})).await);
    let seen = office.try_schedule(&otto, json!({"subject": shared})).await;

    assert!(mine.is_ok() && seen.is_ok(), "{mine:?} {seen:?}");
    assert_eq!(hidden, [pair("/subject", "unknown_subject")]);
}

#[tokio::test]
async fn a_schedule_whose_recipient_left_can_still_be_paused() {
    let office = Office::start("2026-11-21T12:00:00Z").await;
    let (ada, lena) = (office.person("ada").await, office.person("lena").await);
    let id = office::id_of(&office.schedule(&ada, json!({"recipients": [lena.user_id]})).await);
    office.suspend(lena.user_id).await;

    let paused = office.change(&ada, id, json!({"active": false})).await;
    let renamed = refused(office.change(&ada, id, json!({"name": "Renamed"})).await);

    assert!(paused.is_ok(), "{paused:?}");
    assert_eq!(renamed, [pair("/recipients", "account_closed")]);
}

#[tokio::test]
async fn a_preview_shows_three_runs_or_what_saving_would_refuse() {
    let office = Office::start("2026-01-30T12:00:00Z").await;
    let ada = office.person("ada").await;
    let preview = async |caller: &Principal, more: Value| {
        let fields = schedule_of(caller, more);
        let changes = Changes::parse_new(office.object("schedule"), &fields)?;
        office.oltp.preview_schedule(caller, &changes).await
    };

    let runs = preview(&ada, json!({"cadence": "monthly", "day_of_month": 31})).await.expect("runs");
    let wrong = preview(&ada, json!({"formats": ["docx"], "time_zone": "Mars"})).await;

    let runs: Vec<String> = runs.into_iter().map(|at| at.to_rfc3339()).collect();
    assert_eq!(runs, ["2026-01-31T07:00:00+00:00", "2026-02-28T07:00:00+00:00", "2026-03-31T06:00:00+00:00"]);
    let Err(Error::Invalid(wrong)) = wrong else { panic!("not refused: {wrong:?}") };
    let pointers: Vec<&str> = wrong.0.iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(pointers, ["/formats", "/time_zone"]);
}
