//! `/api/notifications`: a person's inbox, and what they want to be told.

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use crate::{
    Oltp,
    http::{Caller, JsonBody, Problem, QueryParameters},
    notifications::{Inbox, InboxQuery, Kind, MailWish, Notification, Preference},
};

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new()
        .route("/api/notifications", get(inbox))
        .route("/api/notifications/read", post(read))
        .route("/api/notifications/preferences", get(preferences).put(prefer))
        .with_state(oltp.clone())
}

/// The description of [`routes`].
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(inbox, read, preferences, prefer),
    components(schemas(Inbox, Notification, Read, Unread, Preferences, Preference, Kind, MailWish))
)]
struct Description;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    unread: Option<bool>,
    cursor: Option<Uuid>,
    limit: Option<u32>,
}

/// Which notifications were read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadNotifications)]
struct Read {
    /// Their ids, at most 200; all of them when absent.
    ids: Option<Vec<Uuid>>,
}

/// How many are left.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnreadCount)]
struct Unread {
    /// How many are unread now.
    unread: i64,
}

/// What a person wants to be told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationPreferences)]
struct Preferences {
    /// One entry per kind.
    items: Vec<Preference>,
}

/// Your inbox, newest first, with how many notifications are unread
#[utoipa::path(
    get, path = "/api/notifications", operation_id = "listNotifications", tag = "Notifications",
    security(("bearer" = [])),
    params(
        ("unread" = Option<bool>, Query, description = "`true` for unread ones only"),
        ("cursor" = Option<Uuid>, Query, description = "The `next` of the page before"),
        ("limit" = Option<u32>, Query, description = "Notifications per page, 1 to 200; 30 when not given"),
    ),
    responses(
        (status = 200, description = "One page", body = Inbox),
        (status = 401, description = "Nobody is signed in"),
        (status = 422, description = "A parameter was refused"),
    )
)]
async fn inbox(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<Parameters>,
) -> Result<Json<Inbox>, Problem> {
    let Parameters { unread, cursor, limit } = parameters;
    Ok(Json(oltp.inbox(&caller, InboxQuery::parse(unread, cursor, limit)?).await?))
}

/// Mark notifications read
#[utoipa::path(
    post, path = "/api/notifications/read", operation_id = "readNotifications", tag = "Notifications",
    security(("bearer" = [])),
    request_body(content = Read, example = json!({"ids": ["01978f5e-2a00-7000-8000-000000000001"]})),
    responses(
        (status = 200, description = "How many are unread now", body = Unread),
        (status = 401, description = "Nobody is signed in"),
        (status = 422, description = "Too many ids"),
    )
)]
async fn read(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<Read>,
) -> Result<Json<Unread>, Problem> {
    Ok(Json(Unread { unread: oltp.read_notifications(&caller, body.ids.as_deref()).await? }))
}

/// What you want to be told, and how
#[utoipa::path(
    get, path = "/api/notifications/preferences", operation_id = "readNotificationPreferences", tag = "Notifications",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "One entry per kind", body = Preferences),
        (status = 401, description = "Nobody is signed in"),
    )
)]
async fn preferences(State(oltp): State<Oltp>, Caller(caller): Caller) -> Result<Json<Preferences>, Problem> {
    Ok(Json(Preferences { items: oltp.notification_preferences(&caller).await? }))
}

/// Say what you want to be told; kinds that are absent stay as they are
#[utoipa::path(
    put, path = "/api/notifications/preferences", operation_id = "setNotificationPreferences", tag = "Notifications",
    security(("bearer" = [])),
    request_body(content = Preferences, example = json!({
        "items": [{"kind": "deal_stage", "in_app": true, "mail": "daily"}]
    })),
    responses(
        (status = 200, description = "One entry per kind", body = Preferences),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "The system itself has no preferences"),
        (status = 422, description = "There is no such kind, or it is given twice"),
    )
)]
async fn prefer(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<Preferences>,
) -> Result<Json<Preferences>, Problem> {
    Ok(Json(Preferences { items: oltp.set_notification_preferences(&caller, &body.items).await? }))
}
