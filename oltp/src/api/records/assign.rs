//! `POST /api/{table}/{id}/assign`: another owner for a task, a lead or a deal.

use axum::{Router, extract::State, http::HeaderMap, response::Response, routing::post};
use catalog::{Catalog, Changes, Invalid, ObjectDef};
use serde_json::{Map, Value};
use utoipa::{
    OpenApi,
    openapi::{HttpMethod, PathItem},
};
use uuid::Uuid;

use super::{Records, answer, conditional, live};
use crate::{
    Oltp,
    http::{Caller, JsonBody, PathParameters, Problem},
    records::Target,
};

/// Objects that are assigned one by one.
const ASSIGNABLE: [&str; 3] = ["task", "lead", "deal"];
/// The address that stands for all of them in [`Description`].
const TEMPLATE: &str = "/api/{table}/{id}/assign";
/// The one member of the body.
const OWNER: &str = "owner_id";

pub(super) fn routes(oltp: &Oltp) -> Router {
    let route = |object: &ObjectDef| Router::new().route(&address(object), post(assign)).with_state(live(oltp, object));
    objects(oltp.catalog()).map(route).fold(Router::new(), Router::merge)
}

/// The description of [`routes`]: the template printed once per object.
pub(in crate::api) fn openapi(catalog: &Catalog) -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    let Some(template) = openapi.paths.paths.remove(TEMPLATE).and_then(|path| path.post) else {
        return openapi;
    };
    for object in objects(catalog) {
        let mut operation = template.clone();
        operation.operation_id = Some(format!("assign{}", super::schemas::name(object)));
        operation.tags = Some(vec![object.plural_label.clone()]);
        openapi.paths.paths.insert(address(object), PathItem::new(HttpMethod::Post, operation));
    }
    openapi
}

#[derive(OpenApi)]
#[openapi(paths(assign))]
struct Description;

fn objects(catalog: &Catalog) -> impl Iterator<Item = &ObjectDef> {
    ASSIGNABLE.into_iter().filter_map(|name| catalog.object(name))
}

fn address(object: &ObjectDef) -> String {
    format!("/api/{}/{{id}}/assign", object.table)
}

/// Give it to somebody
///
/// `assignedUser` is the id, the username or the e-mail address of an active person whose records you
/// see; `null` gives it to nobody. The new owner is notified.
#[utoipa::path(
    post, path = "/api/{table}/{id}/assign", tag = "Records", security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` the record was read with"),
    ),
    request_body(content = Object, example = json!({"assignedUser": "ada"})),
    responses(
        (status = 200, description = "The record with its new owner", body = Object),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role may not change it"),
        (status = 404, description = "There is no such record that you may see"),
        (status = 412, description = "It has changed since it was read"),
        (status = 422, description = "There is no such person, or you may not give it to them"),
    )
)]
async fn assign(
    State(records): State<Records>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    let target = Target { id, version: conditional::expected_version(&headers)? };
    let fields = records.fields(&caller, body).await?;
    if let Some(other) = fields.keys().find(|name| *name != OWNER) {
        let message = format!("{other} cannot be given here; send assignedUser only");
        return Err(Invalid::field(other, "unknown_field", message).into());
    }
    let owner = fields.get(OWNER);
    let owner = owner.ok_or_else(|| Invalid::field("assignedUser", "required", "say who gets it: assignedUser"))?;
    active(&records.oltp, owner).await?;
    let changes = Changes::parse_patch(&records.object, &fields)?;
    Ok(answer(records.oltp.update(&caller, &records.object, target, changes).await?))
}

/// Refuses a person who has left: nobody would do what is given to them.
async fn active(oltp: &Oltp, owner: &Value) -> Result<(), Problem> {
    let Some(id) = owner.as_str().and_then(|id| Uuid::parse_str(id).ok()) else {
        return Ok(());
    };
    if oltp.person_is_closed(id).await? {
        let message = "this account is not active; choose somebody else";
        return Err(Invalid::field("assignedUser", "account_closed", message).into());
    }
    Ok(())
}
