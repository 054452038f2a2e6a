//! Objects that administrators add, over HTTP.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use oltp::{
    data_model::{CustomObject, NewObject, ObjectChanges},
    http::{Caller, JsonBody, PathParameters, Problem, QueryParameters},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};
use uuid::Uuid;

use crate::data_model::DataModel;

/// The routes below `/api/catalog/objects`.
pub(super) fn routes(model: &DataModel) -> Router {
    Router::new()
        .route("/api/catalog/objects", get(list).post(add))
        .route("/api/catalog/objects/{id}", get(read).patch(change).delete(remove))
        .with_state(model.clone())
}

pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    paths(list, add, read, change, remove),
    components(schemas(CustomObject, CustomObjectList, NewObject, ObjectChanges))
)]
struct Description;

/// Every object that administrators added; there is only one page.
#[derive(Debug, Serialize, ToSchema)]
struct CustomObjectList {
    /// The objects, oldest first.
    items: Vec<CustomObject>,
    /// Always null.
    next: Option<String>,
    /// How many there are.
    total: usize,
}

/// What somebody saw before they delete.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// How many records the object had when it was read: `records`.
    records: i64,
}

/// List the objects that were added
///
/// Each with the number of its records, those in the bin too.
#[utoipa::path(
    get, path = "/api/catalog/objects", tag = "Data model", operation_id = "listCustomObjects",
    security(("bearer" = [])),
    responses((status = 200, description = "Every object that was added", body = CustomObjectList), (status = 401), (status = 403))
)]
async fn list(State(model): State<DataModel>, Caller(caller): Caller) -> Result<Json<CustomObjectList>, Problem> {
    let items = model.oltp().custom_objects(&caller).await?;
    Ok(Json(CustomObjectList { total: items.len(), next: None, items }))
}

/// Add an object
///
/// A real table with a name, a description, an owner and an id from elsewhere; further fields are added to
/// it. When the answer comes, its records have addresses like those of any object, and reports, SQL,
/// imports and search know it. Presets grant it as they grant leads; custom roles grant nothing of it.
#[utoipa::path(
    post, path = "/api/catalog/objects", tag = "Data model", operation_id = "createCustomObject",
    security(("bearer" = [])), request_body = NewObject,
    responses(
        (status = 201, description = "The object", body = CustomObject),
        (status = 401), (status = 403), (status = 422),
        (status = 503, description = "The warehouse catches up; try again")
    )
)]
async fn add(
    State(model): State<DataModel>,
    Caller(caller): Caller,
    JsonBody(new): JsonBody<NewObject>,
) -> Result<Response, Problem> {
    let object = model.add_object(&caller, new).await?;
    let location = format!("/api/catalog/objects/{}", object.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(object)).into_response())
}

/// Read an object that was added
#[utoipa::path(
    get, path = "/api/catalog/objects/{id}", tag = "Data model", operation_id = "readCustomObject",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 200, description = "The object", body = CustomObject), (status = 401), (status = 403), (status = 404))
)]
async fn read(
    State(model): State<DataModel>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<CustomObject>, Problem> {
    Ok(Json(model.oltp().custom_object(&caller, id).await?))
}

/// Give an object other labels
#[utoipa::path(
    patch, path = "/api/catalog/objects/{id}", tag = "Data model", operation_id = "updateCustomObject",
    security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = ObjectChanges,
    responses(
        (status = 200, description = "The object as it is now", body = CustomObject),
        (status = 401), (status = 403), (status = 404), (status = 422),
        (status = 503, description = "Another change of the data model takes long; try again")
    )
)]
async fn change(
    State(model): State<DataModel>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    JsonBody(changes): JsonBody<ObjectChanges>,
) -> Result<Json<CustomObject>, Problem> {
    Ok(Json(model.change_object(&caller, id, changes).await?))
}

/// Delete an object with its records
///
/// `records` is the number of records that you saw; when it is another by now, nothing is deleted. The
/// records are gone everywhere, their history in the warehouse too; files attached to them go to the bin.
#[utoipa::path(
    delete, path = "/api/catalog/objects/{id}", tag = "Data model", operation_id = "deleteCustomObject",
    security(("bearer" = [])), params(("id" = Uuid, Path), Seen),
    responses(
        (status = 204, description = "It is gone"), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422), (status = 503, description = "Somebody uses the records for long; try again")
    )
)]
async fn remove(
    State(model): State<DataModel>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(Seen { records }): QueryParameters<Seen>,
) -> Result<StatusCode, Problem> {
    model.delete_object(&caller, id, records).await?;
    Ok(StatusCode::NO_CONTENT)
}
