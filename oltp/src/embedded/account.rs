//! The unprivileged account that Postgres runs as when we are root.

use std::{
    fs,
    io::ErrorKind,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, lchown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::{Gid, Uid, User, geteuid};

use crate::{Error, Result};

/// Accounts that Postgres may run as, the best first.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// An account of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    name: String,
    uid: Uid,
    gid: Gid,
}

impl Account {
    /// The account for Postgres; `None` when it can run as ourselves because we are not root.
    pub(crate) fn for_server() -> Result<Option<Self>> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        for name in CANDIDATES {
            let user = User::from_name(name).map_err(|error| Error::embedded(format!("looking up {name}"), error))?;
            if let Some(user) = user.filter(|user| !user.uid.is_root()) {
                return Ok(Some(Self { name: user.name, uid: user.uid, gid: user.gid }));
            }
        }
        Err(Error::embedded(
            "starting the private Postgres as root",
            "Postgres refuses to run as root and there is no account `postgres` or `nobody` to run it as; \
             run Leadhouse as an ordinary user or create one: useradd --system postgres",
        ))
    }

    /// The account that owns an existing cluster; `None` when it is root or unknown.
    pub(crate) fn owning(cluster: &Path) -> Option<Self> {
        let owner = fs::metadata(cluster).ok()?.uid();
        let user = User::from_uid(Uid::from_raw(owner)).ok().flatten()?;
        (!user.uid.is_root()).then_some(Self { name: user.name, uid: user.uid, gid: user.gid })
    }

    /// The account's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The nearest folder above `path` that the account may not pass through, if there is one.
    pub(crate) fn barrier(&self, path: &Path) -> Option<PathBuf> {
        path.ancestors().skip(1).find(|folder| folder.is_dir() && !self.passes(folder)).map(Path::to_owned)
    }

    fn passes(&self, folder: &Path) -> bool {
        let Ok(metadata) = fs::metadata(folder) else {
            return false;
        };
        let mode = metadata.permissions().mode();
        let bit = if metadata.uid() == self.uid.as_raw() {
            0o100
        } else if metadata.gid() == self.gid.as_raw() {
            0o010
        } else {
            0o001
        };
        mode & bit != 0
    }
}

/// A command that runs as `account` (as ourselves when `None`), away from our terminal's Ctrl-C
/// and without what our environment says about Postgres.
pub(crate) fn command(program: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").process_group(0).env("LC_ALL", "C").env_remove("LANG");
    for variable in ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGOPTIONS", "PGDATABASE"] {
        command.env_remove(variable);
    }
    if let Some(account) = account {
        command.uid(account.uid.as_raw()).gid(account.gid.as_raw()).env("USER", &account.name).env("HOME", "/");
    }
    command
}

/// Makes a folder that only the account may enter.
///
/// One that exists must be ours or the account's already: in `/tmp` anybody could have made it.
pub(crate) fn private_folder(path: &Path, account: Option<&Account>) -> Result<()> {
    owned_folder(path, account, 0o700)
}

/// Makes a folder of the account with these permissions, in one step: nobody ever meets others on
/// a folder that exists.
pub(crate) fn owned_folder(path: &Path, account: Option<&Account>, mode: u32) -> Result<()> {
    let failed =
        |error: &dyn std::fmt::Display| Error::embedded(format!("making the folder {}", path.display()), error);
    match fs::create_dir(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let there = fs::symlink_metadata(path).map_err(|error| failed(&error))?;
            let allowed = [Some(geteuid()), account.map(|account| account.uid)];
            if !there.is_dir() || !allowed.contains(&Some(Uid::from_raw(there.uid()))) {
                return Err(failed(&"it belongs to somebody else; remove it or use another data directory"));
            }
        }
        Err(error) => return Err(failed(&error)),
    }
    hand_over(path, account)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|error| failed(&error))
}

/// Makes the account the owner of a file or folder.
pub(crate) fn hand_over(path: &Path, account: Option<&Account>) -> Result<()> {
    let Some(account) = account else {
        return Ok(());
    };
    lchown(path, Some(account.uid.as_raw()), Some(account.gid.as_raw()))
        .map_err(|error| Error::embedded(format!("giving {} to {}", path.display(), account.name), error))
}
