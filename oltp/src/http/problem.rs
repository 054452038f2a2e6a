//! Errors as the outside sees them: `application/problem+json` (RFC 9457).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use catalog::{Fault, FaultKind, InvalidField};
use serde::Serialize;

use super::current_request_id;

/// An error on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: Box<str>,
    title: &'static str,
    detail: String,
    errors: Vec<InvalidField>,
    retry_after_s: Option<u64>,
    /// What the log says besides; never sent.
    cause: Option<Box<str>>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [InvalidField],
}

impl Problem {
    /// A problem that no error type stands for: an unknown address, an unreadable body.
    pub fn new(kind: FaultKind, code: &str, detail: impl Into<String>) -> Self {
        let (status, title) = status_and_title(kind);
        Self {
            status,
            code: code.into(),
            title,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
            cause: None,
        }
    }

    /// The same problem with another status, where HTTP has a finer word than [`FaultKind`].
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same problem naming the refused fields.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<InvalidField>) -> Self {
        self.errors = errors;
        self
    }

    /// The same problem telling when to try again.
    ///
    /// **Units:** seconds.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The last part of the type URI, such as `stale_version`.
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl<E: Fault> From<E> for Problem {
    fn from(error: E) -> Self {
        let kind = error.kind();
        let mut problem = Self::new(kind, error.code(), detail(kind, &error));
        problem.errors = error.invalid().map(|invalid| invalid.0.clone()).unwrap_or_default();
        problem.cause = problem.status.is_server_error().then(|| chain(&error).into());
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let instance = current_request_id();
        if let Some(cause) = &self.cause {
            tracing::error!(request.id = instance.as_deref(), problem.code = &*self.code, "a request failed: {cause}");
        }
        let body = Body {
            r#type: format!("/problems/{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            instance,
            errors: &self.errors,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/problem+json")], json).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What the user is told; the inside of a defect stays in the log.
fn detail(kind: FaultKind, error: &dyn Fault) -> String {
    match kind {
        FaultKind::Broken => "Something went wrong on our side; it was logged under the request id.".to_owned(),
        FaultKind::Unavailable => "The service cannot answer right now; try again in a moment.".to_owned(),
        FaultKind::Timeout => "It took longer than allowed; ask for less at once or try again later.".to_owned(),
        FaultKind::Invalid
        | FaultKind::Malformed
        | FaultKind::TooLarge
        | FaultKind::Unauthenticated
        | FaultKind::Forbidden
        | FaultKind::NotFound
        | FaultKind::Conflict
        | FaultKind::Stale
        | FaultKind::Throttled => sentence(&error.to_string()),
    }
}

/// Error texts start in lower case and end without a stop; what people read does not.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

/// The error with everything behind it, printed once.
fn chain(error: &dyn Fault) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

fn status_and_title(kind: FaultKind) -> (StatusCode, &'static str) {
    match kind {
        FaultKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "The input was refused"),
        FaultKind::Malformed => (StatusCode::BAD_REQUEST, "The request cannot be read"),
        FaultKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
        FaultKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "You are not signed in"),
        FaultKind::Forbidden => (StatusCode::FORBIDDEN, "You may not do this"),
        FaultKind::NotFound => (StatusCode::NOT_FOUND, "There is no such thing"),
        FaultKind::Conflict => (StatusCode::CONFLICT, "It clashes with what is there"),
        FaultKind::Stale => (StatusCode::PRECONDITION_FAILED, "It has changed meanwhile"),
        FaultKind::Throttled => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
        FaultKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Not available right now"),
        FaultKind::Timeout => (StatusCode::GATEWAY_TIMEOUT, "It took too long"),
        FaultKind::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use catalog::Invalid;
    use serde_json::{Value, json};

    use super::*;
    use crate::Error;

    async fn body(problem: Problem) -> Value {
        let response = problem.into_response();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[tokio::test]
    async fn refused_fields_are_named() {
        let problem = Problem::from(Invalid::field("amount", "wrong_type", "Amount must be a decimal number"));

        assert_eq!(
            body(problem).await,
            json!({
                "type": "/problems/invalid_fields",
                "title": "The input was refused",
                "status": 422,
                "detail": "Amount: Amount must be a decimal number.",
                "errors": [
                    { "pointer": "/amount", "code": "wrong_type", "message": "Amount must be a decimal number" },
                ],
            })
        );
    }

    #[tokio::test]
    async fn the_inside_of_a_defect_is_not_told() {
        let problem = Problem::from(Error::Broken("column deals.secret is missing".to_owned()));

        assert_eq!(problem.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!body(problem).await.to_string().contains("secret"));
    }

    #[test]
    fn who_is_not_signed_in_is_told_how() {
        let response = Problem::from(Error::NotSignedIn).into_response();

        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
}
