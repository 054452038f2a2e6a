//! Where a private Postgres lives, claimed for one process.

use std::{
    ffi::OsStr,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    account::{Account, private_folder},
    settings,
};
use crate::{Error, Result};

/// Where clusters go that their account could not reach in the data directory.
const ELSEWHERE: &str = "/var/lib/leadhouse";

/// Longest socket folder: `sun_path` holds 107 bytes and `/.s.PGSQL.65535.lock` takes 20.
const SOCKET_FOLDER_MAX_LEN: usize = 85;

/// The folder of a cluster; nobody else can claim it while this value lives.
#[derive(Debug)]
pub(crate) struct Place {
    /// The folder with everything in it.
    pub(crate) home: PathBuf,
    /// Whom it belongs to; `None` means ourselves.
    pub(crate) account: Option<Account>,
    location: PathBuf,
    _lock: File,
}

impl Place {
    /// Claims the folder of `data_dir`'s cluster, making it if needed.
    ///
    /// The claim is a file lock, so that it ends with the process however the process ends.
    pub(crate) fn claim(data_dir: &Path) -> Result<Self> {
        let failed = |error| Error::embedded(format!("opening the data directory {}", data_dir.display()), error);
        fs::create_dir_all(data_dir).map_err(failed)?;
        let data_dir = data_dir.canonicalize().map_err(failed)?;
        let location = data_dir.join("postgres.location");
        let mut home = data_dir.join("postgres");
        let mut account = Account::for_server()?;
        let barrier = account.as_ref().and_then(|account| Some((account.barrier(&home)?, account.name().to_owned())));
        if let Some((barrier, name)) = &barrier {
            home = PathBuf::from(ELSEWHERE).join(short_hash(&data_dir));
            fs::create_dir_all(ELSEWHERE).map_err(failed)?;
            tracing::info!(
                "{name} may not pass through {}, so the private Postgres lives in {}",
                barrier.display(),
                home.display()
            );
            set_orphan_aside(&home, &location)?;
            fs::write(&location, format!("{}\n", home.display())).map_err(failed)?;
        }
        if account.is_some() {
            account = Account::owning(&home.join("cluster")).or(account);
        }
        private_folder(&home, account.as_ref())?;
        let lock = lock(&home, &data_dir)?;
        Ok(Self { home, account, location, _lock: lock })
    }

    /// The Postgres data directory.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.home.join("cluster")
    }

    /// The file with the password of the role.
    pub(crate) fn password_file(&self) -> PathBuf {
        self.home.join("password")
    }

    /// What Postgres says before its own log is open.
    pub(crate) fn start_log(&self) -> PathBuf {
        self.home.join("start.log")
    }

    /// The major version that made the cluster; `None` when there is none yet.
    pub(crate) fn major(&self) -> Option<u32> {
        fs::read_to_string(self.cluster().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// The port of the last start: whoever noted it down finds Postgres there again.
    pub(crate) fn last_port(&self) -> Option<u16> {
        let text = fs::read_to_string(self.cluster().join(settings::FILE)).ok()?;
        text.lines().find_map(|line| line.strip_prefix("port = "))?.parse().ok()
    }

    /// The folder of the unix socket, made if needed.
    pub(crate) fn socket_dir(&self) -> Result<PathBuf> {
        let mut folder = self.home.join("run");
        let text = folder.as_os_str();
        if text.len() > SOCKET_FOLDER_MAX_LEN || text.to_string_lossy().contains(',') {
            folder = PathBuf::from(format!("/tmp/leadhouse-{}", short_hash(&self.home)));
        }
        private_folder(&folder, self.account.as_ref())?;
        Ok(folder)
    }

    /// Deletes the folder and everything in it.
    pub(crate) fn remove(self) -> Result<()> {
        let failed = |error| Error::embedded(format!("deleting {}", self.home.display()), error);
        fs::remove_dir_all(&self.home).map_err(failed)?;
        if self.location.exists() { fs::remove_file(&self.location).map_err(failed) } else { Ok(()) }
    }
}

fn lock(home: &Path, data_dir: &Path) -> Result<File> {
    let path = home.join("lock");
    let failed = |error| Error::embedded(format!("locking {}", path.display()), error);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::DataDirInUse(data_dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// A data directory that was deleted by hand and made anew must start empty, but what its
/// predecessor left outside of it is not ours to delete unasked.
fn set_orphan_aside(home: &Path, location: &Path) -> Result<()> {
    if location.exists() || !home.exists() {
        return Ok(());
    }
    let aside = (1..=u32::MAX)
        .map(|number| PathBuf::from(format!("{}-orphan-{number}", home.display())))
        .find(|path| !path.exists())
        .unwrap_or_else(|| home.with_extension("orphan"));
    tracing::warn!("{} belonged to a data directory that is gone; it is now {}", home.display(), aside.display());
    fs::rename(home, &aside).map_err(|error| Error::embedded(format!("moving {} aside", home.display()), error))
}

/// Sixteen letters that stand for a path or another text.
pub(crate) fn short_hash(text: impl AsRef<OsStr>) -> String {
    let digest = Sha256::digest(text.as_ref().as_encoded_bytes());
    let start = digest.first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(start))
}
