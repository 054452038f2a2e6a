//! The HTTP routes of this crate: records of every object, and who people are.

use std::sync::Arc;

use axum::Router;
use catalog::Catalog;
use utoipa::openapi::OpenApi;

use crate::{Oltp, identity::Identity};

mod identity;
mod records;

pub use records::{openapi as record_openapi, routes as record_routes};

/// Every route of this crate.
#[expect(clippy::needless_pass_by_value, reason = "the routes of every crate take what they serve")]
pub fn routes(oltp: Oltp, auth: Arc<Identity>) -> Router {
    records::routes_with_accounts(&oltp, &auth).merge(identity::routes(auth))
}

/// What [`routes`] offers, for the standard catalogue.
pub fn openapi() -> OpenApi {
    let mut openapi = identity::openapi();
    openapi.merge(record_openapi(&Catalog::standard()));
    identity::with_passwords(openapi)
}
