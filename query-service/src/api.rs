//! The HTTP routes of this crate.

pub mod analytics;
pub mod search;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use catalog::{Fault, FaultKind, Invalid, Lsn};
use chrono::{DateTime, Utc};
use oltp::{
    Oltp,
    http::{Caller, JsonBody, Problem},
};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use crate::{Answer, EngineChoice, Error, QueryService, ReadAt, SqlColumn, SqlSchema, SqlTable, VerifyReport, answer};

/// What the routes need.
#[derive(Debug, Clone)]
struct Services {
    queries: QueryService,
    oltp: Oltp,
}

/// SQL for analysts and the state of the warehouse.
pub fn routes(queries: QueryService, oltp: Oltp) -> Router {
    Router::new()
        .route("/api/sql", post(run_sql))
        .route("/api/sql/schema", get(sql_schema))
        .route("/api/warehouse/status", get(warehouse_status))
        .route("/api/warehouse/verify", post(verify_warehouse))
        .with_state(Services { queries, oltp })
}

/// The description of [`routes`].
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(run_sql, sql_schema, warehouse_status, verify_warehouse),
    components(schemas(SqlRequest, SqlFormat, SqlSchema, SqlTable, SqlColumn, EngineChoice, VerifyReport))
)]
struct Description;

/// A statement and the moment to ask.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SqlRequest {
    /// One SELECT statement over the tables of the warehouse.
    sql: String,
    /// Asks the past: RFC 3339.
    #[serde(default)]
    as_of: Option<DateTime<Utc>>,
    /// Waits until this position of the log is in the warehouse, such as `0/16B3748`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    min_lsn: Option<Lsn>,
    /// `auto` or `datafusion`; people's own statements never run on `duckdb`.
    #[serde(default)]
    engine: EngineChoice,
    /// How the answer is written.
    #[serde(default)]
    format: SqlFormat,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SqlFormat {
    /// One object with columns and rows.
    #[default]
    Json,
    /// Comma-separated values with a header line.
    Csv,
    /// A table drawn with lines.
    Table,
    /// One Parquet file.
    Parquet,
}

/// Runs one SELECT statement over the warehouse under the permissions of the caller.
#[utoipa::path(
    post, path = "/api/sql", tag = "Analytics", request_body = SqlRequest,
    responses(
        (status = 200, description = "The rows; headers x-as-of, x-lsn, x-lag-ms and x-engine say of what"),
        (status = 401, description = "Nobody is signed in"),
        (status = 422, description = "The statement is wrong, not allowed or too expensive"),
        (status = 503, description = "The warehouse has not reached min_lsn"),
        (status = 504, description = "The statement ran too long"),
    )
)]
async fn run_sql(
    State(services): State<Services>,
    Caller(caller): Caller,
    JsonBody(request): JsonBody<SqlRequest>,
) -> Result<Response, Problem> {
    if request.engine == EngineChoice::DuckDb {
        let message = "SQL of people runs on `datafusion` only; leave the engine out or use `auto`";
        return Err(Error::from(Invalid::field("engine", "not_allowed", message)).into());
    }
    let caller = match request.format {
        SqlFormat::Json | SqlFormat::Table => caller,
        SqlFormat::Csv | SqlFormat::Parquet => caller.exporting(),
    };
    let at = ReadAt { as_of: request.as_of, min_lsn: request.min_lsn };
    let answer = services.queries.sql(&caller, &request.sql, &at).await.map_err(explained)?;
    Ok(written(&answer, request.format)?)
}

/// A problem that names the limit also where problems of its kind are usually brief.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others explain themselves, or must not")]
fn explained(error: Error) -> Problem {
    match &error {
        Error::TimedOut(limit) => {
            let limit = limit.as_secs_f32();
            let detail =
                format!("The statement ran longer than the {limit} s it may take; narrow it down or ask for less.");
            Problem::new(FaultKind::Timeout, error.code(), detail)
        }
        Error::WorkerEnded(signal) => {
            let detail = format!("The process that ran the statement was ended from outside ({signal}); try again.");
            Problem::new(FaultKind::Unavailable, error.code(), detail)
        }
        _ => error.into(),
    }
}

/// The tables and columns that the caller can name in SQL, and about how many rows they have.
#[utoipa::path(
    get, path = "/api/sql/schema", tag = "Analytics", operation_id = "readSqlSchema",
    responses((status = 200, description = "The tables", body = SqlSchema), (status = 401, description = "Nobody is signed in"))
)]
async fn sql_schema(State(services): State<Services>, Caller(caller): Caller) -> Result<Json<SqlSchema>, Problem> {
    Ok(Json(services.queries.schema(&caller).await?))
}

/// How fresh and how large the warehouse is.
#[utoipa::path(
    get, path = "/api/warehouse/status", tag = "Analytics",
    responses((status = 200, description = "Positions, times, rows and files per table"), (status = 401, description = "Nobody is signed in"))
)]
async fn warehouse_status(State(services): State<Services>, Caller(_caller): Caller) -> Response {
    Json(services.queries.status()).into_response()
}

/// Compares every table with Postgres row for row at one position of the log.
#[utoipa::path(
    post, path = "/api/warehouse/verify", tag = "Analytics",
    responses(
        (status = 200, description = "What was compared and what differs", body = VerifyReport),
        (status = 403, description = "The caller is no administrator"),
    )
)]
async fn verify_warehouse(
    State(services): State<Services>,
    Caller(caller): Caller,
) -> Result<Json<VerifyReport>, Problem> {
    Ok(Json(services.queries.verify(&caller, &services.oltp).await?))
}

fn written(answer: &Answer, format: SqlFormat) -> Result<Response, Error> {
    let mut response = match format {
        SqlFormat::Json => Json(answer::to_json(answer)).into_response(),
        SqlFormat::Csv => typed("text/csv; charset=utf-8", answer::to_csv(answer)?),
        SqlFormat::Table => typed("text/plain; charset=utf-8", answer::to_table_text(answer).into_bytes()),
        SqlFormat::Parquet => typed("application/vnd.apache.parquet", answer::to_parquet(answer)?),
    };
    let facts = [
        ("x-as-of", answer.as_of.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
        ("x-lsn", answer.lsn.to_string()),
        ("x-lag-ms", answer.lag_ms.to_string()),
        ("x-engine", answer.engine.as_str().to_owned()),
        ("x-truncated", answer.truncated.to_string()),
    ];
    for (name, value) in facts {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

fn typed(content_type: &'static str, body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}
