//! Bytes of documents as answers that a browser only ever saves.
//!
//! The answer is an attachment of a type from a short list, not to be guessed at, and, were it shown
//! all the same, in a sandbox that loads and runs nothing.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    documents::{Content, Documents},
    http::{Caller, PathParameters, Problem, QueryParameters},
};

/// Nothing is loaded, run or shown within the page of anybody.
const CONTENT_POLICY: &str = "sandbox; default-src 'none'";

/// Which version is wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContentParameters {
    /// Its number; the newest when not given.
    number: Option<i64>,
}

/// Download a document
#[utoipa::path(
    get, path = "/api/documents/{id}/content", tag = "Documents", operation_id = "downloadDocument",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("number" = Option<i64>, Query, description = "The version; the newest when not given"),
    ),
    responses(
        (status = 200, description = "The bytes, to be saved", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 304, description = "You have them already (`If-None-Match`)"),
        (status = 400, description = "The query string cannot be read"),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such version that you may see"),
    )
)]
pub(super) async fn download(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(parameters): QueryParameters<ContentParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let content = documents.content(&caller, id, parameters.number).await?;
    Ok(answer(content, &headers))
}

/// Download what a signed link opens
#[utoipa::path(
    get, path = "/api/files/{token}", tag = "Documents", operation_id = "openDocumentLink", security(()),
    params(("token" = String, Path)),
    responses(
        (status = 200, description = "The bytes, to be saved", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 304, description = "You have them already (`If-None-Match`)"),
        (status = 404, description = "The link is not valid, or not any more"),
    )
)]
pub(super) async fn open_link(
    State(documents): State<Documents>,
    PathParameters(token): PathParameters<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let content = documents.open_link(&token).await?;
    Ok(answer(content, &headers))
}

fn answer(content: Content, request: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", content.sha256);
    let fixed = [
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY)),
        (header::HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    if request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, fixed, [(header::ETAG, tag)]).into_response();
    }
    let own = [
        (header::ETAG, tag),
        (header::CONTENT_TYPE, content.media_type),
        (header::CONTENT_LENGTH, content.size_bytes.to_string()),
        (header::CONTENT_DISPOSITION, disposition(&content.name)),
    ];
    (fixed, own, Body::from_stream(content.bytes)).into_response()
}

/// `attachment` with the name twice: for every program, and as it really is (RFC 6266).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || " ._-()".contains(letter) { letter } else { '_' })
        .collect();
    let encoded: String = name.bytes().map(encode).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// One byte of an extended parameter (RFC 5987, section 3.2.1).
fn encode(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        assert_eq!(
            disposition("Angebot №1 \"x\"; a.pdf"),
            "attachment; filename=\"Angebot _1 _x__ a.pdf\"; \
             filename*=UTF-8''Angebot%20%E2%84%961%20%22x%22%3B%20a.pdf"
        );
    }
}
