//! Tests of scoring over a real Postgres and the warehouse that follows it.

#[cfg(test)]
mod http;
#[cfg(test)]
mod scores;
#[cfg(test)]
mod workspace;
