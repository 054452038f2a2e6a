//! Files attached to records, over HTTP against a real Postgres and a real store.

mod bin;
mod hostile;
mod office;
mod sharing;
mod store;
mod versions;
