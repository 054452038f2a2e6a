//! The second factor: set up, asked for, used once, throttled, lost and removed.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::workspace::{Answer, PASSWORD, Workspace};

/// A phone with the app of one account.
struct Phone {
    secret: String,
}

impl Phone {
    fn code(&self, workspace: &Workspace) -> String {
        let secret = Secret::try_from_base32(&self.secret).expect("a secret");
        let totp = Builder::new().with_secret(secret).build().expect("an app");
        totp.generate(u64::try_from(workspace.oltp.clock().now().timestamp()).expect("a moment")).to_string()
    }
}

/// Somebody with a second factor: their access token, their phone, their codes on paper.
async fn enrolled(workspace: &Workspace, name: &str) -> (String, Phone, Vec<String>) {
    let token = workspace.register(name).await.token().to_owned();
    let begun = post(workspace, "/api/auth/second-factor", &token, json!({"current_password": PASSWORD})).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
    let phone = Phone { secret: begun.body["secret"].as_str().expect("a secret").to_owned() };
    let uri = begun.body["uri"].as_str().expect("an address");
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(&phone.secret) && uri.contains(name), "{uri}");
    assert_eq!(workspace.login(name, PASSWORD).await.status, StatusCode::OK);
    let code = json!({"code": phone.code(workspace)});
    let on = post(workspace, "/api/auth/second-factor/confirm", &token, code).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.body);
    let codes = on.body["recovery_codes"].as_array().expect("codes").iter();
    let codes = codes.map(|code| code.as_str().expect("text").to_owned()).collect();
    workspace.clock.advance(TimeDelta::seconds(60));
    (token, phone, codes)
}

async fn post(workspace: &Workspace, path: &str, token: &str, body: Value) -> Answer {
    workspace.send("POST", path, Some(token), Some(body)).await
}

async fn login(workspace: &Workspace, name: &str, code: &str) -> Answer {
    let body = json!({"username": name, "password": PASSWORD, "code": code});
    workspace.send("POST", "/api/auth/login", None, Some(body)).await
}

fn problem(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.body["type"].as_str().unwrap_or_default().trim_start_matches("/problems/"))
}

