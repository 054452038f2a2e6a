//! Every route of the program, in reading order.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{header, HeaderName, HeaderValue},
    middleware::{self, Next},
    response::{Html, IntoResponse, Json, Redirect, Response},
    routing::get,
    Router,
};
use catalog::Principal;
use oltp::{
    http::Problem,
    identity::Identity,
    Oltp,
};
use tower_http::{
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};
use utoipa::openapi::OpenApi;

use super::{App, LocalToken};

/// Longest time one request may take; imports and exports stream within it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3600);
/// Header by which an administrator acts as another person.
const ACT_AS: &str = "x-leadhouse-as";

/// The whole HTTP interface.
pub(super) fn router(app: &App, token: &LocalToken) -> Router {
    let callers = Callers { identity: Arc::clone(&app.identity), token: token.clone() };
    let api = Router::new()
        .merge(oltp::api::routes(app.oltp.clone(), Arc::clone(&app.identity)))
        .merge(ingest::api::routes(app.oltp.clone(), app.capture.clone()))
        .merge(query_service::api::routes(app.query.clone(), app.oltp.clone()))
        .merge(report_builder::api::routes(app.reports.clone()))
        .route("/api/openapi.json", get(async || Json(openapi())))
        .layer(middleware::from_fn_with_state(callers, authenticate));
    let health = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .with_state(app.oltp.clone());
    Router::new()
        .merge(api)
        .merge(health)
        .route("/", get(welcome))
        .fallback(oltp::http::not_found)
        .method_not_allowed_fallback(oltp::http::method_not_allowed)
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT))
        .layer(header_layer("x-content-type-options", "nosniff"))
        .layer(header_layer("referrer-policy", "no-referrer"))
        .layer(header_layer("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

/// The OpenAPI description of everything [`router`] serves under `/api`.
pub(crate) fn openapi() -> OpenApi {
    let mut merged = oltp::api::openapi();
    merged.merge(ingest::api::openapi());
    merged.merge(query_service::api::openapi());
    merged.merge(report_builder::api::openapi());
    merged.info.title = "Leadhouse".to_owned();
    merged.info.version = env!("CARGO_PKG_VERSION").to_owned();
    merged
}

#[derive(Clone)]
struct Callers {
    identity: Arc<Identity>,
    token: LocalToken,
}

/// Finds out who is asking. Requests without credentials go on: the handlers that need a person refuse them.
async fn authenticate(State(callers): State<Callers>, mut request: Request, next: Next) -> Response {
    match caller(&callers, &request).await {
        Ok(Some(principal)) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn caller(callers: &Callers, request: &Request) -> Result<Option<Principal>, Problem> {
    let Some(bearer) = oltp::http::bearer(request.headers()) else { return Ok(None) };
    let principal = if callers.token.matches(bearer) {
        Principal::system()
    } else {
        callers.identity.authenticate(bearer).await?
    };
    let Some(wanted) = request.headers().get(ACT_AS) else { return Ok(Some(principal)) };
    let username = wanted.to_str().unwrap_or_default();
    Ok(Some(callers.identity.act_as(&principal, username).await?))
}

async fn ready(State(oltp): State<Oltp>) -> Result<&'static str, Problem> {
    oltp.ping().await?;
    Ok("ready")
}

async fn welcome() -> Response {
    Html(include_str!("welcome.html")).into_response()
}

fn header_layer(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
}
