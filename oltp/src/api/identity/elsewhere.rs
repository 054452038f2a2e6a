//! Signing in with a provider of OpenID Connect, and the accounts there that are linked.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{SignedIn, Visitor, hand_out};
use crate::{
    http::{Caller, JsonBody, PathParameters, Problem, QueryParameters, SessionCookie},
    identity::{Arrival, Arrived, Identity, LinkedAccount, RegistrationMode},
};

/// How long a browser may be away at the provider, in seconds.
const AWAY_S: i64 = 600;

/// The routes.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new()
        .route("/api/auth/providers", get(providers))
        .route("/api/auth/oidc/{provider}/start", get(start))
        .route("/api/auth/oidc/{provider}/callback", post(callback))
        .route("/api/auth/oauth/{provider}", post(by_id_token))
        .route("/api/auth/identities", get(identities))
        .route("/api/auth/identities/{id}", delete(unlink))
}

/// A provider that people may sign in with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignInProvider {
    /// Its name in addresses.
    name: String,
    /// What people call it.
    label: String,
}

/// How people get in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaysIn {
    items: Vec<SignInProvider>,
    /// `open`, `confirmed` or `closed`: who may sign up by themselves.
    #[schema(value_type = String)]
    registration: RegistrationMode,
}

/// What a browser leaves for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Leaving {
    /// Whether the account there is to be linked to the one that is signed in.
    link: bool,
}

/// What the provider sends the browser back with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "SplxlOBeZQQYbYS6WxSbIA", "state": "af0ifjsldkj"}))]
pub(super) struct CodeAndState {
    /// The authorization code.
    code: String,
    /// The state that the browser left with.
    state: String,
}

/// An id token of the provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"oauthToken": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"}))]
pub(super) struct OauthToken {
    /// The id token (JWT) that the provider gave to a program of ours.
    #[serde(rename = "oauthToken", alias = "oauth_token")]
    oauth_token: String,
}

/// The caller's accounts elsewhere; there is only one page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkedList {
    items: Vec<LinkedAccount>,
    next: Option<String>,
    total: usize,
}

/// List the ways to sign in
#[utoipa::path(
    get, path = "/api/auth/providers", tag = "Identity", operation_id = "listSignInProviders",
    responses((status = 200, body = WaysIn))
)]
pub(super) async fn providers(State(identity): State<Arc<Identity>>) -> Json<WaysIn> {
    let items = identity.providers().into_iter().map(|(name, label)| SignInProvider { name, label }).collect();
    Json(WaysIn { items, registration: identity.settings().registration })
}

/// Leave for a provider
///
/// Sends the browser to the provider (authorization code flow with PKCE). From there it comes back to
/// the page `/sign-in/{provider}` with a code and a state. Wants to be opened, not fetched.
#[utoipa::path(
    get, path = "/api/auth/oidc/{provider}/start", tag = "Identity", operation_id = "startSignIn",
    params(
        ("provider" = String, Path),
        ("link" = Option<bool>, Query, description = "Whether the account there is to be linked to the one that is signed in")
    ),
    responses((status = 303, description = "To the provider"), (status = 400), (status = 401), (status = 404), (status = 503))
)]
pub(super) async fn start(
    State(identity): State<Arc<Identity>>,
    PathParameters(provider): PathParameters<String>,
    QueryParameters(leaving): QueryParameters<Leaving>,
    caller: Result<Caller, Problem>,
) -> Result<Response, Problem> {
    let link = if leaving.link { Some(caller?.0) } else { None };
    let departure = identity.depart(&provider, link.as_ref()).await?;
    let cookie = SessionCookie::Journey.set(&departure.luggage, identity.settings().secure(), AWAY_S);
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, departure.url)]).into_response();
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Come back from a provider
///
/// Signs in with the code that the provider gave to this browser. 204 when an account was linked.
#[utoipa::path(
    post, path = "/api/auth/oidc/{provider}/callback", tag = "Identity", operation_id = "finishSignIn",
    params(("provider" = String, Path)), request_body = CodeAndState,
    responses(
        (status = 200, body = SignedIn), (status = 204, description = "The account was linked"), (status = 401),
        (status = 403), (status = 404), (status = 409), (status = 422), (status = 503)
    )
)]
pub(super) async fn callback(
    State(identity): State<Arc<Identity>>,
    PathParameters(provider): PathParameters<String>,
    visitor: Visitor,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeAndState>,
) -> Result<Response, Problem> {
    let secure = identity.settings().secure();
    let luggage = SessionCookie::Journey.read(&headers, secure);
    let arrival = Arrival { code: body.code, state: body.state };
    let mut response = match identity.arrive((&provider, &arrival), luggage, &visitor.device).await? {
        Arrived::SignedIn(tokens) => hand_out(&identity, &visitor, StatusCode::OK, *tokens),
        Arrived::Linked => StatusCode::NO_CONTENT.into_response(),
    };
    let gone = SessionCookie::Journey.set("", secure, 0);
    response.headers_mut().extend(gone.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Sign in with an id token of a provider
///
/// For programs that sign their person in at the provider themselves. A token counts once, and not
/// later than ten minutes after it was issued.
#[utoipa::path(
    post, path = "/api/auth/oauth/{provider}", tag = "Identity", operation_id = "signInByIdToken",
    params(("provider" = String, Path)), request_body = OauthToken,
    responses((status = 200, body = SignedIn), (status = 401), (status = 403), (status = 404), (status = 422), (status = 503))
)]
pub(super) async fn by_id_token(
    State(identity): State<Arc<Identity>>,
    PathParameters(provider): PathParameters<String>,
    visitor: Visitor,
    JsonBody(body): JsonBody<OauthToken>,
) -> Result<Response, Problem> {
    let tokens = identity.sign_in_by_id_token(&provider, &body.oauth_token, &visitor.device).await?;
    Ok(hand_out(&identity, &visitor, StatusCode::OK, tokens))
}

/// List my linked accounts
#[utoipa::path(
    get, path = "/api/auth/identities", tag = "Identity", operation_id = "listLinkedAccounts",
    security(("bearer" = [])), responses((status = 200, body = LinkedList), (status = 401))
)]
pub(super) async fn identities(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
) -> Result<Json<LinkedList>, Problem> {
    let items = identity.linked_accounts(&caller).await?;
    Ok(Json(LinkedList { total: items.len(), next: None, items }))
}

/// Unlink an account
///
/// Refused when it is the only way in.
#[utoipa::path(
    delete, path = "/api/auth/identities/{id}", tag = "Identity", operation_id = "unlinkAccount",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409))
)]
pub(super) async fn unlink(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<StatusCode, Problem> {
    identity.unlink(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
