//! Handing out tokens, refreshing them, and the sessions behind them.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use catalog::FaultKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::CurrentSession;
use crate::{
    Error,
    http::{
        Caller, ClientAddress, JsonBody, PathParameters, Problem, QueryParameters, SessionCookie, forget_session,
        wants_cookies,
    },
    identity::{AccessToken, Device, Ending, Identity, OpenSession},
    records::Record,
};

/// The routes.
pub(super) fn routes() -> Router<Arc<Identity>> {
    Router::new()
        .route("/api/auth/refresh", post(refresh))
        .route("/api/auth/logout", post(logout))
        .route("/api/auth/sessions", get(sessions).delete(end_sessions))
        .route("/api/auth/sessions/{id}", delete(end_session))
        .route("/api/users/{id}/sessions", delete(end_sessions_of))
}

/// What signing in answers. A browser that asked with `X-Leadhouse-Session: cookie` gets its tokens
/// in cookies that scripts cannot read, and not here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedIn {
    /// The access token (JWT), to be sent as `Authorization: Bearer <token>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// `Bearer` or `Cookie`.
    token_type: &'static str,
    /// When the access token stops counting.
    expires_at: DateTime<Utc>,
    /// Counts once: exchange it at `POST /api/auth/refresh` for the next pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// When the session ends if it is not refreshed.
    refresh_expires_at: DateTime<Utc>,
    /// The session.
    session_id: Uuid,
    /// The person's user record.
    #[schema(value_type = Object)]
    user: Record,
}

/// Where a request comes from, and how its sender wants tokens.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) device: Device,
    cookies: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let ClientAddress(ip) = ClientAddress::from_request_parts(parts, state).await?;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned);
        Ok(Self { device: Device { ip, agent }, cookies: wants_cookies(&parts.headers) })
    }
}

/// The answer to somebody who has just signed in or refreshed.
pub(super) fn hand_out(identity: &Identity, visitor: &Visitor, status: StatusCode, tokens: AccessToken) -> Response {
    let AccessToken { token, expires_at, refresh_token, refresh_expires_at, session_id, user } = tokens;
    let mut answer = SignedIn {
        token: None,
        token_type: "Cookie",
        expires_at,
        refresh_token: None,
        refresh_expires_at,
        session_id,
        user,
    };
    if !visitor.cookies {
        answer = SignedIn { token: Some(token), token_type: "Bearer", refresh_token: Some(refresh_token), ..answer };
        return (status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response();
    }
    let secure = identity.settings().secure();
    let now = identity.now();
    let (short, long) = ((expires_at - now).num_seconds(), (refresh_expires_at - now).num_seconds());
    let cookies = [
        SessionCookie::Access.set(&token, secure, short),
        SessionCookie::Refresh.set(&refresh_token, secure, long),
        SessionCookie::Csrf.set(&identity.csrf_token(session_id), secure, long),
    ];
    let mut response = (status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response();
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The refresh token of a program; a browser sends it as a cookie.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "q1w2e3r4t5y6u7i8o9p0q1w2e3r4t5y6u7i8o9p0q1w"}))]
pub(super) struct Refresh {
    /// The refresh token; left out by a browser that has it in a cookie.
    refresh_token: Option<String>,
}

/// Which sessions end.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Others {
    /// Whether the session that asks stays open.
    keep_current: bool,
}

/// The caller's open sessions; there is only one page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionList {
    items: Vec<OpenSession>,
    next: Option<String>,
    total: usize,
}

