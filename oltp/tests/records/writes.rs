//! Writing: conflicts, links, races, other spellings, and the record of it all.

use axum::http::StatusCode;
use catalog::Changes;
use chrono::TimeDelta;
use oltp::records::Target;
use serde_json::{Value, json};

use super::workspace::{NOW, Workspace, id_of};

#[tokio::test]
async fn a_taken_value_and_a_broken_constraint_name_their_field() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let order = json!({"number": "A-1", "ordered_on": "2026-03-01"});
    let first = client.post("/api/orders", order.clone()).await;

    let again = client.post("/api/orders", order.clone()).await;
    let mail = json!({"username": "ADA", "email": "ADA@example.com", "name": "Ada"});
    client.post("/api/users", mail).await;
    let case = client.post("/api/users", json!({"username": "ada", "email": "a@example.com", "name": "Ada"})).await;
    let negative = client.post("/api/deals", json!({"name": "x", "amount": "-1"})).await;
    let beyond = client.post("/api/deals", json!({"name": "x", "probability": "101"})).await;

    assert_eq!((again.status, again.refused()), (StatusCode::CONFLICT, vec![("/number", "duplicate")]), "{again:?}");
    assert_eq!(case.refused(), [("/username", "duplicate")], "{case:?}");
    assert_eq!(negative.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(negative.refused(), [("/amount", "not_allowed")]);
    assert_eq!(negative.body["errors"][0]["message"], "amount must not be negative");
    assert_eq!(beyond.body["errors"][0]["message"], "probability must be between 0 and 100");

    client.delete(&format!("/api/orders/{}", first.id())).await;
    assert_eq!(client.post("/api/orders", order).await.status, StatusCode::CREATED, "a deleted record holds no name");
    let restored = client.post(&format!("/api/orders/{}/restore", first.id()), json!({})).await;
    assert_eq!((restored.status, restored.refused()), (StatusCode::CONFLICT, vec![("/number", "duplicate")]));
}

#[tokio::test]
async fn a_link_to_a_deleted_record_is_refused_but_an_old_link_may_stay() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let company = id_of(&workspace.make("company", json!({"name": "Acme"})).await);
    let contact = client.post("/api/contacts", json!({"name": "Ada", "company_id": company})).await;
    client.delete(&format!("/api/companies/{company}")).await;
    let path = format!("/api/contacts/{}", contact.id());

    let new = client.post("/api/contacts", json!({"name": "Bob", "company_id": company})).await;
    let kept = client.patch(&path, json!({"name": "Ada L", "company_id": company})).await;

    assert_eq!(new.refused(), [("/company_id", "unknown_record")]);
    assert_eq!((kept.status, &kept.body["company_id"]), (StatusCode::OK, &json!(company)));
}

#[tokio::test]
async fn of_two_writers_with_the_same_version_one_wins() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let lead = id_of(&workspace.make("lead", json!({"name": "contested"})).await);
    let object = workspace.object("lead");

    let writes = (0..8).map(|n| {
        let body = json!({"name": format!("writer {n}")});
        let changes = Changes::parse_patch(object, body.as_object().expect("an object")).expect("valid");
        workspace.oltp.update(&admin, object, Target { id: lead, version: Some(1) }, changes)
    });
    let results = futures::future::join_all(writes).await;

    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(
        results
            .iter()
            .filter_map(|result| result.as_ref().err())
            .all(|e| matches!(e, oltp::Error::Stale { current: 2, .. }))
    );
    assert_eq!(workspace.traces(lead).await, (2, 2));
}

