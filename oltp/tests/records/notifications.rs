//! What people are told: who, once, only what they may see, and how they want it.

use std::sync::Arc;

use axum::http::StatusCode;
use catalog::Principal;
use oltp::{identity::Identity, relay::Relay};
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspace::{Client, Workspace, id_of};

pub(super) fn relay(workspace: &Workspace) -> Relay {
    Relay::new(workspace.oltp.clone(), Arc::new(Identity::new(workspace.oltp.clone(), [7; 32])))
}

/// The kinds and titles in a person's inbox, newest first.
pub(super) async fn inbox(client: &Client) -> Vec<(String, String)> {
    let answer = client.get("/api/notifications").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let items = answer.body["items"].as_array().expect("items");
    let text = |item: &Value, name: &str| item[name].as_str().expect("text").to_owned();
    items.iter().map(|item| (text(item, "kind"), text(item, "title"))).collect()
}

async fn name_of(workspace: &Workspace, person: &Principal) -> String {
    let user = workspace.oltp.read(person, workspace.object("user"), person.user_id).await.expect("a person");
    user["name"].as_str().expect("a name").to_owned()
}

#[tokio::test]
async fn whoever_gets_a_task_is_told_once_and_live() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (workspace.admin().await, workspace.rep().await);
    let (boss, client) = (workspace.client(&admin), workspace.client(&rep));
    let task = boss.post("/api/tasks", json!({"name": "Call Acme"})).await.id();
    let relay = relay(&workspace);
    relay.tell_all().await.expect("told");

    let assigned = boss.post(&format!("/api/tasks/{task}/assign"), json!({"assignedUser": rep.username})).await;
    let told = relay.tell_all().await.expect("told");
    let again = relay.tell_all().await.expect("nothing");

    assert_eq!((assigned.status, &assigned.body["owner_id"]), (StatusCode::OK, &json!(rep.user_id)), "{assigned:?}");
    assert_eq!((told, again), (1, 0));
    let who = name_of(&workspace, &admin).await;
    assert_eq!(inbox(&client).await, [("assignment".to_owned(), format!("{who} gave you the task “Call Acme”"))]);
    assert_eq!(inbox(&boss).await, [], "nobody is told what they did themselves");
    let page = client.get("/api/notifications").await.body;
    assert_eq!(page["unread"], 1);
    assert_eq!((&page["items"][0]["object"], &page["items"][0]["record_id"]), (&json!("task"), &json!(task)));
    assert_eq!((&page["items"][0]["at"], &page["items"][0]["read_at"]), (&json!("2026-03-31T12:00:00Z"), &Value::Null));
}

#[tokio::test]
async fn a_deal_that_moves_and_a_lead_that_comes_in_are_told_to_those_concerned() {
    let workspace = Workspace::start().await;
    let (admin, rep, other) = (workspace.admin().await, workspace.rep().await, workspace.rep().await);
    let manager = workspace.person(catalog::Role::Manager, catalog::Scope::Team, &[]).await;
    let boss = workspace.client(&admin);
    let relay = relay(&workspace);
    let deal = boss.post("/api/deals", json!({"name": "Big", "owner_id": rep.user_id})).await.id();
    let stage = boss.get("/api/stages?filter[name]=Proposal").await.body["items"][0]["id"].clone();
    relay.tell_all().await.expect("told");

    boss.patch(&format!("/api/deals/{deal}"), json!({"stage_id": stage})).await;
    boss.post("/api/leads", json!({"name": "Ada", "owner_id": other.user_id})).await;
    boss.post("/api/leads", json!({"name": "Bob", "owner_id": null})).await;
    relay.tell_all().await.expect("told");

    let who = name_of(&workspace, &admin).await;
    let kinds = |entries: Vec<(String, String)>| entries.into_iter().map(|(_, title)| title).collect::<Vec<_>>();
    let told = kinds(inbox(&workspace.client(&rep)).await);
    assert_eq!(told, [format!("{who} moved your deal “Big” to Proposal"), format!("{who} gave you the deal “Big”")]);
    assert_eq!(kinds(inbox(&workspace.client(&other)).await), ["A new lead for you: “Ada”"]);
    assert_eq!(kinds(inbox(&workspace.client(&manager)).await), ["A new lead that nobody owns: “Bob”"]);
}