/// Exchange a refresh token
///
/// Each refresh token counts once. One that comes back later than ten seconds after its use was
/// stolen: its session ends. With `X-Leadhouse-Session: cookie` the token is read from its cookie.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "Identity", operation_id = "refreshTokens", request_body = Refresh,
    responses((status = 200, body = SignedIn), (status = 401), (status = 403), (status = 422))
)]
pub(super) async fn refresh(
    State(identity): State<Arc<Identity>>,
    visitor: Visitor,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Refresh>,
) -> Result<Response, Problem> {
    let given = body.refresh_token.or_else(|| in_cookie(&identity, &visitor, &headers));
    let token = given.ok_or(Error::TokenRefused)?;
    match identity.refresh(&token, &visitor.device).await {
        Ok(tokens) => Ok(hand_out(&identity, &visitor, StatusCode::OK, tokens)),
        Err(error @ Error::TokenRefused) if visitor.cookies => Ok(forgotten(&identity, Problem::from(error))),
        Err(error) => Err(error.into()),
    }
}

/// Sign out
///
/// Ends the session: neither its access token nor its refresh token counts any more.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "Identity", operation_id = "logout", security(("bearer" = [])),
    responses((status = 204), (status = 401), (status = 403), (status = 409))
)]
pub(super) async fn logout(
    State(identity): State<Arc<Identity>>,
    CurrentSession(session): CurrentSession,
    visitor: Visitor,
    headers: HeaderMap,
    caller: Result<Caller, Problem>,
) -> Result<Response, Problem> {
    if let (Ok(Caller(caller)), Some(session)) = (&caller, session) {
        identity.end_sessions(caller, Ending::One(session)).await?;
    } else if let Some(token) = in_cookie(&identity, &visitor, &headers) {
        identity.end_session_of(&token).await?;
    } else {
        caller?;
        let detail = "An API token has no session; revoke it instead.";
        return Err(Problem::new(FaultKind::Conflict, "no_session", detail));
    }
    Ok(forgotten(&identity, StatusCode::NO_CONTENT))
}

/// List my sessions
#[utoipa::path(
    get, path = "/api/auth/sessions", tag = "Identity", operation_id = "listSessions", security(("bearer" = [])),
    responses((status = 200, body = SessionList), (status = 401))
)]
pub(super) async fn sessions(
    State(identity): State<Arc<Identity>>,
    CurrentSession(session): CurrentSession,
    Caller(caller): Caller,
) -> Result<Json<SessionList>, Problem> {
    let items = identity.sessions(&caller, session).await?;
    Ok(Json(SessionList { total: items.len(), next: None, items }))
}

/// End my sessions
///
/// All of them, or all but the one that asks.
#[utoipa::path(
    delete, path = "/api/auth/sessions", tag = "Identity", operation_id = "endSessions", security(("bearer" = [])),
    params(("keep_current" = Option<bool>, Query, description = "Whether the session that asks stays open")),
    responses((status = 204), (status = 401), (status = 403))
)]
pub(super) async fn end_sessions(
    State(identity): State<Arc<Identity>>,
    CurrentSession(session): CurrentSession,
    Caller(caller): Caller,
    QueryParameters(others): QueryParameters<Others>,
) -> Result<StatusCode, Problem> {
    let ending = session.filter(|_| others.keep_current).map_or(Ending::All, Ending::AllBut);
    identity.end_sessions(&caller, ending).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of my sessions
#[utoipa::path(
    delete, path = "/api/auth/sessions/{id}", tag = "Identity", operation_id = "endSession",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404))
)]
pub(super) async fn end_session(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<StatusCode, Problem> {
    identity.end_sessions(&caller, Ending::One(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End all sessions of a person
///
/// For administrators, and for one's own.
#[utoipa::path(
    delete, path = "/api/users/{id}/sessions", tag = "Identity", operation_id = "endSessionsOfUser",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404))
)]
pub(super) async fn end_sessions_of(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<StatusCode, Problem> {
    identity.end_sessions_of(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The refresh token in its cookie, for a browser that says so: another site cannot add the header.
fn in_cookie(identity: &Identity, visitor: &Visitor, headers: &HeaderMap) -> Option<String> {
    let cookie = SessionCookie::Refresh.read(headers, identity.settings().secure());
    cookie.filter(|_| visitor.cookies).map(str::to_owned)
}

/// An answer that takes the cookies away.
fn forgotten(identity: &Identity, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    for cookie in forget_session(identity.settings().secure()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
