//! The tests of this crate that need a Postgres, in one binary.

#[cfg(test)]
mod capture;
#[cfg(test)]
mod data_model;
#[cfg(test)]
mod import;