#[tokio::test]
async fn who_may_not_see_a_record_at_delivery_hears_nothing_of_it() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (workspace.admin().await, workspace.rep().await);
    let boss = workspace.client(&admin);
    let relay = relay(&workspace);
    let task = boss.post("/api/tasks", json!({"name": "Secret"})).await.id();
    let gone = boss.post("/api/tasks", json!({"name": "Gone"})).await.id();
    let path = format!("/api/tasks/{task}");

    boss.post(&format!("{path}/assign"), json!({"assigned_user": rep.user_id})).await;
    boss.post(&format!("{path}/assign"), json!({"assigned_user": admin.user_id})).await;
    boss.post(&format!("/api/tasks/{gone}/assign"), json!({"assigned_user": rep.user_id})).await;
    boss.delete(&format!("/api/tasks/{gone}")).await;
    relay.tell_all().await.expect("told");

    assert_eq!(inbox(&workspace.client(&rep)).await, []);
}

#[tokio::test]
async fn an_inbox_is_read_in_pages_and_is_its_owners_alone() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (workspace.admin().await, workspace.rep().await);
    let (boss, client) = (workspace.client(&admin), workspace.client(&rep));
    for number in 0..5 {
        boss.post("/api/tasks", json!({"name": format!("Task {number}"), "owner_id": rep.user_id})).await;
    }
    relay(&workspace).tell_all().await.expect("told");

    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let page = client.get(&format!("/api/notifications?limit=2{next}")).await.body;
        seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["id"].clone()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    let foreign = boss.post("/api/notifications/read", json!({"ids": seen})).await;
    let some = client.post("/api/notifications/read", json!({"ids": [seen[0], seen[1]]})).await;
    let unread = client.get("/api/notifications?unread=true").await;
    let all = client.post("/api/notifications/read", json!({})).await;

    assert_eq!(seen.iter().map(Value::to_string).collect::<std::collections::BTreeSet<_>>().len(), 5, "{seen:?}");
    assert_eq!((&foreign.body["unread"], &some.body["unread"]), (&json!(0), &json!(3)));
    assert_eq!(unread.body["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(all.body["unread"], 0);
    let wrong = client.get("/api/notifications?limit=0").await;
    assert_eq!((wrong.status, wrong.refused()), (StatusCode::UNPROCESSABLE_ENTITY, vec![("/limit", "out_of_range")]));
}

#[tokio::test]
async fn what_a_person_switches_off_is_not_told() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (workspace.admin().await, workspace.rep().await);
    let (boss, client) = (workspace.client(&admin), workspace.client(&rep));
    let path = "/api/notifications/preferences";
    let set = async |body: Value| client.send("PUT", path, Some(body), None).await;

    let usual = client.get(path).await;
    let off = set(json!({"items": [{"kind": "assignment", "in_app": false, "mail": "off"}]})).await;
    boss.post("/api/tasks", json!({"name": "Quiet", "owner_id": rep.user_id})).await;
    relay(&workspace).tell_all().await.expect("told");
    let twice = json!({"kind": "mention", "in_app": true, "mail": "daily"});
    let twice = set(json!({"items": [twice, twice]})).await;
    let odd = set(json!({"items": [{"kind": "weather", "in_app": true, "mail": "off"}]})).await;

    let of = |answer: &Value, kind: &str| {
        let items = answer["items"].as_array().expect("items").iter();
        items.filter(|item| item["kind"] == kind).cloned().collect::<Vec<_>>()
    };
    assert_eq!(of(&usual.body, "assignment"), [json!({"kind": "assignment", "in_app": true, "mail": "at_once"})]);
    assert_eq!(of(&off.body, "assignment"), [json!({"kind": "assignment", "in_app": false, "mail": "off"})]);
    assert_eq!(usual.body["items"].as_array().map(Vec::len), Some(8));
    assert_eq!(inbox(&client).await, []);
    assert_eq!(twice.refused(), [("/items/1/kind", "duplicate")]);
    assert_eq!((odd.status, odd.refused().len()), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{odd:?}");
}

/// The subjects of the mails in the queue with their recipients, oldest first.
async fn mails(workspace: &Workspace) -> Vec<(String, String)> {
    let sql =
        "select to_address, subject from mails where idempotency_key like 'notifications:%' order by created_at, id";
    sqlx::query_as(sql).fetch_all(workspace.oltp.pool()).await.expect("mails")
}

#[tokio::test]
async fn a_person_gets_mail_at_once_or_together_in_the_morning_and_once() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (workspace.admin().await, workspace.rep().await);
    let (boss, client) = (workspace.client(&admin), workspace.client(&rep));
    let address = "https://crm.example.com";
    let task = |name: &str| json!({"name": name, "owner_id": rep.user_id});
    let mail = async || workspace.oltp.mail_notifications(address).await.expect("mailed");

    boss.post("/api/tasks", task("First")).await;
    relay(&workspace).tell_all().await.expect("told");
    let at_once = (mail().await, mail().await);
    let daily = json!({"items": [{"kind": "assignment", "in_app": false, "mail": "daily"}]});
    client.send("PUT", "/api/notifications/preferences", Some(daily), None).await;
    for name in ["Second", "Third"] {
        boss.post("/api/tasks", task(name)).await;
    }
    relay(&workspace).tell_all().await.expect("told");
    let early = mail().await;
    workspace.clock.advance(chrono::TimeDelta::hours(20));
    let morning = mail().await;
    boss.post("/api/tasks", task("Fourth")).await;
    relay(&workspace).tell_all().await.expect("told");
    workspace.clock.advance(chrono::TimeDelta::days(9));
    let late = mail().await;

    assert_eq!((at_once, early, morning, late), ((1, 0), 0, 1, 0));
    let address = format!("{}@example.com", rep.username);
    let first = format!("{} gave you the task “First”", name_of(&workspace, &admin).await);
    let expected = [(address.clone(), first), (address, "2 notifications from Leadhouse".to_owned())];
    assert_eq!(mails(&workspace).await, expected);
    assert_eq!(inbox(&client).await.len(), 1, "what is only mailed is not in the inbox");
}

