//! Working together: comments, mentions, following, favourites, tags and the activity feed.

use axum::http::StatusCode;
use catalog::{Role, Scope};
use serde_json::{Value, json};

use super::{
    notifications::{inbox, relay},
    workspace::{Client, Workspace},
};

async fn titles(client: &Client) -> Vec<String> {
    inbox(client).await.into_iter().map(|(kind, title)| format!("{kind}: {title}")).collect()
}

#[tokio::test]
async fn a_comment_is_seen_by_all_who_see_its_record_and_tells_whom_it_names() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let manager = workspace.person(Role::Manager, Scope::Team, &[rep.user_id]).await;
    let (client, boss) = (workspace.client(&rep), workspace.client(&manager));
    let deal = client.post("/api/deals", json!({"name": "Big"})).await.id();
    let body = format!("@{} please look, @{} too, @nobody not", rep.username, other.username);
    let comment = boss.post("/api/comments", json!({"deal_id": deal, "body": body})).await;
    relay(&workspace).tell_all().await.expect("told");

    let seen = client.get(&format!("/api/comments/{}", comment.id())).await;
    let timeline = client.get(&format!("/api/deals/{deal}/timeline?kinds=comment")).await;
    let hidden = workspace.client(&other).get(&format!("/api/comments/{}", comment.id())).await;

    assert_eq!(comment.status, StatusCode::CREATED, "{comment:?}");
    assert_eq!((&comment.body["author_id"], &comment.body["owner_id"]), (&json!(manager.user_id), &json!(rep.user_id)));
    let mut mentioned = vec![rep.user_id, other.user_id];
    mentioned.sort();
    assert_eq!(comment.body["mentions"], json!(mentioned));
    assert_eq!((seen.status, hidden.status), (StatusCode::OK, StatusCode::NOT_FOUND));
    assert_eq!(timeline.body["items"][0]["body"], json!(body), "{timeline:?}");
    assert_eq!(timeline.body["items"][0]["actor"]["id"], json!(manager.user_id));
    let told = titles(&client).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("mention: ") && told[0].ends_with("mentioned you on “Big”"), "{told:?}");
    assert_eq!(titles(&workspace.client(&other)).await, Vec::<String>::new(), "who may not see it hears nothing");
}

#[tokio::test]
async fn a_comment_belongs_to_its_author_and_goes_with_its_record() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let admin = workspace.client(&workspace.admin().await);
    let client = workspace.client(&rep);
    let lead = client.post("/api/leads", json!({"name": "Ada"})).await.id();
    let path =
        format!("/api/comments/{}", client.post("/api/comments", json!({"lead_id": lead, "body": "x"})).await.id());

    let foreign = admin.patch(&path, json!({"body": "y"})).await;
    let own = client.patch(&path, json!({"body": "y"})).await;
    let moved = client.patch(&path, json!({"lead_id": null})).await;
    let nowhere = client.post("/api/comments", json!({"body": "x"})).await;
    let deal = client.post("/api/deals", json!({"name": "Big"})).await.id();
    let twice = client.post("/api/comments", json!({"body": "x", "lead_id": lead, "deal_id": deal})).await;
    admin.patch(&format!("/api/leads/{lead}"), json!({"owner_id": other.user_id})).await;

    assert_eq!((foreign.status, own.status), (StatusCode::FORBIDDEN, StatusCode::OK));
    assert_eq!(moved.refused(), [("/lead_id", "fixed")]);
    assert_eq!(
        (nowhere.refused(), twice.refused()),
        (vec![("/lead_id", "about_one")], vec![("/lead_id", "about_one")])
    );
    assert_eq!(client.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(workspace.client(&other).get(&path).await.body["body"], "y");
}

