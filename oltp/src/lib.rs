//! The only crate that talks SQL to Postgres: it runs it, connects to it, signs people in and
//! writes records.
//!
//! Reading order: [`Oltp`] is the connection that everything else hangs on; [`identity`] turns a
//! password or a token into a `Principal`; [`records`] reads and writes single records, [`bulk`]
//! whole loads; [`data_model`] changes what they consist of; [`documents`] keeps the files attached to them; [`conversion`] makes a lead a customer;
//! [`jobs`] is the queue of long work, [`duplicates`] finds what is there twice; [`relay`] tells what
//! follows from writes, such as [`notifications`], [`webhooks`] and the runs of [`workflow`] rules; [`schedules`] and [`deliveries`] are the queue of
//! scheduled mail, [`mails`] that of all other mail, [`correspondence`] what people write to customers; [`feed`] tells of writes as they are committed;
//! [`audit`] reads and seals what was written down about them; [`privacy`] gives out and erases what is held
//! about a person; [`http`] holds what every route shares,
//! the problem answers above all; [`api`] lists the routes. [`embedded`] runs a private Postgres when
//! nobody brings one, [`testing`] a throw-away one.
//!
//! Invariants: a write of a record, its audit entry and its outbox message are one transaction;
//! input reaches a statement only as `catalog::Changes` or as a bound value; only `http` knows
//! how an error looks from outside.

pub mod activity_feed;
pub mod api;
pub mod audit;
pub mod baseline;
pub mod bookmarks;
pub mod bulk;
pub mod collaborators;
pub mod conversion;
pub mod correspondence;
pub mod data_model;
mod database;
pub mod deliveries;
pub mod documents;
pub mod duplicates;
pub mod embedded;
mod error;
pub mod feed;
pub mod handoff;
pub mod http;
pub mod idempotency;
pub mod identity;
pub mod jobs;
pub mod lead_statuses;
mod lease;
pub mod mails;
pub mod notifications;
mod own_writes;
mod position;
pub mod privacy;
pub mod records;
pub mod relay;
pub mod reminders;
mod requirements;
mod rules;
pub mod schedules;
pub mod testing;
pub mod webhooks;
mod words;
pub mod workflow;

pub use database::Oltp;
pub use error::{Error, Result};
pub use lease::{Lease, SendQueue};
pub use requirements::Requirement;
