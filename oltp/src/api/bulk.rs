//! `POST /api/{table}/bulk`: the same change for many records, as a job.

use axum::{
    Router,
    extract::{FromRef, State},
    response::Response,
    routing::post,
};
use catalog::{Catalog, CatalogObject, Invalid, ObjectDef, Principal, Writers};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{HttpMethod, PathItem},
};
use uuid::Uuid;

use super::{jobs::accepted, records::fields};
use crate::{
    Error, Oltp,
    http::{Caller, JsonBody, LiveObject, Problem},
    jobs::{BulkChange, BulkVerb, Job, Selection},
};

/// The address that stands for all of them in [`Description`].
const TEMPLATE: &str = "/api/{table}/bulk";

pub(super) fn routes(oltp: &Oltp) -> Router {
    let objects = writable(oltp.catalog());
    objects.filter(|object| !object.added()).map(|object| of_object(oltp, object)).fold(Router::new(), Router::merge)
}

/// The route of one object.
pub(super) fn of_object(oltp: &Oltp, object: &ObjectDef) -> Router {
    Router::new().route(&address(object), post(bulk)).with_state(LiveObject::of(oltp, oltp.live_catalog(), object))
}

/// The description of [`routes`]: the template printed once per object.
pub(super) fn openapi(catalog: &Catalog) -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    let Some(template) = openapi.paths.paths.remove(TEMPLATE).and_then(|path| path.post) else {
        return openapi;
    };
    for object in writable(catalog) {
        let mut operation = template.clone();
        operation.operation_id = Some(format!("{}Bulk", object.name));
        operation.tags = Some(vec![object.plural_label.clone()]);
        openapi.paths.paths.insert(address(object), PathItem::new(HttpMethod::Post, operation));
    }
    openapi
}

#[derive(OpenApi)]
#[openapi(paths(bulk), components(schemas(BulkRequest, BulkVerb, Job)))]
struct Description;

/// The objects that people write.
fn writable(catalog: &Catalog) -> impl Iterator<Item = &ObjectDef> {
    catalog.objects.iter().filter(|object| object.writers != Writers::System)
}

fn address(object: &ObjectDef) -> String {
    format!("/api/{}/bulk", object.table)
}

#[derive(Debug, Clone)]
struct Many {
    oltp: Oltp,
    object: CatalogObject,
}

impl FromRef<LiveObject<Oltp>> for Many {
    fn from_ref(live: &LiveObject<Oltp>) -> Self {
        Self { oltp: live.service(), object: live.object() }
    }
}

/// Which records, and what is done to them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"action": "update", "set": {"status": "contacted"}, "query": "filter[status][eq]=new", "expected_count": 12}))]
struct BulkRequest {
    /// What is done.
    action: BulkVerb,
    /// The new values of an update, as in a change of one record.
    #[serde(default)]
    set: Map<String, Value>,
    /// These records, at most 10,000; or give `query`.
    ids: Option<Vec<Uuid>>,
    /// Every record of the list with these parameters, on all its pages: the part of the list's
    /// address after `?`; empty means all records. Or give `ids`.
    query: Option<String>,
    /// How many records the person has confirmed; refused with 409 when they are more or fewer now.
    expected_count: Option<i64>,
}

/// Change many records
///
/// Answers at once with a job that does it in the background, record by record under the caller's
/// permissions. What cannot be done is among the problems of the job; `POST /api/jobs/{id}/undo`
/// takes it back.
#[utoipa::path(
    post, path = "/api/{table}/bulk", tag = "Records", security(("bearer" = [])),
    request_body = BulkRequest,
    responses(
        (status = 202, description = "The job; its address is in `Location`", body = Job),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role may not do this, or not with one of the fields"),
        (status = 404, description = "There is no such object that you may see"),
        (status = 409, description = "Not as many records are selected as expected"),
        (status = 422, description = "Fields were refused; each is named"),
        (status = 429, description = "Too many jobs of yours wait or run"),
    )
)]
async fn bulk(
    State(Many { oltp, object }): State<Many>,
    Caller(caller): Caller,
    JsonBody(request): JsonBody<BulkRequest>,
) -> Result<Response, Problem> {
    let selection = selection(&oltp, (&caller, &object), request.ids, request.query.as_deref()).await?;
    let set = fields(&oltp, &caller, &object, request.set).await?;
    let change = BulkChange { object: object.name.clone(), verb: request.action, set };
    let id = oltp.start_bulk(&caller, change, &selection, request.expected_count).await?;
    Ok(accepted(oltp.job(&caller, id).await?))
}

/// What is selected: ids, or all of a list.
pub(super) async fn selection(
    oltp: &Oltp,
    (caller, object): (&Principal, &ObjectDef),
    ids: Option<Vec<Uuid>>,
    query: Option<&str>,
) -> Result<Selection, Error> {
    match (ids, query) {
        (Some(ids), None) => Ok(Selection::Ids(ids)),
        (None, Some(query)) => Ok(Selection::Matching(Box::new(oltp.whole_list(caller, object, query).await?))),
        (Some(_), Some(_)) => Err(Invalid::field("query", "not_allowed", "give either ids or query, not both").into()),
        (None, None) => Err(Invalid::field("ids", "required", "say which records: give ids or query").into()),
    }
}
