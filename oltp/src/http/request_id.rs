//! Every request has an id that its answer, its log lines and its audit entries repeat.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use catalog::Ids;

/// The header that carries the id in both directions.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id taken over from a caller; a UUID has 36 characters.
const MAX_LEN: usize = 64;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the request that the current task answers, if it answers one.
pub fn current_request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// Runs a future as part of the request with this id, for work that goes on in a task of its own.
pub async fn within_request<T>(id: Option<String>, work: impl Future<Output = T> + Send) -> T {
    match id {
        Some(id) => REQUEST_ID.scope(id, work).await,
        None => work.await,
    }
}

/// The outermost layer: takes over the caller's id or makes one, and answers with it.
pub async fn request_scope(request: Request, next: Next) -> Response {
    let id = given(request.headers()).unwrap_or_else(|| Ids.fresh().to_string());
    let header = HeaderValue::from_str(&id);
    let mut response = REQUEST_ID.scope(id, next.run(request)).await;
    if let Ok(header) = header {
        response.headers_mut().insert(REQUEST_ID_HEADER, header);
    }
    response
}

/// The caller's id, if it is one that can stand in a log line.
fn given(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID_HEADER)?.to_str().ok()?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    (!id.is_empty() && id.len() <= MAX_LEN && id.chars().all(plain)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(id: &'static str) -> Option<String> {
        given(&HeaderMap::from_iter([(REQUEST_ID_HEADER, HeaderValue::from_static(id))]))
    }

    #[test]
    fn only_plain_ids_are_taken_over() {
        assert_eq!(taken("abc-1_Z").as_deref(), Some("abc-1_Z"));
        assert_eq!(taken("a b"), None);
        assert_eq!(taken("level=error"), None);
        assert_eq!(taken(""), None);
    }
}
