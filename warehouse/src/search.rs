//! The search index: every searchable field of every object, a second behind Postgres at most.
//!
//! Reading order: [`SearchIndexing`] is the running task that follows the lake's snapshots and
//! writes the index; [`SearchReader`] answers [`Sought`] queries from it under a policy;
//! [`Found`] is what comes back.
//!
//! How it stays right: the position in the log is part of each commit of the index, and a document
//! is replaced by its record's id, so that going over a piece of the log again changes nothing. The
//! task reads what is newer than its position out of the lake's history, and builds the index from
//! the lake's current rows when it is missing, damaged, of another form, or when the lake was copied
//! anew.
//!
//! Invariants: a field is only compared for objects in which the caller sees it; a row counts only
//! if it is in the caller's scope; memory is bounded by the writer's budget and one batch of rows.

mod collect;
mod document;
mod feed;
mod highlight;
mod plan;
mod purge;
mod reader;
mod schema;
mod sought;
mod text;
mod writer;

pub use highlight::{Mark, marks};
pub use purge::SearchPurge;
pub use reader::{Found, FoundGroup, SearchReader, SearchState};
pub use sought::Sought;
pub use writer::{SearchConfig, SearchIndexing};
