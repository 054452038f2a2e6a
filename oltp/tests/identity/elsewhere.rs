//! Signing in with OpenID Connect, against a real provider (npm `oidc-provider`).

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use catalog::Role;
use chrono::TimeDelta;
use oltp::identity::{AccountSettings, ProviderSettings, RegistrationMode};
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use super::workspace::{Answer, PASSWORD, Workspace};

const SITE: &str = "https://crm.example.com";
const SECRET: &str = "a-secret-of-the-test-that-is-long-enough";
/// Longest time that the provider may take to listen, on a busy machine.
const START_LIMIT: Duration = Duration::from_mins(1);

/// The provider.
struct Provider {
    port: u16,
    server: Child,
    http: reqwest::Client,
}

impl Provider {
    async fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("its address").port();
        drop(free);
        let server = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../web/e2e/identity-provider.mjs"))
            .args([port.to_string(), format!("{SITE}/sign-in/house")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is installed");
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < START_LIMIT, "the provider did not start; was `npm ci` run in web?");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { port, server, http }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Who signs in from now on.
    async fn person(&self, person: Value) {
        self.http.post(self.url("/person")).json(&person).send().await.expect("an answer");
    }

    async fn mint(&self, claims: Value, alg: &str) -> String {
        let body = json!({"claims": claims, "alg": alg});
        self.http.post(self.url("/mint")).json(&body).send().await.expect("an answer").text().await.expect("a token")
    }

    /// Signs in as a browser does; answers the code and the state that it is sent back with.
    async fn visit(&self, url: &str) -> Value {
        let mut url = url.to_owned();
        let mut cookies: Vec<String> = Vec::new();
        for _ in 0..10 {
            let answer =
                self.http.get(&url).header(header::COOKIE, cookies.join("; ")).send().await.expect("an answer");
            for cookie in answer.headers().get_all(header::SET_COOKIE) {
                let pair = cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned();
                let name = pair.split('=').next().expect("a name").to_owned();
                cookies.retain(|known| !known.starts_with(&format!("{name}=")));
                cookies.push(pair);
            }
            let next = answer.headers().get(header::LOCATION).map(|next| next.to_str().expect("text").to_owned());
            let Some(next) = next else { panic!("stuck at {url}: {}", answer.text().await.expect("text")) };
            let next = reqwest::Url::parse(&url).expect("an address").join(&next).expect("an address");
            if next.as_str().starts_with(SITE) {
                let part =
                    |name: &str| next.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
                return json!({"code": part("code"), "state": part("state")});
            }
            url = next.into();
        }
        panic!("a circle at {url}")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.kill().ok(); // it may have ended already
        self.server.wait().ok();
    }
}

/// A workspace that trusts the provider.
struct Office {
    workspace: Workspace,
    provider: Provider,
}

impl Office {
    async fn start(registration: RegistrationMode) -> Self {
        let package = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/node_modules/oidc-provider");
        assert!(std::path::Path::new(package).is_dir(), "{package} is not there; `npm ci` in web brings it");
        let provider = Provider::start().await;
        let house = ProviderSettings {
            name: "house".to_owned(),
            label: "The House".to_owned(),
            issuer: provider.url(""),
            client_id: "leadhouse".to_owned(),
            client_secret: Some(SECRET.to_owned()),
        };
        let settings = AccountSettings { public_url: SITE.to_owned(), registration, providers: vec![house] };
        // The provider has a clock of its own.
        let workspace = Workspace::start_at(catalog::Clock::now(&catalog::SystemClock), settings).await;
        workspace.register("admin").await;
        Self { workspace, provider }
    }

