//! Documents over HTTP: uploading to any record, versions, folders, downloads, signed links.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRef, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use catalog::{CatalogObject, ObjectDef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::records::conditional;
use crate::{
    documents::{
        Bin, Document, DocumentChanges, DocumentPage, DocumentQuery, DocumentVersion, Documents, NewLink, SignedLink,
    },
    http::{Caller, JsonBody, LiveObject, PathParameters, Problem, QueryParameters},
};

mod content;
mod openapi;
mod upload;

pub use openapi::openapi;

use upload::Upload;

/// Documents of every object of the catalogue.
pub fn routes(documents: &Documents) -> Router {
    let catalog = Arc::clone(documents.oltp().catalog());
    let of_records = catalog.objects.iter().filter(|object| !object.added()).map(|object| of_object(documents, object));
    of_records.fold(Router::new(), Router::merge).merge(of_documents(documents))
}

/// What is attached to the records of one object.
pub fn of_object(documents: &Documents, object: &ObjectDef) -> Router {
    Router::new()
        .route(&format!("/api/{}/{{id}}/documents", object.table), get(list_of_record).post(attach))
        // The limit on files is the upload's own, and comes from the configuration.
        .layer(DefaultBodyLimit::disable())
        .with_state(LiveObject::of(documents, documents.oltp().live_catalog(), object))
}

fn of_documents(documents: &Documents) -> Router {
    Router::new()
        .route("/api/documents", get(list))
        .route("/api/documents/{id}", get(read).patch(change).delete(remove))
        .route("/api/documents/{id}/restore", post(restore))
        .route("/api/documents/{id}/erase", post(erase))
        .route("/api/documents/{id}/versions/{number}", delete(remove_version))
        .route("/api/documents/{id}/content", get(content::download))
        .route("/api/documents/{id}/links", post(link))
        .route("/api/files/{token}", get(content::open_link))
        .route("/api/documents/{id}/versions", get(versions).post(add_version).layer(DefaultBodyLimit::disable()))
        .with_state(documents.clone())
}

/// What records of one object have attached.
#[derive(Debug, Clone)]
struct Holder {
    documents: Documents,
    object: CatalogObject,
}

impl FromRef<LiveObject<Documents>> for Holder {
    fn from_ref(live: &LiveObject<Documents>) -> Self {
        Self { documents: live.service(), object: live.object() }
    }
}

/// Which documents of a record are wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordParameters {
    folder: Option<String>,
    q: Option<String>,
    #[serde(default)]
    deleted: bool,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Which documents of the workspace are wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListParameters {
    object: Option<String>,
    folder: Option<String>,
    q: Option<String>,
    #[serde(default)]
    deleted: bool,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Every version of a document; there is only one page.
#[derive(Debug, Serialize, ToSchema)]
struct VersionList {
    items: Vec<DocumentVersion>,
    next: Option<String>,
    total: usize,
}

/// Attach a file
///
/// As a form (`multipart/form-data` with `file`, and `name`, `folder`, `personal` where they differ from
/// the file's own) or as the body itself with `?name=`. A file of the same name in the same folder
/// becomes the next version of that document.
#[utoipa::path(
    post, path = "/api/{table}/{id}/documents", tag = "Documents", security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("name" = Option<String>, Query, description = "Name of the file, when the body is the file itself"),
        ("folder" = Option<String>, Query, description = "Folder, such as `Contracts/2026`"),
        ("personal" = Option<bool>, Query, description = "Holds personal data"),
    ),
    request_body(content = upload::UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The document in its newest version", body = Document),
        (status = 400, description = "The upload broke off"),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "You may not change the record"),
        (status = 404, description = "There is no such record that you may see"),
        (status = 409, description = "The record or the document is full"),
        (status = 413, description = "The file is larger than allowed"),
        (status = 422, description = "The name or the folder was refused"),
    )
)]
async fn attach(
    State(Holder { documents, object }): State<Holder>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    request: Request,
) -> Result<Response, Problem> {
    // Whoever may not attach is told so before the bytes are taken.
    documents.may_attach(&caller, &object, id).await?;
    let Upload { new, incoming } = upload::read(&documents, request).await?;
    Ok(created(documents.attach(&caller, (&object, id), &new, incoming).await?))
}

