//! Mail about accounts from outside: the real binary, a real SMTP server, links that are followed.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    harness::{Workspace, wait_for},
    mailbox::post_office::PostOffice,
};

const PASSWORD: &str = "correct horse battery";
const SITE: &str = "https://crm.example.com";
/// Longest time until a mail that was queued is in the mailbox, on a busy machine.
const MAIL_LIMIT: Duration = Duration::from_secs(90);

async fn workspace(post: &PostOffice) -> Workspace {
    Workspace::start_with(&[("LEADHOUSE_SMTP_URL", &post.url()), ("LEADHOUSE_PUBLIC_URL", SITE)]).await
}

async fn post(workspace: &Workspace, path: &str, body: Value) -> reqwest::Response {
    let request = reqwest::Client::new().post(format!("{}{path}", workspace.url())).json(&body);
    request.send().await.expect("an answer")
}

/// The token of the link to a page in the newest mail to an address, once it has come.
async fn token_in_mail(workspace: &Workspace, office: &PostOffice, address: &str, page: &str) -> String {
    let link = format!("{SITE}{page}#");
    let found =
        || office.mails_to(address).iter().rev().find_map(|mail| Some(mail.text().split_once(&link)?.1.to_owned()));
    assert!(wait_for(MAIL_LIMIT, async || found().is_some()).await, "no mail to {address}:\n{}", workspace.log());
    found().expect("a mail").split_whitespace().next().expect("a token").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_inviting_and_forgetting_go_through_the_mailbox() {
    let office = PostOffice::opened().await;
    let workspace = workspace(&office).await;

    let body = json!({"username": "annabel", "email": "annabel@example.com", "password": PASSWORD});
    assert_eq!(post(&workspace, "/api/auth/register", body).await.status(), StatusCode::CREATED);
    let token = token_in_mail(&workspace, &office, "annabel@example.com", "/confirm").await;
    assert_eq!(post(&workspace, "/api/auth/confirm", json!({"token": token})).await.status(), StatusCode::NO_CONTENT);

    let invitation = json!({"email": "nora@example.com", "name": "Nora", "role": "rep"});
    let invited =
        workspace.request(Method::POST, "/api/users/invite").json(&invitation).send().await.expect("an answer");
    assert_eq!(invited.status(), StatusCode::CREATED);
    let token = token_in_mail(&workspace, &office, "nora@example.com", "/welcome").await;
    let accepted = post(&workspace, "/api/auth/invitation", json!({"token": token, "password": PASSWORD})).await;
    assert_eq!(accepted.status(), StatusCode::OK);

    let wish = json!({"email": "nora@example.com"});
    assert_eq!(post(&workspace, "/api/auth/forgot", wish).await.status(), StatusCode::ACCEPTED);
    let token = token_in_mail(&workspace, &office, "nora@example.com", "/reset").await;
    let chosen = json!({"token": token, "password": "another horse battery"});
    assert_eq!(post(&workspace, "/api/auth/reset", chosen).await.status(), StatusCode::NO_CONTENT);
    let login = json!({"username": "nora", "password": "another horse battery"});
    assert_eq!(post(&workspace, "/api/auth/login", login).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_waits_for_a_server_that_is_away_and_survives_a_kill() {
    let mut office = PostOffice::closed();
    let mut workspace = workspace(&office).await;
    let body = json!({"username": "annabel", "email": "annabel@example.com", "password": PASSWORD});
    assert_eq!(post(&workspace, "/api/auth/register", body).await.status(), StatusCode::CREATED);

    workspace.kill();
    office.open().await;
    workspace.serve().await;

    let token = token_in_mail(&workspace, &office, "annabel@example.com", "/confirm").await;
    assert_eq!(post(&workspace, "/api/auth/confirm", json!({"token": token})).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(office.mails_to("annabel@example.com").len(), 1);
    assert!(!workspace.log().contains(&token));
}
