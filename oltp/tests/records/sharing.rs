//! Who sees and changes what people keep for themselves or share.

use axum::http::StatusCode;
use catalog::{Principal, Role, Scope};
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspace::{Workspace, id_of};

/// The names of the saved reports a person sees.
async fn seen(workspace: &Workspace, caller: &Principal) -> String {
    let page = workspace.client(caller).get("/api/saved_reports?sort=name").await;
    page.body["items"].as_array().expect("items").iter().filter_map(|item| item["name"].as_str()).collect()
}

async fn save(workspace: &Workspace, caller: &Principal, body: Value) -> Uuid {
    let answer = workspace.client(caller).post("/api/saved_reports", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.body["owner_id"], json!(caller.user_id), "it belongs to whoever made it");
    answer.id()
}

fn in_team(person: Principal, team: Uuid) -> Principal {
    Principal { team_ids: [team].into(), ..person }
}

#[tokio::test]
async fn what_people_save_is_theirs_until_they_share_it() {
    let workspace = Workspace::start().await;
    let team = id_of(&workspace.make("team", json!({"name": "North"})).await);
    let author = in_team(workspace.person(Role::Analyst, Scope::All, &[]).await, team);
    let colleague = in_team(workspace.rep().await, team);
    let stranger = workspace.person(Role::Executive, Scope::All, &[]).await;
    let manager = workspace.person(Role::Manager, Scope::All, &[author.user_id]).await;
    let definition = json!({"version": 1});
    for (name, audience) in [("a", "owner"), ("b", "team"), ("c", "everyone")] {
        let body = json!({"name": name, "definition": definition, "audience": audience, "team_id": team});
        save(&workspace, &author, body).await;
    }

    assert_eq!(seen(&workspace, &author).await, "abc");
    assert_eq!(seen(&workspace, &colleague).await, "bc");
    assert_eq!(seen(&workspace, &stranger).await, "c");
    assert_eq!(seen(&workspace, &manager).await, "c", "seeing all records does not open what is personal");
    assert_eq!(seen(&workspace, &workspace.admin().await).await, "abc");
}

#[tokio::test]
async fn what_is_shared_is_read_by_others_and_changed_by_its_owner() {
    let workspace = Workspace::start().await;
    let author = workspace.rep().await;
    let reader = workspace.person(Role::Manager, Scope::All, &[]).await;
    let body = json!({"name": "shared", "definition": {}, "audience": "everyone"});
    let id = save(&workspace, &author, body).await;
    let path = format!("/api/saved_reports/{id}");
    let theirs = workspace.client(&reader);

    let refused = [
        theirs.patch(&path, json!({"name": "mine"})).await,
        theirs.delete(&path).await,
        theirs.patch(&path, json!({"owner_id": reader.user_id})).await,
    ];
    let given_away = workspace.client(&author).patch(&path, json!({"owner_id": reader.user_id})).await;
    let kept = theirs.get(&path).await;
    let changed = workspace.client(&author).patch(&path, json!({"name": "better"})).await;

    for answer in &refused {
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
        assert_eq!(answer.body["type"], "/problems/owner_only");
    }
    assert_eq!(given_away.status, StatusCode::UNPROCESSABLE_ENTITY, "{given_away:?}");
    assert_eq!((kept.status, &kept.body["version"]), (StatusCode::OK, &json!(1)));
    assert_eq!((changed.status, &changed.body["name"]), (StatusCode::OK, &json!("better")));
}

#[tokio::test]
async fn sharing_with_a_team_needs_the_team_and_a_schedule_must_be_able_to_run() {
    let workspace = Workspace::start().await;
    let author = workspace.person(Role::Executive, Scope::All, &[]).await;
    let client = workspace.client(&author);
    let team = client.post("/api/dashboards", json!({"name": "d", "definition": {}, "audience": "team"})).await;
    assert_eq!(team.refused(), [("/team_id", "required")]);

    let schedule = json!({
        "name": "Weekly", "subject_kind": "dashboard", "subject": "sales_overview", "cadence": "weekly",
        "recipients": [author.user_id],
    });
    let made = client.post("/api/schedules", schedule.clone()).await;
    assert_eq!((made.status, &made.body["weekday"]), (StatusCode::CREATED, &json!(1)), "{made:?}");
    for (field, value, code) in [
        ("time_of_day", json!("25:00"), "invalid_time"),
        ("time_of_day", json!("8:00"), "invalid_time"),
        ("time_zone", json!("Mars/Base"), "unknown_time_zone"),
        ("formats", json!(["exe"]), "invalid_list"),
        ("formats", json!("pdf"), "invalid_list"),
        ("recipients", json!([]), "invalid_list"),
        ("recipients", json!(["ana@example.com"]), "invalid_list"),
        ("recipients", json!([author.user_id, author.user_id]), "duplicate"),
    ] {
        let mut body = schedule.clone();
        body[field] = value.clone();
        let answer = client.post("/api/schedules", body).await;
        assert_eq!(answer.refused(), [(format!("/{field}").as_str(), code)], "{value}");
    }
}
