//! Capture against a real Postgres and a real lake.

mod catalogue;
mod changes;
mod compare;
mod decoder;
mod drift;
mod initial_copy;
pub(crate) mod lake;
mod restart;
mod schema;
mod server;
mod slot;
mod torture;
