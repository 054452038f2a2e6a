//! Signing up, signing in, and API tokens over HTTP.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use catalog::{Invalid, Purpose, Role, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Error,
    http::{Caller, JsonBody, PathParameters, Problem},
    identity::{ApiToken, Identity, IssuedToken, NewToken, Registered, Registration},
    records::Record,
};

mod asker;
mod elsewhere;
mod mailed;
mod openapi;
mod profile;
mod second_factor;
mod sessions;

pub use asker::{Asker, CurrentSession, asker};
pub(super) use openapi::{openapi, with_passwords};

use sessions::{SignedIn, Visitor, hand_out};

/// The routes below `/api/auth`.
pub(super) fn routes(identity: Arc<Identity>) -> Router {
    Router::new()
        .route("/api/auth/register", post(register))
        .route("/api/auth/login", post(login))
        .route("/api/auth/me", get(me))
        .route("/api/auth/tokens", get(tokens).post(create_token))
        .route("/api/auth/tokens/{id}", delete(revoke_token))
        .merge(elsewhere::routes())
        .merge(mailed::routes())
        .merge(profile::routes())
        .merge(second_factor::routes())
        .merge(sessions::routes())
        .with_state(identity)
}

/// Who signs in: a username or an e-mail address, and the password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    /// Username; an e-mail address is taken here too.
    username: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// Password.
    password: String,
    /// A code of the second factor, where the account has one.
    code: Option<String>,
}

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// The user record; null for the system itself.
    #[schema(value_type = Option<Object>)]
    user: Option<Record>,
    /// Login name.
    username: String,
    /// The name of their role: a preset or a custom one.
    role: String,
    /// Whose records they see.
    #[schema(value_type = String)]
    scope: Scope,
    /// Whether they look only: through a reading token, or an administrator as somebody else.
    looking: bool,
    /// What is wrong with their role, so that they see nothing; null when all is well.
    role_problem: Option<&'static str>,
}

/// What a person is told whose role grants nothing because it cannot be used.
const BROKEN_ROLE: &str =
    "Your role does not exist any more or cannot be read, so nothing is shown; ask an administrator.";

/// The caller's tokens; there is only one page.
#[derive(Debug, Serialize, ToSchema)]
struct TokenList {
    items: Vec<ApiToken>,
    next: Option<String>,
    total: usize,
}

/// Make an account and sign in
///
/// The first person of a workspace becomes its administrator, everybody else a rep. A mail asks the
/// person to confirm their address; where the configuration says so, they are signed in only after
/// that, and the answer is 202.
#[utoipa::path(
    post, path = "/api/auth/register", tag = "Identity", operation_id = "register", request_body = Registration,
    responses(
        (status = 201, body = SignedIn), (status = 202, description = "Follow the link in the mail first"),
        (status = 403), (status = 409), (status = 422)
    )
)]
async fn register(
    State(identity): State<Arc<Identity>>,
    visitor: Visitor,
    JsonBody(registration): JsonBody<Registration>,
) -> Result<Response, Problem> {
    Ok(match identity.register(&registration, &visitor.device).await? {
        Registered::SignedIn(tokens) => hand_out(&identity, &visitor, StatusCode::CREATED, *tokens),
        Registered::WaitsForConfirmation => StatusCode::ACCEPTED.into_response(),
    })
}

/// Sign in
///
/// An account with a second factor answers 401 `second_factor_needed` to the right password alone: send
/// the same again with a `code`.
///
/// After ten wrong passwords the account is closed to the address for up to fifteen minutes. A program
/// gets its tokens in the answer; a browser asks with `X-Leadhouse-Session: cookie` and gets them in
/// cookies that scripts cannot read. With these it has to repeat the cookie `leadhouse_csrf` as the
/// header `X-CSRF-Token` whenever it changes something.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "Identity", operation_id = "login", request_body = Login,
    responses((status = 200, body = SignedIn), (status = 401), (status = 403), (status = 422), (status = 429))
)]
async fn login(
    State(identity): State<Arc<Identity>>,
    visitor: Visitor,
    JsonBody(login): JsonBody<Login>,
) -> Result<Response, Problem> {
    let name = login
        .username
        .or(login.email)
        .ok_or_else(|| Invalid::field("username", "required", "Username or e-mail must have a value"))?;
    let tokens = identity.login_with_code((&name, &login.password), login.code.as_deref(), &visitor.device).await;
    let tokens = tokens.map_err(throttled)?;
    Ok(hand_out(&identity, &visitor, StatusCode::OK, tokens))
}

/// The problem, with the time to wait if there is one.
fn throttled(error: Error) -> Problem {
    if let Error::TooManyAttempts { retry_after_s } = error {
        return Problem::from(error).with_retry_after(retry_after_s);
    }
    error.into()
}

/// Who am I
#[utoipa::path(
    get, path = "/api/auth/me", tag = "Identity", operation_id = "readMe", security(("bearer" = [])),
    responses((status = 200, body = Me), (status = 401))
)]
async fn me(State(identity): State<Arc<Identity>>, Caller(caller): Caller) -> Result<Json<Me>, Problem> {
    let user = identity.record_of(&caller).await?;
    let role_problem = (caller.role == Role::Custom && caller.granted.is_none()).then_some(BROKEN_ROLE);
    let (role, looking) = (caller.role_name().to_owned(), caller.purpose != Purpose::Work);
    Ok(Json(Me { user, username: caller.username, role, scope: caller.scope, looking, role_problem }))
}

/// List my API tokens
#[utoipa::path(
    get, path = "/api/auth/tokens", tag = "Identity", operation_id = "listTokens", security(("bearer" = [])),
    responses((status = 200, body = TokenList), (status = 401))
)]
async fn tokens(State(identity): State<Arc<Identity>>, Caller(caller): Caller) -> Result<Json<TokenList>, Problem> {
    let items = identity.tokens(&caller).await?;
    Ok(Json(TokenList { total: items.len(), next: None, items }))
}

/// Make an API token
///
/// The secret is shown this once.
#[utoipa::path(
    post, path = "/api/auth/tokens", tag = "Identity", operation_id = "createToken", security(("bearer" = [])),
    request_body = NewToken,
    responses((status = 201, body = IssuedToken), (status = 401), (status = 403), (status = 422))
)]
async fn create_token(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    JsonBody(new): JsonBody<NewToken>,
) -> Result<(StatusCode, Json<IssuedToken>), Problem> {
    Ok((StatusCode::CREATED, Json(identity.create_token(&caller, &new).await?)))
}

/// Revoke an API token
#[utoipa::path(
    delete, path = "/api/auth/tokens/{id}", tag = "Identity", operation_id = "revokeToken",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401), (status = 404))
)]
async fn revoke_token(
    State(identity): State<Arc<Identity>>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Response, Problem> {
    identity.revoke_token(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
