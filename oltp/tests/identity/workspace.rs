//! A workspace whose routes are called as the program serves them, and whose clock stands still.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use catalog::{Changes, FixedClock, Principal, Role};
use chrono::{DateTime, Utc};
use oltp::{
    Oltp,
    api::{Asker, CurrentSession, asker},
    http::{request_scope, with_fallbacks},
    identity::{AccountSettings, Identity, NewUser, RegistrationMode},
    testing::Cluster,
};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "seven green bottles";

/// A workspace whose clock stands still, with the routes as the program serves them.
pub(crate) struct Workspace {
    pub(crate) oltp: Oltp,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) identity: Arc<Identity>,
    router: Router,
    _cluster: Cluster,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn refused(&self) -> Vec<(&str, &str)> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| Some((error["pointer"].as_str()?, error["code"].as_str()?))).collect()
    }

    pub(crate) fn token(&self) -> &str {
        self.body["token"].as_str().expect("a token")
    }
}

async fn authenticate(State(identity): State<Arc<Identity>>, mut request: Request, next: Next) -> Response {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    match asker(&identity, &method, &headers).await {
        Ok(None) => {}
        Ok(Some(Asker { principal, session })) => {
            request.extensions_mut().insert(principal);
            request.extensions_mut().insert(CurrentSession(session));
        }
        Err(problem) => return problem.into_response(),
    }
    next.run(request).await
}

impl Workspace {
    pub(crate) async fn start() -> Self {
        Self::start_with(RegistrationMode::Open).await
    }

    pub(crate) async fn start_with(registration: RegistrationMode) -> Self {
        let settings =
            AccountSettings { public_url: "https://crm.example.com".to_owned(), registration, providers: Vec::new() };
        Self::start_at("2026-03-31T12:00:00Z".parse().expect("a moment"), settings).await
    }

    pub(crate) async fn start_at(now: DateTime<Utc>, settings: AccountSettings) -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at(now));
        let oltp = cluster.oltp_at(Arc::<FixedClock>::clone(&clock)).await;
        let identity = Arc::new(Identity::new(oltp.clone(), [7; 32]).with_settings(settings));
        let router = with_fallbacks(oltp::api::routes(oltp.clone(), Arc::clone(&identity)))
            .layer(middleware::from_fn_with_state(Arc::clone(&identity), authenticate))
            .layer(middleware::from_fn(request_scope));
        Self { oltp, clock, identity, router, _cluster: cluster }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.call(request.body(body).expect("a request")).await
    }

    /// Sends a request as it is.
    pub(crate) async fn call(&self, mut request: Request) -> Answer {
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 1], 4711))));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn register(&self, username: &str) -> Answer {
        let body = json!({"username": username, "email": format!("{username}@example.com"), "password": PASSWORD});
        self.send("POST", "/api/auth/register", None, Some(body)).await
    }

    pub(crate) async fn login(&self, name: &str, password: &str) -> Answer {
        let body = json!({"username": name, "password": password});
        self.send("POST", "/api/auth/login", None, Some(body)).await
    }

    pub(crate) async fn person(&self, username: &str, role: Role, team_id: Option<Uuid>) -> Uuid {
        let user = NewUser {
            username: username.to_owned(),
            email: format!("{username}@example.com"),
            name: username.to_owned(),
            role,
            team_id,
            password: PASSWORD.to_owned(),
        };
        let record = self.identity.create_user(&Principal::system(), user).await.expect("created");
        record["id"].as_str().expect("an id").parse().expect("a uuid")
    }

    pub(crate) async fn make(&self, object: &str, body: Value) -> Uuid {
        let object = self.oltp.catalog().object(object).expect("an object");
        let changes = Changes::parse_new(object, body.as_object().expect("fields")).expect("valid");
        let record = self.oltp.create(&Principal::system(), object, changes).await.expect("created");
        record["id"].as_str().expect("an id").parse().expect("a uuid")
    }

    pub(crate) async fn change(&self, object: &str, id: Uuid, body: Value) {
        let object = self.oltp.catalog().object(object).expect("an object");
        let changes = Changes::parse_patch(object, body.as_object().expect("fields")).expect("valid");
        self.oltp.update(&Principal::system(), object, id, changes).await.expect("updated");
    }

    pub(crate) async fn sees(&self, username: &str) -> Principal {
        let answer = self.identity.login(username, PASSWORD, "192.0.2.9").await.expect("signed in");
        self.identity.authenticate(&answer.token).await.expect("authenticated")
    }

    pub(crate) async fn events(&self) -> Vec<String> {
        let sql = "select event from security_log order by id";
        sqlx::query_scalar(sql).fetch_all(self.oltp.pool()).await.expect("events")
    }

    /// Address, subject and text of the mails that wait, oldest first.
    pub(crate) async fn mails(&self) -> Vec<(String, String, String)> {
        let sql = "select to_address, subject, body_text from mails order by created_at, id";
        sqlx::query_as(sql).fetch_all(self.oltp.pool()).await.expect("mails")
    }

    /// The token of the link in the newest mail to an address.
    pub(crate) async fn mailed_token(&self, address: &str, page: &str) -> String {
        let mails = self.mails().await;
        let (_, _, text) = mails.iter().rfind(|(to, _, _)| to == address).expect("a mail");
        let start = format!("https://crm.example.com{page}#");
        let at = text.find(&start).unwrap_or_else(|| panic!("no link to {page} in {text}"));
        text[at + start.len()..].split_whitespace().next().expect("a token").to_owned()
    }
}
