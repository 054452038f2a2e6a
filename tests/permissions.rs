//! Permissions on every path: who may do what, and that every path shows the same.

// Without the attribute clippy takes the modules of an integration test for production code.
#[cfg(test)]
mod authorization;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod custom_role;
#[cfg(test)]
mod grid;
#[cfg(test)]
mod office;
#[cfg(test)]
mod operation;
#[cfg(test)]
mod records;
#[cfg(test)]
mod same_view;
#[cfg(test)]
mod samples;
