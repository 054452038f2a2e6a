//! `POST /api/leads/{id}/convert` and taking it back.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use utoipa::OpenApi;
use uuid::Uuid;

use super::records::conditional;
use crate::{
    Oltp,
    conversion::{Conversion, Converted, Part, Undone},
    http::{Caller, JsonBody, PathParameters, Problem},
    records::Target,
};

pub(super) fn routes(oltp: &Oltp) -> Router {
    Router::new()
        .route("/api/leads/{id}/convert", post(convert))
        .route("/api/leads/{id}/convert/undo", post(undo))
        .with_state(oltp.clone())
}

/// The description of [`routes`].
pub(super) fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(convert, undo), components(schemas(Conversion, Part, Converted, Undone)))]
struct Description;

/// Make a lead a contact, a company and a deal
///
/// Each part is `"from_lead"`, `{"new": {fields}}`, `{"existing": id}` or `"none"`. A lead that is
/// converted already answers what it became; nothing is made twice.
#[utoipa::path(
    post, path = "/api/leads/{id}/convert", operation_id = "convertLead", tag = "Leads",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` the lead was read with"),
    ),
    request_body(content = Conversion, example = json!({
        "contact": "from_lead",
        "company": {"existing": "01978f5e-2a00-7000-8000-000000000001"},
        "deal": {"new": {"name": "Acme pilot", "amount": "12000.00"}}
    })),
    responses(
        (status = 200, description = "The lead and what it became", body = Converted),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role may not change leads or not create one of the parts"),
        (status = 404, description = "There is no such lead that you may see"),
        (status = 409, description = "A value of a new record is taken"),
        (status = 412, description = "The lead has changed since it was read"),
        (status = 422, description = "A part was refused, or the lead's status may not become converted"),
    )
)]
async fn convert(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<Conversion>,
) -> Result<Response, Problem> {
    let target = Target { id, version: conditional::expected_version(&headers)? };
    let converted = oltp.convert_lead(&caller, target, wanted).await?;
    let etag = conditional::etag(&converted.lead);
    Ok((StatusCode::OK, [(header::ETAG, etag)], Json(converted)).into_response())
}

/// Take a conversion back, within 30 days
///
/// The lead is as before; what the conversion made goes to the bin, unless it has changed since.
#[utoipa::path(
    post, path = "/api/leads/{id}/convert/undo", operation_id = "undoLeadConversion", tag = "Leads",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` the lead was read with"),
    ),
    responses(
        (status = 200, description = "The lead as it is now", body = Undone),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Somebody else converted it, and you may not delete what was made"),
        (status = 404, description = "There is no such lead that you may see"),
        (status = 409, description = "It is not converted, or the 30 days are over"),
        (status = 412, description = "The lead has changed since it was read"),
    )
)]
async fn undo(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
) -> Result<Json<Undone>, Problem> {
    let target = Target { id, version: conditional::expected_version(&headers)? };
    Ok(Json(oltp.undo_conversion(&caller, target).await?))
}
