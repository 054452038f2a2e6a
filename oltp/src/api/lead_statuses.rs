//! `POST /api/lead_statuses/preset`: a ready set of statuses instead of one's own.

use axum::{Json, Router, extract::State, routing::post};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::{
    Oltp,
    http::{Caller, JsonBody, Problem},
    lead_statuses::Preset,
    records::Record,
};

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new().route("/api/lead_statuses/preset", post(use_preset)).with_state(oltp.clone())
}

/// The description of [`routes`].
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(use_preset), components(schemas(Chosen, Statuses, Preset)))]
struct Description;

/// Which set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadStatusPreset)]
struct Chosen {
    /// The name of the set.
    preset: Preset,
}

/// The statuses in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadStatuses)]
struct Statuses {
    /// In their order.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Record>,
}

/// Put a ready set of lead statuses in force
///
/// Statuses that are not in the set go to the bin; leads that stand in them keep the word until
/// somebody moves them.
#[utoipa::path(
    post, path = "/api/lead_statuses/preset", operation_id = "useLeadStatusPreset", tag = "Lead statuses",
    security(("bearer" = [])),
    request_body(content = Chosen, example = json!({"preset": "simple"})),
    responses(
        (status = 200, description = "The statuses in force", body = Statuses),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role may not change lead statuses"),
        (status = 422, description = "There is no such set"),
    )
)]
async fn use_preset(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    JsonBody(chosen): JsonBody<Chosen>,
) -> Result<Json<Statuses>, Problem> {
    Ok(Json(Statuses { items: oltp.use_preset(&caller, chosen.preset).await? }))
}
