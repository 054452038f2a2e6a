//! `Idempotency-Key`: a POST that is repeated is answered again instead of being done again.
//!
//! Keys belong to the person who asks and count for a day. The same key with the same request is
//! answered from what was kept, with `Idempotency-Replayed: true`; with another request it is refused
//! (422), and while the first one runs it is a conflict (409). A request that has begun is finished
//! even if its sender hangs up, so that the repetition finds an answer.

use std::collections::BTreeMap;

use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use catalog::{FaultKind, Principal};
use oltp::{
    Oltp,
    http::{BODY_LIMIT_BYTES, Problem, current_request_id, within_request},
    idempotency::{IdempotentRequest, KeptAnswer, Repetition},
};
use sha2::{Digest, Sha256};

use super::spawn_named;

const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key; a UUID has 36 characters.
const MAX_KEY_LEN: usize = 255;
/// Longest answer that is kept.
const MAX_KEPT_BYTES: u64 = 1024 * 1024;
/// Headers of an answer that are kept with it.
const KEPT_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];
/// Answers below this address hold secrets, which are shown once and kept nowhere.
const SECRET: &str = "/api/auth/";

/// Answers repetitions; everything else passes.
pub(super) async fn layer(State(oltp): State<Oltp>, request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get(KEY).filter(|_| request.method() == Method::POST) else {
        return next.run(request).await;
    };
    let Some(caller) = request.extensions().get::<Principal>().cloned() else {
        return next.run(request).await; // the handler says that one has to sign in
    };
    let key = match checked(key, &request) {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    match repeatable(oltp, caller, key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

fn checked(key: &HeaderValue, request: &Request) -> Result<String, Problem> {
    let wrong = |code, detail: &str| Err(Problem::new(FaultKind::Malformed, code, detail));
    let key = key.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > MAX_KEY_LEN {
        return wrong("invalid_idempotency_key", "Idempotency-Key must be 1 to 255 plain characters, such as a UUID.");
    }
    if request.uri().path().starts_with(SECRET) {
        return wrong(
            "idempotency_not_supported",
            "Answers here hold secrets, so they are not kept; leave out Idempotency-Key.",
        );
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.is_empty() && !kind.contains("json") {
        return wrong(
            "idempotency_not_supported",
            "Only requests with JSON can be repeated; leave out Idempotency-Key.",
        );
    }
    Ok(key.to_owned())
}

async fn repeatable(
    oltp: Oltp,
    caller: Principal,
    key: String,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT_BYTES).await.map_err(|_too_large| {
        Problem::new(FaultKind::TooLarge, "body_too_large", "The body is larger than allowed.")
    })?;
    let mut hash = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), parts.uri.to_string().as_bytes(), &body] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let asked = IdempotentRequest { key, hash: hash.finalize().into() };
    match oltp.begin_idempotent(&caller, &asked).await? {
        Repetition::First => {}
        Repetition::Done(answer) => return replay(answer),
        Repetition::Running => {
            return Err(Problem::new(
                FaultKind::Conflict,
                "idempotency_in_progress",
                "The first request with this key has not ended, or its outcome is unknown; look at what is there.",
            )
            .with_retry_after(1));
        }
        Repetition::OtherRequest => {
            return Err(Problem::new(
                FaultKind::Invalid,
                "idempotency_key_reused",
                "This key belongs to another request; make a new one.",
            ));
        }
    }
    let request = Request::from_parts(parts, Body::from(body));
    let work = finish(oltp, caller, asked.key, next.run(request));
    let work = within_request(current_request_id(), work);
    let done = spawn_named("idempotent request", work).await;
    done.map_err(|_panicked| Problem::new(FaultKind::Broken, "broken", "Something went wrong on our side."))
}

/// Runs the request and keeps its answer.
async fn finish(oltp: Oltp, caller: Principal, key: String, work: impl Future<Output = Response>) -> Response {
    let response = work.await;
    let status = response.status();
    // Nothing was done, and it may go better later.
    if [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status) {
        if let Err(error) = oltp.release_idempotent(&caller, &key).await {
            tracing::warn!("a key for repetition could not be given back: {error}");
        }
        return response;
    }
    let headers = kept(response.headers());
    let (response, body) = read(response).await;
    let answer = KeptAnswer { status: status.as_u16(), headers, body };
    if let Err(error) = oltp.finish_idempotent(&caller, &key, &answer).await {
        // The sender has the answer; a repetition is told that the outcome is unknown.
        tracing::warn!("an answer could not be kept for repetition: {error}");
    }
    response
}

fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let value = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    KEPT_HEADERS.iter().filter_map(|name| Some((name.as_str().to_owned(), value(name)?))).collect()
}

/// The answer with a copy of its body, if that is short enough to be kept and ends by itself.
async fn read(response: Response) -> (Response, Option<Vec<u8>>) {
    let short = response.body().size_hint().upper().is_some_and(|most| most <= MAX_KEPT_BYTES);
    if !short {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    let bytes: Bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let copy = bytes.to_vec();
    (Response::from_parts(parts, Body::from(bytes)), Some(copy))
}

fn replay(answer: KeptAnswer) -> Result<Response, Problem> {
    let KeptAnswer { status, headers, body } = answer;
    let Some(body) = body else {
        let detail =
            format!("The request was done and answered with {status}, but the answer was too large to be kept.");
        return Err(Problem::new(FaultKind::Conflict, "idempotency_answer_not_kept", detail));
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body).into_response();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
