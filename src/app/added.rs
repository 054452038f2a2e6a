//! The routes of objects that administrators add: made anew whenever the catalogue changes.

use std::convert::Infallible;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use oltp::{Oltp, documents::Documents, http::with_fallbacks};
use report_builder::export::Exports;
use tower::ServiceExt;

use super::{App, per_catalog::PerCatalog, web};

/// What the routes of an object are made of.
#[derive(Debug, Clone)]
pub(super) struct AddedObjects {
    oltp: Oltp,
    documents: Documents,
    exports: Exports,
    routes: PerCatalog<Router>,
}

impl AddedObjects {
    /// The objects of this workspace.
    pub(super) fn of(app: &App) -> Self {
        let routes = PerCatalog::new(app.oltp.live_catalog());
        let (oltp, documents, exports) = (app.oltp.clone(), app.documents.clone(), app.jobs.exports.clone());
        Self { oltp, documents, exports, routes }
    }

    /// The routes of all of them, as the catalogue is now.
    fn routes(&self) -> Router {
        let Ok(routes) = self.routes.of_now(|catalog| {
            let objects = catalog.objects.iter().filter(|object| object.added());
            Ok::<_, Infallible>(with_fallbacks(objects.fold(Router::new(), |routes, object| {
                routes
                    .merge(oltp::api::added_object_routes(&self.oltp, object))
                    .merge(oltp::api::documents::of_object(&self.documents, object))
                    .merge(report_builder::api::exports::of_object(&self.exports, object))
            })))
        });
        routes
    }

    /// Whether the address is one of an object that was added.
    fn have(&self, path: &str) -> bool {
        let table = path.strip_prefix("/api/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        self.oltp.catalog().by_table(table).is_some_and(catalog::ObjectDef::added)
    }
}

/// Answers what no other route does: a record of an added object, a file of the web UI, or its page.
pub(super) async fn serve(State(added): State<AddedObjects>, request: Request) -> Response {
    if added.have(request.uri().path()) {
        return added.routes().oneshot(request).await.into_response();
    }
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    web::serve(uri, headers).await
}
