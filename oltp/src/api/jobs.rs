//! `/api/jobs`: the caller's jobs, what they could not do, stopping them and taking them back.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use catalog::spreadsheet::csv_line;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use crate::{
    Oltp,
    http::{Caller, PathParameters, Problem, QueryParameters},
    jobs::{Job, JobState, Problems},
};

/// Jobs on a page when nothing is said.
const DEFAULT_LIMIT: u32 = 20;

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new()
        .route("/api/jobs", get(list))
        .route("/api/jobs/{id}", get(read))
        .route("/api/jobs/{id}/cancel", post(cancel))
        .route("/api/jobs/{id}/undo", post(undo))
        .route("/api/jobs/{id}/problems", get(problems))
        .route("/api/jobs/{id}/problems.csv", get(problems_file))
        .with_state(oltp.clone())
}

pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(list, read, cancel, undo, problems, problems_file),
    components(schemas(Job, JobState, JobPage, Problems))
)]
struct Description;

/// One page of jobs.
#[derive(Debug, Serialize, ToSchema)]
struct JobPage {
    /// The jobs, newest first.
    items: Vec<Job>,
    /// What to send as `cursor` for the next page; null on the last one.
    next: Option<Uuid>,
    /// Not counted.
    total: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    cursor: Option<Uuid>,
    limit: Option<u32>,
}

/// Jobs that you asked for
///
/// Newest first, those of the last 30 days.
#[utoipa::path(
    get, path = "/api/jobs", tag = "Jobs", operation_id = "listJobs", security(("bearer" = [])),
    params(
        ("cursor" = Option<Uuid>, Query, description = "The `next` of the page before"),
        ("limit" = Option<u32>, Query, description = "Jobs per page, 1 to 100; 20 when not given"),
    ),
    responses((status = 200, description = "One page", body = JobPage), (status = 401, description = "Nobody is signed in"))
)]
async fn list(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(page): QueryParameters<Page>,
) -> Result<Json<JobPage>, Problem> {
    let limit = page.limit.unwrap_or(DEFAULT_LIMIT);
    let items = oltp.jobs(&caller, page.cursor, limit).await?;
    let full = items.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let next = items.last().filter(|_| full).map(|job| job.id);
    Ok(Json(JobPage { items, next, total: None }))
}

/// How far a job is
#[utoipa::path(
    get, path = "/api/jobs/{id}", tag = "Jobs", operation_id = "readJob", security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Job), (status = 404, description = "You asked for no such job"))
)]
async fn read(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Job>, Problem> {
    Ok(Json(oltp.job(&caller, id).await?))
}

/// Stop a job
///
/// One that waits is over at once, one that runs ends after its step. What was done stays and can be
/// taken back.
#[utoipa::path(
    post, path = "/api/jobs/{id}/cancel", tag = "Jobs", operation_id = "cancelJob", security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The job as it is now", body = Job),
        (status = 404, description = "You asked for no such job"),
        (status = 409, description = "It has ended"),
    )
)]
async fn cancel(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Job>, Problem> {
    Ok(Json(oltp.cancel_job(&caller, id).await?))
}

/// Take back what a job did
///
/// Created records go to the bin, deleted ones come back, changed fields get their old values. What
/// somebody has changed since stays, and is among the problems of the new job.
#[utoipa::path(
    post, path = "/api/jobs/{id}/undo", tag = "Jobs", operation_id = "undoJob", security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    responses(
        (status = 202, description = "The job that takes it back", body = Job),
        (status = 404, description = "You asked for no such job"),
        (status = 409, description = "It is not over, was taken back already, or is too old"),
        (status = 429, description = "Too many jobs of yours wait or run"),
    )
)]
async fn undo(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Response, Problem> {
    let id = oltp.start_undo(&caller, id).await?;
    Ok(accepted(oltp.job(&caller, id).await?))
}

/// A job that was taken on.
pub(super) fn accepted(job: Job) -> Response {
    (StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{}", job.id))], Json(job)).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    cursor: Option<i64>,
}

/// What a job could not do
#[utoipa::path(
    get, path = "/api/jobs/{id}/problems", tag = "Jobs", operation_id = "listJobProblems", security(("bearer" = [])),
    params(("id" = Uuid, Path), ("cursor" = Option<i64>, Query, description = "The `next` of the page before")),
    responses(
        (status = 200, description = "A page of at most 500", body = Problems),
        (status = 404, description = "You asked for no such job"),
    )
)]
async fn problems(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(after): QueryParameters<After>,
) -> Result<Json<Problems>, Problem> {
    Ok(Json(oltp.job_problems(&caller, id, after.cursor.unwrap_or_default()).await?))
}

/// What a job could not do, as a CSV file
///
/// The first 10,000; all are counted in the job.
#[utoipa::path(
    get, path = "/api/jobs/{id}/problems.csv", tag = "Jobs", operation_id = "downloadJobProblems",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "Columns record_id, name, code and message", content_type = "text/csv"),
        (status = 404, description = "You asked for no such job"),
    )
)]
async fn problems_file(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Response, Problem> {
    let mut file = csv_line(["record_id", "name", "code", "message"]);
    let mut after = 0;
    loop {
        let page = oltp.job_problems(&caller, id, after).await?;
        for problem in &page.items {
            let id = problem.record_id.map(|id| id.to_string()).unwrap_or_default();
            let name = problem.name.as_deref().unwrap_or_default();
            file.push_str(&csv_line([id.as_str(), name, &problem.code, &problem.message]));
        }
        match page.next.and_then(|next| next.parse().ok()) {
            Some(next) => after = next,
            None => break,
        }
    }
    let disposition = format!("attachment; filename=\"problems-{id}.csv\"");
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, file).into_response())
}