#[tokio::test]
async fn a_message_that_cannot_be_told_holds_up_no_other_and_is_given_up() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (workspace.admin().await, workspace.rep().await);
    let boss = workspace.client(&admin);
    let relay = relay(&workspace);
    relay.tell_all().await.expect("told");
    // A title that does not fit makes the notification of this record impossible.
    let broken = "alter table notifications add constraint broken check (title not like '%Broken%')";
    sqlx::query(broken).execute(workspace.oltp.pool()).await.expect("a constraint");
    boss.post("/api/tasks", json!({"name": "Broken", "owner_id": rep.user_id})).await;
    boss.post("/api/tasks", json!({"name": "Sound", "owner_id": rep.user_id})).await;

    let first = relay.tell_all().await.expect("told");
    let waiting = workspace.count("select count(*) from outbox where delivered_at is null").await;
    for _ in 0..5 {
        relay.tell_all().await.expect("told");
    }

    assert_eq!((first, waiting), (1, 1));
    assert_eq!(inbox(&workspace.client(&rep)).await.len(), 1);
    assert_eq!(workspace.count("select count(*) from outbox where delivered_at is null").await, 0);
    assert_eq!(workspace.count("select max(attempts) from outbox").await, 5);
}

#[tokio::test]
async fn two_relays_tell_every_message_once() {
    let workspace = Workspace::start().await;
    let (admin, rep) = (workspace.admin().await, workspace.rep().await);
    let boss = workspace.client(&admin);
    for number in 0..20 {
        boss.post("/api/tasks", json!({"name": format!("Task {number}"), "owner_id": rep.user_id})).await;
    }
    let (one, other) = (relay(&workspace), relay(&workspace));

    let (one, other) = tokio::join!(one.tell_all(), other.tell_all());

    let (one, other) = (one.expect("told"), other.expect("told"));
    assert_eq!(workspace.count("select count(*) from notifications").await, 20);
    assert_eq!(workspace.count("select count(*) from outbox where delivered_at is null").await, 0);
    assert!(one + other >= 20, "{one} and {other}");
}

