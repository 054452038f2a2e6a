//! Answers to requests that no route takes, and the limit on bodies.

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode};
use catalog::FaultKind;

use super::Problem;

/// Largest request body; records and reports are far below it, files have a route of their own.
///
/// **Units:** bytes.
pub const BODY_LIMIT_BYTES: usize = 1024 * 1024;

/// Adds the answers for unknown addresses and methods and the body limit; call it last.
pub fn with_fallbacks(router: Router) -> Router {
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
}

/// Answers an address that is not one of ours.
pub async fn not_found() -> Problem {
    Problem::new(FaultKind::NotFound, "not_found", "There is nothing at this address.")
}

/// Answers a method that the address does not have.
pub async fn method_not_allowed() -> Problem {
    Problem::new(FaultKind::Malformed, "method_not_allowed", "This address does not have this method.")
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
}
