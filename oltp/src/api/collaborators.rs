//! `/api/{table}/{id}/collaborators`: who works on a record beside its owner.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, put},
};
use catalog::{Catalog, ObjectDef};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema, openapi::PathItem};
use uuid::Uuid;

use crate::{
    Oltp,
    collaborators::{Access, Collaborator, OBJECTS},
    http::{Caller, JsonBody, PathParameters, Problem},
};

/// The addresses that stand for all of them in [`Description`].
const TEMPLATES: [&str; 2] = ["/api/{table}/{id}/collaborators", "/api/{table}/{id}/collaborators/{user_id}"];

pub(super) fn routes(oltp: &Oltp) -> Router {
    let shared = objects(oltp.catalog()).map(|object| {
        let subject = Subject { oltp: oltp.clone(), object: Arc::new(object.clone()) };
        let [all, one] = TEMPLATES.map(|template| template.replace("{table}", &object.table));
        Router::new().route(&all, get(list)).route(&one, put(add).delete(remove)).with_state(subject)
    });
    shared.fold(Router::new(), Router::merge)
}

/// The description of [`routes`]: the templates printed once per object.
pub(super) fn openapi(catalog: &Catalog) -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    for template in TEMPLATES {
        let Some(path) = openapi.paths.paths.remove(template) else { continue };
        for object in objects(catalog) {
            openapi.paths.paths.insert(template.replace("{table}", &object.table), named(path.clone(), object));
        }
    }
    openapi
}

/// The path with the object's own operation ids and tag.
fn named(mut path: PathItem, object: &ObjectDef) -> PathItem {
    for operation in [&mut path.get, &mut path.put, &mut path.delete].into_iter().flatten() {
        let verb = operation.operation_id.take().unwrap_or_default();
        operation.operation_id = Some(format!("{verb}{}", super::records::capitalised(&object.name)));
        operation.tags = Some(vec![object.plural_label.clone()]);
    }
    path
}

#[derive(OpenApi)]
#[openapi(paths(list, add, remove), components(schemas(Collaborators, Collaborator, Access, Wanted)))]
struct Description;

fn objects(catalog: &Catalog) -> impl Iterator<Item = &ObjectDef> {
    OBJECTS.into_iter().filter_map(|name| catalog.object(name))
}

#[derive(Debug, Clone)]
struct Subject {
    oltp: Oltp,
    object: Arc<ObjectDef>,
}

/// Who works on a record beside its owner.
#[derive(Debug, Serialize, ToSchema)]
struct Collaborators {
    /// In the order in which they came, at most 50.
    items: Vec<Collaborator>,
}

/// What somebody may do with a record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"access": "write"}))]
struct Wanted {
    /// See it, or change it too.
    access: Access,
}

/// Who works on it beside its owner
#[utoipa::path(
    get, path = "/api/{table}/{id}/collaborators", operation_id = "listCollaboratorsOf", tag = "Records",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "Everybody", body = Collaborators),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such record that you may see"),
    )
)]
async fn list(
    State(Subject { oltp, object }): State<Subject>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Collaborators>, Problem> {
    Ok(Json(Collaborators { items: oltp.collaborators(&caller, &object, id).await? }))
}

/// Let somebody work on it
///
/// They see it as if it were theirs, with its comments, deal items and documents, and change it with
/// `write`; what their role may not see of their own records they do not see of this one. They are told.
#[utoipa::path(
    put, path = "/api/{table}/{id}/collaborators/{user_id}", operation_id = "addCollaboratorTo", tag = "Records",
    security(("bearer" = [])), params(("id" = Uuid, Path), ("user_id" = Uuid, Path)),
    request_body = Wanted,
    responses(
        (status = 200, description = "Who works on it now", body = Collaborators),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "It is not yours to share"),
        (status = 404, description = "There is no such record that you may see"),
        (status = 422, description = "No such person, the owner, or too many"),
    )
)]
async fn add(
    State(Subject { oltp, object }): State<Subject>,
    Caller(caller): Caller,
    PathParameters((id, user_id)): PathParameters<(Uuid, Uuid)>,
    JsonBody(Wanted { access }): JsonBody<Wanted>,
) -> Result<Json<Collaborators>, Problem> {
    Ok(Json(Collaborators { items: oltp.add_collaborator(&caller, (&object, id), (user_id, access)).await? }))
}

/// Do not let them work on it any more
///
/// Everybody may take themselves off.
#[utoipa::path(
    delete, path = "/api/{table}/{id}/collaborators/{user_id}", operation_id = "removeCollaboratorFrom",
    tag = "Records", security(("bearer" = [])), params(("id" = Uuid, Path), ("user_id" = Uuid, Path)),
    responses(
        (status = 204, description = "They do not work on it"),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "It is not yours to share"),
        (status = 404, description = "There is no such record that you may see"),
    )
)]
async fn remove(
    State(Subject { oltp, object }): State<Subject>,
    Caller(caller): Caller,
    PathParameters((id, user_id)): PathParameters<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    oltp.remove_collaborator(&caller, (&object, id), user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
