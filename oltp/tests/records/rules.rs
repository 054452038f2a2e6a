//! The business rules of the standard objects, over HTTP.

use axum::http::StatusCode;
use catalog::{Principal, Role, Scope};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspace::{Answer, Client, NOW, Workspace, id_of};

/// The stage of the default pipeline with this name.
async fn stage(client: &Client, name: &str) -> Uuid {
    let page = client.get(&format!("/api/stages?filter[name]={name}&filter[external_id][is_null]=true")).await;
    page.body["items"][0]["id"].as_str().expect("a stage").parse().expect("an id")
}

fn fields<'a>(answer: &'a Answer, names: &[&str]) -> Vec<&'a Value> {
    assert!(answer.status.is_success(), "{answer:?}");
    names.iter().map(|name| &answer.body[*name]).collect()
}

const PLACE: [&str; 4] = ["status", "stage_entered_at", "probability", "closed_on"];

#[tokio::test]
async fn a_deal_follows_its_stage_from_the_first_to_won_and_back() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let (won, proposal) = (stage(&client, "Won").await, stage(&client, "Proposal").await);

    let new = client.post("/api/deals", json!({"name": "Big"})).await;
    let path = format!("/api/deals/{}", new.id());
    workspace.clock.advance(TimeDelta::days(2));
    let closed = client.patch(&path, json!({"stage_id": won})).await;
    workspace.clock.advance(TimeDelta::days(1));
    let renamed = client.patch(&path, json!({"name": "Bigger"})).await;
    let reopened = client.patch(&path, json!({"stage_id": proposal, "probability": "60"})).await;
    let dated = client.patch(&path, json!({"stage_id": won, "closed_on": "2026-01-05"})).await;

    assert_eq!(fields(&new, &PLACE), [&json!("open"), &json!(NOW), &json!("10.00"), &json!(null)]);
    let second = json!("2026-04-02T12:00:00.000000Z");
    assert_eq!(fields(&closed, &PLACE), [&json!("won"), &second, &json!("100.00"), &json!("2026-04-02")]);
    assert_eq!(fields(&renamed, &PLACE), fields(&closed, &PLACE), "another change moves nothing");
    let third = json!("2026-04-03T12:00:00.000000Z");
    assert_eq!(fields(&reopened, &PLACE), [&json!("open"), &third, &json!("60.00"), &json!(null)]);
    assert_eq!(fields(&dated, &["status", "closed_on"]), [&json!("won"), &json!("2026-01-05")]);
}

#[tokio::test]
async fn a_stage_belongs_to_the_pipeline_of_the_deal() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let pipeline = id_of(&workspace.make("pipeline", json!({"name": "Partners"})).await);
    let empty = id_of(&workspace.make("pipeline", json!({"name": "Empty"})).await);
    let second = json!({"name": "Second", "pipeline_id": pipeline, "position": 2, "external_id": "2"});
    let second = id_of(&workspace.make("stage", second).await);
    let first = json!({"name": "First", "pipeline_id": pipeline, "position": 1, "external_id": "1"});
    let first = id_of(&workspace.make("stage", first).await);
    let won = stage(&client, "Won").await;

    let by_pipeline = client.post("/api/deals", json!({"name": "x", "pipeline_id": pipeline})).await;
    let by_stage = client.post("/api/deals", json!({"name": "x", "stage_id": second})).await;
    let path = format!("/api/deals/{}", by_stage.id());
    let foreign = client.patch(&path, json!({"stage_id": won})).await;
    let contradiction = client.post("/api/deals", json!({"name": "x", "stage_id": won, "pipeline_id": pipeline})).await;
    let nowhere = client.post("/api/deals", json!({"name": "x", "pipeline_id": empty})).await;
    let moved = client.patch(&path, json!({"pipeline_id": null, "stage_id": null})).await;

    assert_eq!(by_pipeline.body["stage_id"], json!(first));
    assert_eq!(by_stage.body["pipeline_id"], json!(pipeline));
    assert_eq!(foreign.refused(), [("/stage_id", "other_pipeline")]);
    assert_eq!(contradiction.refused(), [("/stage_id", "other_pipeline")]);
    assert_eq!(nowhere.refused(), [("/pipeline_id", "no_stages")]);
    assert_eq!(moved.body["stage_id"], json!(stage(&client, "Prospecting").await));
}

