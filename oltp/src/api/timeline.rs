//! `GET /api/{table}/{id}/timeline` for leads, contacts, companies and deals.

use axum::{
    Json, Router,
    extract::{FromRef, State},
    routing::get,
};
use catalog::{Catalog, CatalogObject, ObjectDef};
use serde::Deserialize;
use utoipa::{
    OpenApi,
    openapi::{HttpMethod, PathItem},
};
use uuid::Uuid;

use crate::{
    Oltp,
    http::{Caller, LiveObject, PathParameters, Problem, QueryParameters},
    records::{SUBJECTS, Timeline, TimelineItem, TimelineKind, TimelineQuery},
};

/// The address that stands for all of them in [`Description`].
const TEMPLATE: &str = "/api/{table}/{id}/timeline";

pub(super) fn routes(oltp: &Oltp) -> Router {
    let subjects = subjects(oltp.catalog());
    let route = |object: &ObjectDef| {
        Router::new().route(&address(object), get(timeline)).with_state(LiveObject::of(
            oltp,
            oltp.live_catalog(),
            object,
        ))
    };
    subjects.map(route).fold(Router::new(), Router::merge)
}

/// The description of [`routes`]: the template printed once per object.
pub(super) fn openapi(catalog: &Catalog) -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    let Some(template) = openapi.paths.paths.remove(TEMPLATE).and_then(|path| path.get) else {
        return openapi;
    };
    for object in subjects(catalog) {
        let mut operation = template.clone();
        operation.operation_id = Some(format!("{}Timeline", object.name));
        operation.tags = Some(vec![object.plural_label.clone()]);
        openapi.paths.paths.insert(address(object), PathItem::new(HttpMethod::Get, operation));
    }
    openapi
}

#[derive(OpenApi)]
#[openapi(paths(timeline), components(schemas(Timeline, TimelineItem, TimelineKind)))]
struct Description;

fn subjects(catalog: &Catalog) -> impl Iterator<Item = &ObjectDef> {
    SUBJECTS.into_iter().filter_map(|name| catalog.object(name))
}

fn address(object: &ObjectDef) -> String {
    format!("/api/{}/{{id}}/timeline", object.table)
}

#[derive(Debug, Clone)]
struct Subject {
    oltp: Oltp,
    object: CatalogObject,
}

impl FromRef<LiveObject<Oltp>> for Subject {
    fn from_ref(live: &LiveObject<Oltp>) -> Self {
        Self { oltp: live.service(), object: live.object() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    kinds: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// What happened around the record, newest first
///
/// Activities, tasks, notes, comments and feedback that link to the record itself and that you may see;
/// changes of its fields for those who may read audit logs.
#[utoipa::path(
    get, path = "/api/{table}/{id}/timeline", tag = "Records", security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("kinds" = Option<String>, Query, description = "Comma-separated: email, call, meeting, sms, demo, note, task, change, feedback, comment"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
        ("limit" = Option<u32>, Query, description = "Entries per page, 1 to 200; 50 when not given"),
    ),
    responses(
        (status = 200, description = "One page", body = Timeline),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such record that you may see"),
        (status = 422, description = "A parameter was refused"),
    )
)]
async fn timeline(
    State(Subject { oltp, object }): State<Subject>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(parameters): QueryParameters<Parameters>,
) -> Result<Json<Timeline>, Problem> {
    let Parameters { kinds, cursor, limit } = parameters;
    let query = TimelineQuery::parse(id, kinds.as_deref(), cursor.as_deref(), limit)?;
    Ok(Json(oltp.timeline(&caller, &object, id, &query).await?))
}
