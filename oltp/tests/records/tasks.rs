//! Tasks: given to somebody, repeated, and remembered at their time.

use axum::http::StatusCode;
use catalog::{Changes, Principal};
use chrono::TimeDelta;
use oltp::bulk::{BulkAudit, BulkRow};
use serde_json::json;

use super::{
    notifications::{inbox, relay},
    workspace::{Workspace, at},
};

#[tokio::test]
async fn a_task_is_given_to_somebody_or_the_reason_why_not_is_named() {
    let workspace = Workspace::start().await;
    let (admin, rep, other) = (workspace.admin().await, workspace.rep().await, workspace.rep().await);
    let (boss, client) = (workspace.client(&admin), workspace.client(&rep));
    let task = client.post("/api/tasks", json!({"name": "Call"})).await.id();
    let path = format!("/api/tasks/{task}/assign");
    boss.patch(&format!("/api/users/{}", other.user_id), json!({"status": "suspended"})).await;

    let stale = boss.send("POST", &path, Some(json!({"assignedUser": admin.user_id})), Some("\"9\"")).await;
    let closed = boss.post(&path, json!({"assignedUser": other.username})).await;
    let unknown = boss.post(&path, json!({"assignedUser": "nobody"})).await;
    let empty = boss.post(&path, json!({})).await;
    let more = boss.post(&path, json!({"assignedUser": admin.user_id, "name": "x"})).await;
    let outside = client.post(&path, json!({"assignedUser": admin.user_id})).await;
    let hidden = workspace.client(&workspace.rep().await).post(&path, json!({"assignedUser": rep.user_id})).await;
    let given = boss.send("POST", &path, Some(json!({"assigned_user": admin.user_id})), Some("\"1\"")).await;

    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(closed.refused(), [("/assignedUser", "account_closed")]);
    assert_eq!(unknown.refused(), [("/owner_id", "unknown_record")]);
    assert_eq!(empty.refused(), [("/assignedUser", "required")]);
    assert_eq!(more.refused(), [("/name", "unknown_field")]);
    assert_eq!(outside.refused(), [("/owner_id", "outside_your_scope")]);
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert_eq!(
        (&given.body["owner_id"], &given.headers["etag"]),
        (&json!(admin.user_id), &"\"2\"".parse().expect("a tag"))
    );
    assert_eq!(workspace.traces(task).await, (2, 2));
}

#[tokio::test]
async fn a_repeated_task_that_is_done_is_followed_by_the_next() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.rep().await);
    let lead = client.post("/api/leads", json!({"name": "Ada"})).await.id();
    let body = json!({"name": "Follow up", "lead_id": lead, "repeat_every": "week", "priority": "high",
                      "due_at": "2026-03-30T09:00:00Z", "remind_at": "2026-03-30T08:30:00Z"});
    let task = client.post("/api/tasks", body).await.id();
    let path = format!("/api/tasks/{task}");

    let done = client.patch(&path, json!({"status": "done"})).await;
    client.patch(&path, json!({"status": "open"})).await;
    let again = client.patch(&path, json!({"status": "done"})).await;

    let next = done.body["next_task_id"].as_str().expect("the next task").to_owned();
    assert_eq!(again.body["next_task_id"], json!(next), "done twice, continued once");
    let next = client.get(&format!("/api/tasks/{next}")).await.body;
    assert_eq!(
        (&next["due_at"], &next["remind_at"]),
        (&json!("2026-04-06T09:00:00.000000Z"), &json!("2026-04-06T08:30:00.000000Z"))
    );
    assert_eq!((&next["status"], &next["lead_id"], &next["priority"]), (&json!("open"), &json!(lead), &json!("high")));
    assert_eq!(workspace.count("select count(*) from tasks").await, 2);
    let undated = client.post("/api/tasks", json!({"name": "x", "repeat_every": "day"})).await;
    assert_eq!(undated.refused(), [("/due_at", "required")]);
}

#[tokio::test]
async fn a_reminder_fires_once_at_its_time_whatever_stops_in_between() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let client = workspace.client(&rep);
    let remind =
        |minute: u32| json!({"name": format!("At {minute}"), "remind_at": format!("2026-03-31T12:{minute:02}:00Z")});
    client.post("/api/tasks", remind(10)).await;
    let moved = client.post("/api/tasks", remind(20)).await.id();
    let done = client.post("/api/tasks", remind(10)).await.id();
    client.patch(&format!("/api/tasks/{done}"), json!({"status": "done"})).await;
    let meeting = json!({"name": "Demo", "kind": "demo", "due_at": "2026-03-31T12:30:00Z"});
    client.post("/api/tasks", meeting).await;

    let early = workspace.oltp.fire_reminders().await.expect("fired");
    workspace.clock.advance(TimeDelta::minutes(10));
    // Two servers look at the same moment.
    let (one, other) = tokio::join!(workspace.oltp.fire_reminders(), workspace.oltp.fire_reminders());
    client.patch(&format!("/api/tasks/{moved}"), json!({"remind_at": "2026-03-31T13:00:00Z"})).await;
    workspace.clock.advance(TimeDelta::minutes(15));
    let appointment = workspace.oltp.fire_reminders().await.expect("fired");
    workspace.clock.advance(TimeDelta::hours(1));
    let late = workspace.oltp.fire_reminders().await.expect("fired");
    relay(&workspace).tell_all().await.expect("told");

    assert_eq!((early, one.expect("fired") + other.expect("fired"), appointment, late), (0, 1, 1, 1));
    let told: Vec<String> = inbox(&client).await.into_iter().map(|(kind, title)| format!("{kind}: {title}")).collect();
    let expected = ["reminder: Reminder: “At 20”", "appointment: In 15 minutes: “Demo”", "reminder: Reminder: “At 10”"];
    assert_eq!(told, expected);
    assert_eq!(workspace.oltp.fire_reminders().await.expect("nothing"), 0);
}

#[tokio::test]
async fn imported_tasks_remind_too_but_not_of_what_is_long_past() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let object = workspace.object("task");
    let rows: Vec<BulkRow> = ["2026-03-31T11:00:00Z", "2026-01-31T11:00:00Z"]
        .into_iter()
        .map(|moment| {
            let fields = json!({"name": moment, "remind_at": moment, "owner_id": rep.user_id});
            let changes = Changes::parse_new(object, fields.as_object().expect("an object")).expect("valid");
            BulkRow { id: catalog::Ids.fresh(), changes, effective_at: at("2026-01-01T00:00:00Z") }
        })
        .collect();
    let mut tx = workspace.oltp.pool().begin().await.expect("a transaction");
    let audit = BulkAudit::Summary { source: "import".to_owned() };
    workspace.oltp.bulk_insert(&mut tx, &Principal::system(), object, &rows, &audit).await.expect("inserted");
    tx.commit().await.expect("committed");

    workspace.oltp.fire_reminders().await.expect("fired");
    relay(&workspace).tell_all().await.expect("told");

    let titles: Vec<String> = inbox(&workspace.client(&rep)).await.into_iter().map(|(_, title)| title).collect();
    assert_eq!(titles, ["Reminder: “2026-03-31T11:00:00Z”"]);
}
