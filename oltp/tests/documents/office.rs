//! A workspace with people, a lead and a folder of documents.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use catalog::{Changes, FixedClock, Ids, Principal, Role, Scope};
use oltp::{
    Oltp,
    documents::{Documents, DocumentsConfig, StoreConfig},
    http::with_fallbacks,
    identity::Identity,
    testing::Cluster,
};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

/// Largest file of the office.
pub(super) const MAX_BYTES: u64 = 1024 * 1024 + 100;

pub(super) struct Office {
    pub(super) oltp: Oltp,
    pub(super) clock: Arc<FixedClock>,
    pub(super) documents: Documents,
    pub(super) folder: tempfile::TempDir,
    _cluster: Cluster,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    pub(super) fn id(&self) -> String {
        let json = self.json();
        json["id"].as_str().unwrap_or_else(|| panic!("a document, not {} {json}", self.status)).to_owned()
    }

    /// The pointer and code of the first refused field.
    pub(super) fn refused(&self) -> (String, String) {
        let error = &self.json()["errors"][0];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (text("pointer"), text("code"))
    }

    /// The names on a page.
    pub(super) fn names(&self) -> Vec<String> {
        let json = self.json();
        let items = json["items"].as_array().unwrap_or_else(|| panic!("a page, not {} {json}", self.status));
        items.iter().filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
    }
}

impl Office {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let store = StoreConfig::Folder(folder.path().join("documents"));
        Self::start_with(folder, store).await
    }

    pub(super) async fn start_with(folder: tempfile::TempDir, store: StoreConfig) -> Self {
        let cluster = Cluster::start().await;
        let clock = Arc::new(FixedClock::at("2026-03-31T12:00:00Z".parse().expect("a moment")));
        let oltp = cluster.oltp_at(Arc::<FixedClock>::clone(&clock)).await;
        let identity = Arc::new(Identity::new(oltp.clone(), [7; 32]));
        let config = DocumentsConfig { store, incoming: folder.path().join("incoming"), max_bytes: MAX_BYTES };
        let documents = Documents::open(oltp.clone(), identity, config, [7; 32]).expect("a store");
        Self { oltp, clock, documents, folder, _cluster: cluster }
    }

    /// A person with a user record who sees their own records, or all.
    pub(super) async fn person(&self, role: Role, scope: Scope) -> Principal {
        let username = format!("{role}-{}", Ids.fresh().simple());
        let email = format!("{username}@example.com");
        let visibility = scope.as_str();
        let body =
            json!({"username": username, "email": email, "name": username, "role": role, "visibility": visibility});
        let user_id = self.make("user", body).await;
        Principal { user_id, username, role, scope, visible_owner_ids: [user_id].into(), ..Principal::system() }
    }

    pub(super) async fn rep(&self) -> Principal {
        self.person(Role::Rep, Scope::Own).await
    }

    /// Makes a record as the system.
    pub(super) async fn make(&self, object: &str, body: Value) -> Uuid {
        let object = self.oltp.catalog().object(object).expect("a standard object");
        let changes = Changes::parse_new(object, body.as_object().expect("an object")).expect("valid fields");
        let record = self.oltp.create(&Principal::system(), object, changes).await.expect("created");
        record["id"].as_str().expect("an id").parse().expect("a uuid")
    }

    /// A lead that belongs to a person.
    pub(super) async fn lead_of(&self, owner: &Principal) -> Uuid {
        self.make("lead", json!({"name": "Ada", "owner_id": owner.user_id})).await
    }

    /// The routes with `caller` signed in.
    pub(super) fn client(&self, caller: &Principal) -> Client {
        Client { router: self.router().layer(Extension(caller.clone())) }
    }

    /// The routes with nobody signed in.
    pub(super) fn stranger(&self) -> Client {
        Client { router: self.router() }
    }

    fn router(&self) -> Router {
        let records = oltp::api::record_routes(&self.oltp);
        with_fallbacks(records.merge(oltp::api::documents::routes(&self.documents)))
    }

    /// Every file in the store.
    pub(super) fn stored(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().join("documents")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }

    /// The number a query answers.
    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.oltp.pool()).await.expect("a number")
    }
}

/// One person's view of the routes.
pub(super) struct Client {
    router: Router,
}

impl Client {
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Request::builder().uri(path), Body::empty()).await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        self.send(Request::builder().method("DELETE").uri(path), Body::empty()).await
    }

    pub(super) async fn json(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(body.to_string())).await
    }

    /// Sends the bytes as the body itself.
    pub(super) async fn put_raw(&self, path: &str, name: &str, bytes: impl Into<Body>) -> Answer {
        let name: Vec<String> = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let name = name.concat();
        self.send(Request::builder().method("POST").uri(format!("{path}?name={name}")), bytes.into()).await
    }

    /// Sends a form as browsers do.
    pub(super) async fn put_form(&self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        let (name, bytes) = file;
        let disposition = format!("form-data; name=\"file\"; filename=\"{name}\"");
        body.extend(format!("--x\r\ncontent-disposition: {disposition}\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let request = Request::builder().method("POST").uri(path);
        self.send(request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x"), Body::from(body)).await
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }
}
