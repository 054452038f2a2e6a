//! Tests over a real lake: what a moment knows, and what it must not know.

mod as_of;
mod lake;
mod learning;