/// List what is attached to a record
#[utoipa::path(
    get, path = "/api/{table}/{id}/documents", tag = "Documents", security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("folder" = Option<String>, Query, description = "Only this folder; empty for the top"),
        ("q" = Option<String>, Query, description = "Part of the name"),
        ("deleted" = Option<bool>, Query, description = "Only what is in the bin"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
        ("limit" = Option<u32>, Query, description = "Documents per page, 1 to 200; 50 when not given"),
    ),
    responses(
        (status = 200, description = "One page, newest first", body = DocumentPage),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such record that you may see"),
        (status = 422, description = "A parameter was refused"),
    )
)]
async fn list_of_record(
    State(Holder { documents, object }): State<Holder>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    QueryParameters(parameters): QueryParameters<RecordParameters>,
) -> Result<Json<DocumentPage>, Problem> {
    let RecordParameters { folder, q, deleted, cursor, limit } = parameters;
    let query = DocumentQuery { folder, q, deleted, cursor, limit, ..DocumentQuery::default() };
    Ok(Json(documents.of_record(&caller, &object, id, query).await?))
}

/// List the documents of every record that I see
#[utoipa::path(
    get, path = "/api/documents", tag = "Documents", operation_id = "listDocuments", security(("bearer" = [])),
    params(
        ("object" = Option<String>, Query, description = "Only of records of this object, such as `deal`"),
        ("folder" = Option<String>, Query, description = "Only this folder; empty for the top"),
        ("q" = Option<String>, Query, description = "Part of the name"),
        ("deleted" = Option<bool>, Query, description = "Only what is in the bin"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before"),
        ("limit" = Option<u32>, Query, description = "Documents per page, 1 to 200; 50 when not given"),
    ),
    responses(
        (status = 200, description = "One page, newest first", body = DocumentPage),
        (status = 401, description = "Nobody is signed in"),
        (status = 422, description = "A parameter was refused"),
    )
)]
async fn list(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<ListParameters>,
) -> Result<Json<DocumentPage>, Problem> {
    let ListParameters { object, folder, q, deleted, cursor, limit } = parameters;
    let query = DocumentQuery { object, record_id: None, folder, q, deleted, cursor, limit };
    Ok(Json(documents.list(&caller, &query).await?))
}

/// Read what is known of a document
#[utoipa::path(
    get, path = "/api/documents/{id}", tag = "Documents", operation_id = "readDocument", security(("bearer" = [])),
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The document; its version is in `ETag`", body = Document),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is none that you may see"),
    )
)]
async fn read(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Response, Problem> {
    Ok(answer(documents.read(&caller, id).await?))
}

/// Rename a document, move it to another folder, or mark it as personal
#[utoipa::path(
    patch, path = "/api/documents/{id}", tag = "Documents", operation_id = "updateDocument",
    security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = DocumentChanges,
    responses(
        (status = 200, description = "The document as it is now", body = Document),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "You may see it but not change it"),
        (status = 404, description = "There is none that you may see"),
        (status = 409, description = "The name is taken"),
        (status = 412, description = "It has changed since it was read"),
        (status = 422, description = "Fields were refused"),
    )
)]
async fn change(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    headers: HeaderMap,
    JsonBody(changes): JsonBody<DocumentChanges>,
) -> Result<Response, Problem> {
    let expected = conditional::expected_version(&headers)?;
    Ok(answer(documents.change(&caller, (id, expected), &changes).await?))
}

