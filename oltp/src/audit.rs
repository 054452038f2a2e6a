//! The audit log as a whole: read by administrators, and sealed so that a later change is found.
//!
//! Entries are written with the change that they tell of, by [`records`](crate::records) and
//! [`documents`](crate::documents). A task calls [`seal`](Oltp::seal_audit) every few seconds; it
//! appends what has been committed to a hash chain. [`verify`](Oltp::verify_audit) walks the chain.
//!
//! Guarantee: once an entry is sealed, within seconds of its commit, changing it, removing it, or
//! inserting one before it is found by `verify`. Somebody who can write to the database could
//! recompute the whole chain; that is found through a [`Checkpoint`] that was kept elsewhere.

use sha2::{Digest, Sha256};

#[cfg(doc)]
use crate::Oltp;

mod checkpoint;
mod list;
mod seal;
mod security;
mod suspicion;
mod verify;

pub use checkpoint::Checkpoint;
pub use list::{AuditLine, AuditLines, AuditQuery};
pub use security::{SecurityEvent, SecurityEvents, SecurityQuery};
pub use suspicion::{Suspicion, SuspicionKind};
pub use verify::{Finding, FindingKind, Verification};

/// A SHA-256.
type Hash = [u8; 32];

/// What the chain begins with.
const GENESIS: Hash = [0; 32];

/// The chain hash behind `before` with one more entry.
fn link(before: &Hash, entry_hash: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(entry_hash);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_hash_depends_on_everything_before_it() {
        let (one, two) = ([1; 32], [2; 32]);

        assert_ne!(link(&link(&GENESIS, &one), &two), link(&link(&GENESIS, &two), &one));
        assert_eq!(link(&GENESIS, &one), link(&GENESIS, &one));
    }
}