    /// Leaves for the provider; answers where to go and the cookie to bring back.
    async fn leave(&self, token: Option<&str>) -> (String, String) {
        let path = if token.is_some() { "/api/auth/oidc/house/start?link=true" } else { "/api/auth/oidc/house/start" };
        let answer = self.workspace.send("GET", path, token, None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let text = |name| answer.headers[name].to_str().expect("text").to_owned();
        let cookie = text(header::SET_COOKIE);
        assert!(cookie.contains("; HttpOnly") && cookie.contains("; Secure"), "{cookie}");
        (text(header::LOCATION), cookie.split(';').next().expect("a pair").to_owned())
    }

    async fn come_back(&self, arrival: &Value, cookie: &str) -> Answer {
        let request = Request::post("/api/auth/oidc/house/callback")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json");
        self.workspace.call(request.body(Body::from(arrival.to_string())).expect("a request")).await
    }

    /// The whole way there and back.
    async fn sign_in(&self) -> Answer {
        let (url, cookie) = self.leave(None).await;
        let arrival = self.provider.visit(&url).await;
        self.come_back(&arrival, &cookie).await
    }

    /// Says that the address of a person was proved, as following the link in a mail does.
    async fn confirm(&self, name: &str) {
        let sql = "insert into confirmed_emails (user_id, email, confirmed_at)
                   select id, lower(email), now() from users where username = $1";
        sqlx::query(sql).bind(name).execute(self.workspace.oltp.pool()).await.expect("confirmed");
    }

    async fn by_id_token(&self, token: &str) -> Answer {
        self.workspace.send("POST", "/api/auth/oauth/house", None, Some(json!({"oauthToken": token}))).await
    }

    async fn linked(&self) -> i64 {
        let sql = "select count(*) from external_identities";
        sqlx::query_scalar(sql).fetch_one(self.workspace.oltp.pool()).await.expect("counted")
    }
}

fn who(answer: &Answer) -> (u16, &str) {
    let name = answer.body["user"]["username"].as_str();
    (answer.status.as_u16(), name.or(answer.body["type"].as_str()).unwrap_or_default())
}

#[tokio::test]
async fn whoever_is_new_gets_an_account_and_keeps_it_when_the_address_changes() {
    let office = Office::start(RegistrationMode::Open).await;
    let nora = json!({"sub": "1", "email": "nora@example.com", "email_verified": true, "name": "Nora New"});
    office.provider.person(nora).await;

    let first = office.sign_in().await;
    assert_eq!(who(&first), (200, "nora"), "{}", first.body);
    assert_eq!((&first.body["user"]["name"], &first.body["user"]["role"]), (&json!("Nora New"), &json!("rep")));
    office.provider.person(json!({"sub": "1", "email": "admin@example.com", "email_verified": true})).await;
    let again = office.sign_in().await;

    assert_eq!((who(&again), &again.body["user"]["id"]), ((200, "nora"), &first.body["user"]["id"]));
    let me = office.workspace.send("GET", "/api/auth/me", Some(again.token()), None).await;
    assert_eq!(me.body["username"], "nora");
    assert_eq!(office.linked().await, 1);
}

#[tokio::test]
async fn nobody_takes_an_account_over_by_an_address_that_is_not_proved_on_both_sides() {
    let office = Office::start(RegistrationMode::Open).await;
    office.workspace.person("rita", Role::Rep, None).await;
    let refused = (403, "/problems/link_first");
    for verified in [json!(false), Value::Null, json!(true)] {
        let rita = json!({"sub": "7", "email": "Rita@example.com", "email_verified": verified});
        office.provider.person(rita).await;

        assert_eq!(who(&office.sign_in().await), refused, "{verified}");
    }
    assert_eq!(office.linked().await, 0);

    office.confirm("rita").await;
    office.provider.person(json!({"sub": "7", "email": "rita@example.com", "email_verified": false})).await;
    assert_eq!(who(&office.sign_in().await), refused);
    office.provider.person(json!({"sub": "7", "email": "rita@example.com", "email_verified": true})).await;
    assert_eq!(who(&office.sign_in().await), (200, "rita"));
    assert_eq!(office.linked().await, 1);
}

#[tokio::test]
async fn a_suspended_person_stays_out_and_where_registration_is_closed_so_does_a_stranger() {
    let office = Office::start(RegistrationMode::Closed).await;
    let id = office.workspace.person("rita", Role::Rep, None).await;
    office.confirm("rita").await;
    office.provider.person(json!({"sub": "7", "email": "rita@example.com", "email_verified": true})).await;
    assert_eq!(who(&office.sign_in().await), (200, "rita"));

    office.workspace.change("user", id, json!({"status": "suspended"})).await;
    assert_eq!(who(&office.sign_in().await), (403, "/problems/account_closed"));
    office.provider.person(json!({"sub": "8", "email": "new@example.com", "email_verified": true})).await;
    assert_eq!(who(&office.sign_in().await), (403, "/problems/registration_closed"));
}

#[tokio::test]
async fn a_way_back_counts_once_and_only_in_the_browser_that_left() {
    let office = Office::start(RegistrationMode::Open).await;
    office.provider.person(json!({"sub": "1", "email": "nora@example.com", "email_verified": true})).await;
    let (url, cookie) = office.leave(None).await;
    assert!(url.contains("code_challenge_method=S256") && url.contains("nonce="), "{url}");
    let arrival = office.provider.visit(&url).await;
    let (_, other) = office.leave(None).await;

    for wrong in ["", &other, "__Secure-leadhouse_journey=e30.forged"] {
        assert_eq!(office.come_back(&arrival, wrong).await.refused(), [("/state", "state_refused")], "{wrong}");
    }
    let swapped = json!({"code": arrival["code"], "state": "another"});
    assert_eq!(office.come_back(&swapped, &cookie).await.refused(), [("/state", "state_refused")]);
    assert_eq!(who(&office.come_back(&arrival, &cookie).await), (200, "nora"));
    assert_eq!(office.come_back(&arrival, &cookie).await.refused(), [("/state", "state_refused")]);
    let (url, cookie) = office.leave(None).await;
    let arrival = office.provider.visit(&url).await;
    office.workspace.clock.advance(TimeDelta::minutes(10));
    assert_eq!(office.come_back(&arrival, &cookie).await.refused(), [("/state", "state_refused")]);
}

#[tokio::test]
async fn a_program_signs_in_with_an_id_token_that_holds_and_with_no_other() {
    let office = Office::start(RegistrationMode::Open).await;
    let claims = |more: Value| {
        let mut claims = json!({"sub": "1", "email": "nora@example.com", "email_verified": true});
        for (name, value) in more.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        claims
    };
    let now = catalog::Clock::now(&catalog::SystemClock).timestamp();
    let forged = [
        office.provider.mint(claims(json!({})), "none").await,
        office.provider.mint(claims(json!({})), "HS256").await,
        office.provider.mint(claims(json!({"aud": "another"})), "RS256").await,
        office.provider.mint(claims(json!({"aud": ["leadhouse", "another"], "azp": "another"})), "RS256").await,
        office.provider.mint(claims(json!({"iss": "https://accounts.google.com"})), "RS256").await,
        office.provider.mint(claims(json!({"exp": now - 60})), "RS256").await,
        office.provider.mint(claims(json!({"iat": now - 3_600})), "RS256").await,
        "a.b.c".to_owned(),
        "x".repeat(100_000),
    ];
    for token in forged {
        let answer = office.by_id_token(&token).await;
        assert_eq!(who(&answer), (401, "/problems/provider_refused"), "{}", &token[..token.len().min(80)]);
    }
    assert_eq!(office.linked().await, 0);

    let token = office.provider.mint(claims(json!({})), "RS256").await;
    let signed_in = office.by_id_token(&token).await;
    assert_eq!(who(&signed_in), (200, "nora"), "{}", signed_in.body);
    assert_eq!(
        office.workspace.send("GET", "/api/auth/me", Some(signed_in.token()), None).await.status,
        StatusCode::OK
    );
    assert_eq!(who(&office.by_id_token(&token).await), (401, "/problems/provider_refused"));
    let unknown = office.workspace.send("POST", "/api/auth/oauth/acme", None, Some(json!({"oauthToken": token}))).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_link_and_unlink_accounts_in_their_settings() {
    let office = Office::start(RegistrationMode::Open).await;
    office.workspace.person("rita", Role::Rep, None).await;
    let rita = office.workspace.login("rita", PASSWORD).await.token().to_owned();
    office.provider.person(json!({"sub": "9", "email": "elsewhere@example.org", "email_verified": false})).await;

    let (url, cookie) = office.leave(Some(&rita)).await;
    let arrival = office.provider.visit(&url).await;
    assert_eq!(office.come_back(&arrival, &cookie).await.status, StatusCode::NO_CONTENT);
    assert_eq!(who(&office.sign_in().await), (200, "rita"));
    let listed = office.workspace.send("GET", "/api/auth/identities", Some(&rita), None).await;
    assert_eq!((&listed.body["total"], &listed.body["items"][0]["provider"]), (&json!(1), &json!("house")));
    let other = office.workspace.register("otto").await.token().to_owned();
    let (url, cookie) = office.leave(Some(&other)).await;
    let arrival = office.provider.visit(&url).await;
    assert_eq!(who(&office.come_back(&arrival, &cookie).await), (409, "/problems/linked_elsewhere"));

    let path = format!("/api/auth/identities/{}", listed.body["items"][0]["id"].as_str().expect("an id"));
    assert_eq!(office.workspace.send("DELETE", &path, Some(&other), None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(office.workspace.send("DELETE", &path, Some(&rita), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(who(&office.sign_in().await), (403, "/problems/link_first"));
    let anonymous = office.workspace.send("GET", "/api/auth/oidc/house/start?link=true", None, None).await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_only_way_in_stays_and_a_provider_that_is_away_keeps_nobody_else_out() {
    let mut office = Office::start(RegistrationMode::Open).await;
    office.provider.person(json!({"sub": "1", "email": "nora@example.com", "email_verified": true})).await;
    let nora = office.sign_in().await.token().to_owned();
    let listed = office.workspace.send("GET", "/api/auth/identities", Some(&nora), None).await;
    let path = format!("/api/auth/identities/{}", listed.body["items"][0]["id"].as_str().expect("an id"));

    let refused = office.workspace.send("DELETE", &path, Some(&nora), None).await;
    assert_eq!(who(&refused), (409, "/problems/only_way_in"));
    office.provider.server.kill().expect("killed");
    office.provider.server.wait().expect("ended");
    office.workspace.clock.advance(TimeDelta::minutes(30));
    let away = office.workspace.send("GET", "/api/auth/oidc/house/start", None, None).await;

    assert_eq!(who(&away), (503, "/problems/provider_away"));
    assert_eq!(office.workspace.login("admin", PASSWORD).await.status, StatusCode::OK);
    let ways = office.workspace.send("GET", "/api/auth/providers", None, None).await;
    assert_eq!(ways.body, json!({"items": [{"name": "house", "label": "The House"}], "registration": "open"}));
}
