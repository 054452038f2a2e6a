//! The HTTP routes of this crate.

mod records;

pub use records::{openapi as record_openapi, routes as record_routes};
