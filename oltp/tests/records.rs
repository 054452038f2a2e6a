//! Records of every object against a real Postgres.

mod contract;
mod samples;
mod workspace;
