//! Imports in the background: uploading a file, looking into it, and the job.

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use oltp::{
    http::{Caller, JsonBody, PathParameters, Problem, QueryParameters},
    jobs::Job,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, OpenApi, ToSchema};
use uuid::Uuid;

use super::{refuse_forms, upload};
use crate::{
    import::{Error, MatchPolicy},
    imports::{FileColumn, ImportFile, ImportJob, Imports},
};

/// Characters of a file's name.
const MAX_NAME_LEN: usize = 200;

/// The routes below `/api`.
pub fn routes(imports: Imports) -> Router {
    Router::new()
        .route("/api/imports/files", post(receive))
        .route("/api/imports/files/{id}", get(look))
        .route("/api/imports/jobs", post(start))
        .with_state(imports)
}

/// The description of these routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(receive, look, start), components(schemas(ImportFile, FileColumn, ImportStart, MatchPolicy)))]
struct Description;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FileParameters {
    /// Singular or plural name of the object, for which fields are suggested.
    object: String,
    /// Name of the file with its extension.
    name: String,
}

/// Upload a file to import
///
/// CSV or XLSX, sent as it is, at most 2 GiB. It is kept for 48 hours; only who uploaded it can use it.
#[utoipa::path(
    post, path = "/api/imports/files", tag = "Imports", operation_id = "uploadImportFile", security(("bearer" = [])),
    params(FileParameters),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses(
        (status = 201, description = "What is in it", body = ImportFile),
        (status = 403, description = "Your role may not create records of the object"),
        (status = 413, description = "The file is larger than 2 GiB"),
        (status = 422, description = "It is not a file that can be imported"),
    )
)]
async fn receive(
    State(imports): State<Imports>,
    Caller(caller): Caller,
    QueryParameters(FileParameters { object, name }): QueryParameters<FileParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    refuse_forms(&headers)?;
    let name: String = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(MAX_NAME_LEN).collect();
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(Error::file("name", "give the name of the file").into());
    }
    let (id, place) = imports.place().await?;
    upload::write(body, &place).await?;
    imports.keep(&caller, id, &name).await?;
    let file = imports.look(&caller, id, (&object, None)).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/imports/files/{id}"))], Json(file)).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LookParameters {
    /// Singular or plural name of the object, for which fields are suggested.
    object: String,
    /// Sheet of a workbook; default the first.
    sheet: Option<String>,
}

/// Look into an uploaded file
#[utoipa::path(
    get, path = "/api/imports/files/{id}", tag = "Imports", operation_id = "lookIntoImportFile",
    security(("bearer" = [])), params(("id" = Uuid, Path), LookParameters),
    responses(
        (status = 200, description = "What is in it", body = ImportFile),
        (status = 404, description = "You uploaded no such file, or it is not kept any more"),
        (status = 422, description = "It is not a file that can be imported, or has no such sheet"),
    )
)]
async fn look(
    State(imports): State<Imports>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(LookParameters { object, sheet }): QueryParameters<LookParameters>,
) -> Result<Json<ImportFile>, Problem> {
    Ok(Json(imports.look(&caller, id, (&object, sheet)).await?))
}

/// What is to be imported, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "file": "0190a0b0-0000-7000-8000-000000000000", "object": "leads",
    "mapping": {"columns": {"Full name": "name", "Mail": "email"}, "unmapped": "ignore"},
    "match_field": "email", "policy": "update", "dry_run": true
}))]
struct ImportStart {
    /// The uploaded file.
    file: Uuid,
    /// Singular or plural name of the object.
    object: String,
    /// How columns become fields, in the words of a mapping file; without it by their names.
    #[serde(default = "no_mapping")]
    #[schema(value_type = Object)]
    mapping: Value,
    /// Field that decides whether a row is already there.
    match_field: Option<String>,
    /// What happens to rows that are already there.
    policy: Option<MatchPolicy>,
    /// Check everything against the database, write nothing.
    #[serde(default)]
    dry_run: bool,
}

fn no_mapping() -> Value {
    Value::Object(serde_json::Map::new())
}

/// Import an uploaded file
///
/// Answers at once with a job. Its result counts what was created, updated, skipped and rejected, and
/// why; rejected rows are its file. `POST /api/jobs/{id}/undo` takes an import back: what it created
/// and nobody has changed since goes to the bin, what it updated gets its old values.
#[utoipa::path(
    post, path = "/api/imports/jobs", tag = "Imports", operation_id = "startImport", security(("bearer" = [])),
    request_body = ImportStart,
    responses(
        (status = 202, description = "The job; its address is in `Location`", body = Job),
        (status = 403, description = "Your role may not create records of the object"),
        (status = 404, description = "You uploaded no such file, or there is no such object"),
        (status = 422, description = "The mapping does not fit the file; nothing was written"),
        (status = 429, description = "Too many jobs of yours wait or run"),
    )
)]
async fn start(
    State(imports): State<Imports>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody<ImportStart>,
) -> Result<Response, Problem> {
    let ImportStart { file, object, mapping, match_field, policy, dry_run } = body;
    let id = imports.start(&caller, ImportJob { file, object, mapping, match_field, policy, dry_run }).await?;
    let job = imports.oltp().job(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{id}"))], Json(job)).into_response())
}
