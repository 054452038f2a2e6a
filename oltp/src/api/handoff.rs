//! `/api/users/{id}/handoff`: what a person has, and giving it to another.

use axum::{Json, Router, extract::State, routing::get};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use crate::{
    Oltp,
    handoff::{Count, Handoff},
    http::{Caller, JsonBody, PathParameters, Problem},
};

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new().route("/api/users/{id}/handoff", get(preview).post(hand_off)).with_state(oltp.clone())
}

/// The description of [`routes`].
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(preview, hand_off), components(schemas(Counts, Count, Handoff)))]
struct Description;

/// Open records by object.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandoffCounts)]
struct Counts {
    /// One entry per object.
    items: Vec<Count>,
}

/// How much a person has that you could hand over
#[utoipa::path(
    get, path = "/api/users/{id}/handoff", operation_id = "previewHandoff", tag = "Users",
    security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "Open leads, deals and tasks, and all contacts and companies", body = Counts),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such person"),
    )
)]
async fn preview(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Counts>, Problem> {
    Ok(Json(Counts { items: oltp.handoff_preview(&caller, id).await? }))
}

/// Give everything open that a person has to another, all of it or nothing
#[utoipa::path(
    post, path = "/api/users/{id}/handoff", operation_id = "handOff", tag = "Users",
    security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    request_body(content = Handoff, example = json!({
        "to": "01978f5e-2a00-7000-8000-000000000001", "objects": ["lead", "deal", "task"]
    })),
    responses(
        (status = 200, description = "How many records changed hands", body = Counts),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role may not change such records"),
        (status = 404, description = "There is no such person"),
        (status = 422, description = "The person or an object was refused; each is named"),
    )
)]
async fn hand_off(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    JsonBody(wanted): JsonBody<Handoff>,
) -> Result<Json<Counts>, Problem> {
    Ok(Json(Counts { items: oltp.hand_off(&caller, id, &wanted).await? }))
}
