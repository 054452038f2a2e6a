//! The routes of this crate: file import.
#![expect(unused_qualifications, reason = "the description spells out every path")]

pub mod data_model;
mod events;
pub mod imports;
mod upload;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::Response,
    routing::post,
};
use oltp::{
    Oltp,
    http::{Caller, Problem, QueryParameters},
};
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use crate::import::{Error, ImportRequest, Mapping, MatchPolicy, check};

/// The routes, with their state applied.
pub fn routes(oltp: Oltp) -> Router {
    Router::new().route("/api/imports", post(import)).with_state(oltp)
}

/// The description of the routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(import), tags((name = "Imports", description = "Files into records")))]
struct Description;

/// What is to be imported, and how.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Singular or plural name of the object, such as `lead`.
    object: String,
    /// Name of the file with its extension, for messages and the audit log.
    file_name: Option<String>,
    /// The mapping file's TOML text; without it columns are mapped by name.
    map: Option<String>,
    /// Field that decides whether a row is already there, such as `external_id`.
    #[serde(rename = "match")]
    match_field: Option<String>,
    /// `create` (default), `skip` or `update`.
    policy: Option<String>,
    /// Check everything, write nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Imports the file in the body: CSV or XLSX, at most 2 GiB, sent as it is.
///
/// The answer is a stream of JSON objects, one per line, each with `event`: `progress` after every
/// chunk of rows (bytes, rows, created, updated, skipped, rejected so far); `rejects` with a piece
/// of the CSV of rejected rows in `csv`, to be put one after the other; at the end `done` with
/// the `summary`, or `failed` with `code`, `detail` and what had been done by then. Mistakes that
/// are found before the first row is written are answered as a problem instead.
#[utoipa::path(
    post,
    path = "/api/imports",
    tag = "Imports",
    params(Options),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses(
        (status = 200, description = "Events, one JSON object per line", content_type = "application/x-ndjson"),
        (status = 403, description = "The role may not create records of the object"),
        (status = 404, description = "There is no such object"),
        (status = 413, description = "The file is larger than 2 GiB"),
        (status = 422, description = "The file or the mapping cannot be used; nothing was written"),
    )
)]
async fn import(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(options): QueryParameters<Options>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let request = request(options)?;
    check(&oltp, &caller, &request)?;
    refuse_forms(&headers)?;

    let upload = upload::receive(body).await?;
    let events = events::events(oltp, caller, request, upload);
    let body = events::begin(events).await?;

    let headers = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok(axum::response::IntoResponse::into_response((headers, body)))
}

fn request(options: Options) -> Result<ImportRequest, Error> {
    let policy = options.policy.map(|word| word.parse::<MatchPolicy>());
    Ok(ImportRequest {
        object: options.object,
        file_name: options.file_name,
        mapping: options.map.as_deref().map(Mapping::parse).transpose()?.unwrap_or_default(),
        match_field: options.match_field,
        policy: policy.transpose().map_err(|reason| Error::mapping("policy", reason))?,
        dry_run: options.dry_run,
        ..ImportRequest::default()
    })
}

fn refuse_forms(headers: &HeaderMap) -> Result<(), Error> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/") || kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Error::file("the body", "send the file itself as the body, not a form"));
    }
    Ok(())
}
