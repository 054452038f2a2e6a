//! Contacts of leads: several, one of them primary, and owned with the lead.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::workspace::{Client, Workspace};

async fn primary(client: &Client, lead: &str) -> Vec<Value> {
    let page = client.get(&format!("/api/lead_contacts?filter[lead_id]={lead}&filter[is_primary]=true")).await;
    page.body["items"].as_array().expect("items").iter().map(|item| item["contact_id"].clone()).collect()
}

#[tokio::test]
async fn a_lead_has_several_contacts_and_one_of_them_is_primary() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let (client, admin) = (workspace.client(&rep), workspace.client(&workspace.admin().await));
    let lead = client.post("/api/leads", json!({"name": "Acme"})).await.id().to_string();
    let mut contacts = Vec::new();
    let mut parts = Vec::new();
    for name in ["Ada", "Bob", "Cyd"] {
        let contact = client.post("/api/contacts", json!({"name": name})).await.id();
        let part = client.post("/api/lead_contacts", json!({"lead_id": lead, "contact_id": contact})).await;
        assert_eq!(part.status, StatusCode::CREATED, "{part:?}");
        contacts.push(json!(contact));
        parts.push(format!("/api/lead_contacts/{}", part.id()));
    }
    let first = primary(&client, &lead).await;

    client.patch(&parts[1], json!({"is_primary": true})).await;
    let second = primary(&client, &lead).await;
    let none = client.patch(&parts[1], json!({"is_primary": false})).await;
    let twice = client.post("/api/lead_contacts", json!({"lead_id": lead, "contact_id": contacts[2]})).await;
    client.delete(&parts[1]).await;
    let third = primary(&client, &lead).await;
    admin.post(&format!("{}/restore", parts[1]), json!({})).await;
    let still = primary(&client, &lead).await;
    admin.patch(&format!("/api/leads/{lead}"), json!({"owner_id": other.user_id})).await;

    assert_eq!((&first, &second), (&vec![contacts[0].clone()], &vec![contacts[1].clone()]));
    assert_eq!(none.refused(), [("/is_primary", "primary_stays")]);
    assert_eq!(twice.status, StatusCode::CONFLICT, "{twice:?}");
    assert_eq!((&third, &still), (&first, &first), "the oldest takes the place and keeps it");
    assert_eq!(client.get(&parts[0]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(workspace.client(&other).get(&parts[0]).await.status, StatusCode::OK);
}
