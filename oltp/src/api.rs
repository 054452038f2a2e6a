//! The HTTP routes of this crate: records of every object, what happens to them, and who people are.

use std::sync::Arc;

use axum::Router;
use catalog::{Catalog, ObjectDef};
use utoipa::openapi::OpenApi;

use crate::{Oltp, identity::Identity};

mod audit;
mod bulk;
mod collaborators;
mod conversion;
pub mod correspondence;
pub mod documents;
pub mod downloads;
mod duplicates;
mod events;
mod handoff;
mod identity;
mod jobs;
mod lead_statuses;
mod notifications;
mod permissions;
pub mod privacy;
mod records;
mod timeline;
mod together;
pub mod webhooks;
mod workflow;

pub use identity::{Asker, CurrentSession, asker};
pub use records::openapi as record_openapi;

/// Every route of this crate.
#[expect(clippy::needless_pass_by_value, reason = "the routes of every crate take what they serve")]
pub fn routes(oltp: Oltp, auth: Arc<Identity>) -> Router {
    records::routes_with_accounts(&oltp, &auth)
        .merge(around_records(&oltp))
        .merge(permissions::routes(Arc::clone(&auth)))
        .merge(identity::routes(auth))
}

/// The routes of records and of what happens to them, without accounts.
pub fn record_routes(oltp: &Oltp) -> Router {
    records::routes(oltp).merge(around_records(oltp))
}

/// The routes of an object that administrators added, made when it is.
pub fn added_object_routes(oltp: &Oltp, object: &ObjectDef) -> Router {
    records::of_object(oltp, object).merge(bulk::of_object(oltp, object))
}

fn around_records(oltp: &Oltp) -> Router {
    events::routes(oltp)
        .merge(timeline::routes(oltp))
        .merge(conversion::routes(oltp))
        .merge(lead_statuses::routes(oltp))
        .merge(handoff::routes(oltp))
        .merge(notifications::routes(oltp))
        .merge(together::routes(oltp))
        .merge(collaborators::routes(oltp))
        .merge(bulk::routes(oltp))
        .merge(duplicates::routes(oltp))
        .merge(jobs::routes(oltp))
        .merge(audit::routes(oltp))
        .merge(workflow::routes(oltp))
}

/// What [`routes`] offers for these objects.
pub fn openapi(catalog: &Catalog) -> OpenApi {
    let mut openapi = identity::openapi();
    openapi.merge(record_openapi(catalog));
    openapi.merge(conversion::openapi());
    openapi.merge(events::openapi());
    openapi.merge(lead_statuses::openapi());
    openapi.merge(handoff::openapi());
    openapi.merge(notifications::openapi());
    openapi.merge(together::openapi(catalog));
    openapi.merge(collaborators::openapi(catalog));
    openapi.merge(records::assign::openapi(catalog));
    openapi.merge(permissions::openapi());
    openapi.merge(timeline::openapi(catalog));
    openapi.merge(bulk::openapi(catalog));
    openapi.merge(duplicates::openapi(catalog));
    openapi.merge(jobs::openapi());
    openapi.merge(downloads::openapi());
    openapi.merge(documents::openapi(catalog));
    openapi.merge(audit::openapi());
    openapi.merge(webhooks::openapi());
    openapi.merge(workflow::openapi());
    openapi.merge(correspondence::openapi(catalog));
    openapi.merge(privacy::openapi());
    identity::with_passwords(openapi)
}
