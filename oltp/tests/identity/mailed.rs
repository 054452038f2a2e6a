//! What goes through a mailbox: confirming an address, invitations, forgotten passwords.

use axum::http::StatusCode;
use catalog::Role;
use chrono::TimeDelta;
use oltp::identity::RegistrationMode;
use serde_json::{Value, json};

use super::workspace::{Answer, PASSWORD, Workspace};

const NEW_PASSWORD: &str = "eight green bottles";

async fn post(workspace: &Workspace, path: &str, body: Value) -> Answer {
    workspace.send("POST", path, None, Some(body)).await
}

async fn confirmed(workspace: &Workspace, username: &str) -> bool {
    let sql = "select exists (select 1 from confirmed_emails c join users u on u.id = c.user_id
                              where u.username = $1 and c.email = lower(u.email))";
    sqlx::query_scalar(sql).bind(username).fetch_one(workspace.oltp.pool()).await.expect("answered")
}

#[tokio::test]
async fn whoever_registers_is_mailed_a_link_that_confirms_the_address_once() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;
    let token = workspace.mailed_token("annabel@example.com", "/confirm").await;

    assert!(!confirmed(&workspace, "annabel").await);
    let first = post(&workspace, "/api/auth/confirm", json!({"token": token})).await;
    let second = post(&workspace, "/api/auth/confirm", json!({"token": token})).await;

    assert_eq!(first.status, StatusCode::NO_CONTENT, "{}", first.body);
    assert!(confirmed(&workspace, "annabel").await);
    assert_eq!(second.refused(), [("/token", "link_refused")]);
    let sql = "select count(*) from account_links where token_hash = $1";
    let plain: i64 =
        sqlx::query_scalar(sql).bind(token.as_bytes()).fetch_one(workspace.oltp.pool()).await.expect("counted");
    assert_eq!(plain, 0);
}

#[tokio::test]
async fn a_link_is_void_when_it_is_old_for_another_purpose_or_for_a_former_address() {
    let workspace = Workspace::start().await;
    let session = workspace.register("annabel").await;
    let id = session.body["user"]["id"].as_str().expect("an id").to_owned();
    let token = workspace.mailed_token("annabel@example.com", "/confirm").await;

    let other = post(&workspace, "/api/auth/reset", json!({"token": token, "password": NEW_PASSWORD})).await;
    assert_eq!(other.refused(), [("/token", "link_refused")]);
    let moved = json!({"email": "anna@example.org", "current_password": PASSWORD});
    let moved = workspace.send("PUT", &format!("/api/users/{id}"), Some(session.token()), Some(moved)).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.body);
    let former = post(&workspace, "/api/auth/confirm", json!({"token": token})).await;
    assert_eq!(former.refused(), [("/token", "link_refused")]);
    let token = workspace.mailed_token("anna@example.org", "/confirm").await;
    workspace.clock.advance(TimeDelta::days(3));
    let late = post(&workspace, "/api/auth/confirm", json!({"token": token})).await;
    assert_eq!(late.refused(), [("/token", "link_refused")]);
}

#[tokio::test]
async fn a_new_address_needs_the_password_has_to_be_confirmed_and_the_old_one_is_told() {
    let workspace = Workspace::start().await;
    let session = workspace.register("annabel").await;
    let path = format!("/api/users/{}", session.body["user"]["id"].as_str().expect("an id"));
    let token = workspace.mailed_token("annabel@example.com", "/confirm").await;
    post(&workspace, "/api/auth/confirm", json!({"token": token})).await;

    let body = json!({"email": "anna@example.org"});
    let unproved = workspace.send("PUT", &path, Some(session.token()), Some(body)).await;
    assert_eq!(unproved.refused(), [("/current_password", "required")]);
    let body = json!({"email": "anna@example.org", "current_password": PASSWORD});
    let changed = workspace.send("PUT", &path, Some(session.token()), Some(body)).await;

    assert_eq!((changed.status, &changed.body["email"]), (StatusCode::OK, &json!("anna@example.org")));
    assert!(!confirmed(&workspace, "annabel").await);
    let told = workspace.mails().await;
    assert!(told.iter().any(|(to, subject, _)| to == "annabel@example.com" && subject.contains("was changed")));
    let token = workspace.mailed_token("anna@example.org", "/confirm").await;
    post(&workspace, "/api/auth/confirm", json!({"token": token})).await;
    assert!(confirmed(&workspace, "annabel").await);
}

#[tokio::test]
async fn where_addresses_must_be_proved_nobody_signs_in_before() {
    let workspace = Workspace::start_with(RegistrationMode::Confirmed).await;
    workspace.register("annabel").await;

    let registered = workspace.register("berthold").await;
    assert_eq!((registered.status, registered.body), (StatusCode::ACCEPTED, Value::Null));
    let early = workspace.login("berthold", PASSWORD).await;
    assert_eq!((early.status, &early.body["type"]), (StatusCode::FORBIDDEN, &json!("/problems/email_unconfirmed")));
    assert_eq!(workspace.login("berthold", "wrong wrong wrong").await.status, StatusCode::UNAUTHORIZED);
    let again = post(&workspace, "/api/auth/confirm/resend", json!({"email": "Berthold@example.com"})).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    let token = workspace.mailed_token("berthold@example.com", "/confirm").await;
    post(&workspace, "/api/auth/confirm", json!({"token": token})).await;

    assert_eq!(workspace.login("berthold", PASSWORD).await.status, StatusCode::OK);
    workspace.person("carla", Role::Rep, None).await;
    assert_eq!(workspace.login("carla", PASSWORD).await.status, StatusCode::OK);
}

