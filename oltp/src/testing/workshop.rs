//! The folder in which test clusters are made: one template, many copies.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::geteuid,
};

use crate::{
    Error, Result,
    embedded::{
        account::{Account, owned_folder, private_folder},
        cluster::{self, NewCluster},
        leftover::{recorded_pid, serves},
        place::short_hash,
        programs::Programs,
    },
};

/// Changes when a template made by an older version of this program must not be used any more.
const TEMPLATE_FORM: u32 = 1;

/// How long an abandoned Postgres gets to end.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// The folder, held by one process at a time.
#[derive(Debug)]
pub(crate) struct Workshop {
    folder: PathBuf,
    account: Option<Account>,
    _lock: File,
}

/// A cluster that is only ever copied.
#[derive(Debug)]
pub(crate) struct Template {
    /// The Postgres data directory.
    pub(crate) cluster: PathBuf,
    /// The password of the role.
    pub(crate) password: String,
}

/// The folder of one test cluster; its lock says that somebody still uses it.
#[derive(Debug)]
pub(crate) struct Bench {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// Whom the cluster belongs to; `None` means ourselves.
    pub(crate) account: Option<Account>,
    lock_path: PathBuf,
    _lock: File,
}

impl Workshop {
    /// Waits for the folder and holds it until dropped.
    pub(crate) fn open(account: Option<Account>) -> Result<Self> {
        let name = format!("leadhouse-test-{}", geteuid());
        let mut folder = env::temp_dir().join(&name);
        if account.as_ref().is_some_and(|account| account.barrier(&folder).is_some()) {
            folder = Path::new("/tmp").join(&name);
        }
        // The account passes through, also while another process opens the folder.
        owned_folder(&folder, None, if account.is_some() { 0o711 } else { 0o700 })?;
        let failed = |error| Error::embedded(format!("opening {}", folder.display()), error);
        let lock =
            File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        Ok(Self { folder, account, _lock: lock })
    }

    /// The template of this PostgreSQL version, made on first use.
    pub(crate) fn template(&self, programs: &Programs) -> Result<Template> {
        let key = short_hash(format!("{TEMPLATE_FORM} {}", programs.version));
        let folder = self.folder.join(format!("template-{key}"));
        private_folder(&folder, self.account.as_ref())?;
        let new = NewCluster {
            path: folder.join("cluster"),
            password_file: folder.join("password"),
            account: self.account.clone(),
            durable: false,
        };
        let password = if new.path.join("PG_VERSION").exists() {
            fs::read_to_string(&new.password_file).map_err(|error| Error::embedded("reading the password", error))?
        } else {
            let password = cluster::write_password(&new)?;
            cluster::create(programs, &new)?;
            password
        };
        Ok(Template { cluster: new.path, password: password.trim().to_owned() })
    }

    /// A folder for one test cluster.
    pub(crate) fn bench(&self, number: u32) -> Result<Bench> {
        let folder = self.folder.join(format!("cluster-{}-{number}", process::id()));
        let lock_path = folder.with_extension("lock");
        let failed = |error| Error::embedded(format!("making {}", folder.display()), error);
        let lock = File::create(&lock_path).map_err(failed)?;
        lock.lock().map_err(failed)?;
        private_folder(&folder, self.account.as_ref())?;
        Ok(Bench { folder, account: self.account.clone(), lock_path, _lock: lock })
    }

    /// Ends and removes clusters whose test was killed: nobody holds their lock any more.
    pub(crate) fn clear_abandoned(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let lock_path = entry.path();
            if lock_path.extension().is_none_or(|extension| extension != "lock") {
                continue;
            }
            let abandoned = File::open(&lock_path).is_ok_and(|file| file.try_lock().is_ok());
            if abandoned {
                let folder = lock_path.with_extension("");
                end(&folder.join("cluster"));
                remove(&folder, &lock_path);
            }
        }
    }
}

impl Bench {
    /// The Postgres data directory.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    /// Removes the folder.
    pub(crate) fn clear(&self) {
        remove(&self.folder, &self.lock_path);
    }
}

/// What cannot be removed now is removed by the next test; a test must not fail for it.
fn remove(folder: &Path, lock_path: &Path) {
    if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
        fs::remove_file(lock_path).ok();
    }
}

fn end(cluster: &Path) {
    let Some(pid) = recorded_pid(cluster).filter(|pid| serves(*pid, cluster)) else {
        return;
    };
    kill(pid, Signal::SIGQUIT).ok(); // it may be ending already
    let deadline = Instant::now() + END_TIMEOUT;
    while serves(pid, cluster) && Instant::now() < deadline {
        std::thread::yield_now();
    }
}
