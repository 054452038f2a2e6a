//! The settings of a private Postgres, written to `leadhouse.conf` at each start.

use std::{fs, path::Path};

use nix::sys::statvfs::statvfs;

use super::account::{Account, hand_over};
use crate::{Error, Result};

/// The file that `postgresql.conf` includes; what follows there overrides it.
pub(crate) const FILE: &str = "leadhouse.conf";

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// What depends on the machine and on the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    port: u16,
    socket_dir: String,
    durable: bool,
    memory_bytes: u64,
    free_bytes: u64,
}

impl Settings {
    /// Settings for a cluster on the disk of `home`.
    pub(crate) fn new(port: u16, socket_dir: &Path, home: &Path, durable: bool) -> Self {
        let disk = statvfs(home).map(|disk| wide(disk.blocks_available()) * wide(disk.fragment_size()));
        Self {
            port,
            socket_dir: socket_dir.display().to_string(),
            durable,
            memory_bytes: memory_bytes().unwrap_or(4 * GIB),
            free_bytes: disk.unwrap_or(100 * GIB),
        }
    }

    /// Settings for a small cluster that may forget everything, its socket in `folder`.
    pub(crate) fn for_tests(port: u16, folder: &Path) -> Self {
        let socket_dir = folder.display().to_string();
        Self { port, socket_dir, durable: false, memory_bytes: 512 * MIB, free_bytes: 100 * GIB }
    }

    /// Writes the file into the cluster, in one step.
    pub(crate) fn write(&self, cluster: &Path, account: Option<&Account>) -> Result<()> {
        let path = cluster.join(FILE);
        let draft = cluster.join(format!("{FILE}.new"));
        let failed = |error| Error::embedded(format!("writing {}", path.display()), error);
        fs::write(&draft, self.text()).map_err(failed)?;
        hand_over(&draft, account)?;
        fs::rename(&draft, &path).map_err(failed)
    }

    fn text(&self) -> String {
        let shared_mib = (self.memory_bytes / 8).clamp(64 * MIB, GIB) / MIB;
        let cache_mib = (self.memory_bytes / 2).max(256 * MIB) / MIB;
        let slot_mib = (self.free_bytes / 2).clamp(GIB, 200 * GIB) / MIB;
        let durability = if self.durable { DURABLE } else { FORGETFUL };
        format!(
            "# Written by Leadhouse at each start; override a setting at the end of postgresql.conf.\n\
             listen_addresses = '127.0.0.1'\n\
             port = {port}\n\
             unix_socket_directories = '{socket}'\n\
             unix_socket_permissions = 0700\n\
             shared_buffers = {shared_mib}MB\n\
             effective_cache_size = {cache_mib}MB\n\
             # A warehouse that is away must not fill the disk: half of what is free is kept for it.\n\
             max_slot_wal_keep_size = {slot_mib}MB\n\
             {COMMON}{durability}",
            port = self.port,
            socket = self.socket_dir.replace('\'', "''"),
        )
    }
}

/// Settings of every private Postgres.
const COMMON: &str = "\
password_encryption = 'scram-sha-256'
wal_level = logical
max_wal_senders = 10
max_replication_slots = 10
logical_decoding_work_mem = 64MB
wal_compression = on
max_connections = 100
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
effective_io_concurrency = 64
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'
track_io_timing = on
";

const DURABLE: &str = "\
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %u@%d '
";

/// For tests: a power cut loses everything, and that does not matter.
const FORGETFUL: &str = "\
fsync = off
full_page_writes = off
max_wal_size = 1GB
checkpoint_timeout = 1h
autovacuum_naptime = 10min
";

/// Counters of the file system have 32 bits on some systems and 64 on others.
fn wide(count: impl Into<u64>) -> u64 {
    count.into()
}

/// The machine's memory, where the system says it in a file.
fn memory_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_disk_decide_within_bounds() {
        let settings = |memory_bytes, free_bytes| {
            Settings { port: 5433, socket_dir: "/tmp/o'hara".to_owned(), durable: true, memory_bytes, free_bytes }
                .text()
        };

        let small = settings(256 * MIB, GIB);
        let large = settings(256 * GIB, 900 * GIB);

        assert!(small.contains("shared_buffers = 64MB") && small.contains("max_slot_wal_keep_size = 1024MB"));
        assert!(large.contains("shared_buffers = 1024MB") && large.contains("max_slot_wal_keep_size = 204800MB"));
        assert!(small.contains("'/tmp/o''hara'") && small.contains("wal_level = logical"));
        assert!(!small.contains("fsync = off"));
    }
}
