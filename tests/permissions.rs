//! Permissions on every path: who may do what, and one custom role on all of them.

// Without the attribute clippy takes the modules of an integration test for production code.
#[cfg(test)]
mod authorization;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod custom_role;
#[cfg(test)]
mod office;
#[cfg(test)]
mod samples;
