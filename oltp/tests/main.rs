//! Tests of this crate against a real Postgres.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod mails;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod records;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod webhooks;
