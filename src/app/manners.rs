//! What every answer carries for browsers: security headers, and which other origins may read it.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method},
};
use tower_http::{
    cors::{AllowOrigin, CorsLayer},
    set_header::SetResponseHeaderLayer,
};

use super::web;
use crate::config::Config;

/// A year, as browsers' preload lists ask for.
const STRICT_TRANSPORT: &str = "max-age=31536000; includeSubDomains";
/// How long a browser may remember what it asked about another origin.
const REMEMBER: std::time::Duration = std::time::Duration::from_mins(10);

/// Answers carry these unless a handler said something stricter.
const ALWAYS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", web::CONTENT_POLICY),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// What a program elsewhere may send.
const SENT: [&str; 8] = [
    "authorization",
    "content-type",
    "if-match",
    "if-none-match",
    "idempotency-key",
    "last-event-id",
    "x-csrf-token",
    "x-leadhouse-as",
];
/// And read of an answer besides its body.
const SHOWN: [&str; 9] = [
    "content-disposition",
    "etag",
    "idempotency-replayed",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "www-authenticate",
    "x-request-id",
];

/// The router with the headers that the configuration asks for.
pub(super) fn polite(router: Router, config: &Config) -> Router {
    let mut router = router;
    for (name, value) in ALWAYS {
        router = router.layer(always(name, value));
    }
    if config.public_url.as_deref().is_some_and(|url| url.starts_with("https://")) {
        router = router.layer(always("strict-transport-security", STRICT_TRANSPORT));
    }
    if config.http.cors_origins.is_empty() { router } else { router.layer(cors(&config.http.cors_origins)) }
}

/// Origins are compared as a whole. Cookies stay at home: programs elsewhere bring a token.
fn cors(origins: &[String]) -> CorsLayer {
    let names = |names: &[&'static str]| names.iter().map(|name| HeaderName::from_static(name)).collect::<Vec<_>>();
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin.trim_end_matches('/')).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(names(&SENT))
        .expose_headers(names(&SHOWN))
        .max_age(REMEMBER)
}

fn always(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
}