#[tokio::test]
async fn the_new_owner_of_everything_is_told_in_one_line() {
    let workspace = Workspace::start().await;
    let (admin, rep, other) = (workspace.admin().await, workspace.rep().await, workspace.rep().await);
    let boss = workspace.client(&admin);
    let mine = json!({"name": "x", "owner_id": rep.user_id});
    for table in ["leads", "deals", "tasks", "contacts"] {
        boss.post(&format!("/api/{table}"), mine.clone()).await;
    }
    let lost = json!({"name": "y", "owner_id": rep.user_id, "status": "lost", "lost_reason": "No budget"});
    let lost = boss.post("/api/leads", lost).await.id();
    relay(&workspace).tell_all().await.expect("told");
    let path = format!("/api/users/{}/handoff", rep.user_id);

    let preview = boss.get(&path).await;
    let denied = workspace.client(&rep).post(&path, json!({"to": other.user_id})).await;
    let itself = boss.post(&path, json!({"to": rep.user_id})).await;
    let nobody = boss.post(&path, json!({"to": Uuid::from_u128(7)})).await;
    let odd = boss.post(&path, json!({"to": other.user_id, "objects": ["planet"]})).await;
    let done = boss.post(&path, json!({"to": other.user_id})).await;
    let again = boss.post(&path, json!({"to": other.user_id})).await;
    relay(&workspace).tell_all().await.expect("told");

    let count = |answer: &Value| -> Vec<(String, u64)> {
        let items = answer["items"].as_array().expect("items").iter();
        items.map(|item| (item["object"].to_string(), item["records"].as_u64().expect("a count"))).collect()
    };
    let expected = [("\"lead\"", 1), ("\"deal\"", 1), ("\"task\"", 1), ("\"contact\"", 1), ("\"company\"", 0)];
    let expected: Vec<(String, u64)> = expected.map(|(name, count)| (name.to_owned(), count)).to_vec();
    assert_eq!((count(&preview.body), count(&done.body)), (expected.clone(), expected));
    assert_eq!(denied.refused(), [("/owner_id", "outside_your_scope")], "{denied:?}");
    assert_eq!((itself.refused(), nobody.refused()), (vec![("/to", "same_person")], vec![("/to", "unknown_record")]));
    assert_eq!(odd.refused(), [("/objects", "unknown_choice")]);
    assert!(count(&again.body).iter().all(|(_, records)| *records == 0));
    let who = name_of(&workspace, &admin).await;
    let told = inbox(&workspace.client(&other)).await;
    assert_eq!(told, [("assignment".to_owned(), format!("{who} handed over 4 records to you"))]);
    assert_eq!(boss.get(&format!("/api/leads/{lost}")).await.body["owner_id"], json!(rep.user_id));
    assert_eq!(workspace.traces(lost).await.0, 1, "a closed lead stays where it is");
    let moved = boss.get(&format!("/api/tasks?filter[owner_id]={}", other.user_id)).await;
    let task = id_of(moved.body["items"][0].as_object().expect("a task"));
    assert_eq!(workspace.traces(task).await.0, 2, "each record has its audit entry");
}
