//! Records of every object against a real Postgres.

mod bulk;
mod contract;
mod customers;
mod events;
mod filter_property;
mod filters;
mod follow_ups;
mod list;
mod rules;
mod samples;
mod sharing;
mod stage_spans;
mod timeline;
mod values;
mod visibility;
mod workspace;
mod writes;
