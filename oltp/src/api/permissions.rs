//! `GET /api/permissions`: what every role grants, for administrators.

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::get};
use utoipa::OpenApi;

use crate::{
    http::{Caller, Problem},
    identity::{Identity, Permissions, PresetRole, UnusableRole},
};

pub(super) fn routes(identity: Arc<Identity>) -> Router {
    Router::new().route("/api/permissions", get(permissions)).with_state(identity)
}

pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(permissions), components(schemas(Permissions, PresetRole, UnusableRole)))]
struct Description;

/// What roles grant
///
/// The presets spelled out, how many people have which role, and roles that cannot be used. Custom
/// roles are records: `/api/roles`.
#[utoipa::path(
    get, path = "/api/permissions", tag = "Roles", operation_id = "describePermissions", security(("bearer" = [])),
    responses(
        (status = 200, description = "The overview", body = Permissions),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Only administrators may read it"),
    )
)]
async fn permissions(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
) -> Result<Json<Permissions>, Problem> {
    Ok(Json(identity.permissions(&caller).await?))
}
