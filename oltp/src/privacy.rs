//! What the workspace holds about one person: given out on request, and erased on request.
//!
//! Reading order: [`Person`] names a lead, a contact or an account; `subject` finds the records that
//! are about them and the words that stand for them; `export` writes all of it into a file;
//! `erasure` keeps requests to be forgotten and their proofs; `run` does one as a job, step by step:
//! `records` and `texts` in Postgres, `documents`, `files`, then every store of [`Copies`], and at
//! last `remains` looks whether anything is left. `ledger` keeps the audit log verifiable.
//!
//! Invariants: only administrators come here; nothing of the person is in a proof; each step can be
//! done again; an erasure is done when nothing was found afterwards, and says so otherwise.
//!
//! Why it is so is in docs/decisions/0027.

mod erasure;
mod export;
mod files;
mod gather;
mod journal;
mod ledger;
mod order;
mod records;
mod remains;
mod run;
mod subject;
mod targets;
mod texts;

use std::{path::PathBuf, sync::Arc};

use catalog::Principal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use erasure::{Erasure, ErasureList, ErasureState, NewErasure};
pub use export::SubjectExports;
pub use order::{Copies, EmptiedRecords, Order, Place, Remains};
pub use run::Erasures;
pub use texts::hex;

pub(crate) use ledger::settle;

use crate::{Error, Oltp, Result, documents::Documents, jobs::JobFiles};

/// Somebody of whom the workspace holds something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"object": "contact", "id": "0190a5f2-7c1e-7d3a-9f00-0123456789ab", "include_matches": true}))]
pub struct Person {
    /// What the record is: `lead`, `contact` or `user`.
    pub object: String,
    /// Its id.
    pub id: Uuid,
    /// Leads and contacts with the same e-mail address, or the same phone number and a name that
    /// begins alike, are the same person.
    #[serde(default)]
    pub include_matches: bool,
}

/// Where everything is that the workspace holds; cheap to clone.
#[derive(Debug, Clone)]
pub struct Privacy {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    documents: Documents,
    files: JobFiles,
    copies: Vec<Box<dyn Copies>>,
    /// Folders that are looked through at the end of an erasure.
    folders: Vec<PathBuf>,
}

impl Privacy {
    /// The workspace with these documents and files of jobs, with stores that follow Postgres, in the
    /// order in which they are erased from, and with folders that must hold nothing of the person in
    /// plain text afterwards.
    pub fn new(documents: Documents, files: JobFiles, copies: Vec<Box<dyn Copies>>, folders: Vec<PathBuf>) -> Self {
        Self { inner: Arc::new(Inner { documents, files, copies, folders }) }
    }

    /// The records.
    pub fn oltp(&self) -> &Oltp {
        self.inner.documents.oltp()
    }
}

/// Refuses everybody else.
fn administrators_only(caller: &Principal, verb: &str) -> Result<()> {
    if caller.administers() { Ok(()) } else { Err(Error::AdministratorsOnly { verb: verb.to_owned() }) }
}

/// The id of a person for a column without a foreign key; the system has none.
fn id_of(caller: &Principal) -> Option<Uuid> {
    Some(caller.user_id).filter(|id| !id.is_nil())
}
