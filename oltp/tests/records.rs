//! Records of every object against a real Postgres.

mod bulk;
mod contract;
mod customers;
mod list;
mod rules;
mod samples;
mod sharing;
mod visibility;
mod workspace;
mod writes;
