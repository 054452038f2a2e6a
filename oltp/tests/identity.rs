//! Signing up, signing in and what follows for what people see, over HTTP and in process.

use std::time::Instant;

use axum::http::{StatusCode, header};
use catalog::{Principal, Role, Scope};
use chrono::TimeDelta;
use oltp::{
    Error,
    identity::{NewToken, TokenScope},
};
use serde_json::json;

mod elsewhere;
mod mailed;
mod profile;
mod second_factor;
mod sessions;
mod workspace;

use workspace::{Answer, PASSWORD, Workspace};

#[tokio::test]
async fn the_first_person_is_the_administrator_and_everybody_after_a_rep() {
    let workspace = Workspace::start().await;

    let (first, second) = (workspace.register("annabel").await, workspace.register("berthold").await);

    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!((&first.body["user"]["role"], &second.body["user"]["role"]), (&json!("admin"), &json!("rep")));
    assert!(!first.body.to_string().contains("argon2"));
    let me = workspace.send("GET", "/api/auth/me", Some(second.token()), None).await;
    assert_eq!((&me.body["username"], &me.body["scope"]), (&json!("berthold"), &json!("own")));
    let sql = "select count(*) from audit_log where object = 'user' and action = 'create'";
    let audited: i64 = sqlx::query_scalar(sql).fetch_one(workspace.oltp.pool()).await.expect("counted");
    assert_eq!(audited, 2);
}

#[tokio::test]
async fn many_who_register_at_once_make_one_administrator() {
    let workspace = Workspace::start().await;
    let names: Vec<String> = (0..6).map(|number| format!("person{number}")).collect();

    let answers = futures::future::join_all(names.iter().map(|name| workspace.register(name))).await;

    let admins = answers.iter().filter(|answer| answer.body["user"]["role"] == "admin").count();
    assert_eq!((answers.len(), admins), (6, 1));
}

#[tokio::test]
async fn a_registration_names_everything_that_is_wrong_and_writes_nothing() {
    let workspace = Workspace::start().await;
    let body = json!({"username": "a b", "email": "nobody", "password": "short"});

    let answer = workspace.send("POST", "/api/auth/register", None, Some(body)).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = [("/email", "invalid_email"), ("/username", "invalid_username"), ("/password", "too_short")];
    assert_eq!(answer.refused(), refused);
    let role = json!({"username": "mallory", "email": "m@example.com", "password": PASSWORD, "role": "admin"});
    let answer = workspace.send("POST", "/api/auth/register", None, Some(role)).await;
    assert_eq!(answer.refused(), [("/role", "unknown_field")]);
    let users: i64 =
        sqlx::query_scalar("select count(*) from users").fetch_one(workspace.oltp.pool()).await.expect("counted");
    assert_eq!(users, 0);
}

#[tokio::test]
async fn a_name_that_is_taken_in_any_case_is_a_conflict() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;

    let answer = workspace.register("Annabel").await;

    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(matches!(answer.refused()[..], [("/username" | "/email", "duplicate")]), "{}", answer.body);
}

