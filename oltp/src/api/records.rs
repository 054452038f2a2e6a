//! Records over HTTP: the same routes for every object, registered by a loop over the catalogue.
//!
//! `GET POST /api/{table}`, `GET /api/{table}/values`, `GET PUT PATCH DELETE /api/{table}/{id}`,
//! `POST /api/{table}/{id}/restore`, `GET /api/{table}/{id}/audit`. `PUT` and `PATCH` mean the
//! same: fields that are absent keep their values. A version in `If-Match` is honoured when it is
//! given; without it the last writer wins.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{FromRef, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use catalog::{CatalogObject, Changes, ObjectDef, Principal};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    Oltp,
    http::{Caller, JsonBody, LiveObject, PathParameters, Problem, QueryParameters},
    identity::Identity,
    records::{MAX_LIMIT, Record, Target},
};

mod accounts;
mod aliases;
pub(super) mod assign;
pub(super) mod conditional;
mod customers;
mod description;
mod names;
mod openapi;
mod schemas;

pub use openapi::openapi;
pub(super) use schemas::capitalised;

/// The routes of every object of the catalogue, of the catalogue itself and of customers.
pub(super) fn routes(oltp: &Oltp) -> Router {
    let objects = oltp.catalog().objects.iter().filter(|object| !object.added());
    let routes = objects.map(|object| of_object(oltp, object));
    routes
        .fold(Router::new(), Router::merge)
        .merge(description::routes(oltp))
        .merge(customers::routes(oltp))
        .merge(assign::routes(oltp))
}

/// The same with people written as accounts: with passwords, and their own profile by themselves.
pub(super) fn routes_with_accounts(oltp: &Oltp, identity: &Arc<Identity>) -> Router {
    let objects = oltp.catalog().objects.iter().filter(|object| !object.added());
    let routes = objects.map(|object| match object.name.as_str() {
        "user" => reading(oltp, object).merge(accounts::writing(live(oltp, object), identity)),
        _ => of_object(oltp, object),
    });
    routes
        .fold(Router::new(), Router::merge)
        .merge(description::routes(oltp))
        .merge(customers::routes(oltp))
        .merge(assign::routes(oltp))
}

/// The routes of one object.
pub(super) fn of_object(oltp: &Oltp, object: &ObjectDef) -> Router {
    reading(oltp, object).merge(writing(oltp, object))
}

fn reading(oltp: &Oltp, object: &ObjectDef) -> Router {
    let table = &object.table;
    Router::new()
        .route(&format!("/api/{table}"), get(list))
        .route(&format!("/api/{table}/values"), get(values))
        .route(&format!("/api/{table}/{{id}}"), get(read).delete(delete))
        .route(&format!("/api/{table}/{{id}}/restore"), post(restore))
        .route(&format!("/api/{table}/{{id}}/audit"), get(audit))
        .with_state(live(oltp, object))
}

fn writing(oltp: &Oltp, object: &ObjectDef) -> Router {
    let table = &object.table;
    Router::new()
        .route(&format!("/api/{table}"), post(create))
        .route(&format!("/api/{table}/{{id}}"), put(update).patch(update))
        .with_state(live(oltp, object))
}

fn live(oltp: &Oltp, object: &ObjectDef) -> LiveObject<Oltp> {
    LiveObject::of(oltp, oltp.live_catalog(), object)
}

/// The records of one object.
#[derive(Debug, Clone)]
struct Records {
    oltp: Oltp,
    object: CatalogObject,
}

impl FromRef<LiveObject<Oltp>> for Records {
    fn from_ref(live: &LiveObject<Oltp>) -> Self {
        Self { oltp: live.service(), object: live.object() }
    }
}

impl Records {
    async fn fields(&self, caller: &Principal, body: Map<String, Value>) -> Result<Map<String, Value>, Problem> {
        fields(&self.oltp, caller, &self.object, body).await
    }
}

/// The body as field values: aliases renamed, names of linked records looked up.
pub(super) async fn fields(
    oltp: &Oltp,
    caller: &Principal,
    object: &ObjectDef,
    body: Map<String, Value>,
) -> Result<Map<String, Value>, Problem> {
    let mut body = aliases::renamed(object, body)?;
    names::resolve(oltp, caller, object, &mut body).await?;
    Ok(body.fields)
}

async fn list(
    State(Records { oltp, object }): State<Records>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let query = oltp.list_query(&caller, &object, &parameters).await?;
    let page = oltp.list(&caller, &object, &query).await?;
    Ok(Json(page).into_response())
}

async fn values(
    State(Records { oltp, object }): State<Records>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    Ok(Json(oltp.field_values(&caller, &object, &parameters).await?).into_response())
}

async fn create(
    State(records): State<Records>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    let object = &records.object;
    let fields = records.fields(&caller, body).await?;
    let changes = Changes::parse_new(object, &fields)?;
    let record = records.oltp.create(&caller, object, changes).await?;
    Ok(created(object, record))
}

async fn read(
    State(Records { oltp, object }): State<Records>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let record = oltp.read(&caller, &object, id).await?;
    let etag = conditional::etag(&record);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    Ok(answer(record))
}

async fn update(
    State(records): State<Records>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    let object = &records.object;
    let target = Target { id, version: conditional::expected_version(&headers)? };
    let fields = records.fields(&caller, body).await?;
    let changes = Changes::parse_patch(object, &fields)?;
    Ok(answer(records.oltp.update(&caller, object, target, changes).await?))
}

async fn delete(
    State(Records { oltp, object }): State<Records>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let target = Target { id, version: conditional::expected_version(&headers)? };
    Ok(answer(oltp.delete(&caller, &object, target).await?))
}

async fn restore(
    State(Records { oltp, object }): State<Records>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let target = Target { id, version: conditional::expected_version(&headers)? };
    Ok(answer(oltp.restore(&caller, &object, target).await?))
}

/// Entries below a version: the `next` of the page before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditParameters {
    limit: Option<u32>,
    cursor: Option<i64>,
}

async fn audit(
    State(Records { oltp, object }): State<Records>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(parameters): QueryParameters<AuditParameters>,
) -> Result<Response, Problem> {
    let limit = parameters.limit.unwrap_or(MAX_LIMIT).clamp(1, MAX_LIMIT);
    let mut entries = oltp.history(&caller, &object, id, (parameters.cursor, limit + 1)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).and_then(|entry| entry.version).map(|version| version.to_string());
    Ok(Json(json!({ "items": entries, "next": next, "total": null })).into_response())
}

fn created(object: &ObjectDef, record: Record) -> Response {
    let id = record.get("id").and_then(Value::as_str).unwrap_or_default();
    let location = format!("/api/{}/{id}", object.table);
    (StatusCode::CREATED, [(header::LOCATION, location)], answer(record)).into_response()
}

fn answer(record: Record) -> Response {
    ([(header::ETAG, conditional::etag(&record))], Json(record)).into_response()
}
