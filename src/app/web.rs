//! The web UI: built files from `web/dist`, and its one page for every address that is not a file.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What the browser may load: our own files, and pictures that a page draws itself.
///
/// No script but our own runs, and none is made from text. Styles may stand in the page: charts and
/// virtual rows place their parts that way.
pub(super) const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'";

/// Names of built files change with their content, so a browser may keep them for good.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const PAGE: &str = "index.html";
/// Folders with a page of their own: the interactive documentation of the HTTP interface.
const DOCUMENTATION: [&str; 2] = ["swagger", "redoc"];

/// The files that `npm run build` leaves; read from disk by debug builds, inside the binary in others.
#[derive(RustEmbed)]
#[folder = "web/dist/"]
#[allow_missing = true]
struct Files;

/// Answers a built file, or the page, which knows every other address.
pub(super) async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return oltp::http::not_found().await.into_response();
    }
    if DOCUMENTATION.contains(&path) && !uri.path().ends_with('/') {
        return Redirect::permanent(&format!("/{path}/")).into_response();
    }
    if let Some(folder) = path.strip_suffix('/').filter(|folder| DOCUMENTATION.contains(folder)) {
        let page = format!("{folder}/{PAGE}");
        return Files::get(&page).map_or_else(not_built, |file| answer(&page, file, &headers));
    }
    match (Files::get(path), path.contains('.')) {
        (Some(file), _) if path != PAGE => answer(path, file, &headers),
        (_, true) if path != PAGE => (StatusCode::NOT_FOUND, "There is no such file.").into_response(),
        _ => Files::get(PAGE).map_or_else(not_built, |file| answer(PAGE, file, &headers)),
    }
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let lasting = path.starts_with("assets/");
    let cache = HeaderValue::from_static(if lasting { IMMUTABLE } else { "no-cache" });
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes());
    let builder = Response::builder().header(header::CACHE_CONTROL, cache).header(header::ETAG, tag);
    let response = if known {
        builder.status(StatusCode::NOT_MODIFIED).body(Body::empty())
    } else {
        builder.header(header::CONTENT_TYPE, file.metadata.mimetype()).body(Body::from(file.data))
    };
    response.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A plain page for a checkout whose web UI has not been built yet.
fn not_built() -> Response {
    Html(include_str!("welcome.html")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn status(path: &str) -> StatusCode {
        serve(path.parse().expect("an address"), HeaderMap::new()).await.status()
    }

    #[tokio::test]
    async fn pages_have_many_addresses_and_files_and_calls_only_their_own() {
        assert_eq!(status("/").await, StatusCode::OK);
        assert_eq!(status("/deals/0190-7").await, StatusCode::OK);
        assert_eq!(status("/assets/missing.js").await, StatusCode::NOT_FOUND);
        assert_eq!(status("/api/missing").await, StatusCode::NOT_FOUND);
        assert_eq!(status("/../Cargo.toml").await, StatusCode::NOT_FOUND);
        assert_eq!(status("/swagger").await, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(status("/redoc/").await, StatusCode::OK);
    }
}
