//! The whole program from outside: the real binary, a real Postgres, a real lake.
#![cfg(test)]

mod account_mail;
mod accounts;
mod analytics;
mod as_of;
mod custom_fields;
mod demo;
mod exports;
mod hammering;
mod harness;
mod interface;
mod journeys;
mod kills;
mod mailbox;
mod maven;
mod other_imports;
mod permissions;
mod privacy;
mod problems;
mod search;
mod sql_worker;
mod sweeps;
mod totals;