#[tokio::test]
async fn people_sign_in_by_name_or_e_mail_in_any_case() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;

    for name in ["annabel", "ANNABEL", " annabel ", "Annabel@Example.com"] {
        assert_eq!(workspace.login(name, PASSWORD).await.status, StatusCode::OK, "{name}");
    }
    let by_email = json!({"email": "annabel@example.com", "password": PASSWORD});
    assert_eq!(workspace.send("POST", "/api/auth/login", None, Some(by_email)).await.status, StatusCode::OK);
    let nobody = workspace.send("POST", "/api/auth/login", None, Some(json!({"password": "x"}))).await;
    assert_eq!(nobody.refused(), [("/username", "required")]);
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_get_the_same_answer_in_the_same_time() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;

    let began = Instant::now();
    let wrong_password = workspace.login("annabel", "seven brown bottles").await;
    let for_password = began.elapsed();
    let began = Instant::now();
    let wrong_name = workspace.login("nobody", "seven brown bottles").await;
    let for_name = began.elapsed();

    let silent = |answer: &Answer| {
        let mut body = answer.body.clone();
        body.as_object_mut().expect("a problem").remove("instance");
        (answer.status, body)
    };
    assert_eq!(silent(&wrong_password), silent(&wrong_name));
    assert_eq!(wrong_name.status, StatusCode::UNAUTHORIZED);
    assert!(for_name * 4 > for_password, "{for_name:?} is much less than {for_password:?}");
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_account_and_forgiven_after_a_while() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;
    workspace.register("berthold").await;

    for _ in 0..10 {
        assert_eq!(workspace.login("annabel", "wrong wrong wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let closed = workspace.login("ANNABEL", PASSWORD).await;

    assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(closed.headers[header::RETRY_AFTER], "900");
    assert_eq!(workspace.login("berthold", PASSWORD).await.status, StatusCode::OK);
    workspace.clock.advance(TimeDelta::minutes(15));
    assert_eq!(workspace.login("annabel", PASSWORD).await.status, StatusCode::OK);
    assert!(workspace.events().await.contains(&"login_throttled".to_owned()));
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_no_way_around_the_limit() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;

    let guesses = (0..30).map(|number| workspace.login("annabel", ["wrong wrong", "wrong again"][number % 2]));
    let answers = futures::future::join_all(guesses).await;

    let looked_at = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
    assert_eq!(looked_at, 10);
}

#[tokio::test]
async fn a_token_counts_for_an_hour_and_not_after_a_new_password() {
    let workspace = Workspace::start().await;
    let token = workspace.register("annabel").await.token().to_owned();
    let id = workspace.sees("annabel").await.user_id;

    assert!(workspace.identity.authenticate(&token).await.is_ok());
    workspace.clock.advance(TimeDelta::minutes(1));
    let body = json!({"password": "eight green bottles", "current_password": PASSWORD});
    let changed = workspace.send("PUT", &format!("/api/users/{id}"), Some(&token), Some(body)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert!(matches!(workspace.identity.authenticate(&token).await, Err(Error::TokenRefused)));

    let token = workspace.login("annabel", "eight green bottles").await.token().to_owned();
    workspace.clock.advance(TimeDelta::minutes(61));
    let expired = workspace.send("GET", "/api/auth/me", Some(&token), None).await;
    assert_eq!((expired.status, &expired.body["type"]), (StatusCode::UNAUTHORIZED, &json!("/problems/token_refused")));
}

#[tokio::test]
async fn suspended_deactivated_and_deleted_people_are_refused_at_once() {
    let workspace = Workspace::start().await;
    workspace.register("annabel").await;
    let id = workspace.person("berthold", Role::Rep, None).await;
    let token = workspace.login("berthold", PASSWORD).await.token().to_owned();

    workspace.change("user", id, json!({"status": "suspended"})).await;

    assert!(matches!(workspace.identity.authenticate(&token).await, Err(Error::TokenRefused)));
    let closed = workspace.login("berthold", PASSWORD).await;
    assert_eq!((closed.status, &closed.body["type"]), (StatusCode::FORBIDDEN, &json!("/problems/account_closed")));
    assert_eq!(workspace.login("berthold", "wrong wrong wrong").await.status, StatusCode::UNAUTHORIZED);
    let object = workspace.oltp.catalog().object("user").expect("users");
    workspace.oltp.delete(&Principal::system(), object, id).await.expect("deleted");
    assert_eq!(workspace.login("berthold", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_manager_sees_their_team_the_teams_they_manage_and_all_below() {
    let workspace = Workspace::start().await;
    let north = workspace.make("team", json!({"name": "North"})).await;
    let coast = workspace.make("team", json!({"name": "Coast", "parent_id": north})).await;
    let harbour = workspace.make("team", json!({"name": "Harbour", "parent_id": coast})).await;
    let south = workspace.make("team", json!({"name": "South"})).await;
    let mia = workspace.person("mia", Role::Manager, None).await;
    workspace.change("team", north, json!({"manager_id": mia})).await;
    let in_north = workspace.person("nora", Role::Rep, Some(north)).await;
    let in_harbour = workspace.person("hanna", Role::Rep, Some(harbour)).await;
    let in_south = workspace.person("sven", Role::Rep, Some(south)).await;

    let seen = workspace.sees("mia").await;

    assert_eq!(seen.scope, Scope::Team);
    assert_eq!(seen.visible_owner_ids, [mia, in_north, in_harbour].into());
    assert_eq!(workspace.sees("nora").await.visible_owner_ids, [in_north].into());
    workspace.change("user", in_north, json!({"visibility": "team"})).await;
    workspace.change("user", in_south, json!({"visibility": "all"})).await;
    assert_eq!(workspace.sees("nora").await.visible_owner_ids, [in_north, in_harbour].into());
    assert_eq!(workspace.sees("sven").await.scope, Scope::All);
}

#[tokio::test]
async fn a_team_tree_that_was_bent_into_a_circle_still_answers() {
    let workspace = Workspace::start().await;
    let north = workspace.make("team", json!({"name": "North"})).await;
    let coast = workspace.make("team", json!({"name": "Coast", "parent_id": north})).await;
    let sql = "update teams set parent_id = $2 where id = $1";
    sqlx::query(sql).bind(north).bind(coast).execute(workspace.oltp.pool()).await.expect("bent");
    let mia = workspace.person("mia", Role::Manager, Some(north)).await;

    assert_eq!(workspace.sees("mia").await.visible_owner_ids, [mia].into());
}

#[tokio::test]
async fn an_api_token_acts_for_its_person_until_it_is_revoked_or_ends() {
    let workspace = Workspace::start().await;
    let session = workspace.register("annabel").await.token().to_owned();
    let wish = json!({"name": "nightly export", "expires_in_days": 1});

    let issued = workspace.send("POST", "/api/auth/tokens", Some(&session), Some(wish.clone())).await;
    let second = workspace.send("POST", "/api/auth/tokens", Some(&session), Some(wish)).await;

    assert_eq!(issued.status, StatusCode::CREATED);
    let secret = issued.token();
    assert!(secret.starts_with("lh_") && secret.len() == 46, "{secret}");
    let me = workspace.send("GET", "/api/auth/me", Some(secret), None).await;
    assert_eq!((me.status, &me.body["username"]), (StatusCode::OK, &json!("annabel")));
    let list = workspace.send("GET", "/api/auth/tokens", Some(&session), None).await;
    assert_eq!((&list.body["total"], list.body.to_string().contains(secret)), (&json!(2), false));
    let stored: i64 = sqlx::query_scalar("select count(*) from api_tokens where position($1::bytea in token_hash) > 0")
        .bind(secret.as_bytes())
        .fetch_one(workspace.oltp.pool())
        .await
        .expect("counted");
    assert_eq!(stored, 0);

    let path = format!("/api/auth/tokens/{}", issued.body["id"].as_str().expect("an id"));
    assert_eq!(workspace.send("DELETE", &path, Some(&session), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(workspace.send("GET", "/api/auth/me", Some(secret), None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(workspace.send("DELETE", &path, Some(&session), None).await.status, StatusCode::NOT_FOUND);
    workspace.clock.advance(TimeDelta::days(1));
    assert_eq!(
        workspace.send("GET", "/api/auth/me", Some(second.token()), None).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_token_that_may_only_read_reads_the_same_and_writes_nothing() {
    let workspace = Workspace::start().await;
    let own = workspace.person("rena", Role::Rep, None).await;
    let hers = workspace.make("deal", json!({"name": "Hers", "owner_id": own})).await;
    let principal = workspace.sees("rena").await;
    let wish = NewToken { name: "reader".to_owned(), scope: TokenScope::Read, expires_in_days: None };
    let secret = workspace.identity.create_token(&principal, &wish).await.expect("issued").token;

    let read = workspace.send("GET", &format!("/api/deals/{hers}"), Some(&secret), None).await;

    assert_eq!(read.status, StatusCode::OK);
    let reader = workspace.identity.authenticate(&secret).await.expect("authenticated");
    assert_eq!((reader.scope, reader.visible_owner_ids), (principal.scope, principal.visible_owner_ids));
    for (method, path, body) in [
        ("POST", "/api/deals".to_owned(), json!({"name": "New"})),
        ("PATCH", format!("/api/deals/{hers}"), json!({"name": "Changed"})),
        ("POST", "/api/auth/tokens".to_owned(), json!({"name": "full"})),
        ("PATCH", format!("/api/users/{own}"), json!({"name": "Changed"})),
    ] {
        let answer = workspace.send(method, &path, Some(&secret), Some(body)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} {}", answer.body);
    }
}

#[tokio::test]
async fn administrators_add_people_with_a_password_and_nobody_else_does() {
    let workspace = Workspace::start().await;
    let admin = workspace.register("annabel").await.token().to_owned();
    let rep = workspace.register("berthold").await.token().to_owned();
    let body = json!({"username": "carla", "email": "carla@example.com", "password": PASSWORD, "role": "manager",
                      "profilePicture": "https://example.com/carla.png"});

    let refused = workspace.send("POST", "/api/users", Some(&rep), Some(body.clone())).await;
    let created = workspace.send("POST", "/api/users", Some(&admin), Some(body)).await;

    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    assert_eq!(created.body["profile_picture"], "https://example.com/carla.png");
    assert!(created.headers.contains_key(header::ETAG));
    assert_eq!(workspace.login("carla", PASSWORD).await.status, StatusCode::OK);
    let silent = json!({"username": "dora", "email": "dora@example.com"});
    let answer = workspace.send("POST", "/api/users", Some(&admin), Some(silent)).await;
    assert_eq!(answer.refused(), [("/password", "required")]);
    assert_eq!(workspace.send("GET", "/api/users", Some(&rep), None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn people_change_their_own_profile_but_neither_their_role_nor_others() {
    let workspace = Workspace::start().await;
    let admin = workspace.register("annabel").await;
    let rep = workspace.register("berthold").await;
    let path = |answer: &Answer| format!("/api/users/{}", answer.body["user"]["id"].as_str().expect("an id"));
    let (own, other, token) = (path(&rep), path(&admin), rep.token());

    let renamed = workspace.send("PUT", &own, Some(token), Some(json!({"name": "Bert", "locale": "de"}))).await;
    assert_eq!((renamed.status, &renamed.body["name"]), (StatusCode::OK, &json!("Bert")));
    let promoted = workspace.send("PUT", &own, Some(token), Some(json!({"role": "admin"}))).await;
    assert_eq!(promoted.status, StatusCode::FORBIDDEN);
    assert!(promoted.body["detail"].as_str().expect("a detail").contains("role"), "{}", promoted.body);
    let others = workspace.send("PUT", &other, Some(token), Some(json!({"name": "Anna"}))).await;
    assert_eq!(others.status, StatusCode::FORBIDDEN);

    let unproved = workspace.send("PUT", &own, Some(token), Some(json!({"password": "eight green bottles"}))).await;
    assert_eq!(unproved.refused(), [("/current_password", "required")]);
    let wrong = json!({"password": "eight green bottles", "currentPassword": "no idea at all"});
    let wrong = workspace.send("PUT", &own, Some(token), Some(wrong)).await;
    assert_eq!(wrong.refused(), [("/current_password", "wrong_password")]);
    let reset = json!({"password": "nine green bottles"});
    let reset = workspace.send("PUT", &own, Some(admin.token()), Some(reset)).await;
    assert_eq!(reset.status, StatusCode::OK, "{}", reset.body);
    assert_eq!(workspace.login("berthold", "nine green bottles").await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_administrators_act_as_others() {
    let workspace = Workspace::start().await;
    workspace.person("rena", Role::Rep, None).await;
    let rep = workspace.sees("rena").await;

    let acted = workspace.identity.act_as(&Principal::system(), "Rena@example.com").await.expect("acted");

    assert_eq!(acted, rep);
    let refused = workspace.identity.act_as(&rep, "rena").await;
    assert!(matches!(refused, Err(Error::AdministratorsOnly { .. })));
    let unknown = workspace.identity.act_as(&Principal::system(), "nobody").await;
    assert!(matches!(unknown, Err(Error::RecordNotFound { .. })));
}

#[tokio::test]
async fn bad_requests_get_problems_with_the_request_id() {
    let workspace = Workspace::start().await;

    let anonymous = workspace.send("GET", "/api/auth/me", None, None).await;
    let unknown = workspace.send("GET", "/api/nothing", None, None).await;
    let method = workspace.send("DELETE", "/api/auth/login", None, None).await;
    let typed = workspace.send("POST", "/api/auth/login", None, Some(json!({"username": 7, "password": "x"}))).await;
    let large = json!({"username": "x".repeat(2_000_000), "password": "x"});
    let large = workspace.send("POST", "/api/auth/login", None, Some(large)).await;

    let statuses = [&anonymous, &unknown, &method, &typed, &large].map(|answer| answer.status.as_u16());
    assert_eq!(statuses, [401, 404, 405, 422, 413]);
    assert_eq!(typed.refused(), [("/username", "wrong_type")]);
    for answer in [anonymous, unknown, method, typed, large] {
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(answer.body["instance"].as_str(), answer.headers["x-request-id"].to_str().ok());
    }
}

#[tokio::test]
async fn the_security_log_tells_what_happened_and_holds_no_secret() {
    let workspace = Workspace::start().await;
    let token = workspace.register("annabel").await.token().to_owned();
    workspace.login("annabel", "wrong wrong wrong").await;
    workspace.login("annabel", PASSWORD).await;
    workspace.send("POST", "/api/auth/tokens", Some(&token), Some(json!({"name": "export"}))).await;

    assert_eq!(workspace.events().await, ["registered", "login_failed", "logged_in", "token_issued"]);
    let sql = "select string_agg(l::text, ' ') from security_log l";
    let text: String = sqlx::query_scalar(sql).fetch_one(workspace.oltp.pool()).await.expect("text");
    assert!(
        text.contains("192.0.2.1") && !text.contains("wrong") && !text.contains("bottles") && !text.contains("lh_")
    );
}
