//! The HTTP routes of schedules beside those of every record: previewing and running now.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use catalog::Principal;
use chrono::{DateTime, Utc};
use oltp::{
    deliveries::Addressees,
    http::{Caller, JsonBody, PathParameters, Problem, QueryParameters},
    records::Record,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use crate::delivery::Deliveries;

/// The routes below `/api`.
pub fn routes(deliveries: Deliveries) -> Router {
    Router::new()
        .route("/api/schedules/preview", post(preview))
        .route("/api/schedules/{id}/run", post(run))
        .with_state(deliveries)
}

/// The description of these routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(preview, run))]
struct Description;

/// When a schedule runs.
#[derive(Debug, Serialize, ToSchema)]
struct Preview {
    /// The next three runs.
    next: Vec<DateTime<Utc>>,
}

/// Whom a run goes to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunParameters {
    #[serde(default)]
    to: Addressees,
}

/// The deliveries of a run.
#[derive(Debug, Serialize, ToSchema)]
struct Started {
    /// One delivery per recipient, pending.
    #[schema(value_type = Vec<Object>)]
    deliveries: Vec<Record>,
}

/// The next three runs of a schedule that is not saved, or what saving it would refuse.
#[utoipa::path(post, path = "/api/schedules/preview", tag = "Schedules", operation_id = "previewSchedule",
    request_body = Object,
    responses((status = 200, body = Preview), (status = 422, description = "Each wrong field has a pointer")))]
async fn preview(
    State(deliveries): State<Deliveries>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Json<Preview>, Problem> {
    Ok(Json(Preview { next: deliveries.preview(&caller, &body).await? }))
}

/// Runs a schedule now, whatever its time; the deliveries show what becomes of it.
#[utoipa::path(post, path = "/api/schedules/{id}/run", tag = "Schedules", operation_id = "runSchedule",
    params(
        ("id" = Uuid, Path),
        ("to" = Option<String>, Query, description = "`recipients` (all of them, when absent) or `me`"),
    ),
    responses((status = 202, body = Started), (status = 404, description = "There is no such schedule")))]
async fn run(
    State(deliveries): State<Deliveries>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(parameters): QueryParameters<RunParameters>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    insist_on_person(&caller, parameters.to)?;
    let made = deliveries.run_now(&caller, id, parameters.to).await?;
    Ok((StatusCode::ACCEPTED, Json(Started { deliveries: made })))
}

/// The system has no mailbox.
fn insist_on_person(caller: &Principal, to: Addressees) -> Result<(), Problem> {
    if to == Addressees::Me && caller.user_id.is_nil() {
        let message = "to=me needs a person; sign in, or send it to the recipients";
        return Err(catalog::Invalid::field("to", "not_a_person", message).into());
    }
    Ok(())
}
