//! Who asks.

use axum::{extract::FromRequestParts, http::request::Parts};
use catalog::Principal;

use super::Problem;
use crate::Error;

/// The person behind the request, as the [`authenticate`](super::authenticate) layer found out.
///
/// **Errors:** 401 when nobody is signed in, with the reason when a token was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(pub Principal);

/// Why the token of the request was refused; found in the request's extensions.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(pub(crate) Error);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        if let Some(principal) = parts.extensions.get::<Principal>() {
            return Ok(Self(principal.clone()));
        }
        let refusal = parts.extensions.get::<Refusal>().map_or(Error::NotSignedIn, |refusal| refusal.0.clone());
        Err(refusal.into())
    }
}
