//! Webhooks over HTTP: kept by administrators, with their log.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use crate::{
    http::{Caller, JsonBody, PathParameters, Problem, QueryParameters},
    webhooks::{DeliveryLine, DeliveryLog, IssuedWebhook, NewWebhook, Webhook, WebhookChanges, WebhookList, Webhooks},
};

/// The routes below `/api/webhooks`.
pub fn routes(webhooks: &Webhooks) -> Router {
    Router::new()
        .route("/api/webhooks", get(list).post(create))
        .route("/api/webhooks/{id}", get(read).patch(change).delete(remove))
        .route("/api/webhooks/{id}/secret", post(change_secret))
        .route("/api/webhooks/{id}/test", post(try_out))
        .route("/api/webhooks/{id}/deliveries", get(log))
        .route("/api/webhooks/{id}/deliveries/{delivery}/replay", post(replay))
        .with_state(webhooks.clone())
}

pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(list, create, read, change, remove, change_secret, try_out, log, replay),
    components(schemas(
        DeliveryLine,
        DeliveryLog,
        IssuedWebhook,
        NewWebhook,
        Queued,
        Webhook,
        WebhookChanges,
        WebhookList
    )),
    tags((name = "Webhooks", description = "Calls to other systems when records change."))
)]
struct Description;

/// Where the log continues.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogParameters {
    cursor: Option<String>,
}

/// A call that was queued.
#[derive(Debug, Serialize, ToSchema)]
struct Queued {
    /// Its id: the `webhook-id` that the receiver sees.
    id: Uuid,
}

/// List the webhooks
#[utoipa::path(
    get, path = "/api/webhooks", tag = "Webhooks", operation_id = "listWebhooks", security(("bearer" = [])),
    responses((status = 200, description = "Every webhook", body = WebhookList), (status = 401), (status = 403))
)]
async fn list(State(webhooks): State<Webhooks>, Caller(caller): Caller) -> Result<Json<WebhookList>, Problem> {
    Ok(Json(webhooks.list(&caller).await?))
}

/// Make a webhook
///
/// Each call is a POST signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature`: HMAC-SHA256 of `id.timestamp.body`). The secret is shown this once.
#[utoipa::path(
    post, path = "/api/webhooks", tag = "Webhooks", operation_id = "createWebhook", security(("bearer" = [])),
    request_body = NewWebhook,
    responses(
        (status = 201, description = "The webhook and its secret", body = IssuedWebhook),
        (status = 401), (status = 403), (status = 409), (status = 422)
    )
)]
async fn create(
    State(webhooks): State<Webhooks>,
    Caller(caller): Caller,
    JsonBody(new): JsonBody<NewWebhook>,
) -> Result<Response, Problem> {
    let issued = webhooks.create(&caller, &new).await?;
    let location = format!("/api/webhooks/{}", issued.webhook.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], secret(issued)).into_response())
}

/// Read a webhook
#[utoipa::path(
    get, path = "/api/webhooks/{id}", tag = "Webhooks", operation_id = "readWebhook", security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "The webhook", body = Webhook), (status = 401), (status = 403), (status = 404))
)]
async fn read(
    State(webhooks): State<Webhooks>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(webhooks.read(&caller, id).await?))
}

/// Change a webhook, or switch it on again
#[utoipa::path(
    patch, path = "/api/webhooks/{id}", tag = "Webhooks", operation_id = "updateWebhook",
    security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = WebhookChanges,
    responses(
        (status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 401), (status = 403), (status = 404), (status = 422)
    )
)]
async fn change(
    State(webhooks): State<Webhooks>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    JsonBody(changes): JsonBody<WebhookChanges>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(webhooks.change(&caller, id, &changes).await?))
}

/// Remove a webhook with its log
#[utoipa::path(
    delete, path = "/api/webhooks/{id}", tag = "Webhooks", operation_id = "deleteWebhook",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone"), (status = 401), (status = 403), (status = 404))
)]
async fn remove(
    State(webhooks): State<Webhooks>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<StatusCode, Problem> {
    webhooks.delete(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook another secret
///
/// For a day each call carries two signatures, one of each secret.
#[utoipa::path(
    post, path = "/api/webhooks/{id}/secret", tag = "Webhooks", operation_id = "changeWebhookSecret",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The webhook and its new secret", body = IssuedWebhook),
        (status = 401), (status = 403), (status = 404)
    )
)]
async fn change_secret(
    State(webhooks): State<Webhooks>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Response, Problem> {
    Ok(secret(webhooks.change_secret(&caller, id).await?))
}

/// Call the receiver once without telling anything
#[utoipa::path(
    post, path = "/api/webhooks/{id}/test", tag = "Webhooks", operation_id = "testWebhook",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 202, description = "The call is queued; the log tells what became of it", body = Queued),
        (status = 401), (status = 403), (status = 404)
    )
)]
async fn try_out(
    State(webhooks): State<Webhooks>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<(StatusCode, Json<Queued>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(Queued { id: webhooks.try_out(&caller, id).await? })))
}

/// What was tried, newest first
#[utoipa::path(
    get, path = "/api/webhooks/{id}/deliveries", tag = "Webhooks", operation_id = "listWebhookDeliveries",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses(
        (status = 200, description = "One page", body = DeliveryLog),
        (status = 401), (status = 403), (status = 404), (status = 422)
    )
)]
async fn log(
    State(webhooks): State<Webhooks>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(parameters): QueryParameters<LogParameters>,
) -> Result<Json<DeliveryLog>, Problem> {
    Ok(Json(webhooks.log(&caller, id, parameters.cursor.as_deref()).await?))
}

/// Make a delivery again, under the id it had
#[utoipa::path(
    post, path = "/api/webhooks/{id}/deliveries/{delivery}/replay", tag = "Webhooks",
    operation_id = "replayWebhookDelivery", security(("bearer" = [])),
    params(("id" = Uuid, Path), ("delivery" = Uuid, Path)),
    responses((status = 202, description = "It is queued"), (status = 401), (status = 403), (status = 404))
)]
async fn replay(
    State(webhooks): State<Webhooks>,
    Caller(caller): Caller,
    PathParameters((id, delivery)): PathParameters<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    webhooks.replay(&caller, id, delivery).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A secret is shown once and kept by nobody in between.
fn secret(issued: IssuedWebhook) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(issued)).into_response()
}