#[tokio::test]
async fn leads_and_tasks_remember_when_they_were_finished() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);

    for (table, status, finished_at) in [("leads", "converted", "converted_at"), ("tasks", "done", "completed_at")] {
        let new = client.post(&format!("/api/{table}"), json!({"name": "x"})).await;
        let path = format!("/api/{table}/{}", new.id());
        let finished = client.patch(&path, json!({"status": status})).await;
        let other = if table == "leads" { "qualified" } else { "open" };
        let again = client.patch(&path, json!({"status": other})).await;
        let given = client.patch(&path, json!({"status": status, finished_at: "2026-01-01T00:00:00Z"})).await;

        assert_eq!(new.body[finished_at], json!(null));
        assert_eq!(finished.body[finished_at], NOW);
        assert_eq!(again.body[finished_at], json!(null));
        assert_eq!(given.body[finished_at], "2026-01-01T00:00:00.000000Z");
    }
}

async fn order(workspace: &Workspace, owner: &Principal) -> Uuid {
    let body = json!({"number": "A-1", "ordered_on": "2026-03-01", "owner_id": owner.user_id});
    id_of(&workspace.make("order", body).await)
}

#[tokio::test]
async fn an_order_is_the_sum_of_its_items() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let admin = workspace.client(&workspace.admin().await);
    let client = workspace.client(&rep);
    let order = order(&workspace, &rep).await;
    let path = format!("/api/orders/{order}");
    let total = async || client.get(&path).await.body["total_amount"].clone();

    let item = json!({"order_id": order, "quantity": 3, "unit_price": "0.35", "discount": "50"});
    let first = client.post("/api/order_items", item).await;
    let second = client.post("/api/order_items", json!({"order_id": order, "unit_price": "100"})).await;
    assert_eq!((&first.body["amount"], &first.body["owner_id"]), (&json!("0.52"), &json!(rep.user_id)));
    assert_eq!(total().await, "100.52");

    let item = format!("/api/order_items/{}", second.id());
    client.patch(&item, json!({"quantity": 2})).await;
    assert_eq!(total().await, "200.52");
    let wrong_amount = client.patch(&item, json!({"amount": "1"})).await;
    let wrong_total = client.patch(&path, json!({"total_amount": "1"})).await;
    let right_total = client.patch(&path, json!({"total_amount": "200.52", "status": "shipped"})).await;
    assert_eq!(wrong_amount.refused(), [("/amount", "derived")]);
    assert_eq!(wrong_total.refused(), [("/total_amount", "derived")]);
    assert_eq!(right_total.status, StatusCode::OK);

    admin.delete(&item).await;
    assert_eq!(total().await, "0.52");
    admin.post(&format!("{item}/restore"), json!({})).await;
    assert_eq!(total().await, "200.52");
    let huge = json!({"order_id": order, "quantity": 1_000_000, "unit_price": "9999999999999999.99"});
    assert_eq!(client.post("/api/order_items", huge).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let trace = client.get(&path).await.body["version"].as_i64().expect("a version");
    assert_eq!(workspace.traces(order).await, (trace, trace), "every version of the order left its trace");
}

#[tokio::test]
async fn items_share_the_owner_and_the_bin_of_their_order() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let other = workspace.rep().await;
    let admin = workspace.client(&workspace.admin().await);
    let order = order(&workspace, &rep).await;
    let path = format!("/api/orders/{order}");
    let made = admin.post("/api/order_items", json!({"order_id": order, "unit_price": "1"})).await;
    let gone = admin.post("/api/order_items", json!({"order_id": order, "unit_price": "2"})).await;
    let (item, gone) = (format!("/api/order_items/{}", made.id()), format!("/api/order_items/{}", gone.id()));
    admin.delete(&gone).await;
    workspace.clock.advance(TimeDelta::minutes(1));

    admin.patch(&path, json!({"owner_id": other.user_id})).await;
    assert_eq!(admin.get(&item).await.body["owner_id"], json!(other.user_id));
    assert_eq!(workspace.client(&rep).get(&item).await.status, StatusCode::NOT_FOUND);

    admin.delete(&path).await;
    let orphan = admin.get(&item).await;
    let early = admin.post(&format!("{item}/restore"), json!({})).await;
    admin.post(&format!("{path}/restore"), json!({})).await;
    assert_eq!(orphan.status, StatusCode::NOT_FOUND);
    assert_eq!(early.refused(), [("/order_id", "order_deleted")]);
    assert_eq!(admin.get(&item).await.status, StatusCode::OK);
    assert_eq!(admin.get(&gone).await.status, StatusCode::NOT_FOUND, "it was deleted on its own");
}

