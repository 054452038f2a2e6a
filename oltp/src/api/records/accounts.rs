//! Writing people: their fields like those of any record, and the password beside them.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, State},
    http::HeaderMap,
    response::Response,
    routing::{post, put},
};
use catalog::Principal;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Records, answer, conditional, created};
use crate::{
    Oltp,
    http::{Caller, JsonBody, LiveObject, PathParameters, Problem},
    identity::Identity,
    records::Target,
};

/// Members of the body that are no fields, with their other spelling.
const SECRETS: [(&str, &str); 2] = [("password", "password"), ("current_password", "currentPassword")];

#[derive(Debug, Clone)]
struct People {
    records: LiveObject<Oltp>,
    identity: Arc<Identity>,
}

/// People as the catalogue describes them when a request comes.
#[derive(Debug)]
struct Accounts {
    records: Records,
    identity: Arc<Identity>,
}

impl FromRef<People> for Accounts {
    fn from_ref(people: &People) -> Self {
        Self { records: Records::from_ref(&people.records), identity: Arc::clone(&people.identity) }
    }
}

/// `POST /api/users` and `PUT PATCH /api/users/{id}`.
pub(super) fn writing(records: LiveObject<Oltp>, identity: &Arc<Identity>) -> Router {
    let table = records.object().table.clone();
    Router::new()
        .route(&format!("/api/{table}"), post(create))
        .route(&format!("/api/{table}/{{id}}"), put(update).patch(update))
        .with_state(People { records, identity: Arc::clone(identity) })
}

async fn create(
    State(accounts): State<Accounts>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    let body = accounts.renamed(&caller, body).await?;
    let record = accounts.identity.create_account(&caller, body).await?;
    Ok(created(&accounts.records.object, record))
}

async fn update(
    State(accounts): State<Accounts>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    let target = Target { id, version: conditional::expected_version(&headers)? };
    let body = accounts.renamed(&caller, body).await?;
    Ok(answer(accounts.identity.update_user(&caller, target, body).await?))
}

impl Accounts {
    /// Field names as the catalogue has them; secrets are kept apart from the renaming.
    async fn renamed(&self, caller: &Principal, mut body: Map<String, Value>) -> Result<Map<String, Value>, Problem> {
        let mut secrets = Map::new();
        for (name, spelling) in SECRETS {
            if let Some(value) = body.remove(spelling).or_else(|| body.remove(name)) {
                secrets.insert(name.to_owned(), value);
            }
        }
        let mut fields = self.records.fields(caller, body).await?;
        fields.append(&mut secrets);
        Ok(fields)
    }
}
