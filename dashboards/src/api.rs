//! The HTTP routes: charts of reports; ready dashboards, their tiles, their files.

pub mod schedules;

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use catalog::{Invalid, InvalidField};
use chrono::{DateTime, NaiveDate, Utc};
use oltp::http::{Caller, JsonBody, PathParameters, Problem, QueryParameters};
use query_service::{Engine, ReadAt};
use report_builder::{RunRequest, calendar};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

use crate::{
    Chart, ChartKind, DashboardFormat, Dashboards, Error, Freshness, Tile, definition::TileKind, ready_dashboards,
};

/// The routes below `/api`.
pub fn routes(dashboards: Dashboards) -> Router {
    Router::new()
        .route("/api/charts", post(chart))
        .route("/api/dashboards/ready", get(ready))
        .route("/api/dashboards/{id}/view", get(view))
        .route("/api/dashboards/{id}/tiles/{tile}", get(tile))
        .route("/api/dashboards/{id}/export", get(export))
        .with_state(dashboards)
}

/// The description of these routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(chart, ready, view, tile, export), components(schemas(DashboardFormat)))]
struct Description;

/// What to draw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChartBody {
    /// A report specification, the name of a ready report, or the id of a saved one.
    #[schema(value_type = Object)]
    report: Value,
    /// A past moment, or a day, which stands for its end.
    as_of: Option<String>,
    /// How it is drawn: `auto` (the kind that suits the report), `bar`, `line`, `area`, `stacked`,
    /// `donut`, `funnel` or `heatmap`.
    #[schema(value_type = Option<String>)]
    kind: Option<TileKind>,
    /// Id of the value to draw; without it, the first amount of money, otherwise the first value.
    measure: Option<String>,
}

/// A chart with its data.
#[derive(Debug, Serialize, ToSchema)]
struct ChartAnswer {
    /// How it is drawn.
    #[schema(value_type = String)]
    kind: ChartKind,
    /// The Vega-Lite specification, data inline.
    #[schema(value_type = Object)]
    vega: Value,
    /// The engine that answered.
    engine: Engine,
    /// The state the numbers are of.
    freshness: Freshness,
    /// That state in words.
    as_of_text: String,
    /// What is not drawn, in words.
    notes: Vec<String>,
}

/// One line of the list of ready dashboards.
#[derive(Debug, Serialize, ToSchema)]
struct ReadyLine {
    name: String,
    title: String,
    description: String,
}

/// The ready dashboards.
#[derive(Debug, Serialize, ToSchema)]
struct ReadyList {
    items: Vec<ReadyLine>,
}

/// A dashboard without its numbers.
#[derive(Debug, Serialize, ToSchema)]
struct View {
    /// Name or id.
    name: String,
    title: String,
    description: String,
    /// Its tiles in reading order, on a grid of twelve columns.
    tiles: Vec<ViewTile>,
}

/// A tile without its numbers.
#[derive(Debug, Serialize, ToSchema)]
struct ViewTile {
    id: String,
    title: String,
    #[schema(value_type = String)]
    kind: TileKind,
    x: u32,
    y: u32,
    w: u32,
    h: u32,
    /// Page of its report, if that has a name or an id.
    link: Option<String>,
}

/// At which moment.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtParameters {
    /// A past moment, or a day, which stands for its end.
    as_of: Option<String>,
}

/// Into which form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportParameters {
    /// `pdf`, `png`, `svg` or `xlsx`.
    format: DashboardFormat,
}

/// Draws a report.
#[utoipa::path(post, path = "/api/charts", tag = "Dashboards", operation_id = "drawChart", request_body = ChartBody,
    security(("bearer" = [])),
    responses((status = 200, description = "The chart", body = ChartAnswer),
              (status = 422, description = "The report is wrong or does not fit the kind of chart")))]
async fn chart(
    State(dashboards): State<Dashboards>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<ChartBody>,
) -> Result<Json<ChartAnswer>, Problem> {
    let kind = match body.kind.unwrap_or(TileKind::Auto) {
        TileKind::Auto => None,
        TileKind::Bar => Some(ChartKind::Bar),
        TileKind::Line => Some(ChartKind::Line),
        TileKind::Area => Some(ChartKind::Area),
        TileKind::Stacked => Some(ChartKind::Stacked),
        TileKind::Donut => Some(ChartKind::Donut),
        TileKind::Funnel => Some(ChartKind::Funnel),
        TileKind::Heatmap => Some(ChartKind::Heatmap),
        TileKind::Kpi | TileKind::Progress | TileKind::Table => {
            return Err(refused("/kind", "not_a_chart", "figures and tables are not charts").into());
        }
    };
    let report = dashboards.report(&caller, &body.report, "/report").await?;
    let at = read_at(body.as_of.as_deref())?;
    let result =
        dashboards.reports().run(&caller, &RunRequest { at, ..RunRequest::new(report) }).await.map_err(Error::from)?;
    let Chart { kind, vega, notes } = Chart::of(&result, kind, body.measure.as_deref(), &result.title)?;
    Ok(Json(ChartAnswer {
        kind,
        vega,
        engine: result.run.engine,
        freshness: Freshness::from(&result),
        as_of_text: result.run.as_of.format("As of %-d %B %Y, %H:%M UTC").to_string(),
        notes,
    }))
}

