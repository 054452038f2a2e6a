//! Duplicates of leads, contacts and companies: warned of, listed, merged.

use axum::{
    Json, Router,
    extract::{FromRef, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use catalog::{Catalog, CatalogObject, ObjectDef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{HttpMethod, PathItem, path::Operation},
};
use uuid::Uuid;

use super::records::fields;
use crate::{
    Oltp,
    duplicates::{COMPARED, Duplicate, DuplicatePage, DuplicatePair},
    http::{Caller, JsonBody, LiveObject, Problem},
    jobs::{Job, LinkedCount, Merge},
};

/// The addresses that stand for those of every object in [`Description`].
const TEMPLATE: &str = "/api/{table}";

pub(super) fn routes(oltp: &Oltp) -> Router {
    let route = |object: &ObjectDef| {
        let table = &object.table;
        Router::new()
            .route(&format!("/api/{table}/duplicates"), get(list))
            .route(&format!("/api/{table}/duplicates/check"), post(check))
            .route(&format!("/api/{table}/merge"), post(merge))
            .route(&format!("/api/{table}/merge/preview"), post(preview))
            .with_state(LiveObject::of(oltp, oltp.live_catalog(), object))
    };
    compared(oltp.catalog()).map(route).fold(Router::new(), Router::merge)
}

/// The description of [`routes`]: the templates printed once per object.
pub(super) fn openapi(catalog: &Catalog) -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    let templates = std::mem::take(&mut openapi.paths.paths);
    for object in compared(catalog) {
        for (address, item) in &templates {
            let address = address.replace(TEMPLATE, &format!("/api/{}", object.table));
            let named = |operation: &Operation| {
                let mut operation = operation.clone();
                let verb = operation.operation_id.take().unwrap_or_default();
                operation.operation_id = Some(format!("{}{verb}", object.name));
                operation.tags = Some(vec![object.plural_label.clone()]);
                operation
            };
            let item = match (&item.get, &item.post) {
                (Some(operation), _) => PathItem::new(HttpMethod::Get, named(operation)),
                (None, Some(operation)) => PathItem::new(HttpMethod::Post, named(operation)),
                (None, None) => continue,
            };
            openapi.paths.paths.insert(address, item);
        }
    }
    openapi
}

#[derive(OpenApi)]
#[openapi(
    paths(list, check, merge, preview),
    components(schemas(
        Duplicate,
        DuplicatePair,
        DuplicatePage,
        Merge,
        MergePreview,
        LinkedCount,
        DuplicatesFound,
        DuplicateCandidates,
        Job
    ))
)]
struct Description;

fn compared(catalog: &Catalog) -> impl Iterator<Item = &ObjectDef> {
    COMPARED.into_iter().filter_map(|name| catalog.object(name))
}

#[derive(Debug, Clone)]
struct Compared {
    oltp: Oltp,
    object: CatalogObject,
}

impl FromRef<LiveObject<Oltp>> for Compared {
    fn from_ref(live: &LiveObject<Oltp>) -> Self {
        Self { oltp: live.service(), object: live.object() }
    }
}

/// Pairs of records that may be the same
///
/// By e-mail address, phone number, website, and name together with company or mail domain; only among
/// records that you may see. At most 200, the likeliest first.
#[utoipa::path(
    get, path = "/api/{table}/duplicates", tag = "Records", operation_id = "Duplicates", security(("bearer" = [])),
    responses((status = 200, body = DuplicatePage), (status = 401, description = "Nobody is signed in"))
)]
async fn list(
    State(Compared { oltp, object }): State<Compared>,
    Caller(caller): Caller,
) -> Result<Json<DuplicatePage>, Problem> {
    Ok(Json(oltp.duplicates(&caller, &object).await?))
}

/// The fields of a record that is being written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"fields": {"name": "Ada Lovelace", "email": "ada@example.com"}}))]
struct DuplicateCandidates {
    /// Its fields, as far as they are known.
    fields: Map<String, Value>,
    /// Its id, when it is there already.
    id: Option<Uuid>,
}

/// What may be the same record.
#[derive(Debug, Serialize, ToSchema)]
struct DuplicatesFound {
    /// At most five, the likeliest first.
    items: Vec<Duplicate>,
}

/// Is this record there already?
#[utoipa::path(
    post, path = "/api/{table}/duplicates/check", tag = "Records", operation_id = "CheckDuplicates",
    security(("bearer" = [])), request_body = DuplicateCandidates,
    responses((status = 200, body = DuplicatesFound), (status = 422, description = "A field was refused"))
)]
async fn check(
    State(Compared { oltp, object }): State<Compared>,
    Caller(caller): Caller,
    JsonBody(DuplicateCandidates { fields: given, id }): JsonBody<DuplicateCandidates>,
) -> Result<Json<DuplicatesFound>, Problem> {
    let given = fields(&oltp, &caller, &object, given).await?;
    Ok(Json(DuplicatesFound { items: oltp.duplicates_of(&caller, &object, &given, id).await? }))
}

/// Make one record of several
///
/// Everything that links to a merged record links to the kept one afterwards; the merged records go to
/// the bin. The answer is the job under which it can be taken back for 30 days.
#[utoipa::path(
    post, path = "/api/{table}/merge", tag = "Records", operation_id = "Merge", security(("bearer" = [])),
    request_body = Merge,
    responses(
        (status = 200, description = "The job; its result says what was kept and moved", body = Job),
        (status = 403, description = "It takes the right to change and to delete"),
        (status = 404, description = "You do not see one of the records"),
        (status = 409, description = "A rule forbids it"),
        (status = 422, description = "Fields were refused; each is named"),
    )
)]
async fn merge(
    State(Compared { oltp, object }): State<Compared>,
    Caller(caller): Caller,
    JsonBody(merge): JsonBody<Merge>,
) -> Result<Response, Problem> {
    let job = oltp.merge(&caller, &object, &merge).await?;
    Ok((StatusCode::OK, Json(oltp.job(&caller, job).await?)).into_response())
}

/// The records that may become one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergePreview {
    /// Their ids, at most ten.
    ids: Vec<Uuid>,
}

/// What links to records that may become one
#[utoipa::path(
    post, path = "/api/{table}/merge/preview", tag = "Records", operation_id = "MergePreview",
    security(("bearer" = [])), request_body = MergePreview,
    responses(
        (status = 200, description = "How many records of each object link to each", body = Vec<LinkedCount>),
        (status = 404, description = "You do not see one of the records"),
    )
)]
async fn preview(
    State(Compared { oltp, object }): State<Compared>,
    Caller(caller): Caller,
    JsonBody(MergePreview { ids }): JsonBody<MergePreview>,
) -> Result<Json<Vec<LinkedCount>>, Problem> {
    if ids.is_empty() || ids.len() > 10 {
        return Err(catalog::Invalid::field("ids", "invalid_list", "give between 1 and 10 ids").into());
    }
    Ok(Json(oltp.linked_counts(&caller, &object, &ids).await?))
}