#[tokio::test]
async fn where_registration_is_closed_only_the_first_person_registers() {
    let workspace = Workspace::start_with(RegistrationMode::Closed).await;

    let (first, second) = (workspace.register("annabel").await, workspace.register("berthold").await);

    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!((second.status, &second.body["type"]), (StatusCode::FORBIDDEN, &json!("/problems/registration_closed")));
}

#[tokio::test]
async fn an_invited_person_chooses_a_password_and_is_in() {
    let workspace = Workspace::start().await;
    let admin = workspace.register("annabel").await.token().to_owned();
    let rep = workspace.register("berthold").await.token().to_owned();
    let invitation = json!({"email": "nora.new@example.com", "name": "Nora New", "role": "manager"});

    let refused = workspace.send("POST", "/api/users/invite", Some(&rep), Some(invitation.clone())).await;
    let invited = workspace.send("POST", "/api/users/invite", Some(&admin), Some(invitation.clone())).await;
    let twice = workspace.send("POST", "/api/users/invite", Some(&admin), Some(invitation)).await;

    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!((invited.status, &invited.body["username"]), (StatusCode::CREATED, &json!("nora.new")));
    assert!(matches!(twice.refused()[..], [("/username" | "/email", "duplicate")]), "{}", twice.body);
    assert_eq!(workspace.login("nora.new", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    let path = format!("/api/users/{}/invite", invited.body["id"].as_str().expect("an id"));
    let lost = workspace.mailed_token("nora.new@example.com", "/welcome").await;
    assert_eq!(workspace.send("POST", &path, Some(&admin), None).await.status, StatusCode::ACCEPTED);
    let void = post(&workspace, "/api/auth/invitation", json!({"token": lost, "password": PASSWORD})).await;
    assert_eq!(void.refused(), [("/token", "link_refused")]);

    let token = workspace.mailed_token("nora.new@example.com", "/welcome").await;
    let weak = post(&workspace, "/api/auth/invitation", json!({"token": token, "password": "nora.new-2026"})).await;
    assert_eq!(weak.refused(), [("/password", "contains_name")]);
    let accepted = post(&workspace, "/api/auth/invitation", json!({"token": token, "password": PASSWORD})).await;
    assert_eq!(accepted.status, StatusCode::OK, "{}", accepted.body);
    let me = workspace.send("GET", "/api/auth/me", Some(accepted.token()), None).await;
    assert_eq!((&me.body["username"], &me.body["role"]), (&json!("nora.new"), &json!("manager")));
    assert!(confirmed(&workspace, "nora.new").await);
    assert_eq!(workspace.send("POST", &path, Some(&admin), None).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link_and_ends_every_session() {
    let workspace = Workspace::start().await;
    let session = workspace.register("annabel").await.token().to_owned();
    workspace.clock.advance(TimeDelta::minutes(1));

    let known = post(&workspace, "/api/auth/forgot", json!({"email": "ANNABEL@example.com"})).await;
    let unknown = post(&workspace, "/api/auth/forgot", json!({"email": "nobody@example.com"})).await;

    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    assert_eq!(known.status, StatusCode::ACCEPTED);
    let token = workspace.mailed_token("annabel@example.com", "/reset").await;
    assert!(workspace.mails().await.iter().all(|(to, _, _)| to != "nobody@example.com"));
    let weak = post(&workspace, "/api/auth/reset", json!({"token": token, "password": "short"})).await;
    assert_eq!(weak.refused(), [("/password", "too_short")]);
    let reset = post(&workspace, "/api/auth/reset", json!({"token": token, "password": NEW_PASSWORD})).await;
    assert_eq!((reset.status, reset.body), (StatusCode::NO_CONTENT, Value::Null));
    let again = post(&workspace, "/api/auth/reset", json!({"token": token, "password": NEW_PASSWORD})).await;
    assert_eq!(again.refused(), [("/token", "link_refused")]);
    assert_eq!(workspace.login("annabel", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(workspace.login("annabel", NEW_PASSWORD).await.status, StatusCode::OK);
    let old = workspace.send("GET", "/api/auth/me", Some(&session), None).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_reset_link_counts_for_half_an_hour_and_nobody_is_flooded_with_them() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;
    let wish = json!({"email": "annabel@example.com"});

    let statuses = [
        post(&workspace, "/api/auth/forgot", wish.clone()).await.status,
        post(&workspace, "/api/auth/forgot", wish.clone()).await.status,
        post(&workspace, "/api/auth/forgot", wish.clone()).await.status,
        post(&workspace, "/api/auth/forgot", wish).await.status,
    ];

    assert_eq!(statuses.map(|status| status.as_u16()), [202, 202, 202, 429]);
    let token = workspace.mailed_token("annabel@example.com", "/reset").await;
    workspace.clock.advance(TimeDelta::minutes(30));
    let late = post(&workspace, "/api/auth/reset", json!({"token": token, "password": NEW_PASSWORD})).await;
    assert_eq!(late.refused(), [("/token", "link_refused")]);
}

#[tokio::test]
async fn headers_of_a_request_do_not_move_the_links() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;
    let request = axum::http::Request::post("/api/auth/forgot")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example")
        .header("content-type", "application/json")
        .body(json!({"email": "annabel@example.com"}).to_string().into())
        .expect("a request");

    assert_eq!(workspace.call(request).await.status, StatusCode::ACCEPTED);

    let (_, _, text) = workspace.mails().await.pop().expect("a mail");
    assert!(text.contains("https://crm.example.com/reset#") && !text.contains("evil"), "{text}");
}
