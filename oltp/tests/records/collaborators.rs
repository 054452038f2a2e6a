//! Collaborators: what they see and change, who decides about them, and that they are told.

use axum::http::StatusCode;
use catalog::{Principal, Role, Scope};
use oltp::identity::Identity;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    notifications::{inbox, relay},
    workspace::{Answer, Client, Workspace},
};

/// The person as they are now: with what they work on.
async fn again(workspace: &Workspace, person: &Principal) -> Client {
    let person = Identity::new(workspace.oltp.clone(), [0; 32]).person(person.user_id).await.expect("the person");
    workspace.client(&person)
}

async fn share(client: &Client, path: &str, person: Uuid, access: &str) -> Answer {
    let path = format!("{path}/collaborators/{person}");
    client.send("PUT", &path, Some(json!({"access": access})), None).await
}

#[tokio::test]
async fn a_collaborator_sees_a_record_with_its_parts_and_changes_it_if_they_may() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let client = workspace.client(&rep);
    let deal = client.post("/api/deals", json!({"name": "Big"})).await.id();
    let path = format!("/api/deals/{deal}");
    let item = json!({"deal_id": deal, "description": "Rope", "unit_price": "5"});
    let line = format!("/api/deal_items/{}", client.post("/api/deal_items", item.clone()).await.id());
    let comment = client.post("/api/comments", json!({"deal_id": deal, "body": "Mine"})).await.id();
    let comment = format!("/api/comments/{comment}");
    let hidden = client.post("/api/deals", json!({"name": "Other"})).await.id();

    let stranger = again(&workspace, &other).await;
    for path in [&path, &line, &comment] {
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let shared = share(&client, &path, other.user_id, "read").await;
    let reader = again(&workspace, &other).await;
    for path in [&path, &line, &comment] {
        assert_eq!(reader.get(path).await.status, StatusCode::OK, "{path}");
    }
    let listed = reader.get("/api/deals?total=true").await;
    let spans = reader.get("/api/stage_spans").await;
    let unchanged = [
        reader.patch(&path, json!({"name": "X"})).await,
        reader.patch(&line, json!({"quantity": 2})).await,
        reader.post("/api/deal_items", item.clone()).await,
        reader.delete(&path).await,
    ];
    let said = reader.post("/api/comments", json!({"deal_id": deal, "body": "Ours"})).await;
    share(&client, &path, other.user_id, "write").await;
    let writer = again(&workspace, &other).await;
    let changed = [
        writer.patch(&path, json!({"name": "Bigger"})).await.status,
        writer.patch(&line, json!({"quantity": 2})).await.status,
        writer.post("/api/deal_items", item).await.status,
    ];
    let deleted = writer.delete(&path).await;

    assert_eq!(shared.status, StatusCode::OK, "{shared:?}");
    assert_eq!(shared.body["items"][0]["access"], "read");
    assert_eq!((&listed.body["total"], listed.body["items"][0]["id"].as_str()), (&json!(1), Some(&*deal.to_string())));
    assert_eq!(spans.body["items"].as_array().map(Vec::len), Some(1), "{spans:?}");
    for answer in unchanged {
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
    }
    assert_eq!((said.status, &said.body["owner_id"]), (StatusCode::CREATED, &json!(rep.user_id)), "{said:?}");
    assert_eq!(changed, [StatusCode::OK, StatusCode::OK, StatusCode::CREATED]);
    assert_eq!(deleted.status, StatusCode::FORBIDDEN);
    assert_eq!(writer.get(&format!("/api/deals/{hidden}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_works_on_a_record_is_decided_for_its_owner_and_everybody_may_leave() {
    let workspace = Workspace::start().await;
    let (rep, other, third) = (workspace.rep().await, workspace.rep().await, workspace.rep().await);
    let manager = workspace.person(Role::Manager, Scope::Team, &[rep.user_id]).await;
    let analyst = workspace.client(&workspace.person(Role::Analyst, Scope::All, &[]).await);
    let client = workspace.client(&rep);
    let lead = client.post("/api/leads", json!({"name": "Ada"})).await.id();
    let path = format!("/api/leads/{lead}");

    let unseen = share(&workspace.client(&third), &path, other.user_id, "read").await;
    let looked = share(&analyst, &path, other.user_id, "read").await;
    let own = share(&client, &path, rep.user_id, "write").await;
    let nobody = share(&client, &path, Uuid::nil(), "write").await;
    let wrong = share(&client, &path, other.user_id, "own").await;
    let by_manager = share(&workspace.client(&manager), &path, other.user_id, "write").await;
    let writer = again(&workspace, &other).await;
    let further = share(&writer, &path, third.user_id, "read").await;
    let one = format!("{path}/collaborators/{}", other.user_id);
    let left = writer.delete(&one).await;
    let gone = again(&workspace, &other).await.get(&path).await;
    let twice = client.delete(&one).await;

    assert_eq!((unseen.status, looked.status), (StatusCode::NOT_FOUND, StatusCode::FORBIDDEN));
    assert_eq!((own.refused(), nobody.refused()), (vec![("/user_id", "owner")], vec![("/user_id", "unknown_record")]));
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
    assert_eq!((by_manager.status, further.status), (StatusCode::OK, StatusCode::FORBIDDEN), "{further:?}");
    assert_eq!(
        (left.status, gone.status, twice.status),
        (StatusCode::NO_CONTENT, StatusCode::NOT_FOUND, StatusCode::NO_CONTENT)
    );
    let changes: Vec<Value> = sqlx::query_scalar(
        "select changes -> 'collaborators' from audit_log where record_id = $1 and action = 'update' order by id",
    )
    .bind(lead)
    .fetch_all(workspace.oltp.pool())
    .await
    .expect("entries");
    let other = json!({"user_id": other.user_id, "access": "write"});
    assert_eq!(changes, [json!({"old": null, "new": other}), json!({"old": other, "new": null})]);
}

#[tokio::test]
async fn a_new_collaborator_is_told_once() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let client = workspace.client(&rep);
    let company = client.post("/api/companies", json!({"name": "Acme"})).await.id();
    let path = format!("/api/companies/{company}");

    for access in ["read", "read", "write"] {
        assert_eq!(share(&client, &path, other.user_id, access).await.status, StatusCode::OK);
        relay(&workspace).tell_all().await.expect("told");
    }
    let told = inbox(&again(&workspace, &other).await).await;

    let [(kind, title)] = told.as_slice() else { panic!("one notification, not {told:?}") };
    assert_eq!(kind, "assignment");
    assert!(title.ends_with("works with you on the company “Acme”"), "{title}");
}

#[tokio::test]
async fn a_role_that_reads_nothing_reads_nothing_that_it_works_on() {
    let workspace = Workspace::start().await;
    let admin = workspace.client(&workspace.admin().await);
    let role = json!({"name": "Tasks only", "base": "rep", "definition": {"objects": {"task": {"read": "all"}}}});
    admin.post("/api/roles", role).await;
    let person = workspace
        .make("user", json!({"username": "tim", "email": "tim@example.com", "name": "Tim", "role": "Tasks only"}))
        .await;
    let person: Uuid = person["id"].as_str().expect("an id").parse().expect("an id");
    let contact = admin.post("/api/contacts", json!({"name": "Ada"})).await.id();
    let path = format!("/api/contacts/{contact}");

    let shared = share(&admin, &path, person, "write").await;
    let tim = Identity::new(workspace.oltp.clone(), [0; 32]).person(person).await.expect("the person");
    let read = workspace.client(&tim).get(&path).await;

    assert_eq!((shared.status, read.status), (StatusCode::OK, StatusCode::NOT_FOUND), "{shared:?}");
}
