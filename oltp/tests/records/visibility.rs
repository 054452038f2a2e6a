//! Who sees what: own, team, all; and what is hidden is as if it were not there.

use axum::http::StatusCode;
use catalog::{Principal, Role, Scope};
use serde_json::json;
use uuid::Uuid;

use super::workspace::{Workspace, id_of};

async fn deal_of(workspace: &Workspace, owner: Option<&Principal>, name: &str) -> Uuid {
    id_of(&workspace.make("deal", json!({"name": name, "owner_id": owner.map(|owner| owner.user_id)})).await)
}

async fn seen(workspace: &Workspace, caller: &Principal) -> String {
    let page = workspace.client(caller).get("/api/deals?sort=name&total=true").await;
    let items = page.body["items"].as_array().expect("items");
    assert_eq!(page.body["total"], items.len(), "the total counts visible records only");
    items.iter().filter_map(|item| item["name"].as_str()).collect()
}

#[tokio::test]
async fn people_see_their_own_records_those_of_their_team_or_all() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let colleague = workspace.rep().await;
    let stranger = workspace.rep().await;
    let manager = workspace.person(Role::Manager, Scope::Team, &[rep.user_id, colleague.user_id]).await;
    let executive = workspace.person(Role::Executive, Scope::All, &[]).await;
    deal_of(&workspace, Some(&rep), "a").await;
    deal_of(&workspace, Some(&colleague), "b").await;
    deal_of(&workspace, Some(&stranger), "c").await;
    deal_of(&workspace, None, "d").await;

    assert_eq!(seen(&workspace, &rep).await, "ad");
    assert_eq!(seen(&workspace, &manager).await, "abd");
    assert_eq!(seen(&workspace, &executive).await, "abcd");
    assert_eq!(seen(&workspace, &Principal { scope: Scope::All, ..stranger.clone() }).await, "abcd");
}

#[tokio::test]
async fn a_hidden_record_answers_like_one_that_never_was() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let stranger = workspace.rep().await;
    let manager = workspace.person(Role::Manager, Scope::Team, &[]).await;
    let hidden = deal_of(&workspace, Some(&stranger), "hidden").await;
    let traces = workspace.traces(hidden).await;
    let random = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

    for caller in [&rep, &manager] {
        let client = workspace.client(caller);
        for (method, suffix, body) in [
            ("GET", "", None),
            ("PATCH", "", Some(json!({"name": "x"}))),
            ("PUT", "", Some(json!({"name": "x"}))),
            ("DELETE", "", None),
            ("POST", "/restore", Some(json!({}))),
            ("GET", "/audit", None),
        ] {
            let hidden =
                client.send(method, &format!("/api/deals/{hidden}{suffix}"), body.clone(), Some("\"9\"")).await;
            let random = client.send(method, &format!("/api/deals/{random}{suffix}"), body, Some("\"9\"")).await;

            assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{method} {suffix}");
            assert_eq!(hidden.body, random.body, "{method} {suffix}");
        }
        let link_hidden = client.post("/api/notes", json!({"body": "x", "deal_id": hidden})).await;
        let link_random = client.post("/api/notes", json!({"body": "x", "deal_id": random})).await;
        assert_eq!(link_hidden.refused(), [("/deal_id", "unknown_record")]);
        assert_eq!(link_hidden.body, link_random.body);
    }
    assert_eq!(workspace.traces(hidden).await, traces, "nothing moved");
}

#[tokio::test]
async fn who_may_see_but_not_act_is_told_so() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let analyst = workspace.person(Role::Analyst, Scope::All, &[]).await;
    let deal = deal_of(&workspace, Some(&rep), "deal").await;
    let path = format!("/api/deals/{deal}");

    let denied = [
        workspace.client(&rep).delete(&path).await,
        workspace.client(&rep).get(&format!("{path}/audit")).await,
        workspace.client(&rep).get("/api/deals?deleted=only").await,
        workspace.client(&rep).post("/api/products", json!({"name": "x"})).await,
        workspace.client(&analyst).patch(&path, json!({"name": "x"})).await,
        workspace.client(&analyst).post("/api/deals", json!({"name": "x"})).await,
    ];

    for answer in denied {
        assert_eq!((answer.status, &answer.body["type"]), (StatusCode::FORBIDDEN, &json!("/problems/not_allowed")));
    }
    assert_eq!(workspace.traces(deal).await, (1, 1));
}

#[tokio::test]
async fn an_owner_stays_within_sight() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let stranger = workspace.rep().await;
    let manager = workspace.person(Role::Manager, Scope::Team, &[rep.user_id]).await;
    let client = workspace.client(&rep);

    let own = client.post("/api/leads", json!({"name": "mine"})).await;
    let path = format!("/api/leads/{}", own.id());
    let given_away = client.patch(&path, json!({"owner_id": stranger.user_id})).await;
    let made_for_another = client.post("/api/leads", json!({"name": "x", "assignedUser": stranger.username})).await;
    let handed_over = workspace.client(&manager).patch(&path, json!({"owner_id": manager.user_id})).await;

    assert_eq!(own.body["owner_id"], json!(rep.user_id));
    assert_eq!(given_away.refused(), [("/owner_id", "outside_your_scope")]);
    assert_eq!(made_for_another.refused(), [("/owner_id", "outside_your_scope")]);
    assert_eq!(handed_over.body["owner_id"], json!(manager.user_id));
    assert_eq!(client.get(&path).await.status, StatusCode::NOT_FOUND, "it is the manager's now");
}

#[tokio::test]
async fn personal_fields_are_empty_and_unusable_for_analysts() {
    let workspace = Workspace::start().await;
    let analyst = workspace.person(Role::Analyst, Scope::All, &[]).await;
    let contact = workspace.make("contact", json!({"name": "Ada", "email": "ada@example.com", "phone": "1"})).await;
    let client = workspace.client(&analyst);

    let read = client.get(&format!("/api/contacts/{}", id_of(&contact))).await;
    let found_by_mail = client.get("/api/contacts?q=example.com").await;
    let denied = [
        client.get("/api/contacts?filter[email]=ada@example.com").await,
        client.get("/api/contacts?filter[phone][is_null]=true").await,
        client.get("/api/contacts?sort=email").await,
    ];

    assert_eq!(
        (&read.body["name"], &read.body["email"], &read.body["phone"]),
        (&json!("Ada"), &json!(null), &json!(null))
    );
    assert_eq!(found_by_mail.body["items"], json!([]));
    for answer in denied {
        assert_eq!((answer.status, &answer.body["type"]), (StatusCode::FORBIDDEN, &json!("/problems/masked_field")));
    }
}

#[tokio::test]
async fn the_catalogue_says_what_the_caller_may_do() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let analyst = workspace.person(Role::Analyst, Scope::All, &[]).await;

    let permissions = async |caller: &Principal, object: &str| {
        let catalogue = workspace.client(caller).get("/api/catalog").await;
        let objects = catalogue.body["objects"].as_array().expect("objects").clone();
        objects.into_iter().find(|it| it["definition"]["name"] == object).expect("listed")["permissions"].clone()
    };

    assert_eq!(
        permissions(&rep, "deal").await,
        json!({"read": true, "create": true, "update": true, "delete": false, "audit": false, "export": true, "visibility": "own", "masked": [], "fixed": []})
    );
    assert_eq!(permissions(&analyst, "contact").await["masked"], json!(["email", "phone", "postal_code", "street"]));
}
