//! `/api/privacy`: what is held about a person, given out and erased; for administrators.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::jobs::accepted;
use crate::{
    http::{Caller, JsonBody, PathParameters, Problem},
    jobs::Job,
    privacy::{Erasure, ErasureList, ErasureState, NewErasure, Person, Place, Privacy, Remains},
};

/// The routes below `/api/privacy`.
pub fn routes(privacy: &Privacy) -> Router {
    Router::new()
        .route("/api/privacy/exports", post(export))
        .route("/api/privacy/erasures", get(list).post(ask))
        .route("/api/privacy/erasures/{id}", get(read))
        .route("/api/privacy/erasures/{id}/confirm", post(confirm))
        .with_state(privacy.clone())
}

pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(export, list, ask, read, confirm),
    components(schemas(Confirmation, Erasure, ErasureList, ErasureState, NewErasure, Person, Place, Remains)),
    tags((name = "Privacy", description = "Requests of people: what is held about them, and to be forgotten."))
)]
struct Description;

/// The name that shows that the right person is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ada Lovelace"}))]
struct Confirmation {
    /// The person's name, exactly as the record says.
    name: String,
}

/// Export what is held about a person
///
/// Answers at once with a job that gathers everything in one archive: the person's records, what links to
/// them, documents with their bytes, changes, mails, notifications. `POST /api/jobs/{id}/link` answers an
/// address to fetch it; the file is kept for 48 hours.
#[utoipa::path(
    post, path = "/api/privacy/exports", tag = "Privacy", operation_id = "exportPerson", security(("bearer" = [])),
    request_body = Person,
    responses(
        (status = 202, description = "The job; its address is in `Location`", body = Job),
        (status = 401), (status = 403), (status = 404), (status = 409), (status = 422),
        (status = 429, description = "Too many jobs of yours wait or run")
    )
)]
async fn export(
    State(privacy): State<Privacy>,
    Caller(caller): Caller,
    JsonBody(person): JsonBody<Person>,
) -> Result<Response, Problem> {
    let id = privacy.start_export(&caller, &person).await?;
    Ok(accepted(privacy.oltp().job(&caller, id).await?))
}

/// Requests to be forgotten, newest first
#[utoipa::path(
    get, path = "/api/privacy/erasures", tag = "Privacy", operation_id = "listErasures", security(("bearer" = [])),
    responses((status = 200, description = "The newest hundred", body = ErasureList), (status = 401), (status = 403))
)]
async fn list(State(privacy): State<Privacy>, Caller(caller): Caller) -> Result<Json<ErasureList>, Problem> {
    Ok(Json(privacy.erasures(&caller).await?))
}

/// Ask for a person to be forgotten
///
/// Counts what there is of them, place by place. Nothing is erased before the request is confirmed.
#[utoipa::path(
    post, path = "/api/privacy/erasures", tag = "Privacy", operation_id = "askErasure", security(("bearer" = [])),
    request_body = NewErasure,
    responses(
        (status = 201, description = "The request, with what there is", body = Erasure),
        (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)
    )
)]
async fn ask(
    State(privacy): State<Privacy>,
    Caller(caller): Caller,
    JsonBody(new): JsonBody<NewErasure>,
) -> Result<Response, Problem> {
    let erasure = privacy.ask_erasure(&caller, &new).await?;
    let location = format!("/api/privacy/erasures/{}", erasure.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(erasure)).into_response())
}

/// A request to be forgotten, and its proof
#[utoipa::path(
    get, path = "/api/privacy/erasures/{id}", tag = "Privacy", operation_id = "readErasure",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 200, description = "The request", body = Erasure), (status = 401), (status = 403), (status = 404))
)]
async fn read(
    State(privacy): State<Privacy>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Erasure>, Problem> {
    Ok(Json(privacy.erasure(&caller, id).await?))
}

/// Erase a person for good
///
/// Starts a job that goes on after a restart: records, texts, documents, files of exports and imports,
/// the warehouse with its history and the search index. At its end it looks whether anything is left; a
/// request that could not be completed is confirmed again. Nothing of this can be taken back.
#[utoipa::path(
    post, path = "/api/privacy/erasures/{id}/confirm", tag = "Privacy", operation_id = "confirmErasure",
    security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = Confirmation,
    responses(
        (status = 202, description = "The request with its job", body = Erasure),
        (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It is done, or is being done"),
        (status = 422, description = "It is not the person's name"),
        (status = 429, description = "Too many jobs of yours wait or run")
    )
)]
async fn confirm(
    State(privacy): State<Privacy>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    JsonBody(Confirmation { name }): JsonBody<Confirmation>,
) -> Result<Response, Problem> {
    let erasure = privacy.confirm_erasure(&caller, id, &name).await?;
    Ok((StatusCode::ACCEPTED, Json(erasure)).into_response())
}
