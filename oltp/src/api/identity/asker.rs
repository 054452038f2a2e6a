//! Who asks, found out from the credentials that came with a request.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, request::Parts},
};
use catalog::{FaultKind, Principal};
use uuid::Uuid;

use crate::{
    Error,
    http::{CSRF_HEADER, Problem, SessionCookie, bearer, from_own_pages},
    identity::Identity,
};

/// Whoever asks, and the session that they ask in; a program with an API token has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The person.
    pub principal: Principal,
    /// Their session.
    pub session: Option<Uuid>,
}

/// The session in which the caller asks, if it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentSession(pub Option<Uuid>);

impl<S: Send + Sync> FromRequestParts<S> for CurrentSession {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(None)))
    }
}

/// Who asks: the bearer of the token in `Authorization`, or the person of the session in the cookies.
///
/// A request without credentials, or with cookies that no longer count, has no asker: the handlers
/// that need one refuse it.
///
/// # Errors
/// 401 for a bearer token that does not count; 403 for a request that changes something and that
/// another site may have made the browser send.
pub async fn asker(identity: &Identity, method: &Method, headers: &HeaderMap) -> Result<Option<Asker>, Problem> {
    if let Some(token) = bearer(headers) {
        let (principal, session) = identity.authenticate_session(token).await?;
        return Ok(Some(Asker { principal, session }));
    }
    let changes = !method.is_safe();
    if changes && !from_own_pages(headers, &identity.settings().public_url) {
        return Err(foreign("cross_site", "This request comes from another site."));
    }
    let secure = identity.settings().secure();
    let Some(token) = SessionCookie::Access.read(headers, secure) else { return Ok(None) };
    let (principal, session) = match identity.authenticate_session(token).await {
        Ok(found) => found,
        Err(Error::TokenRefused) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let repeated = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if changes && !session.is_some_and(|session| identity.csrf_matches(session, repeated)) {
        return Err(foreign("csrf", "Send the value of the cookie leadhouse_csrf as the header X-CSRF-Token."));
    }
    Ok(Some(Asker { principal, session }))
}

fn foreign(code: &str, detail: &str) -> Problem {
    Problem::new(FaultKind::Forbidden, code, detail)
}
