//! The promises of the lake, checked against a naive model.

#[cfg(test)]
mod contents;
#[cfg(test)]
mod erase;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod model;
#[cfg(test)]
mod property;
#[cfg(test)]
mod reshape;
#[cfg(test)]
mod search;
#[cfg(test)]
mod source;
