//! Tests of this crate against a real Postgres.

mod embedded;
mod migrations;
mod records;
