//! Favourites, following and the activity feed over HTTP.

use axum::{
    Json, Router,
    extract::{FromRef, State},
    routing::{get, put},
};
use catalog::{Catalog, CatalogObject, ObjectDef};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema, openapi::PathItem};
use uuid::Uuid;

use crate::{
    Oltp,
    activity_feed::{Entry, Feed},
    bookmarks::{Bookmark, Bookmarked, Favourite},
    http::{Caller, LiveObject, PathParameters, Problem, QueryParameters},
};

/// Objects whose records people mark for themselves.
const MARKED: [&str; 8] = ["lead", "contact", "company", "deal", "task", "saved_report", "dashboard", "saved_view"];
/// The addresses that stand for all of them in [`Description`].
const TEMPLATES: [&str; 3] = ["/api/{table}/{id}/bookmarks", "/api/{table}/{id}/favourite", "/api/{table}/{id}/follow"];

pub(super) fn routes(oltp: &Oltp) -> Router {
    let marks = objects(oltp.catalog()).map(|object| {
        let subject = LiveObject::of(oltp, oltp.live_catalog(), object);
        let [bookmarks, favourite, follow] = TEMPLATES.map(|template| template.replace("{table}", &object.table));
        Router::new()
            .route(&bookmarks, get(marked))
            .route(&favourite, put(add_favourite).delete(remove_favourite))
            .route(&follow, put(start_following).delete(stop_following))
            .with_state(subject)
    });
    let single = Router::new().route("/api/favourites", get(favourites)).route("/api/feed", get(feed));
    marks.fold(single.with_state(oltp.clone()), Router::merge)
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
        let name: String = object.name.split('_').map(super::records::capitalised).collect();
        operation.operation_id = Some(format!("{verb}{name}"));
        operation.tags = Some(vec![object.plural_label.clone()]);
    }
    path
}

#[derive(OpenApi)]
#[openapi(
    paths(marked, add_favourite, remove_favourite, start_following, stop_following, favourites, feed),
    components(schemas(Bookmarked, Favourite, Favourites, Feed, Entry))
)]
struct Description;

fn objects(catalog: &Catalog) -> impl Iterator<Item = &ObjectDef> {
    MARKED.into_iter().filter_map(|name| catalog.object(name))
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

impl Subject {
    async fn set(&self, caller: &Caller, id: Uuid, wanted: (Bookmark, bool)) -> Result<Json<Bookmarked>, Problem> {
        Ok(Json(self.oltp.bookmark(&caller.0, (&self.object, id), wanted).await?))
    }
}

/// The caller's favourites.
#[derive(Debug, Serialize, ToSchema)]
struct Favourites {
    /// The latest first.
    items: Vec<Favourite>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedParameters {
    cursor: Option<i64>,
    limit: Option<u32>,
}

/// Whether it is a favourite of yours and whether you follow it
#[utoipa::path(
    get, path = "/api/{table}/{id}/bookmarks", operation_id = "readBookmarksOf", tag = "Records",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "What you do with it", body = Bookmarked),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such record that you may see"),
    )
)]
async fn marked(
    State(Subject { oltp, object }): State<Subject>,
    Caller(caller): Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Bookmarked>, Problem> {
    Ok(Json(oltp.bookmarked(&caller, &object, id).await?))
}

/// Keep it at hand
#[utoipa::path(
    put, path = "/api/{table}/{id}/favourite", operation_id = "addFavourite", tag = "Records",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "What you do with it", body = Bookmarked),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such record that you may see"),
        (status = 422, description = "You have 500 already"),
    )
)]
async fn add_favourite(
    State(subject): State<Subject>,
    caller: Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Bookmarked>, Problem> {
    subject.set(&caller, id, (Bookmark::Favourite, true)).await
}

/// Do not keep it at hand any more
#[utoipa::path(
    delete, path = "/api/{table}/{id}/favourite", operation_id = "removeFavourite", tag = "Records",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "What you do with it", body = Bookmarked),
        (status = 401, description = "Nobody is signed in"),
    )
)]
async fn remove_favourite(
    State(subject): State<Subject>,
    caller: Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Bookmarked>, Problem> {
    subject.set(&caller, id, (Bookmark::Favourite, false)).await
}

/// Be told of its changes and comments
#[utoipa::path(
    put, path = "/api/{table}/{id}/follow", operation_id = "follow", tag = "Records",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "What you do with it", body = Bookmarked),
        (status = 401, description = "Nobody is signed in"),
        (status = 404, description = "There is no such record that you may see"),
        (status = 422, description = "You follow 500 already"),
    )
)]
async fn start_following(
    State(subject): State<Subject>,
    caller: Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Bookmarked>, Problem> {
    subject.set(&caller, id, (Bookmark::Follow, true)).await
}

/// Do not be told any more
#[utoipa::path(
    delete, path = "/api/{table}/{id}/follow", operation_id = "unfollow", tag = "Records",
    security(("bearer" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "What you do with it", body = Bookmarked),
        (status = 401, description = "Nobody is signed in"),
    )
)]
async fn stop_following(
    State(subject): State<Subject>,
    caller: Caller,
    PathParameters(id): PathParameters<Uuid>,
) -> Result<Json<Bookmarked>, Problem> {
    subject.set(&caller, id, (Bookmark::Follow, false)).await
}

/// Your favourites that you may see, the latest first
#[utoipa::path(
    get, path = "/api/favourites", operation_id = "listFavourites", tag = "Records", security(("bearer" = [])),
    responses(
        (status = 200, description = "At most 500", body = Favourites),
        (status = 401, description = "Nobody is signed in"),
    )
)]
async fn favourites(State(oltp): State<Oltp>, Caller(caller): Caller) -> Result<Json<Favourites>, Problem> {
    Ok(Json(Favourites { items: oltp.favourites(&caller).await? }))
}

/// What happened lately on everything you see, newest first
///
/// Who did what to which record, and which fields changed; never their values.
#[utoipa::path(
    get, path = "/api/feed", operation_id = "readActivityFeed", tag = "Records", security(("bearer" = [])),
    params(
        ("cursor" = Option<i64>, Query, description = "The `next` of the page before"),
        ("limit" = Option<u32>, Query, description = "Entries per page, 1 to 100; 30 when not given"),
    ),
    responses(
        (status = 200, description = "One page; it may be short and have a `next`", body = Feed),
        (status = 401, description = "Nobody is signed in"),
        (status = 422, description = "A parameter was refused"),
    )
)]
async fn feed(
    State(oltp): State<Oltp>,
    Caller(caller): Caller,
    QueryParameters(parameters): QueryParameters<FeedParameters>,
) -> Result<Json<Feed>, Problem> {
    Ok(Json(oltp.activity_feed(&caller, parameters.cursor, parameters.limit).await?))
}
