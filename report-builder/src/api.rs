//! The HTTP routes: the list of reports, one report, the model, and running.

pub mod exports;

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use catalog::Lsn;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use oltp::http::{Caller, JsonBody, PathParameters, Problem};
use query_service::{EngineChoice, ReadAt};
use serde::{Deserialize, Serialize};
use utoipa::OpenApi;

use crate::{
    Error, READY_REPORTS, ReadyReport, ReportService, ReportSpec, RunRequest, Wanted, calendar, fault::refused,
    model::ModelDescription, output::OutputFormat,
};

/// The routes below `/api`.
pub fn routes(service: ReportService) -> Router {
    Router::new()
        .route("/api/reports", get(list))
        .route("/api/reports/run", post(run))
        .route("/api/reports/{name}", get(read))
        .route("/api/model", get(model))
        .with_state(service)
}

/// The description of these routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(list, read, run, model))]
struct Description;

/// One line of the list of reports.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ReportLine {
    /// Name to run it by.
    name: String,
    /// Title on screen.
    title: String,
    /// One sentence on what it shows.
    description: String,
}

/// The list of reports.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ReportList {
    items: Vec<ReportLine>,
    /// Cursor of the next page; there is only one.
    next: Option<String>,
    /// How many there are.
    total: usize,
}

/// What to run.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RunBody {
    /// Name of a report; either this or `spec`.
    name: Option<String>,
    /// A specification, version 1; either this or `name`.
    #[schema(value_type = Option<Object>)]
    spec: Option<serde_json::Value>,
    /// The engine; the choice never changes the result.
    #[serde(default)]
    engine: EngineChoice,
    /// A past moment, or a day, which stands for its end.
    as_of: Option<String>,
    /// Waits until the warehouse contains everything up to this log position.
    min_lsn: Option<String>,
    /// Zone that days are counted in when the specification does not say; UTC otherwise.
    time_zone: Option<String>,
    /// How the result is written.
    #[serde(default)]
    format: OutputFormat,
}

/// Reports that can be run by name.
#[utoipa::path(get, path = "/api/reports", tag = "Reports", responses((status = 200, body = ReportList)))]
async fn list(_caller: Caller) -> Result<Json<ReportList>, Problem> {
    let line = |report: &ReadyReport| {
        let spec = report.spec()?;
        Ok(ReportLine { name: spec.name, title: spec.title, description: spec.description })
    };
    let items = READY_REPORTS.iter().map(line).collect::<Result<Vec<_>, Error>>()?;
    Ok(Json(ReportList { total: items.len(), items, next: None }))
}

/// The specification of a report.
#[utoipa::path(get, path = "/api/reports/{name}", tag = "Reports", params(("name" = String, Path)),
    security(("bearer" = [])),
    responses((status = 200, description = "The specification, version 1", body = Object),
              (status = 404, description = "There is no such report")))]
async fn read(
    _caller: Caller,
    PathParameters(name): PathParameters<String>,
) -> Result<Json<serde_json::Value>, Problem> {
    let report = ReadyReport::named(&name).ok_or(Error::UnknownReport(name))?;
    let json = serde_json::from_str(report.json).map_err(|error| Error::Defect(error.to_string()))?;
    Ok(Json(json))
}

/// Everything that can be put into a report.
#[utoipa::path(get, path = "/api/model", tag = "Reports", responses((status = 200, body = ModelDescription)))]
async fn model(State(service): State<ReportService>, Caller(caller): Caller) -> Json<ModelDescription> {
    Json(service.describe(&caller))
}

/// Runs a report.
#[utoipa::path(post, path = "/api/reports/run", tag = "Reports", request_body = RunBody,
    security(("bearer" = [])),
    responses((status = 200, description = "The result in the asked format", body = crate::ReportResult),
              (status = 422, description = "The specification is wrong; each problem has a pointer")))]
async fn run(
    State(service): State<ReportService>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<RunBody>,
) -> Result<Response, Problem> {
    let format = body.format;
    let request = request(body)?;
    let file = service.export(&caller, &request, format).await?;
    let attached = format!("attachment; filename=\"{}\"", file.name);
    let mut response = ([(header::CONTENT_TYPE, file.media_type)], Body::from(file.bytes)).into_response();
    if let Some(value) = header::HeaderValue::from_str(&attached).ok().filter(|_| saved(format)) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn request(body: RunBody) -> Result<RunRequest, Error> {
    let report = match (body.name, body.spec) {
        (Some(name), None) => Wanted::Named(name),
        (None, Some(spec)) => {
            let spec = ReportSpec::parse(&spec).map_err(|mut invalid| {
                for field in &mut invalid.0 {
                    field.pointer = format!("/spec{}", field.pointer);
                }
                invalid
            })?;
            Wanted::Spec(Box::new(spec))
        }
        (Some(_), Some(_)) => return Err(refused("/spec", "conflict", "give `name` or `spec`, not both").into()),
        (None, None) => return Err(refused("/name", "required", "give the `name` of a report, or a `spec`").into()),
    };
    let zone = match body.time_zone {
        None => Tz::UTC,
        Some(name) => name.parse().map_err(|_unknown| {
            refused("/time_zone", "unknown_time_zone", format!("`{name}` is not a time zone such as Europe/Berlin"))
        })?,
    };
    let as_of = body.as_of.map(|text| moment(&text, zone)).transpose()?;
    let min_lsn = body
        .min_lsn
        .map(|text| text.parse::<Lsn>().map_err(|error| refused("/min_lsn", "invalid_lsn", error.to_string())));
    let at = ReadAt { as_of, min_lsn: min_lsn.transpose()? };
    Ok(RunRequest { report, engine: body.engine, at, zone })
}

/// A moment with its offset, or a day, which stands for its last microsecond in the zone.
fn moment(text: &str, zone: Tz) -> Result<DateTime<Utc>, Error> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_neither| {
        let message = "must be a moment such as 2026-03-31T14:05:00Z, or a day such as 2026-03-31";
        refused("/as_of", "invalid_moment", message)
    })?;
    Ok(calendar::day_start(calendar::next_day(day), zone) - chrono::TimeDelta::microseconds(1))
}

/// Whether a browser offers to save an answer of this format.
fn saved(format: OutputFormat) -> bool {
    match format {
        OutputFormat::Csv | OutputFormat::Xlsx | OutputFormat::Pdf | OutputFormat::Parquet => true,
        OutputFormat::Json | OutputFormat::Table => false,
    }
}
