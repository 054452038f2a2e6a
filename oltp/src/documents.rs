//! Documents: files attached to records, in versions and folders.
//!
//! A document is seen by whoever sees its record and changed by whoever may change it; nothing else
//! decides. [`Documents`] holds the store of bytes, which is a folder or any S3-compatible service.
//!
//! Invariants: bytes go through a scratch file, never whole through memory; equal bytes are stored
//! once; a row stands for every file in the store before its bytes arrive and until they are gone,
//! so a crash leaves nothing that [`clean_up`](Documents::clean_up) does not find; what a browser
//! may show is decided by the bytes, never by what the sender says.

use std::{path::PathBuf, sync::Arc};

use catalog::{Ids, Principal};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Error, Oltp, Result, identity::Identity};

mod access;
mod clean;
mod content;
mod document;
mod journal;
mod kind;
mod link;
mod list;
mod name;
mod receive;
mod store;
mod versions;
mod write;

pub use clean::Cleaned;
pub use content::Content;
pub use document::{Document, DocumentVersion};
pub use link::{NewLink, SignedLink};
pub use list::{DocumentPage, DocumentQuery};
pub use receive::Incoming;
pub use store::{S3Config, StoreConfig};
pub use write::{Bin, DocumentChanges, NewDocument};

use link::LinkSigner;
use store::Store;

/// Where documents are kept, and how large they may be.
#[derive(Debug, Clone)]
pub struct DocumentsConfig {
    /// Where the bytes go.
    pub store: StoreConfig,
    /// A folder for uploads that are still arriving; emptied at the start.
    pub incoming: PathBuf,
    /// Largest file.
    ///
    /// **Units:** bytes.
    pub max_bytes: u64,
}

/// The documents of a workspace; cheap to clone.
#[derive(Debug, Clone)]
pub struct Documents {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    oltp: Oltp,
    identity: Arc<Identity>,
    store: Store,
    incoming: PathBuf,
    max_bytes: u64,
    signer: LinkSigner,
}

impl Documents {
    /// Opens the store; links are signed with a key derived from `secret`.
    ///
    /// # Errors
    /// [`Error::Store`] when the folder cannot be made or the settings of the service do not fit.
    pub fn open(
        oltp: Oltp,
        identity: Arc<Identity>,
        config: DocumentsConfig,
        secret: impl AsRef<[u8]>,
    ) -> Result<Self> {
        receive::empty(&config.incoming)?;
        let inner = Inner {
            oltp,
            identity,
            store: Store::open(&config.store)?,
            incoming: config.incoming,
            max_bytes: config.max_bytes,
            signer: LinkSigner::new(secret.as_ref()),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The records that documents belong to.
    pub fn oltp(&self) -> &Oltp {
        &self.inner.oltp
    }

    /// Largest file.
    ///
    /// **Units:** bytes.
    pub fn max_bytes(&self) -> u64 {
        self.inner.max_bytes
    }

    fn now(&self) -> DateTime<Utc> {
        self.inner.oltp.clock().now()
    }

    fn fresh_id() -> Uuid {
        Ids.fresh()
    }
}

/// The id of a person for a column without a foreign key; the system has none.
fn id_of(caller: &Principal) -> Option<Uuid> {
    Some(caller.user_id).filter(|id| !id.is_nil())
}

/// The same answer for a document that is absent and for one the person may not see.
fn not_found() -> Error {
    Error::RecordNotFound { object: "document".to_owned() }
}
