//! Sessions: refreshed, stolen, listed, ended; in cookies and out of them.

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use catalog::Role;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::workspace::{Answer, PASSWORD, Workspace};

async fn refresh(workspace: &Workspace, token: &str) -> Answer {
    workspace.send("POST", "/api/auth/refresh", None, Some(json!({"refresh_token": token}))).await
}

async fn me(workspace: &Workspace, token: &str) -> StatusCode {
    workspace.send("GET", "/api/auth/me", Some(token), None).await.status
}

fn refresh_token(answer: &Answer) -> String {
    answer.body["refresh_token"].as_str().unwrap_or_else(|| panic!("no refresh token in {}", answer.body)).to_owned()
}

#[tokio::test]
async fn a_refresh_token_counts_once_and_the_next_one_follows() {
    let workspace = Workspace::start().await;
    let first = workspace.register("annabel").await;
    workspace.clock.advance(TimeDelta::minutes(59));

    let second = refresh(&workspace, &refresh_token(&first)).await;
    workspace.clock.advance(TimeDelta::minutes(59));
    let third = refresh(&workspace, &refresh_token(&second)).await;

    assert_eq!((second.status, third.status), (StatusCode::OK, StatusCode::OK), "{}", third.body);
    assert_ne!(refresh_token(&second), refresh_token(&third));
    assert_eq!(first.body["session_id"], third.body["session_id"]);
    assert_eq!(me(&workspace, first.token()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(me(&workspace, third.token()).await, StatusCode::OK);
    let access_as_refresh = refresh(&workspace, third.token()).await;
    let refresh_as_access = me(&workspace, &refresh_token(&third)).await;
    assert_eq!((access_as_refresh.status, refresh_as_access), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
}

#[tokio::test]
async fn a_refresh_token_that_comes_back_ends_the_session_whoever_has_it() {
    let workspace = Workspace::start().await;
    let first = workspace.register("annabel").await;
    let second = refresh(&workspace, &refresh_token(&first)).await;
    workspace.clock.advance(TimeDelta::seconds(11));

    let stolen = refresh(&workspace, &refresh_token(&first)).await;

    assert_eq!((stolen.status, &stolen.body["type"]), (StatusCode::UNAUTHORIZED, &json!("/problems/token_refused")));
    assert_eq!(refresh(&workspace, &refresh_token(&second)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(me(&workspace, second.token()).await, StatusCode::UNAUTHORIZED);
    assert!(workspace.events().await.contains(&"refresh_token_reused".to_owned()));
    let (to, subject, _) = workspace.mails().await.pop().expect("a mail");
    assert_eq!((to.as_str(), subject.as_str()), ("annabel@example.com", "A session of your account was ended"));
    let secret = refresh_token(&first);
    let sql = "select count(*) from refresh_tokens where position($1::bytea in token_hash) > 0";
    let kept: i64 =
        sqlx::query_scalar(sql).bind(secret.as_bytes()).fetch_one(workspace.oltp.pool()).await.expect("counted");
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn twenty_who_refresh_at_once_get_one_and_the_same_token() {
    let workspace = Workspace::start().await;
    let token = refresh_token(&workspace.register("annabel").await);

    let answers = futures::future::join_all((0..20).map(|_| refresh(&workspace, &token))).await;

    let mut next: Vec<String> = answers.iter().map(refresh_token).collect();
    next.dedup();
    assert_eq!(next.len(), 1);
    let count: i64 = sqlx::query_scalar("select count(*) from refresh_tokens")
        .fetch_one(workspace.oltp.pool())
        .await
        .expect("counted");
    assert_eq!(count, 2);
}

#[tokio::test]
async fn an_idle_session_ends_and_so_does_a_busy_one_after_two_weeks() {
    let workspace = Workspace::start().await;
    let idle = refresh_token(&workspace.register("annabel").await);
    let mut busy = refresh_token(&workspace.login("annabel", PASSWORD).await);

    let mut days = 0;
    loop {
        workspace.clock.advance(TimeDelta::hours(23));
        let answer = refresh(&workspace, &busy).await;
        if answer.status != StatusCode::OK {
            break;
        }
        busy = refresh_token(&answer);
        days += 1;
        assert!(days < 20, "a session that never ends");
    }

    assert_eq!(days, 14);
    assert_eq!(refresh(&workspace, &idle).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_out_ends_the_access_token_at_once_and_no_other_session() {
    let workspace = Workspace::start().await;
    let here = workspace.register("annabel").await;
    let there = workspace.login("annabel", PASSWORD).await;
    assert_eq!(me(&workspace, here.token()).await, StatusCode::OK);

    let out = workspace.send("POST", "/api/auth/logout", Some(here.token()), None).await;

    assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.body);
    assert_eq!(me(&workspace, here.token()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&workspace, &refresh_token(&here)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(me(&workspace, there.token()).await, StatusCode::OK);
}

#[tokio::test]
async fn people_see_their_sessions_and_end_one_or_all_others() {
    let workspace = Workspace::start().await;
    let here = workspace.register("annabel").await;
    let there = workspace.login("annabel", PASSWORD).await;
    let elsewhere = workspace.login("annabel", PASSWORD).await;
    let stranger = workspace.register("berthold").await;
    let path = |answer: &Answer| format!("/api/auth/sessions/{}", answer.body["session_id"].as_str().expect("an id"));

    let listed = workspace.send("GET", "/api/auth/sessions", Some(here.token()), None).await;
    assert_eq!(listed.body["total"], 3);
    let current: Vec<&Value> =
        listed.body["items"].as_array().expect("items").iter().filter(|item| item["current"] == true).collect();
    assert_eq!((current.len(), &current[0]["id"]), (1, &here.body["session_id"]));
    assert_eq!(current[0]["ip"], "192.0.2.1");
    assert_eq!(
        workspace.send("DELETE", &path(&stranger), Some(here.token()), None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(workspace.send("DELETE", &path(&there), Some(here.token()), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(me(&workspace, there.token()).await, StatusCode::UNAUTHORIZED);
    let others = "/api/auth/sessions?keep_current=true";
    assert_eq!(workspace.send("DELETE", others, Some(here.token()), None).await.status, StatusCode::NO_CONTENT);

    assert_eq!(me(&workspace, elsewhere.token()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(me(&workspace, here.token()).await, StatusCode::OK);
    assert_eq!(me(&workspace, stranger.token()).await, StatusCode::OK);
}

#[tokio::test]
async fn whoever_was_suspended_signs_in_again_after_being_let_in() {
    let workspace = Workspace::start().await;
    let admin = workspace.register("annabel").await;
    let id = workspace.person("berthold", Role::Rep, None).await;
    let session = workspace.login("berthold", PASSWORD).await;
    let path = format!("/api/users/{id}");

    for status in ["suspended", "active"] {
        let body = json!({"status": status});
        assert_eq!(workspace.send("PATCH", &path, Some(admin.token()), Some(body)).await.status, StatusCode::OK);
    }

    assert_eq!(me(&workspace, session.token()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&workspace, &refresh_token(&session)).await.status, StatusCode::UNAUTHORIZED);
    let again = workspace.login("berthold", PASSWORD).await;
    assert_eq!(again.status, StatusCode::OK);
    let ended = workspace.send("DELETE", &format!("{path}/sessions"), Some(again.token()), None).await;
    assert_eq!((ended.status, me(&workspace, again.token()).await), (StatusCode::NO_CONTENT, StatusCode::UNAUTHORIZED));
    let rep = workspace.login("berthold", PASSWORD).await;
    let others = format!("/api/users/{}/sessions", admin.body["user"]["id"].as_str().expect("an id"));
    assert_eq!(workspace.send("DELETE", &others, Some(rep.token()), None).await.status, StatusCode::FORBIDDEN);
}

/// A browser: it keeps cookies and says where its pages come from.
struct Browser<'a> {
    workspace: &'a Workspace,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    async fn signed_in(workspace: &'a Workspace, name: &str) -> (Self, Answer) {
        let mut browser = Self { workspace, cookies: Vec::new() };
        let body = json!({"username": name, "password": PASSWORD});
        let answer = browser.send("POST", "/api/auth/login", body, &[("x-leadhouse-session", "cookie")]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        (browser, answer)
    }

    async fn send(&mut self, method: &str, path: &str, body: Value, more: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(header::COOKIE, cookies.join("; "));
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let answer = self.workspace.call(request.body(Body::from(body.to_string())).expect("a request")).await;
        self.keep(&answer.headers);
        answer
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            assert!(cookie.contains("; Secure") && cookie.contains("; SameSite=Strict"), "{cookie}");
            assert_eq!(cookie.contains("; HttpOnly"), !cookie.contains("csrf"), "{cookie}");
            let (name, value) = cookie.split(';').next().expect("a pair").split_once('=').expect("a pair");
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn csrf(&self) -> String {
        let csrf = self.cookies.iter().find(|(name, _)| name == "__Secure-leadhouse_csrf");
        csrf.map(|(_, value)| value.clone()).expect("a cookie to be read")
    }
}

#[tokio::test]
async fn a_browser_gets_its_tokens_in_cookies_and_nowhere_else() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;

    let (mut browser, answer) = Browser::signed_in(&workspace, "annabel").await;

    assert_eq!((&answer.body["token"], &answer.body["refresh_token"]), (&Value::Null, &Value::Null));
    for (_, value) in &browser.cookies {
        assert!(!answer.body.to_string().contains(value.as_str()));
    }
    assert_eq!(browser.send("GET", "/api/auth/me", Value::Null, &[]).await.status, StatusCode::OK);
    let csrf = browser.csrf();
    let renewed = [("x-leadhouse-session", "cookie"), ("x-csrf-token", csrf.as_str())];
    let before = browser.cookies.clone();
    assert_eq!(browser.send("POST", "/api/auth/refresh", json!({}), &renewed).await.status, StatusCode::OK);
    assert_ne!(browser.cookies, before);
    let out = browser.send("POST", "/api/auth/logout", json!({}), &renewed).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.body);
    assert!(browser.cookies.is_empty());
    for (name, value) in before {
        browser.cookies.push((name, value));
    }
    assert_eq!(browser.send("GET", "/api/auth/me", Value::Null, &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn no_other_site_changes_anything_with_the_cookies_of_a_browser() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;
    let (mut browser, _) = Browser::signed_in(&workspace, "annabel").await;
    let (mut other, _) = Browser::signed_in(&workspace, "annabel").await;
    let csrf = browser.csrf();
    let foreign = other.csrf();
    let body = || json!({"name": "Forged"});

    let attacks: [&[(&str, &str)]; 6] = [
        &[],
        &[("x-csrf-token", "guess")],
        &[("x-csrf-token", &foreign)],
        &[("x-csrf-token", &csrf), ("sec-fetch-site", "cross-site")],
        &[("x-csrf-token", &csrf), ("origin", "https://evil.example")],
        &[("x-csrf-token", &csrf), ("origin", "null")],
    ];
    for attack in attacks {
        let answer = browser.send("POST", "/api/leads", body(), attack).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{attack:?} {}", answer.body);
    }
    let refreshed = browser.send("POST", "/api/auth/refresh", json!({}), &[("x-csrf-token", &csrf)]).await;
    assert_eq!(refreshed.status, StatusCode::UNAUTHORIZED);
    let login = json!({"username": "annabel", "password": PASSWORD});
    let login = other.send("POST", "/api/auth/login", login, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(login.status, StatusCode::FORBIDDEN);
    let leads: i64 =
        sqlx::query_scalar("select count(*) from leads").fetch_one(workspace.oltp.pool()).await.expect("counted");
    assert_eq!(leads, 0);

    let own =
        [("x-csrf-token", csrf.as_str()), ("origin", "https://crm.example.com"), ("sec-fetch-site", "same-origin")];
    assert_eq!(browser.send("POST", "/api/leads", body(), &own).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn cookies_that_no_longer_count_do_not_keep_anybody_from_signing_in() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;
    let (mut browser, _) = Browser::signed_in(&workspace, "annabel").await;
    workspace.clock.advance(TimeDelta::days(20));

    assert_eq!(browser.send("GET", "/api/auth/me", Value::Null, &[]).await.status, StatusCode::UNAUTHORIZED);
    let body = json!({"username": "annabel", "password": PASSWORD});
    let again = browser.send("POST", "/api/auth/login", body, &[("x-leadhouse-session", "cookie")]).await;

    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(browser.send("GET", "/api/auth/me", Value::Null, &[]).await.status, StatusCode::OK);
}
