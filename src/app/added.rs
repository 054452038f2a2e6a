//! The routes of objects that administrators add: made anew whenever the catalogue changes.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use catalog::Catalog;
use oltp::{Oltp, documents::Documents, http::with_fallbacks};
use report_builder::export::Exports;
use tower::ServiceExt;

use super::{App, web};

/// What the routes of an object are made of.
#[derive(Debug, Clone)]
pub(super) struct AddedObjects {
    oltp: Oltp,
    documents: Documents,
    exports: Exports,
    made: Arc<Mutex<Option<Made>>>,
}

/// Routes, and the catalogue they were made for.
type Made = (Arc<Catalog>, Router);

impl AddedObjects {
    /// The objects of this workspace.
    pub(super) fn of(app: &App) -> Self {
        Self {
            oltp: app.oltp.clone(),
            documents: app.documents.clone(),
            exports: app.jobs.exports.clone(),
            made: Arc::default(),
        }
    }

    /// The routes of all of them, as the catalogue is now.
    fn routes(&self) -> Router {
        let catalog = self.oltp.catalog();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, routes)) = made.as_ref().filter(|(of, _)| Arc::ptr_eq(of, catalog)) {
            return routes.clone();
        }
        let objects = catalog.objects.iter().filter(|object| object.added());
        let routes = objects.fold(Router::new(), |routes, object| {
            routes
                .merge(oltp::api::added_object_routes(&self.oltp, object))
                .merge(oltp::api::documents::of_object(&self.documents, object))
                .merge(report_builder::api::exports::of_object(&self.exports, object))
        });
        let routes = with_fallbacks(routes);
        *made = Some((Arc::clone(catalog), routes.clone()));
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
