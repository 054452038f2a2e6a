//! Limits on requests: per person for whoever signed in, per address for everybody else, with
//! stricter ones for signing in and for exports.
//!
//! Each is a leaky bucket (GCRA) that allows its whole quota at once and refills over a minute. They
//! are kept by each server for itself. Answers tell what is left in the `RateLimit` and
//! `RateLimit-Policy` fields (draft-ietf-httpapi-ratelimit-headers).

use std::time::Instant;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};
use catalog::{FaultKind, Principal};
use oltp::http::{Problem, address_of};

use crate::config::HttpSection;

mod bucket;

use bucket::{Bucket, Told, WINDOW_S};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Every quota of the program; one that is off is `None`.
#[derive(Debug)]
pub(super) struct Limits {
    person: Option<Bucket>,
    address: Option<Bucket>,
    sign_in: Option<Bucket>,
    export: Option<Bucket>,
}

impl Limits {
    pub(super) fn new(section: &HttpSection) -> Self {
        Self {
            person: Bucket::new("person", section.requests_per_minute),
            address: Bucket::new("address", section.stranger_requests_per_minute),
            sign_in: Bucket::new("sign-in", section.sign_ins_per_minute),
            export: Bucket::new("export", section.exports_per_minute),
        }
    }

    /// The bucket of a request and whose it is; none for files of the web UI and for the system.
    fn of<'a>(&'a self, request: &Request) -> Option<(&'a Bucket, String)> {
        let path = request.uri().path();
        if !path.starts_with("/api/") {
            return None;
        }
        match request.extensions().get::<Principal>() {
            Some(caller) if caller.is_system() => None,
            Some(caller) => {
                let exports = path.split('/').any(|part| ["export", "exports"].contains(&part));
                let bucket = if exports { &self.export } else { &self.person };
                Some((bucket.as_ref()?, caller.user_id.to_string()))
            }
            None => {
                let signs_in = request.method() == Method::POST && path.starts_with("/api/auth/");
                let bucket = if signs_in { &self.sign_in } else { &self.address };
                Some((bucket.as_ref()?, address_of(request.extensions())))
            }
        }
    }

    /// Counts a failed attempt to be somebody; refuses when there were too many.
    pub(super) fn count_stranger(&self, request: &Request) -> Result<(), Problem> {
        let Some(bucket) = &self.address else { return Ok(()) };
        bucket.take(&address_of(request.extensions()), Instant::now()).map(drop).map_err(|told| refusal(&told))
    }
}

/// Lets a request pass or answers 429; either way the answer says what is left.
pub(super) async fn layer(State(limits): State<std::sync::Arc<Limits>>, request: Request, next: Next) -> Response {
    let Some((bucket, key)) = limits.of(&request) else {
        return next.run(request).await;
    };
    match bucket.take(&key, Instant::now()) {
        Ok(told) => with_headers(next.run(request).await, &told),
        Err(told) => with_headers(refusal(&told).into_response(), &told),
    }
}

fn refusal(told: &Told) -> Problem {
    let seconds = told.reset_s;
    let detail = format!("Too many requests; try again in {seconds} seconds.");
    Problem::new(FaultKind::Throttled, "too_many_requests", detail).with_retry_after(seconds)
}

fn with_headers(mut response: Response, told: &Told) -> Response {
    let Told { name, quota, remaining, reset_s } = told;
    let limit = format!("\"{name}\";r={remaining};t={reset_s}");
    let policy = format!("\"{name}\";q={quota};w={WINDOW_S}");
    for (header, text) in [(LIMIT, limit), (POLICY, policy)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(header, value);
        }
    }
    response
}
