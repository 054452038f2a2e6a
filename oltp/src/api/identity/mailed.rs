//! What people do with the links in their mail, and asking for such a mail.

use std::{sync::Arc, time::Duration};

use axum::{Json, Router, extract::State, http::StatusCode, response::Response, routing::post};
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{SignedIn, Visitor, hand_out, throttled};
use crate::{
    http::{Caller, ClientAddress, JsonBody, PathParameters, Problem},
    identity::{Identity, Invitation},
    records::Record,
};

/// Answers about mail take at least this long, so that the time tells nothing about the address:
/// the work for a known one is far below it.
const ANSWER_AFTER: Duration = Duration::from_millis(60);

/// The routes.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new()
        .route("/api/auth/confirm", post(confirm))
        .route("/api/auth/confirm/resend", post(resend))
        .route("/api/auth/forgot", post(forgot))
        .route("/api/auth/reset", post(reset))
        .route("/api/auth/invitation", post(accept))
        .route("/api/users/invite", post(invite))
        .route("/api/users/{id}/invite", post(invite_again))
}

/// The token of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "q1w2e3r4t5y6u7i8o9p0q1w2e3r4t5y6u7i8o9p0q1w"}))]
pub(super) struct LinkToken {
    /// What stands behind `#` in the link.
    token: String,
}

/// An address that a mail goes to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "nora@example.com"}))]
pub(super) struct MailWish {
    /// E-mail address of the account.
    email: String,
}

/// The token of a link, and the password that the person chose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "q1w2e3r4t5y6u7i8o9p0q1w2e3r4t5y6u7i8o9p0q1w", "password": "seven green bottles"}))]
pub(super) struct ChosenPassword {
    /// What stands behind `#` in the link.
    token: String,
    /// The password.
    password: String,
}

/// Confirm an e-mail address
///
/// Takes the token of the mail that is sent after registration and after a change of the address.
#[utoipa::path(
    post, path = "/api/auth/confirm", tag = "Identity", operation_id = "confirmEmail", request_body = LinkToken,
    responses((status = 204), (status = 422))
)]
pub(super) async fn confirm(
    State(identity): State<Arc<Identity>>,
    ClientAddress(ip): ClientAddress,
    JsonBody(link): JsonBody<LinkToken>,
) -> Result<StatusCode, Problem> {
    identity.confirm_email(&link.token, &ip).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send the confirmation mail again
///
/// The answer is the same whether or not an account waits for it.
#[utoipa::path(
    post, path = "/api/auth/confirm/resend", tag = "Identity", operation_id = "resendConfirmation",
    request_body = MailWish, responses((status = 202), (status = 422), (status = 429))
)]
pub(super) async fn resend(
    State(identity): State<Arc<Identity>>,
    ClientAddress(ip): ClientAddress,
    JsonBody(wish): JsonBody<MailWish>,
) -> Result<StatusCode, Problem> {
    let began = Instant::now();
    identity.resend_confirmation(&wish.email, &ip).await.map_err(throttled)?;
    tokio::time::sleep_until(began + ANSWER_AFTER).await;
    Ok(StatusCode::ACCEPTED)
}

/// Ask for a new password
///
/// Mails a link. The answer is the same whether or not there is an account with this address.
#[utoipa::path(
    post, path = "/api/auth/forgot", tag = "Identity", operation_id = "forgotPassword", request_body = MailWish,
    responses((status = 202), (status = 422), (status = 429))
)]
pub(super) async fn forgot(
    State(identity): State<Arc<Identity>>,
    ClientAddress(ip): ClientAddress,
    JsonBody(wish): JsonBody<MailWish>,
) -> Result<StatusCode, Problem> {
    let began = Instant::now();
    identity.forgot_password(&wish.email, &ip).await.map_err(throttled)?;
    tokio::time::sleep_until(began + ANSWER_AFTER).await;
    Ok(StatusCode::ACCEPTED)
}

/// Set a new password by a mailed link
///
/// Ends every open session and signs nobody in.
#[utoipa::path(
    post, path = "/api/auth/reset", tag = "Identity", operation_id = "resetPassword", request_body = ChosenPassword,
    responses((status = 204), (status = 422), (status = 429))
)]
pub(super) async fn reset(
    State(identity): State<Arc<Identity>>,
    ClientAddress(ip): ClientAddress,
    JsonBody(chosen): JsonBody<ChosenPassword>,
) -> Result<StatusCode, Problem> {
    identity.reset_password(&chosen.token, &chosen.password, &ip).await.map_err(throttled)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Accept an invitation
///
/// Sets the first password of the person and signs them in.
#[utoipa::path(
    post, path = "/api/auth/invitation", tag = "Identity", operation_id = "acceptInvitation",
    request_body = ChosenPassword,
    responses((status = 200, body = SignedIn), (status = 422), (status = 429))
)]
pub(super) async fn accept(
    State(identity): State<Arc<Identity>>,
    visitor: Visitor,
    JsonBody(chosen): JsonBody<ChosenPassword>,
) -> Result<Response, Problem> {
    let accepted = identity.accept_invitation(&chosen.token, &chosen.password, &visitor.device).await;
    Ok(hand_out(&identity, &visitor, StatusCode::OK, accepted.map_err(throttled)?))
}

/// Invite a person
///
/// Makes an account without a password and mails the person a link to choose one.
#[utoipa::path(
    post, path = "/api/users/invite", tag = "Identity", operation_id = "inviteUser", security(("bearer" = [])),
    request_body = Invitation,
    responses((status = 201, body = Object), (status = 401), (status = 403), (status = 409), (status = 422))
)]
pub(super) async fn invite(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    JsonBody(invitation): JsonBody<Invitation>,
) -> Result<(StatusCode, Json<Record>), Problem> {
    Ok((StatusCode::CREATED, Json(identity.invite(&caller, &invitation).await?)))
}

/// Send an invitation again
///
/// The link of the earlier mail is void then.
#[utoipa::path(
    post, path = "/api/users/{id}/invite", tag = "Identity", operation_id = "inviteUserAgain",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 202), (status = 401), (status = 403), (status = 404), (status = 409))
)]
pub(super) async fn invite_again(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<StatusCode, Problem> {
    identity.invite_again(&caller, id).await?;
    Ok(StatusCode::ACCEPTED)
}
