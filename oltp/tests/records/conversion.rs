//! A lead becomes a contact, a company and a deal: once, whole, and for a while not for good.

use axum::http::StatusCode;
use catalog::{Role, Scope};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::workspace::{Answer, Client, Workspace};

async fn lead(client: &Client) -> Answer {
    let lead = json!({"name": "Ada", "company_name": "Acme", "email": "ada@acme.example", "industry": "Tools",
                      "estimated_value": "1200.00", "currency": "EUR"});
    client.post("/api/leads", lead).await
}

fn path(lead: &Answer) -> String {
    format!("/api/leads/{}", lead.id())
}

#[tokio::test]
async fn a_lead_becomes_a_contact_a_company_and_a_deal() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let client = workspace.client(&rep);
    let made = lead(&client).await;
    let call =
        json!({"kind": "call", "subject": "First call", "lead_id": made.id(), "occurred_at": "2026-03-01T10:00:00Z"});
    client.post("/api/activities", call).await;

    let done = client.post(&format!("{}/convert", path(&made)), json!({})).await;

    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    assert_eq!(done.headers["etag"], "\"2\"");
    let id = |name: &str| done.body[name].as_str().expect("an id").to_owned();
    let contact = client.get(&format!("/api/contacts/{}", id("contact_id"))).await.body;
    let company = client.get(&format!("/api/companies/{}", id("company_id"))).await.body;
    let deal = client.get(&format!("/api/deals/{}", id("deal_id"))).await.body;
    assert_eq!((&contact["name"], &contact["email"]), (&json!("Ada"), &json!("ada@acme.example")));
    assert_eq!((&company["name"], &company["industry"]), (&json!("Acme"), &json!("Tools")));
    assert_eq!((&deal["name"], &deal["amount"], &deal["currency"]), (&json!("Acme"), &json!("1200.00"), &json!("EUR")));
    assert_eq!((&contact["company_id"], &deal["company_id"]), (&company["id"], &company["id"]));
    assert_eq!((&deal["contact_id"], &deal["lead_id"]), (&contact["id"], &json!(made.id())));
    let read = client.get(&path(&made)).await.body;
    assert_eq!((&read["status"], &read["contact_id"]), (&json!("converted"), &contact["id"]));
    for record in [&contact, &company, &deal] {
        assert_eq!(record["owner_id"], json!(rep.user_id));
        let traces = workspace.traces(record["id"].as_str().expect("an id").parse().expect("a uuid")).await;
        assert_eq!(traces, (1, 1), "audit and outbox of {record}");
    }
    for timeline in [format!("/api/contacts/{}", id("contact_id")), format!("/api/deals/{}", id("deal_id"))] {
        let timeline = client.get(&format!("{timeline}/timeline")).await.body;
        assert_eq!(timeline["items"][0]["title"], "First call", "the history goes on: {timeline}");
    }
}

#[tokio::test]
async fn converting_again_answers_the_same_and_makes_nothing() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.rep().await);
    let made = lead(&client).await;
    let convert = format!("{}/convert", path(&made));

    let (one, other) = tokio::join!(
        client.send("POST", &convert, Some(json!({})), Some("\"1\"")),
        client.send("POST", &convert, Some(json!({})), Some("\"1\"")),
    );

    assert_eq!(one.body, other.body);
    for table in ["select count(*) from deals", "select count(*) from contacts", "select count(*) from companies"] {
        assert_eq!(workspace.count(table).await, 1, "{table}");
    }
}

#[tokio::test]
async fn existing_records_are_taken_and_parts_left_out() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.rep().await);
    let company = client.post("/api/companies", json!({"name": "Acme Holding"})).await.id();
    let made = lead(&client).await;
    let body = json!({"company": {"existing": company}, "contact": {"new": {"job_title": "CTO"}}, "deal": "none"});

    let done = client.post(&format!("{}/convert", path(&made)), body).await;

    assert_eq!((&done.body["company_id"], &done.body["deal_id"]), (&json!(company), &Value::Null), "{done:?}");
    assert_eq!(done.body["made"], json!(["contact"]));
    let contact = client.get(&format!("/api/contacts/{}", done.body["contact_id"].as_str().expect("an id"))).await;
    assert_eq!((&contact.body["job_title"], &contact.body["company_id"]), (&json!("CTO"), &json!(company)));
}

