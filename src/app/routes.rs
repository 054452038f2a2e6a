//! Every route of the program, in reading order.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use catalog::{Catalog, FaultKind, Principal, Purpose};
use oltp::{
    Oltp,
    api::{Asker, CurrentSession, asker},
    http::{Problem, bearer, request_scope, with_fallbacks},
    identity::Identity,
};
use serde_json::Value;
use tower_http::{compression::CompressionLayer, timeout::TimeoutLayer, trace::TraceLayer};

use super::{
    App, LocalToken, added, added::AddedObjects, description, idempotency, lake, limits, limits::Limits, manners,
    per_catalog::PerCatalog, proxies,
};
use crate::config::Config;

/// Longest time one request may take; imports and exports stream within it.
const REQUEST_TIMEOUT: Duration = Duration::from_hours(1);
/// Header by which an administrator acts as another person.
const ACT_AS: &str = "x-leadhouse-as";

/// The whole HTTP interface.
pub(super) fn router(app: &App, token: &LocalToken, config: &Config) -> Router {
    let limits = Arc::new(Limits::new(&config.http));
    let callers = Callers {
        oltp: app.oltp.clone(),
        identity: Arc::clone(&app.identity),
        token: token.clone(),
        limits: Arc::clone(&limits),
    };
    let trusted: Arc<[IpAddr]> = config.http.trusted_proxies.clone().into();
    let api = Router::new()
        .merge(oltp::api::routes(app.oltp.clone(), Arc::clone(&app.identity)))
        .merge(oltp::api::documents::routes(&app.documents))
        .merge(oltp::api::webhooks::routes(&app.webhooks))
        .merge(oltp::api::correspondence::routes(&app.correspondence))
        .merge(oltp::api::privacy::routes(&app.privacy))
        .merge(ingest::api::routes(app.oltp.clone()))
        .merge(ingest::api::imports::routes(app.jobs.imports.clone()))
        .merge(query_service::api::routes(app.query.clone(), app.oltp.clone()))
        .merge(query_service::api::analytics::routes(app.query.clone()))
        .merge(query_service::api::search::routes(app.search.clone()))
        .merge(oltp::api::downloads::routes(app.oltp.clone(), app.jobs.files.clone()))
        .merge(report_builder::api::routes(app.reports.clone()))
        .merge(report_builder::api::exports::routes(&app.jobs.exports))
        .merge(dashboards::api::routes(app.dashboards.clone()))
        .merge(dashboards::api::schedules::routes(app.deliveries.clone()))
        .merge(scoring_model::api::routes(app.scoring.clone()))
        .merge(ingest::api::data_model::routes(&app.data_model))
        .merge(lake::routes(app.oltp.clone(), app.capture.clone()))
        .route("/api/openapi.json", get(described).with_state(PerCatalog::new(app.oltp.live_catalog())));
    let pages =
        Router::new().route("/healthz", get(async || "ok")).route("/readyz", get(ready).with_state(app.oltp.clone()));
    let answering = with_fallbacks(api.merge(pages))
        .fallback_service(Router::new().fallback(added::serve).with_state(AddedObjects::of(app)))
        .layer(middleware::from_fn_with_state(app.oltp.clone(), idempotency::layer))
        .layer(middleware::from_fn_with_state(limits, limits::layer))
        .layer(middleware::from_fn_with_state(callers, authenticate))
        .layer(middleware::from_fn_with_state(trusted, proxies::layer))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT));
    manners::polite(answering, config)
        .layer(CompressionLayer::new())
        .layer(TraceLayer::new_for_http())
        .layer(middleware::from_fn(request_scope))
}

/// The OpenAPI description of everything there is now.
async fn described(State(description): State<PerCatalog<Bytes>>) -> Result<Response, Problem> {
    let json = description.of_now(|catalog| serde_json::to_vec(&openapi(catalog)?).map(Bytes::from));
    let json = json.map_err(|error| {
        tracing::error!(error = %error, "the interface cannot be described");
        Problem::new(FaultKind::Broken, "not_describable", "The interface cannot be described.")
    })?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// The OpenAPI description of everything [`router`] serves under `/api` for these objects.
///
/// # Errors
/// A crate describes something that JSON cannot say: a defect.
pub(crate) fn openapi(catalog: &Catalog) -> serde_json::Result<Value> {
    let mut merged = oltp::api::openapi(catalog);
    merged.merge(ingest::api::openapi());
    merged.merge(ingest::api::imports::openapi());
    merged.merge(ingest::api::data_model::openapi());
    merged.merge(query_service::api::openapi());
    merged.merge(query_service::api::analytics::openapi());
    merged.merge(query_service::api::search::openapi());
    merged.merge(report_builder::api::openapi());
    merged.merge(report_builder::api::exports::openapi(catalog));
    merged.merge(dashboards::api::openapi());
    merged.merge(dashboards::api::schedules::openapi());
    merged.merge(scoring_model::api::openapi());
    merged.merge(lake::openapi());
    "Leadhouse".clone_into(&mut merged.info.title);
    env!("CARGO_PKG_VERSION").clone_into(&mut merged.info.version);
    description::complete(&merged)
}

#[derive(Clone)]
struct Callers {
    oltp: Oltp,
    identity: Arc<Identity>,
    token: LocalToken,
    limits: Arc<Limits>,
}

/// Finds out who is asking: the local administrator, or whoever the credentials belong to.
///
/// Requests without credentials go on: the handlers that need a person refuse them.
async fn authenticate(State(callers): State<Callers>, mut request: Request, next: Next) -> Response {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    match callers.find(&method, &headers).await {
        Ok(None) => {}
        Ok(Some(Asker { principal, .. })) if principal.purpose == Purpose::Look && !looks(&request) => {
            return Problem::from(oltp::Error::ReadOnlyToken).into_response();
        }
        Ok(Some(Asker { principal, session })) => {
            let (writes, user_id) = (!looks(&request), principal.user_id);
            request.extensions_mut().insert(principal);
            request.extensions_mut().insert(CurrentSession(session));
            let response = next.run(request).await;
            if writes {
                callers.oltp.wrote(user_id);
            }
            return response;
        }
        // Whoever tries one token after the other is slowed down like any stranger.
        Err(problem) => return callers.limits.count_stranger(&request).err().unwrap_or(problem).into_response(),
    }
    next.run(request).await
}

/// Questions that are too long for an address; they change nothing.
const QUESTIONS: [&str; 4] = ["/api/sql", "/api/reports/run", "/api/charts", "/api/schedules/preview"];

/// Whether a request changes nothing, so that those who only look may send it.
///
/// The policy refuses their writes of records anyway; this covers everything that is not a record.
fn looks(request: &Request) -> bool {
    let method = request.method();
    method.is_safe() || (method == Method::POST && QUESTIONS.contains(&request.uri().path()))
}

impl Callers {
    async fn find(&self, method: &Method, headers: &HeaderMap) -> Result<Option<Asker>, Problem> {
        let local = bearer(headers).is_some_and(|token| self.token.matches(token));
        let found = if local {
            Some(Asker { principal: Principal::system(), session: None })
        } else {
            asker(&self.identity, method, headers).await?
        };
        let act_as = headers.get(ACT_AS).and_then(|name| name.to_str().ok());
        let (Some(Asker { principal, .. }), Some(name)) = (&found, act_as) else { return Ok(found) };
        Ok(Some(Asker { principal: self.identity.act_as(principal, name).await?, session: None }))
    }
}

async fn ready(State(oltp): State<Oltp>) -> Result<&'static str, Problem> {
    oltp.ping().await?;
    Ok("ready")
}
