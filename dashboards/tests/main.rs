//! Drawing, and dashboards over a real lake.

#![cfg(test)]

mod exports;
mod fixture;
mod hostile;
mod kinds;
