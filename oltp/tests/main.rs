//! Tests of this crate against a real Postgres.

mod embedded;
mod identity;
mod migrations;
mod records;
