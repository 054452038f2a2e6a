//! The promises of the lake, checked against a naive model.

mod contents;
mod kills;
mod lifecycle;
mod model;
mod property;
mod source;
