//! `POST /api/{table}/export`: a list as a file, as a job.

use axum::{
    Json, Router,
    extract::{FromRef, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use catalog::{Catalog, CatalogObject, ObjectDef};
use oltp::{
    http::{Caller, JsonBody, LiveObject, Problem},
    jobs::Job,
};
use serde::Deserialize;
use utoipa::{
    OpenApi, ToSchema,
    openapi::{HttpMethod, PathItem},
};
use uuid::Uuid;

use crate::export::{ExportFormat, ExportRequest, Exports};

/// The address that stands for all of them in [`Description`].
const TEMPLATE: &str = "/api/{table}/export";

/// The routes below `/api`.
pub fn routes(exports: &Exports) -> Router {
    let objects = exports.oltp().catalog().objects.iter().filter(|object| !object.added());
    objects.map(|object| of_object(exports, object)).fold(Router::new(), Router::merge)
}

/// The route of one object.
pub fn of_object(exports: &Exports, object: &ObjectDef) -> Router {
    let live = LiveObject::of(exports, exports.oltp().live_catalog(), object);
    Router::new().route(&address(object), post(export)).with_state(live)
}

/// The description of these routes: the template printed once per object.
pub fn openapi(catalog: &Catalog) -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    let Some(template) = openapi.paths.paths.remove(TEMPLATE).and_then(|path| path.post) else {
        return openapi;
    };
    for object in &catalog.objects {
        let mut operation = template.clone();
        operation.operation_id = Some(format!("{}Export", object.name));
        operation.tags = Some(vec![object.plural_label.clone()]);
        openapi.paths.paths.insert(address(object), PathItem::new(HttpMethod::Post, operation));
    }
    openapi
}

#[derive(OpenApi)]
#[openapi(paths(export), components(schemas(ExportBody, ExportFormat)))]
struct Description;

fn address(object: &ObjectDef) -> String {
    format!("/api/{}/export", object.table)
}

#[derive(Debug, Clone)]
struct List {
    exports: Exports,
    object: CatalogObject,
}

impl FromRef<LiveObject<Exports>> for List {
    fn from_ref(live: &LiveObject<Exports>) -> Self {
        Self { exports: live.service(), object: live.object() }
    }
}

/// Which list, and how it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"format": "csv", "columns": ["name", "status", "owner_id"], "query": "filter[status][eq]=new&sort=name"}))]
struct ExportBody {
    /// How it is written.
    format: ExportFormat,
    /// Names of the fields in the order of the columns; `id`, `created_at` and `updated_at` too. A
    /// link becomes the name of the linked record.
    columns: Vec<String>,
    /// The part of the list's address after `?`: filters, search and order; empty means all records.
    #[serde(default)]
    query: String,
    /// Only these records of the list, at most 10,000.
    ids: Option<Vec<Uuid>>,
}

/// Export a list
///
/// Answers at once with a job that writes the file in the background: every record of the list that
/// you may see, on all its pages. `POST /api/jobs/{id}/link` answers an address to fetch it; the file
/// is kept for 48 hours.
#[utoipa::path(
    post, path = "/api/{table}/export", tag = "Records", security(("bearer" = [])),
    request_body = ExportBody,
    responses(
        (status = 202, description = "The job; its address is in `Location`", body = Job),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role may not export this, or a field is hidden from it"),
        (status = 404, description = "There is no such object that you may see"),
        (status = 422, description = "Fields were refused; each is named"),
        (status = 429, description = "Too many jobs of yours wait or run"),
    )
)]
async fn export(
    State(List { exports, object }): State<List>,
    Caller(caller): Caller,
    JsonBody(ExportBody { format, columns, query, ids }): JsonBody<ExportBody>,
) -> Result<Response, Problem> {
    let request = ExportRequest { object: object.name.clone(), format, columns, query, ids };
    let id = exports.start(&caller, request).await?;
    let job = exports.oltp().job(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{id}"))], Json(job)).into_response())
}