/// Move a document to the bin
///
/// It stays there for 30 days.
#[utoipa::path(
    delete, path = "/api/documents/{id}", tag = "Documents", operation_id = "deleteDocument",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The document as it is in the bin", body = Document),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "You may see it but not delete it"),
        (status = 404, description = "There is none that you may see"),
    )
)]
async fn remove(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Response, Problem> {
    Ok(answer(documents.bin(&caller, id, Bin::In).await?))
}

/// Take a document out of the bin
#[utoipa::path(
    post, path = "/api/documents/{id}/restore", tag = "Documents", operation_id = "restoreDocument",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The document as it is now", body = Document),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "You may see it but not restore it"),
        (status = 404, description = "There is none that you may see"),
        (status = 409, description = "It is not in the bin, or its name is taken meanwhile"),
    )
)]
async fn restore(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Response, Problem> {
    Ok(answer(documents.bin(&caller, id, Bin::Out).await?))
}

/// Remove a document with all its versions for good
///
/// For administrators, as when somebody asks to be forgotten.
#[utoipa::path(
    post, path = "/api/documents/{id}/erase", tag = "Documents", operation_id = "eraseDocument",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "Nothing of it is left but an entry in the audit log"),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "Only administrators may"),
        (status = 404, description = "There is no such document"),
    )
)]
async fn erase(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<StatusCode, Problem> {
    documents.erase(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the versions of a document, newest first
#[utoipa::path(
    get, path = "/api/documents/{id}/versions", tag = "Documents", operation_id = "listDocumentVersions",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "Every version, removed ones included", body = VersionList),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is none that you may see"),
    )
)]
async fn versions(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<VersionList>, Problem> {
    let items = documents.versions(&caller, id).await?;
    Ok(Json(VersionList { total: items.len(), next: None, items }))
}

/// Add a version to a document
#[utoipa::path(
    post, path = "/api/documents/{id}/versions", tag = "Documents", operation_id = "addDocumentVersion",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path),
        ("name" = Option<String>, Query, description = "Name of the file, when the body is the file itself"),
    ),
    request_body(content = upload::UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The document in its newest version", body = Document),
        (status = 400, description = "The upload broke off"),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "You may see it but not change it"),
        (status = 404, description = "There is none that you may see"),
        (status = 409, description = "The document is full"),
        (status = 413, description = "The file is larger than allowed"),
        (status = 422, description = "The name was refused"),
    )
)]
async fn add_version(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    request: Request,
) -> Result<Response, Problem> {
    documents.may_replace(&caller, id).await?;
    let Upload { new, incoming } = upload::read(&documents, request).await?;
    Ok(created(documents.replace(&caller, id, &new.name, incoming).await?))
}

/// Remove one version for good
///
/// Links to it stop to work at once; its bytes go when no other version shares them.
#[utoipa::path(
    delete, path = "/api/documents/{id}/versions/{number}", tag = "Documents",
    operation_id = "removeDocumentVersion", security(("bearer" = [])),
    params(("id" = Uuid, Path), ("number" = i64, Path)),
    responses(
        (status = 204, description = "It is removed"),
        (status = 401, description = "Nobody is signed in"),
        (status = 403, description = "You may see it but not change it"),
        (status = 404, description = "There is no such version that you may see"),
        (status = 409, description = "It is the only version"),
    )
)]
async fn remove_version(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters((id, number)): PathParameters<(Uuid, i64)>,
) -> Result<StatusCode, Problem> {
    documents.remove_version(&caller, id, number).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a link to a version that works without signing in
///
/// It ends by itself, when the version is removed, and when you may not see the document any more.
#[utoipa::path(
    post, path = "/api/documents/{id}/links", tag = "Documents", operation_id = "linkDocument",
    security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = NewLink,
    responses(
        (status = 201, description = "The link", body = SignedLink),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such version that you may see"),
        (status = 422, description = "Fields were refused"),
    )
)]
async fn link(
    State(documents): State<Documents>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
    JsonBody(new): JsonBody<NewLink>,
) -> Result<(StatusCode, Json<SignedLink>), Problem> {
    Ok((StatusCode::CREATED, Json(documents.link(&caller, id, &new).await?)))
}

fn created(document: Document) -> Response {
    let location = format!("/api/documents/{}", document.id);
    (StatusCode::CREATED, [(header::LOCATION, location)], answer(document)).into_response()
}

fn answer(document: Document) -> Response {
    ([(header::ETAG, format!("\"{}\"", document.version))], Json(document)).into_response()
}
