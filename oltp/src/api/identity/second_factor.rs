//! Setting up and removing the second factor.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CurrentSession, throttled};
use crate::{
    http::{Caller, JsonBody, PathParameters, Problem},
    identity::{Enrolment, Identity, RecoveryCodes, Standing},
};

/// The routes.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new()
        .route("/api/auth/account", get(standing))
        .route("/api/auth/second-factor", post(enrol).delete(remove))
        .route("/api/auth/second-factor/confirm", post(confirm))
        .route("/api/auth/second-factor/recovery-codes", post(renew))
        .route("/api/users/{id}/second-factor", delete(remove_of))
}

/// Shows that it is the person themselves who asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "seven green bottles"}))]
pub(super) struct Proof {
    /// The password; needed by whoever has one.
    current_password: Option<String>,
}

/// A code of the app, or a recovery code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "492039"}))]
pub(super) struct Code {
    /// The code.
    code: String,
}

/// The password and a code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "seven green bottles", "code": "492039"}))]
pub(super) struct FullProof {
    /// The password; needed by whoever has one.
    current_password: Option<String>,
    /// A code of the app, or a recovery code.
    code: String,
}

/// How my account is guarded
#[utoipa::path(
    get, path = "/api/auth/account", tag = "Identity", operation_id = "readAccount", security(("bearer" = [])),
    responses((status = 200, body = Standing), (status = 401))
)]
pub(super) async fn standing(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
) -> Result<Json<Standing>, Problem> {
    Ok(Json(identity.standing(&caller).await?))
}

/// Begin to set up a second factor
///
/// Answers the secret for an app (TOTP: SHA-1, six digits, 30 seconds). It is asked for at sign-in once
/// a code of the app was confirmed.
#[utoipa::path(
    post, path = "/api/auth/second-factor", tag = "Identity", operation_id = "enrolSecondFactor",
    security(("bearer" = [])), request_body = Proof,
    responses((status = 200, body = Enrolment), (status = 401), (status = 403), (status = 409), (status = 422), (status = 429))
)]
pub(super) async fn enrol(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    JsonBody(proof): JsonBody<Proof>,
) -> Result<Response, Problem> {
    let enrolment = identity.enrol_second_factor(&caller, proof.current_password.as_deref()).await;
    Ok(secret(enrolment.map_err(throttled)?))
}

/// Switch the second factor on
///
/// Takes the first code of the app and answers the recovery codes, this once. Every other session ends.
#[utoipa::path(
    post, path = "/api/auth/second-factor/confirm", tag = "Identity", operation_id = "confirmSecondFactor",
    security(("bearer" = [])), request_body = Code,
    responses((status = 200, body = RecoveryCodes), (status = 401), (status = 403), (status = 409), (status = 422), (status = 429))
)]
pub(super) async fn confirm(
    State(identity): State<Arc<Identity>>,
    CurrentSession(session): CurrentSession,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<Code>,
) -> Result<Response, Problem> {
    Ok(secret(identity.confirm_second_factor(&caller, session, &body.code).await.map_err(throttled)?))
}

/// Make new recovery codes
///
/// The old ones are void.
#[utoipa::path(
    post, path = "/api/auth/second-factor/recovery-codes", tag = "Identity", operation_id = "renewRecoveryCodes",
    security(("bearer" = [])), request_body = Code,
    responses((status = 200, body = RecoveryCodes), (status = 401), (status = 403), (status = 422), (status = 429))
)]
pub(super) async fn renew(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<Code>,
) -> Result<Response, Problem> {
    Ok(secret(identity.renew_recovery_codes(&caller, &body.code).await.map_err(throttled)?))
}

/// Switch the second factor off
///
/// Asks for the password and a code. Every other session ends.
#[utoipa::path(
    delete, path = "/api/auth/second-factor", tag = "Identity", operation_id = "removeSecondFactor",
    security(("bearer" = [])), request_body = FullProof,
    responses((status = 204), (status = 401), (status = 403), (status = 422), (status = 429))
)]
pub(super) async fn remove(
    State(identity): State<Arc<Identity>>,
    CurrentSession(session): CurrentSession,
    Caller(caller): Caller,
    JsonBody(proof): JsonBody<FullProof>,
) -> Result<StatusCode, Problem> {
    let given = (proof.current_password.as_deref(), proof.code.as_str());
    identity.remove_second_factor(&caller, session, given).await.map_err(throttled)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switch the second factor of a person off
///
/// For administrators, when somebody has lost phone and recovery codes.
#[utoipa::path(
    delete, path = "/api/users/{id}/second-factor", tag = "Identity", operation_id = "removeSecondFactorOfUser",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404))
)]
pub(super) async fn remove_of(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<StatusCode, Problem> {
    identity.remove_second_factor_of(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An answer that no cache keeps.
fn secret(answer: impl serde::Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}
