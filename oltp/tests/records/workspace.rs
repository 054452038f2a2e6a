//! A fresh database with a few people, and the routes as each of them sees them.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use catalog::{Catalog, Changes, FixedClock, ObjectDef, Principal, Role, Scope, Writers};
use chrono::{DateTime, Utc};
use oltp::{Oltp, records::Record, testing::Cluster};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

/// The moment at which the clock of a workspace stands.
pub(super) const NOW: &str = "2026-03-31T12:00:00.000000Z";

/// A database of its own with a clock that stands still.
pub(super) struct Workspace {
    pub(super) oltp: Oltp,
    pub(super) clock: Arc<FixedClock>,
    _cluster: Cluster,
}

/// What came back over HTTP.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Answer {
    /// The pointers and codes of the refused fields.
    pub(super) fn refused(&self) -> Vec<(&str, &str)> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| Some((error["pointer"].as_str()?, error["code"].as_str()?))).collect()
    }

    /// The id in the body.
    pub(super) fn id(&self) -> Uuid {
        let id = self.body["id"].as_str().unwrap_or_else(|| panic!("a record, not {self:?}"));
        id.parse().expect("a uuid")
    }
}

impl Workspace {
    pub(super) async fn start() -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at(NOW.parse().expect("a moment")));
        let catalog = Arc::new(Catalog::standard());
        let oltp = Oltp::connect(cluster.url(), catalog, Arc::<FixedClock>::clone(&clock)).await.expect("a connection");
        oltp.migrate().await.expect("migrated");
        Self { oltp, clock, _cluster: cluster }
    }

    pub(super) fn object(&self, name: &str) -> &ObjectDef {
        self.oltp.catalog().object(name).expect("a standard object")
    }

    /// The objects that people write; the others are the program's own.
    pub(super) fn written_by_people(&self) -> impl Iterator<Item = &ObjectDef> {
        self.oltp.catalog().objects.iter().filter(|object| object.writers != Writers::System)
    }

    /// Creates a record as the system, through the one write path.
    pub(super) async fn make(&self, object: &str, body: Value) -> Record {
        let object = self.object(object);
        let changes = Changes::parse_new(object, body.as_object().expect("an object")).expect("valid fields");
        self.oltp.create(&Principal::system(), object, changes).await.expect("created")
    }

    /// A person with a user record; sees the given owners' records besides their own.
    pub(super) async fn person(&self, role: Role, scope: Scope, others: &[Uuid]) -> Principal {
        let username = format!("{role}-{}", catalog::Ids.fresh().simple());
        let email = format!("{username}@example.com");
        let body = json!({"username": username, "email": email, "name": username, "role": role});
        let user_id = id_of(&self.make("user", body).await);
        let visible_owner_ids = others.iter().copied().chain([user_id]).collect();
        Principal { user_id, username, role, scope, visible_owner_ids, team_ids: [].into(), ..Principal::system() }
    }

    pub(super) async fn admin(&self) -> Principal {
        self.person(Role::Admin, Scope::All, &[]).await
    }

    pub(super) async fn rep(&self) -> Principal {
        self.person(Role::Rep, Scope::Own, &[]).await
    }

    /// The routes with `caller` signed in.
    pub(super) fn client(&self, caller: &Principal) -> Client {
        Client { router: oltp::api::record_routes(&self.oltp).layer(Extension(caller.clone())) }
    }

    /// The number a query answers.
    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.oltp.pool()).await.expect("a number")
    }

    /// How many audit entries and outbox messages there are about a record.
    pub(super) async fn traces(&self, id: Uuid) -> (i64, i64) {
        let sql = "select (select count(*) from audit_log where record_id = $1),
                          (select count(*) from outbox where record_id = $1)";
        sqlx::query_as(sql).bind(id).fetch_one(self.oltp.pool()).await.expect("two numbers")
    }
}

/// One person's view of the routes.
pub(super) struct Client {
    router: Router,
}

impl Client {
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body), None).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body), None).await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, None).await
    }

    pub(super) async fn send(&self, method: &str, path: &str, body: Option<Value>, if_match: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(version) = if_match {
            request = request.header(header::IF_MATCH, version);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

pub(super) fn id_of(record: &Record) -> Uuid {
    record["id"].as_str().expect("an id").parse().expect("a uuid")
}

/// `text` as it stands in a query string.
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}
