//! The promises of the lake, checked against a naive model.

mod contents;
mod lifecycle;
mod model;
mod property;
