//! What a worker process may not do, set by itself before it starts a thread.

use std::{io, path::PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, RestrictionStatus, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use nix::sys::resource::{Resource, setrlimit};
use serde::{Deserialize, Serialize};

/// Files open at once: pipes, a few per lake file that is being read, and spilled runs.
const MAX_FILES: u64 = 512;

/// The limits of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The only folder that may be read.
    pub readable: PathBuf,
    /// The only folder that may be written.
    pub writable: PathBuf,
    /// Private memory of the process, in bytes; what is mapped from files does not count.
    pub memory_bytes: u64,
    /// Processor time of all threads together, in seconds.
    pub processor_seconds: u64,
    /// Size of one written file, in bytes.
    pub file_bytes: u64,
}

/// How much of the confinement the kernel enforces; limits on resources always hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confinement {
    /// Files, TCP, signals and abstract sockets.
    Full,
    /// Files at least; the kernel is older than 6.12.
    Partial,
    /// No Landlock: the process could read what the server can read.
    None,
}

/// Confines the calling process for the rest of its life; must run before any thread is started.
///
/// # Errors
/// When the kernel refuses a limit. Without Landlock it goes on and says so in the answer.
pub fn enter(limits: &Limits) -> io::Result<Confinement> {
    for (resource, limit) in [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_DATA, limits.memory_bytes),
        (Resource::RLIMIT_CPU, limits.processor_seconds),
        (Resource::RLIMIT_FSIZE, limits.file_bytes),
        (Resource::RLIMIT_NOFILE, MAX_FILES),
    ] {
        setrlimit(resource, limit, limit).map_err(io::Error::from)?;
    }
    let RestrictionStatus { ruleset, .. } = restrict(limits).map_err(io::Error::other)?;
    Ok(match ruleset {
        RulesetStatus::FullyEnforced => Confinement::Full,
        RulesetStatus::PartiallyEnforced => Confinement::Partial,
        RulesetStatus::NotEnforced => Confinement::None,
    })
}

fn restrict(limits: &Limits) -> Result<RestrictionStatus, landlock::RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = AccessFs::from_all(ABI::V5) & !(AccessFs::Execute | AccessFs::IoctlDev);
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rules(path_beneath_rules([&limits.readable], read))?
        .add_rules(path_beneath_rules([&limits.writable], write))?
        .restrict_self()
}