/// Dashboards that come with the product.
#[utoipa::path(get, path = "/api/dashboards/ready", tag = "Dashboards", operation_id = "readyDashboards",
    security(("bearer" = [])),
    responses((status = 200, body = ReadyList)))]
async fn ready(_caller: Caller) -> Result<Json<ReadyList>, Problem> {
    let items = ready_dashboards()?.into_iter().map(|dashboard| ReadyLine {
        name: dashboard.name,
        title: dashboard.title,
        description: dashboard.description,
    });
    Ok(Json(ReadyList { items: items.collect() }))
}

/// A dashboard without its numbers.
#[utoipa::path(get, path = "/api/dashboards/{id}/view", tag = "Dashboards", operation_id = "viewDashboard",
    params(("id" = String, Path, description = "Name of a ready dashboard, or id of a stored one")),
    security(("bearer" = [])),
    responses((status = 200, body = View), (status = 404, description = "There is no such dashboard")))]
async fn view(
    State(dashboards): State<Dashboards>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<String>,
) -> Result<Json<View>, Problem> {
    let dashboard = dashboards.find(&caller, &id).await?;
    let tiles = dashboard.definition.tiles.into_iter().map(|tile| ViewTile {
        link: tile.report.as_str().map(|report| format!("/reports/{report}")),
        id: tile.id,
        title: tile.title,
        kind: tile.kind,
        x: tile.x,
        y: tile.y,
        w: tile.w,
        h: tile.h,
    });
    Ok(Json(View {
        name: dashboard.name,
        title: dashboard.title,
        description: dashboard.description,
        tiles: tiles.collect(),
    }))
}

/// One tile with its numbers.
#[utoipa::path(get, path = "/api/dashboards/{id}/tiles/{tile}", tag = "Dashboards", operation_id = "dashboardTile",
    params(("id" = String, Path, description = "Name of a ready dashboard, or id of a stored one"),
           ("tile" = String, Path, description = "Id of the tile"),
           ("as_of" = Option<String>, Query, description = "A past moment, or a day, which stands for its end")),
    security(("bearer" = [])),
    responses((status = 200, body = Tile), (status = 404, description = "There is no such dashboard or tile"),
              (status = 422, description = "Its report is wrong")))]
async fn tile(
    State(dashboards): State<Dashboards>,
    Caller(caller): Caller,
    PathParameters((id, tile)): PathParameters<(String, String)>,
    QueryParameters(parameters): QueryParameters<AtParameters>,
) -> Result<Json<Tile>, Problem> {
    let at = read_at(parameters.as_of.as_deref())?;
    Ok(Json(dashboards.tile(&caller, &id, &tile, &at).await?))
}

/// A dashboard as a file, with the numbers that the caller may see.
#[utoipa::path(get, path = "/api/dashboards/{id}/export", tag = "Dashboards", operation_id = "exportDashboard",
    params(("id" = String, Path, description = "Name of a ready dashboard, or id of a stored one"),
           ("format" = DashboardFormat, Query, description = "Form of the file")),
    security(("bearer" = [])),
    responses((status = 200, description = "The file"), (status = 404, description = "There is no such dashboard")))]
async fn export(
    State(dashboards): State<Dashboards>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<String>,
    QueryParameters(parameters): QueryParameters<ExportParameters>,
) -> Result<Response, Problem> {
    let file = dashboards.export(&caller, &id, parameters.format).await?;
    let attached = format!("attachment; filename=\"{}\"", file.name);
    let headers = [(header::CONTENT_TYPE, file.media_type.to_owned()), (header::CONTENT_DISPOSITION, attached)];
    Ok((headers, Body::from(file.bytes)).into_response())
}

/// A moment with its offset, or a day, which stands for its last microsecond in UTC.
fn read_at(text: Option<&str>) -> Result<ReadAt, Invalid> {
    let Some(text) = text else { return Ok(ReadAt::default()) };
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(ReadAt { as_of: Some(at.with_timezone(&Utc)), min_lsn: None });
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_neither| {
        let message = "must be a moment such as 2026-03-31T14:05:00Z, or a day such as 2026-03-31";
        refused("/as_of", "invalid_moment", message)
    })?;
    let end = calendar::day_start(calendar::next_day(day), chrono_tz::Tz::UTC) - chrono::TimeDelta::microseconds(1);
    Ok(ReadAt { as_of: Some(end), min_lsn: None })
}

fn refused(pointer: &str, code: &'static str, message: &str) -> Invalid {
    Invalid(vec![InvalidField { pointer: pointer.to_owned(), code, message: message.to_owned() }])
}
