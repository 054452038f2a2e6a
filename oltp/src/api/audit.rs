//! The audit log, its chain, and security events over HTTP; for administrators.
#![expect(unused_qualifications, reason = "the description spells out every path")]

use axum::{Json, Router, extract::State, http::header, response::Response, routing::get};
use catalog::Invalid;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};
use uuid::Uuid;

use crate::{
    Oltp,
    audit::{
        AuditLine, AuditLines, AuditQuery, Checkpoint, Finding, FindingKind, SecurityEvent, SecurityEvents,
        SecurityQuery, Suspicion, SuspicionKind, Verification,
    },
    http::{Caller, Problem, QueryParameters},
};

mod export;

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new()
        .route("/api/audit", get(lines))
        .route("/api/audit/export", get(export))
        .route("/api/audit/verification", get(verify))
        .route("/api/security/events", get(events))
        .route("/api/security/suspicions", get(suspicions))
        .with_state(oltp.clone())
}

pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(lines, export, verify, events, suspicions),
    components(schemas(
        AuditLine,
        AuditLines,
        Finding,
        FindingKind,
        SecurityEvent,
        SecurityEvents,
        Suspicion,
        SuspicionKind,
        SuspicionList,
        Verification
    )),
    tags((name = "Audit", description = "Who did what, whether the log of it is intact, and what looks unusual."))
)]
struct Description;

/// Which entries of the audit log are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LineParameters {
    /// Login name or id of who did it.
    actor: Option<String>,
    /// Singular name of the object, such as `deal`.
    object: Option<String>,
    /// The record.
    record_id: Option<Uuid>,
    /// What was done: `create`, `update`, `delete`, `restore`, `download` and others.
    action: Option<String>,
    /// How the name of the source begins, such as `import`.
    source: Option<String>,
    /// The request, as in `X-Request-Id`.
    request_id: Option<String>,
    /// From this moment on.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<DateTime<Utc>>,
    /// The `next` of the page before.
    cursor: Option<i64>,
    /// Entries per page, 1 to 1000; 100 when not given.
    limit: Option<u32>,
}

impl LineParameters {
    fn query(self) -> AuditQuery {
        let Self { actor, object, record_id, action, source, request_id, from, to, cursor, limit } = self;
        AuditQuery { actor, object, record_id, action, source, request_id, from, to, cursor, limit }
    }
}

/// Which security events are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct EventParameters {
    /// What happened, such as `login_failed`.
    event: Option<String>,
    /// Login name or id of the person.
    user: Option<String>,
    /// The address it came from.
    ip: Option<String>,
    /// From this moment on.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<DateTime<Utc>>,
    /// The `next` of the page before.
    cursor: Option<i64>,
    /// Events per page, 1 to 1000; 100 when not given.
    limit: Option<u32>,
}

/// With what the chain is compared.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct VerifyParameters {
    /// A checkpoint that was kept elsewhere, such as `42:9f86…`.
    checkpoint: Option<String>,
}

/// What looks unusual; there is only one page.
#[derive(Debug, Serialize, ToSchema)]
struct SuspicionList {
    items: Vec<Suspicion>,
    next: Option<String>,
    total: usize,
}

/// What everybody did, newest first
#[utoipa::path(
    get, path = "/api/audit", tag = "Audit", operation_id = "listAudit", security(("bearer" = [])),
    params(LineParameters),
    responses(
        (status = 200, description = "One page of entries", body = AuditLines),
        (status = 401), (status = 403), (status = 422)
    )
)]
async fn lines(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<LineParameters>,
) -> Result<Json<AuditLines>, Problem> {
    Ok(Json(oltp.audit_lines(&caller, &parameters.query()).await?))
}

/// The same as a CSV file
///
/// At most 100,000 entries; the export is itself noted in the log.
#[utoipa::path(
    get, path = "/api/audit/export", tag = "Audit", operation_id = "exportAudit", security(("bearer" = [])),
    params(LineParameters),
    responses(
        (status = 200, description = "One line per entry", content_type = "text/csv", body = String),
        (status = 401), (status = 403), (status = 422)
    )
)]
async fn export(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<LineParameters>,
) -> Result<Response, Problem> {
    let lines = export::lines(oltp, caller, parameters.query()).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok(axum::response::IntoResponse::into_response((headers, axum::body::Body::from_stream(lines))))
}

/// Is the audit log what it was
///
/// Walks the whole chain. Keep the `checkpoint` of the answer elsewhere and give it the next time:
/// then a chain that was made anew is found too.
#[utoipa::path(
    get, path = "/api/audit/verification", tag = "Audit", operation_id = "verifyAudit", security(("bearer" = [])),
    params(VerifyParameters),
    responses(
        (status = 200, description = "What was found", body = Verification),
        (status = 401), (status = 403), (status = 422)
    )
)]
async fn verify(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<VerifyParameters>,
) -> Result<Json<Verification>, Problem> {
    let known = parameters.checkpoint.as_deref().map(str::parse::<Checkpoint>).transpose();
    let known = known.map_err(|message| Invalid::field("checkpoint", "invalid_checkpoint", message))?;
    Ok(Json(oltp.audit_verification(&caller, known).await?))
}

/// Sign-ins, refusals, tokens, passwords, newest first
#[utoipa::path(
    get, path = "/api/security/events", tag = "Audit", operation_id = "listSecurityEvents",
    security(("bearer" = [])), params(EventParameters),
    responses(
        (status = 200, description = "One page of events", body = SecurityEvents),
        (status = 401), (status = 403), (status = 422)
    )
)]
async fn events(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<EventParameters>,
) -> Result<Json<SecurityEvents>, Problem> {
    let EventParameters { event, user, ip, from, to, cursor, limit } = parameters;
    let query = SecurityQuery { event, user, ip, from, to, cursor, limit };
    Ok(Json(oltp.security_events(&caller, &query).await?))
}

/// What looks unusual within the last week
///
/// Many refused sign-ins, sign-ins from a new address, unusually many downloads and exports.
#[utoipa::path(
    get, path = "/api/security/suspicions", tag = "Audit", operation_id = "listSuspicions",
    security(("bearer" = [])),
    responses((status = 200, description = "What was found", body = SuspicionList), (status = 401), (status = 403))
)]
async fn suspicions(State(oltp): State<Oltp>, Caller(caller): Caller) -> Result<Json<SuspicionList>, Problem> {
    let items = oltp.suspicions(&caller).await?;
    Ok(Json(SuspicionList { total: items.len(), next: None, items }))
}
