//! Generated specifications.
