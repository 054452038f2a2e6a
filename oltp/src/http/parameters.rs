//! Query strings and path segments, or a problem that says what is wrong with them.

use axum::{
    extract::{FromRequestParts, Path, Query},
    http::{Uri, request::Parts},
};
use catalog::FaultKind;
use serde::de::DeserializeOwned;

use super::Problem;

/// The query string, read as `T`.
///
/// **Errors:** 400 with what does not fit.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueryParameters<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(rejection) => Err(Problem::new(FaultKind::Malformed, "invalid_query", rejection.body_text())),
        }
    }
}

/// The variable segments of the path, read as `T`.
///
/// **Errors:** 404, because an address that cannot be read names nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct PathParameters<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathParameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(parameters)) => Ok(Self(parameters)),
            Err(rejection) => Err(Problem::new(FaultKind::NotFound, "not_found", rejection.body_text())),
        }
    }
}

/// The names and values in a query string; `None` when it is not one.
pub(crate) fn query_pairs(query: &str) -> Option<Vec<(String, String)>> {
    let uri = Uri::builder().path_and_query(format!("/?{query}")).build().ok()?;
    Query::try_from_uri(&uri).ok().map(|Query(pairs)| pairs)
}
