//! Tests of the query service over a real lake.

#[cfg(test)]
mod describe;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod leaks;
#[cfg(test)]
mod sql;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod worker;
