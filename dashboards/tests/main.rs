//! Drawing, and dashboards over a real lake.

mod exports;
mod fixture;
mod hostile;
mod kinds;
