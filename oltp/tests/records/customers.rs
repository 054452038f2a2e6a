//! Customers: companies and contacts with that lifecycle, in one list.

use axum::http::StatusCode;
use catalog::{Role, Scope};
use serde_json::json;

use super::workspace::{Workspace, id_of};

#[tokio::test]
async fn customers_are_the_companies_and_contacts_that_buy() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let analyst = workspace.person(Role::Analyst, Scope::All, &[]).await;
    let company = workspace.make("company", json!({"name": "Acme", "lifecycle": "customer", "city": "Berlin"})).await;
    let contact = workspace
        .make(
            "contact",
            json!({"name": "Zoë", "lifecycle": "customer", "email": "zoe@example.com", "owner_id": analyst.user_id}),
        )
        .await;
    workspace.make("company", json!({"name": "Prospect"})).await;

    let all = workspace.client(&analyst).get("/api/customers?sort=name&total=true").await;
    let own = workspace.client(&rep).get("/api/customers?filter[kind]=company&q=acme").await;
    let hidden = workspace.client(&rep).get("/api/customers?filter[kind]=contact").await;
    let written = workspace.client(&analyst).post("/api/customers", json!({"name": "x"})).await;

    assert_eq!(all.body["total"], 2, "{all:?}");
    assert_eq!(all.body["items"][0]["id"], json!(id_of(&company)));
    assert_eq!(all.body["items"][1]["id"], json!(id_of(&contact)));
    assert_eq!(all.body["items"][1]["email"], json!(null), "analysts do not see addresses");
    assert_eq!(own.body["items"][0]["address"], "Berlin");
    assert_eq!(hidden.body["items"], json!([]));
    assert_eq!(written.status, StatusCode::METHOD_NOT_ALLOWED);
}