#[tokio::test]
async fn the_right_password_alone_is_not_enough_and_a_wrong_one_does_not_tell() {
    let workspace = Workspace::start().await;
    let (_, phone, _) = enrolled(&workspace, "annabel").await;

    assert_eq!(problem(&workspace.login("annabel", PASSWORD).await), (401, "second_factor_needed"));
    assert_eq!(problem(&workspace.login("annabel", "wrong wrong wrong").await), (401, "wrong_credentials"));
    assert_eq!(problem(&login(&workspace, "annabel", "000000").await), (401, "wrong_code"));
    assert_eq!(login(&workspace, "annabel", &phone.code(&workspace)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_code_counts_once() {
    let workspace = Workspace::start().await;
    let (_, phone, codes) = enrolled(&workspace, "annabel").await;
    let code = phone.code(&workspace);

    assert_eq!(login(&workspace, "annabel", &code).await.status, StatusCode::OK);
    assert_eq!(problem(&login(&workspace, "annabel", &code).await), (401, "wrong_code"));
    assert_eq!(login(&workspace, "annabel", &codes[0].to_lowercase()).await.status, StatusCode::OK);
    assert_eq!(problem(&login(&workspace, "annabel", &codes[0]).await), (401, "wrong_code"));
    let sql = "select string_agg(r::text, ' ') || (select string_agg(f::text, ' ') from second_factors f)
               from recovery_codes r";
    let kept: String = sqlx::query_scalar(sql).fetch_one(workspace.oltp.pool()).await.expect("rows");
    assert!(!kept.contains(&codes[1]) && !kept.contains(&codes[1].replace('-', "")) && !kept.contains(&phone.secret));
}

#[tokio::test]
async fn two_who_show_the_same_code_at_once_are_one_who_gets_in() {
    let workspace = Workspace::start().await;
    let (_, phone, _) = enrolled(&workspace, "annabel").await;
    let code = phone.code(&workspace);

    let answers = futures::future::join_all((0..4).map(|_| login(&workspace, "annabel", &code))).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::OK).count(), 1);
}

#[tokio::test]
async fn guessing_codes_is_stopped_for_the_person_even_with_the_right_password() {
    let workspace = Workspace::start().await;
    let (_, phone, _) = enrolled(&workspace, "annabel").await;

    for _ in 0..5 {
        assert_eq!(problem(&login(&workspace, "annabel", "000000").await), (401, "wrong_code"));
        assert_eq!(problem(&workspace.login("annabel", PASSWORD).await), (401, "second_factor_needed"));
    }

    let closed = login(&workspace, "annabel", &phone.code(&workspace)).await;
    assert_eq!(problem(&closed), (429, "too_many_attempts"));
    assert!(closed.headers.contains_key("retry-after"));
    workspace.clock.advance(TimeDelta::minutes(15));
    assert_eq!(login(&workspace, "annabel", &phone.code(&workspace)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn switching_it_off_asks_for_the_password_and_a_code_and_ends_other_sessions() {
    let workspace = Workspace::start().await;
    let (token, phone, _) = enrolled(&workspace, "annabel").await;
    let other = login(&workspace, "annabel", &phone.code(&workspace)).await.token().to_owned();
    workspace.clock.advance(TimeDelta::seconds(60));
    let off = async |body: Value| workspace.send("DELETE", "/api/auth/second-factor", Some(&token), Some(body)).await;

    let code = phone.code(&workspace);
    assert_eq!(off(json!({"code": code})).await.refused(), [("/current_password", "required")]);
    let wrong = off(json!({"current_password": "wrong wrong wrong", "code": code})).await;
    assert_eq!(wrong.refused(), [("/current_password", "wrong_password")]);
    let guessed = off(json!({"current_password": PASSWORD, "code": "000000"})).await;
    assert_eq!(guessed.refused(), [("/code", "wrong_code")]);
    let done = off(json!({"current_password": PASSWORD, "code": code})).await;

    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
    assert_eq!(workspace.send("GET", "/api/auth/me", Some(&other), None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(workspace.send("GET", "/api/auth/me", Some(&token), None).await.status, StatusCode::OK);
    assert_eq!(workspace.login("annabel", PASSWORD).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_lost_phone_is_replaced_by_paper_or_by_an_administrator() {
    let workspace = Workspace::start().await;
    let (admin, _, _) = enrolled(&workspace, "annabel").await;
    let (token, _, codes) = enrolled(&workspace, "berthold").await;
    let id = workspace.send("GET", "/api/auth/me", Some(&token), None).await.body["user"]["id"].clone();
    let path = format!("/api/users/{}/second-factor", id.as_str().expect("an id"));

    let renewed = post(&workspace, "/api/auth/second-factor/recovery-codes", &token, json!({"code": codes[0]})).await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    assert_eq!(problem(&login(&workspace, "berthold", &codes[1]).await), (401, "wrong_code"));
    assert_eq!(workspace.send("DELETE", &path, Some(&token), None).await.status, StatusCode::FORBIDDEN);
    assert_eq!(workspace.send("DELETE", &path, Some(&admin), None).await.status, StatusCode::NO_CONTENT);

    assert_eq!(workspace.login("berthold", PASSWORD).await.status, StatusCode::OK);
    assert!(workspace.events().await.contains(&"second_factor_off".to_owned()));
}

#[tokio::test]
async fn a_mailed_reset_does_not_get_around_it() {
    let workspace = Workspace::start().await;
    enrolled(&workspace, "annabel").await;
    workspace.send("POST", "/api/auth/forgot", None, Some(json!({"email": "annabel@example.com"}))).await;
    let token = workspace.mailed_token("annabel@example.com", "/reset").await;

    let reset = json!({"token": token, "password": "eight green bottles"});
    let reset = workspace.send("POST", "/api/auth/reset", None, Some(reset)).await;

    assert_eq!(reset.status, StatusCode::NO_CONTENT);
    assert_eq!(problem(&workspace.login("annabel", "eight green bottles").await), (401, "second_factor_needed"));
}