#[tokio::test]
async fn stages_and_pipelines_in_use_stay() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);
    let first = stage(&client, "Prospecting").await;
    let default = client.get("/api/pipelines?filter[is_default]=true").await.body["items"][0]["id"].clone();
    let default = default.as_str().expect("an id").to_owned();
    let deal = client.post("/api/deals", json!({"name": "x"})).await;

    let place = json!({"name": "Twin", "pipeline_id": default, "position": 1});
    let taken = client.post("/api/stages", place).await;
    let deleted = client.delete(&format!("/api/stages/{first}")).await;
    let recast = client.patch(&format!("/api/stages/{first}"), json!({"category": "won"})).await;
    let renamed = client.patch(&format!("/api/stages/{first}"), json!({"name": "Start"})).await;
    let default_gone = client.delete(&format!("/api/pipelines/{default}")).await;
    let no_default = client.patch(&format!("/api/pipelines/{default}"), json!({"is_default": false})).await;
    let next = client.post("/api/pipelines", json!({"name": "Next", "is_default": true})).await;
    let in_use = client.delete(&format!("/api/pipelines/{default}")).await;
    client.delete(&format!("/api/deals/{}", deal.id())).await;
    let unused = client.delete(&format!("/api/stages/{first}")).await;

    assert_eq!(taken.refused(), [("/position", "duplicate")]);
    assert_eq!(deleted.refused(), [("/category", "stage_in_use")]);
    assert_eq!(recast.refused(), [("/category", "stage_in_use")]);
    assert_eq!(renamed.status, StatusCode::OK);
    assert_eq!(default_gone.refused(), [("/is_default", "default_pipeline")]);
    assert_eq!(no_default.refused(), [("/is_default", "default_pipeline")]);
    assert_eq!(next.body["is_default"], true);
    assert_eq!(in_use.refused(), [("/is_default", "pipeline_in_use")]);
    assert_eq!(unused.status, StatusCode::OK);
    let defaults = client.get("/api/pipelines?filter[is_default]=true").await;
    assert_eq!(defaults.body["items"].as_array().map(Vec::len), Some(1), "there is exactly one default");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let workspace = Workspace::start().await;
    let admin = workspace.admin().await;
    let second = workspace.person(Role::Admin, Scope::All, &[]).await;
    let client = workspace.client(&admin);
    let path = format!("/api/users/{}", admin.user_id);

    let gone = client.delete(&format!("/api/users/{}", second.user_id)).await;
    let refused = [
        client.delete(&path).await,
        client.patch(&path, json!({"role": "rep"})).await,
        client.patch(&path, json!({"status": "suspended"})).await,
    ];
    client.post(&format!("/api/users/{}/restore", second.user_id), json!({})).await;
    let resigned = client.patch(&path, json!({"role": "rep"})).await;

    assert_eq!(gone.body["status"], "deactivated");
    for answer in refused {
        assert_eq!((answer.status, answer.refused()), (StatusCode::CONFLICT, vec![("/role", "last_admin")]));
    }
    assert_eq!(resigned.body["role"], "rep");
}

#[tokio::test]
async fn a_tree_has_no_cycles() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.admin().await);

    for table in ["companies", "teams"] {
        let path = format!("/api/{table}");
        let top = client.post(&path, json!({"name": "top"})).await.id();
        let middle = client.post(&path, json!({"name": "middle", "parent_id": top})).await.id();
        let bottom = client.post(&path, json!({"name": "bottom", "parent_id": middle})).await.id();

        for parent in [top, middle, bottom] {
            let answer = client.patch(&format!("{path}/{top}"), json!({"parent_id": parent})).await;
            assert_eq!(answer.refused(), [("/parent_id", "cycle")], "{table}");
        }
        let moved = client.patch(&format!("{path}/{bottom}"), json!({"parent_id": top})).await;
        assert_eq!(moved.status, StatusCode::OK, "{table}");
    }
}
