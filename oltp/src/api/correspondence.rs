//! `/api/{table}/{id}/emails` and `/api/{table}/emails`: writing to one person, and to everybody selected.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use catalog::{Catalog, ObjectDef};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema, openapi::PathItem};
use uuid::Uuid;

use super::{bulk::selection, jobs::accepted, records::capitalised};
use crate::{
    correspondence::{Correspondence, NewEmail, OBJECTS},
    http::{Caller, JsonBody, PathParameters, Problem},
    jobs::Job,
};

/// The addresses that stand for all of them in [`Description`].
const TEMPLATES: [&str; 2] = ["/api/{table}/{id}/emails", "/api/{table}/emails"];

/// The routes of mail to customers.
pub fn routes(correspondence: &Correspondence) -> Router {
    let oltp = correspondence.oltp();
    let written = objects(oltp.catalog()).map(|object| {
        let subject = Subject { correspondence: correspondence.clone(), object: Arc::new(object.clone()) };
        let [one, many] = TEMPLATES.map(|template| template.replace("{table}", &object.table));
        Router::new().route(&one, post(send)).route(&many, post(send_to_many)).with_state(subject)
    });
    let leaving = Router::new().route("/api/unsubscribe/{token}", get(ask).post(leave));
    written.fold(leaving.with_state(correspondence.clone()), Router::merge)
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

/// The path with the object's own operation id and tag.
fn named(mut path: PathItem, object: &ObjectDef) -> PathItem {
    if let Some(operation) = &mut path.post {
        let verb = operation.operation_id.take().unwrap_or_default();
        operation.operation_id = Some(format!("{verb}{}", capitalised(&object.name)));
        operation.tags = Some(vec![object.plural_label.clone()]);
    }
    path
}

fn objects(catalog: &Catalog) -> impl Iterator<Item = &ObjectDef> {
    OBJECTS.into_iter().filter_map(|name| catalog.object(name))
}

#[derive(OpenApi)]
#[openapi(paths(send, send_to_many, ask, leave), components(schemas(NewEmail, MassEmail, Job)))]
struct Description;

#[derive(Debug, Clone)]
struct Subject {
    correspondence: Correspondence,
    object: Arc<ObjectDef>,
}

/// What is written, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "subject": "Our autumn offer", "text": "Dear {name},\n\nhave a look.", "query": "filter[status][eq]=new",
    "expected_count": 12
}))]
struct MassEmail {
    /// The subject line, 1 to 150 characters; fields of the recipient's record in braces.
    subject: String,
    /// The text, 1 to 20,000 characters; an empty line begins a paragraph.
    text: String,
    /// These records, at most 10,000; or give `query`.
    ids: Option<Vec<Uuid>>,
    /// Every record of the list with these parameters, on all its pages; or give `ids`.
    query: Option<String>,
    /// How many records the person has confirmed; refused with 409 when they are more or fewer now.
    expected_count: Option<i64>,
}

/// Write to somebody
///
/// The mail goes out in the background under your name, and its recipient answers you. It is an activity of
/// the record, whose `outcome` says later what became of it.
#[utoipa::path(
    post, path = "/api/{table}/{id}/emails", operation_id = "sendEmailTo", security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    request_body = NewEmail,
    responses(
        (status = 201, description = "The activity that the mail is", body = serde_json::Value),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role may not write mail"),
        (status = 404, description = "There is no such record that you may see"),
        (status = 409, description = "Mail is not set up on this server"),
        (status = 422, description = "What cannot be sent is named; or the record has no address"),
    )
)]
async fn send(
    State(Subject { correspondence, object }): State<Subject>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    JsonBody(email): JsonBody<NewEmail>,
) -> Result<Response, Problem> {
    let activity = correspondence.send(&caller, &object, id, &email).await?;
    let made = activity.get("id").and_then(serde_json::Value::as_str).unwrap_or_default();
    let location = [(header::LOCATION, format!("/api/activities/{made}"))];
    Ok((StatusCode::CREATED, location, Json(activity)).into_response())
}

/// Write to everybody selected
///
/// Answers at once with a job that does it in the background, for at most 10,000 records. Whoever withdrew
/// their consent or has no address is left out and named among the problems of the job. Each mail ends with a
/// link by which its recipient withdraws their consent.
#[utoipa::path(
    post, path = "/api/{table}/emails", operation_id = "sendEmailToMany", security(("bearer" = [])),
    request_body = MassEmail,
    responses(
        (status = 202, description = "The job; its address is in `Location`", body = Job),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Your role may not write mail"),
        (status = 404, description = "There is no such object that you may see"),
        (status = 409, description = "Mail is not set up on this server, or not as many are selected as expected"),
        (status = 422, description = "What cannot be sent is named"),
        (status = 429, description = "Too many jobs of yours wait or run"),
    )
)]
async fn send_to_many(
    State(Subject { correspondence, object }): State<Subject>,
    Caller(caller): Caller,
    JsonBody(MassEmail { subject, text, ids, query, expected_count }): JsonBody<MassEmail>,
) -> Result<Response, Problem> {
    let oltp = correspondence.oltp();
    let chosen = selection(oltp, (&caller, &object), ids, query.as_deref()).await?;
    let email = NewEmail { subject, text };
    let id = correspondence.send_to_many(&caller, &object, email, (&chosen, expected_count)).await?;
    Ok(accepted(oltp.job(&caller, id).await?))
}

/// Ask whether somebody wants no more mail
///
/// The page behind the link at the end of mail to many. Nothing changes before its button is pressed, so that
/// programs that look at links unsubscribe nobody.
#[utoipa::path(
    get, path = "/api/unsubscribe/{token}", tag = "Mail", operation_id = "askToUnsubscribe",
    params(("token" = String, Path)),
    responses((status = 200, description = "A page with a button", body = String, content_type = "text/html"),
              (status = 404, description = "The link is not ours"))
)]
async fn ask(
    State(correspondence): State<Correspondence>,
    PathParameters(token): PathParameters<String>,
) -> Result<Html<String>, Problem> {
    correspondence.check_unsubscribe(&token)?;
    Ok(page(
        "Do you want no more mail like this?",
        "<form method=\"post\"><button>No more mail like this</button></form>",
    ))
}

/// Take somebody off mail to many
///
/// Also what mail programs do for their users with one click (RFC 8058).
#[utoipa::path(
    post, path = "/api/unsubscribe/{token}", tag = "Mail", operation_id = "unsubscribe",
    params(("token" = String, Path)),
    responses((status = 200, description = "It is noted", body = String, content_type = "text/html"),
              (status = 404, description = "The link is not ours, or the record is gone"))
)]
async fn leave(
    State(correspondence): State<Correspondence>,
    PathParameters(token): PathParameters<String>,
) -> Result<Html<String>, Problem> {
    correspondence.unsubscribe(&token).await?;
    Ok(page(
        "You will get no more mail like this.",
        "<p>It may take a moment until mail that is under way has arrived.</p>",
    ))
}

fn page(heading: &str, below: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{heading}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head>\
         <body><main><h1>{heading}</h1>{below}</main></body></html>"
    ))
}
