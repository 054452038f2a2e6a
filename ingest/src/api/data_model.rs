//! The data model over HTTP: fields and objects that administrators add, change and delete.

mod objects;

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use oltp::{
    data_model::{CustomField, FieldChanges, NewField},
    http::{Caller, JsonBody, PathParameters, Problem, QueryParameters},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};
use uuid::Uuid;

use crate::data_model::DataModel;

/// The routes below `/api/catalog`.
pub fn routes(model: &DataModel) -> Router {
    Router::new()
        .route("/api/catalog/fields", get(list).post(add))
        .route("/api/catalog/fields/{id}", get(read).patch(change).delete(remove))
        .with_state(model.clone())
        .merge(objects::routes(model))
}

/// Their description.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    openapi.merge(objects::openapi());
    openapi
}

#[derive(OpenApi)]
#[openapi(
    paths(list, add, read, change, remove),
    components(schemas(CustomField, CustomFieldList, FieldChanges, NewField)),
    tags((name = "Data model", description = "Fields that administrators add while the program runs."))
)]
struct Description;

/// Every field that administrators added; there is only one page.
#[derive(Debug, Serialize, ToSchema)]
struct CustomFieldList {
    /// The fields, oldest first.
    items: Vec<CustomField>,
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
    /// How many values the field had when it was read: `values`.
    values: i64,
}

/// List the fields that were added
///
/// Each with the number of records that have a value, those in the bin too.
#[utoipa::path(
    get, path = "/api/catalog/fields", tag = "Data model", operation_id = "listCustomFields",
    security(("bearer" = [])),
    responses((status = 200, description = "Every field that was added", body = CustomFieldList), (status = 401), (status = 403))
)]
async fn list(State(model): State<DataModel>, Caller(caller): Caller) -> Result<Json<CustomFieldList>, Problem> {
    let items = model.oltp().custom_fields(&caller).await?;
    Ok(Json(CustomFieldList { total: items.len(), next: None, items }))
}

/// Add a field
///
/// A real column with a type. When the answer comes, records can have values, lists and reports can
/// filter and group by it, SQL knows it, and search finds its words. Its name is never given again.
#[utoipa::path(
    post, path = "/api/catalog/fields", tag = "Data model", operation_id = "createCustomField",
    security(("bearer" = [])), request_body = NewField,
    responses(
        (status = 201, description = "The field", body = CustomField),
        (status = 401), (status = 403), (status = 422),
        (status = 503, description = "Somebody uses the records for long, or the warehouse catches up; try again")
    )
)]
async fn add(
    State(model): State<DataModel>,
    Caller(caller): Caller,
    JsonBody(new): JsonBody<NewField>,
) -> Result<Response, Problem> {
    let field = model.add_field(&caller, new).await?;
    let location = format!("/api/catalog/fields/{}", field.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(field)).into_response())
}

/// Read a field that was added
#[utoipa::path(
    get, path = "/api/catalog/fields/{id}", tag = "Data model", operation_id = "readCustomField",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses((status = 200, description = "The field", body = CustomField), (status = 401), (status = 403), (status = 404))
)]
async fn read(
    State(model): State<DataModel>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<CustomField>, Problem> {
    Ok(Json(model.oltp().custom_field(&caller, id).await?))
}

/// Change the label, the help or the options of a field
///
/// An option that records still have cannot go. What a field holds never changes: add another field.
#[utoipa::path(
    patch, path = "/api/catalog/fields/{id}", tag = "Data model", operation_id = "updateCustomField",
    security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = FieldChanges,
    responses(
        (status = 200, description = "The field as it is now", body = CustomField),
        (status = 401), (status = 403), (status = 404), (status = 409), (status = 422),
        (status = 503, description = "Another change of the data model takes long; try again")
    )
)]
async fn change(
    State(model): State<DataModel>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    JsonBody(changes): JsonBody<FieldChanges>,
) -> Result<Json<CustomField>, Problem> {
    Ok(Json(model.change_field(&caller, id, changes).await?))
}

/// Delete a field with its values
///
/// `values` is the number of values that you saw; when it is another by now, nothing is deleted. The
/// values are gone everywhere: in records, reports, search, and in every past state of the warehouse.
#[utoipa::path(
    delete, path = "/api/catalog/fields/{id}", tag = "Data model", operation_id = "deleteCustomField",
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
    QueryParameters(Seen { values }): QueryParameters<Seen>,
) -> Result<StatusCode, Problem> {
    model.delete_field(&caller, id, values).await?;
    Ok(StatusCode::NO_CONTENT)
}
