//! Tests of the query service over a real lake.

mod differential;
mod fixture;
mod leaks;
mod sql;
mod verify;
