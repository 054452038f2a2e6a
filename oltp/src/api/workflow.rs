//! `/api/workflow_rules/{id}/runs`: what a rule did.

use axum::{Json, Router, extract::State, routing::get};
use serde::Deserialize;
use utoipa::OpenApi;
use uuid::Uuid;

use crate::{
    Oltp,
    http::{Caller, PathParameters, Problem, QueryParameters},
    workflow::{RunLine, RunLog},
};

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new().route("/api/workflow_rules/{id}/runs", get(runs)).with_state(oltp.clone())
}

/// The description of [`routes`].
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(runs), components(schemas(RunLine, RunLog)))]
struct Description;

/// Where the log continues.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogParameters {
    cursor: Option<String>,
}

/// What a rule did and could not do, newest first, for a month
#[utoipa::path(
    get, path = "/api/workflow_rules/{id}/runs", operation_id = "listWorkflowRuns", tag = "Workflow rules",
    security(("bearer" = [])),
    params(("id" = Uuid, Path), ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses(
        (status = 200, description = "The runs; records that did not meet the conditions are not kept", body = RunLog),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role keeps no rules"),
        (status = 404, description = "There is no such rule"),
        (status = 422, description = "The cursor was not made by this list"),
    )
)]
async fn runs(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(parameters): QueryParameters<LogParameters>,
) -> Result<Json<RunLog>, Problem> {
    Ok(Json(oltp.workflow_runs(&caller, id, parameters.cursor.as_deref()).await?))
}
