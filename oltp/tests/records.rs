//! Records of every object against a real Postgres.

mod assignment;
mod bulk;
mod contract;
mod conversion;
mod customers;
mod events;
mod filter_property;
mod filters;
mod follow_ups;
mod lead_contacts;
mod lead_statuses;
mod list;
mod notifications;
mod roles;
mod rules;
mod samples;
mod sharing;
mod stage_spans;
mod stock;
mod tasks;
mod timeline;
mod together;
mod values;
mod visibility;
mod workspace;
mod writes;
