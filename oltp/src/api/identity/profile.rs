//! What people keep about themselves: preferences, a picture, and the log of what they did.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    http::{Caller, JsonBody, PathParameters, Problem, QueryParameters},
    identity::{AVATAR_LIMIT_BYTES, ActivityPage, Identity, Preferences},
    records::Record,
};

/// The routes.
pub(super) fn routes() -> Router<Arc<Identity>> {
    // One byte more is read, so that a picture that is too large is told from one that is cut off.
    let pictures = Router::new()
        .route("/api/users/{id}/avatar", get(avatar).put(set_avatar).delete(remove_avatar))
        .layer(DefaultBodyLimit::max(AVATAR_LIMIT_BYTES + 1));
    Router::new()
        .route("/api/users/{id}/settings", put(set_preferences))
        .route("/api/users/{id}/logs", get(activity))
        .merge(pictures)
}

/// Which page of the log.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PageWish {
    /// Where it begins: `next` of the page before.
    cursor: Option<String>,
    /// Entries: 1 to 200, 50 when absent.
    limit: Option<i64>,
}

/// Change preferences
///
/// Groups that are absent stay as they are. One's own, or anybody's for administrators.
#[utoipa::path(
    put, path = "/api/users/{id}/settings", tag = "Identity", operation_id = "setPreferences",
    security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = Preferences,
    responses((status = 200, body = Object), (status = 401), (status = 403), (status = 404), (status = 422))
)]
pub(super) async fn set_preferences(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    JsonBody(preferences): JsonBody<Preferences>,
) -> Result<Json<Record>, Problem> {
    Ok(Json(identity.set_preferences(&caller, id, &preferences).await?))
}

/// Read the activity log of a person
///
/// Sign-ins, tokens and passwords, and the changes of records that the person made; newest first. One's
/// own, or anybody's for administrators.
#[utoipa::path(
    get, path = "/api/users/{id}/logs", tag = "Identity", operation_id = "readActivityLog",
    security(("bearer" = [])), params(
        ("id" = Uuid, Path),
        ("cursor" = Option<String>, Query, description = "Where the page begins: `next` of the page before"),
        ("limit" = Option<i64>, Query, description = "Entries of the page: 1 to 200, 50 when absent")
    ),
    responses((status = 200, body = ActivityPage), (status = 401), (status = 403), (status = 404), (status = 422))
)]
pub(super) async fn activity(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(PageWish { cursor, limit }): QueryParameters<PageWish>,
) -> Result<Json<ActivityPage>, Problem> {
    Ok(Json(identity.activity(&caller, id, (cursor.as_deref(), limit)).await?))
}

/// Show the picture of a person
#[utoipa::path(
    get, path = "/api/users/{id}/avatar", tag = "Identity", operation_id = "readAvatar",
    security(("bearer" = [])), params(("id" = Uuid, Path), ("v" = Option<String>, Query)),
    responses((status = 200, description = "The picture", content_type = "image/png"), (status = 401), (status = 404))
)]
pub(super) async fn avatar(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Response, Problem> {
    let avatar = identity.avatar(&caller, id).await?;
    let kept = "private, max-age=86400";
    Ok(([(header::CONTENT_TYPE, avatar.media_type.as_str()), (header::CACHE_CONTROL, kept)], avatar.bytes)
        .into_response())
}

/// Upload a picture of a person
///
/// The body is a PNG, JPEG or WebP file of at most 512 kB. One's own, or anybody's for administrators.
#[utoipa::path(
    put, path = "/api/users/{id}/avatar", tag = "Identity", operation_id = "setAvatar",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Object), (status = 401), (status = 403), (status = 404), (status = 413), (status = 422))
)]
pub(super) async fn set_avatar(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    bytes: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Json<Record>, Problem> {
    let bytes = bytes.map_err(|_too_large| {
        Problem::new(catalog::FaultKind::TooLarge, "body_too_large", "A picture must have at most 512 kB.")
    })?;
    Ok(Json(identity.set_avatar(&caller, id, &bytes).await?))
}

/// Remove the picture of a person
#[utoipa::path(
    delete, path = "/api/users/{id}/avatar", tag = "Identity", operation_id = "removeAvatar",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404))
)]
pub(super) async fn remove_avatar(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<StatusCode, Problem> {
    identity.remove_avatar(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