#[tokio::test]
async fn a_refused_part_is_named_and_nothing_is_written() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let support = workspace.person(Role::Support, Scope::All, &[]).await;
    let client = workspace.client(&rep);
    let hidden = workspace.client(&other).post("/api/companies", json!({"name": "Hidden"})).await.id();
    let made = lead(&client).await;
    let convert = format!("{}/convert", path(&made));

    let wrong = client.post(&convert, json!({"deal": {"new": {"amount": "-1", "colour": 1}}})).await;
    let unseen = client.post(&convert, json!({"company": {"existing": hidden}})).await;
    let stale = client.send("POST", &convert, Some(json!({})), Some("\"7\"")).await;
    let odd = client.post(&convert, json!({"deals": "none"})).await;
    let foreign = workspace.client(&other).post(&convert, json!({})).await;
    let denied = workspace.client(&support).post(&convert, json!({})).await;

    assert_eq!(wrong.refused(), [("/deal/new/colour", "unknown_field")]);
    assert_eq!(unseen.refused(), [("/company/existing", "unknown_record")]);
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((foreign.status, denied.status), (StatusCode::NOT_FOUND, StatusCode::FORBIDDEN));
    let negative = client.post(&convert, json!({"deal": {"new": {"amount": "-1"}}})).await;
    assert_eq!(negative.refused(), [("/deal/new/amount", "not_allowed")], "{negative:?}");
    assert_eq!(client.get(&path(&made)).await.body["version"], 1);
    assert_eq!(workspace.count("select count(*) from contacts").await, 0);
}

#[tokio::test]
async fn a_status_that_does_not_lead_there_refuses_the_conversion() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.rep().await);
    let made = lead(&client).await;
    client.patch(&path(&made), json!({"status": "lost", "lost_reason": "No budget"})).await;

    let refused = client.post(&format!("{}/convert", path(&made)), json!({})).await;

    assert_eq!(refused.refused(), [("/status", "transition_not_allowed")]);
    assert_eq!(workspace.count("select count(*) from contacts").await, 0);
}

#[tokio::test]
async fn a_conversion_is_taken_back_but_not_the_work_since() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.person(Role::Rep, Scope::All, &[]).await);
    let client = workspace.client(&rep);
    let made = lead(&client).await;
    let done = client.post(&format!("{}/convert", path(&made)), json!({})).await.body;
    let deal = format!("/api/deals/{}", done["deal_id"].as_str().expect("an id"));
    let contact = format!("/api/contacts/{}", done["contact_id"].as_str().expect("an id"));
    client.patch(&deal, json!({"amount": "5000"})).await;
    let undo = format!("{}/convert/undo", path(&made));

    let foreign = workspace.client(&other).post(&undo, json!({})).await;
    let stale = client.send("POST", &undo, None, Some("\"1\"")).await;
    let undone = client.send("POST", &undo, None, Some("\"2\"")).await;
    let twice = client.send("POST", &undo, None, None).await;

    assert_eq!((foreign.status, stale.status), (StatusCode::FORBIDDEN, StatusCode::PRECONDITION_FAILED));
    assert_eq!(undone.body["removed"], json!(["contact", "company"]), "{undone:?}");
    assert_eq!(undone.body["kept"], json!(["deal"]));
    let lead = &undone.body["lead"];
    assert_eq!(
        (&lead["status"], &lead["converted_at"], &lead["contact_id"]),
        (&json!("new"), &Value::Null, &Value::Null)
    );
    assert_eq!(client.get(&deal).await.status, StatusCode::OK);
    assert_eq!(client.get(&contact).await.status, StatusCode::NOT_FOUND);
    assert_eq!(twice.refused(), [("/status", "not_converted")]);
    let again = client.post(&format!("{}/convert", path(&made)), json!({})).await;
    assert_eq!(again.status, StatusCode::OK, "it can be converted again: {again:?}");
}

#[tokio::test]
async fn after_thirty_days_a_conversion_stays() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.rep().await);
    let made = lead(&client).await;
    client.post(&format!("{}/convert", path(&made)), json!({})).await;

    workspace.clock.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    let late = client.send("POST", &format!("{}/convert/undo", path(&made)), None, None).await;

    assert_eq!((late.status, late.refused()), (StatusCode::CONFLICT, vec![("/status", "undo_expired")]));
}