#[tokio::test]
async fn whoever_follows_a_record_hears_of_changes_and_comments_while_they_see_it() {
    let workspace = Workspace::start().await;
    let rep = workspace.rep().await;
    let watcher = workspace.person(Role::Support, Scope::All, &[]).await;
    let (client, watch) = (workspace.client(&rep), workspace.client(&watcher));
    let relay = relay(&workspace);
    let deal = client.post("/api/deals", json!({"name": "Big"})).await.id();
    let path = format!("/api/deals/{deal}");

    let following = watch.send("PUT", &format!("{path}/follow"), None, None).await;
    let again = watch.send("PUT", &format!("{path}/follow"), None, None).await;
    client.patch(&path, json!({"amount": "5"})).await;
    client.post("/api/comments", json!({"deal_id": deal, "body": "Good"})).await;
    relay.tell_all().await.expect("told");
    let stopped = watch.send("DELETE", &format!("{path}/follow"), None, None).await;
    client.patch(&path, json!({"amount": "6"})).await;
    relay.tell_all().await.expect("told");

    assert_eq!(following.body, json!({"favourite": false, "following": true, "followers": 1}), "{following:?}");
    assert_eq!((&again.body, &stopped.body["followers"]), (&following.body, &json!(0)));
    let told = titles(&watch).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|title| title.ends_with("changed “Big”")), "{told:?}");
    assert!(told.iter().any(|title| title.ends_with("commented on “Big”")), "{told:?}");
    assert_eq!(titles(&client).await, Vec::<String>::new());
    let unseen = workspace.client(&workspace.rep().await).send("PUT", &format!("{path}/follow"), None, None).await;
    assert_eq!(unseen.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn favourites_are_ones_own_and_only_what_one_sees() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let admin = workspace.client(&workspace.admin().await);
    let client = workspace.client(&rep);
    let lead = client.post("/api/leads", json!({"name": "Ada"})).await.id();
    let deal = client.post("/api/deals", json!({"name": "Big"})).await.id();
    for path in [format!("/api/leads/{lead}/favourite"), format!("/api/deals/{deal}/favourite")] {
        assert_eq!(client.send("PUT", &path, None, None).await.body["favourite"], true);
    }

    let both = client.get("/api/favourites").await;
    admin.patch(&format!("/api/leads/{lead}"), json!({"owner_id": other.user_id})).await;
    let one = client.get("/api/favourites").await;
    let foreign = admin.get("/api/favourites").await;

    let names = |answer: &Value| -> Vec<Value> {
        let mut names: Vec<Value> =
            answer["items"].as_array().expect("items").iter().map(|item| item["title"].clone()).collect();
        names.sort_by_key(ToString::to_string);
        names
    };
    assert_eq!(names(&both.body), [json!("Ada"), json!("Big")]);
    assert_eq!(names(&one.body), [json!("Big")]);
    assert_eq!(names(&foreign.body), Vec::<Value>::new());
}

#[tokio::test]
async fn tags_are_words_in_one_form() {
    let workspace = Workspace::start().await;
    let client = workspace.client(&workspace.rep().await);

    for table in ["leads", "deals", "contacts", "companies"] {
        let made = client.post(&format!("/api/{table}"), json!({"name": "x", "tags": [" VIP", "beta", "vip"]})).await;
        let wrong = client.patch(&format!("/api/{table}/{}", made.id()), json!({"tags": "vip"})).await;

        assert_eq!(made.body["tags"], json!(["beta", "vip"]), "{table}");
        assert_eq!(wrong.refused(), [("/tags", "invalid_tags")], "{table}");
    }
}

#[tokio::test]
async fn the_feed_shows_what_others_did_on_what_one_sees() {
    let workspace = Workspace::start().await;
    let (rep, other) = (workspace.rep().await, workspace.rep().await);
    let analyst = workspace.person(Role::Analyst, Scope::All, &[]).await;
    let (client, admin) = (workspace.client(&rep), workspace.client(&workspace.admin().await));
    let deal = client.post("/api/deals", json!({"name": "Mine"})).await.id();
    workspace.client(&other).post("/api/deals", json!({"name": "Theirs"})).await;
    admin.patch(&format!("/api/deals/{deal}"), json!({"amount": "5", "name": "Ours"})).await;
    admin.post("/api/contacts", json!({"name": "Ada", "email": "ada@example.com", "owner_id": rep.user_id})).await;

    let feed = client.get("/api/feed").await;
    let first = client.get("/api/feed?limit=1").await;
    let next = first.body["next"].as_i64().expect("a next page");
    let second = client.get(&format!("/api/feed?limit=1&cursor={next}")).await;
    let wrong = client.get("/api/feed?limit=101").await;
    let masked = workspace.client(&analyst).get("/api/feed").await;

    let lines = |answer: &Value| -> Vec<String> {
        let items = answer["items"].as_array().expect("items").iter();
        items.map(|item| format!("{} {} {}", item["action"], item["title"], item["fields"])).collect()
    };
    let mine = ["\"create\" \"Ada\" []", "\"update\" \"Ours\" [\"Amount\",\"Name\"]", "\"create\" \"Ours\" []"];
    assert_eq!(lines(&feed.body), mine);
    assert_eq!((lines(&first.body), lines(&second.body)), (vec![mine[0].to_owned()], vec![mine[1].to_owned()]));
    assert_eq!(wrong.refused(), [("/limit", "out_of_range")]);
    assert_eq!(lines(&masked.body).len(), 4, "{masked:?}");
}
