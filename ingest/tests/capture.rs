//! Capture against a real Postgres and a real lake.

mod catalogue;
mod changes;
mod compare;
mod decoder;
mod drift;
mod initial_copy;
mod lake;
mod restart;
mod schema;
mod server;
mod slot;
mod torture;
