//! Truths about the whole project that are enumerated, not remembered.

// Without the attribute clippy takes the modules of an integration test for production code.
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod links;
#[cfg(test)]
mod prose;
#[cfg(test)]
mod source;