#[tokio::test]
async fn the_audit_log_says_who_changed_what_from_what_to_what() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let client = workspace.client(&admin);
    let lead = client.post("/api/leads", json!({"name": "Ada", "estimated_value": "5"})).await;
    workspace.clock.advance(TimeDelta::minutes(5));

    client.patch(&format!("/api/leads/{}", lead.id()), json!({"estimated_value": "7.5", "name": "Ada"})).await;
    let audit = client.get(&format!("/api/leads/{}/audit", lead.id())).await;
    let page = client.get(&format!("/api/leads/{}/audit?limit=1", lead.id())).await;
    let next = page.body["next"].as_str().expect("another page");
    let rest = client.get(&format!("/api/leads/{}/audit?limit=1&cursor={next}", lead.id())).await;
    let outbox: Value = sqlx::query_scalar("select payload from outbox where record_id = $1 order by id desc limit 1")
        .bind(lead.id())
        .fetch_one(workspace.oltp.pool())
        .await
        .expect("a message");

    let entry = &audit.body["items"][0];
    assert_eq!(entry["changes"], json!({"estimated_value": {"old": "5.00", "new": "7.50"}}));
    assert_eq!((&entry["actor_id"], &entry["actor_name"]), (&json!(admin.user_id), &json!(admin.username)));
    assert_eq!((&entry["version"], &entry["at"]), (&json!(2), &json!("2026-03-31T12:05:00.000000Z")));
    assert_eq!(audit.body["items"][1]["changes"]["name"], json!({"new": "Ada"}));
    assert_eq!((&rest.body["items"][0]["version"], &rest.body["next"]), (&json!(1), &json!(null)));
    assert_eq!((&outbox["fields"], &outbox["version"]), (&json!(["estimated_value"]), &json!(2)));
}

#[tokio::test]
async fn a_clock_set_back_does_not_reorder_history() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let lead = client.post("/api/leads", json!({"name": "Ada"})).await;

    workspace.clock.advance(TimeDelta::hours(-1));
    let changed = client.patch(&format!("/api/leads/{}", lead.id()), json!({"name": "Bea"})).await;

    assert_eq!(changed.body["updated_at"], NOW);
}

#[tokio::test]
async fn other_spellings_and_names_of_linked_records_are_understood() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let client = workspace.client(&admin);
    let company = id_of(&workspace.make("company", json!({"name": "Acme"})).await);
    workspace.make("company", json!({"name": "Twin"})).await;
    workspace.make("company", json!({"name": "twin"})).await;

    let contact = client
        .post("/api/contacts", json!({"name": "Ada", "phoneNumber": "1", "jobTitle": "CTO", "company": "ACME"}))
        .await;
    let task = client
        .post("/api/tasks", json!({"name": "Call", "dueDate": "2026-04-01", "assignedUser": admin.username}))
        .await;
    let deal = json!({"name": "Big", "stage": "proposal", "companies": [company], "contacts": [contact.id()], "expectedCloseDate": "2026-06-30"});
    let deal = client.post("/api/deals", deal).await;
    let unknown = client.post("/api/deals", json!({"name": "x", "stage": "nowhere"})).await;
    let ambiguous = client.post("/api/deals", json!({"name": "x", "company": "TWIN"})).await;
    let two = client.post("/api/deals", json!({"name": "x", "contacts": [contact.id(), contact.id()]})).await;
    let twice = client.post("/api/contacts", json!({"name": "x", "phone": "1", "phoneNumber": "2"})).await;

    assert_eq!((&contact.body["phone"], &contact.body["company_id"]), (&json!("1"), &json!(company)));
    assert_eq!(task.body["due_at"], "2026-04-01T23:59:59.000000Z");
    assert_eq!(task.body["owner_id"], json!(admin.user_id));
    assert_eq!((&deal.body["probability"], &deal.body["status"]), (&json!("50.00"), &json!("open")), "{deal:?}");
    assert_eq!((&deal.body["company_id"], &deal.body["contact_id"]), (&json!(company), &json!(contact.id())));
    assert_eq!(unknown.refused(), [("/stage_id", "unknown_record")]);
    assert_eq!(ambiguous.refused(), [("/company_id", "ambiguous")]);
    assert_eq!(two.refused(), [("/contact_id", "too_many")]);
    assert_eq!(twice.refused(), [("/phoneNumber", "duplicate_field")]);
}

#[tokio::test]
async fn requests_that_cannot_be_read_are_refused() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let lead = client.post("/api/leads", json!({"name": "Ada"})).await;
    let path = format!("/api/leads/{}", lead.id());

    let list = client.post("/api/leads", json!([1])).await;
    let if_match = client.send("PATCH", &path, Some(json!({"name": "x"})), Some("seven")).await;
    let no_id = client.get("/api/contacts/analytics").await;
    let unchanged = client.send("GET", &path, None, None).await;

    assert_eq!(list.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (if_match.status, &if_match.body["type"]),
        (StatusCode::BAD_REQUEST, &json!("/problems/invalid_if_match"))
    );
    assert_eq!(no_id.status, StatusCode::NOT_FOUND);
    assert_eq!(unchanged.body["version"], 1);
}
