//! Records of every object against a real Postgres.

mod bulk;
mod contract;
mod customers;
mod events;
mod list;
mod rules;
mod samples;
mod sharing;
mod stage_spans;
mod timeline;
mod visibility;
mod workspace;
mod writes;
