//! Writing files so that they survive a loss of power.
//!
//! The local store of `object_store` never calls fsync, so the lake writes its files itself: a
//! file is synced before its name counts, and its folder after the name is there.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use catalog::Ids;

use crate::{Error, error::Result};

/// How files are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk {
    /// Whether to wait until the bytes are on disk.
    pub(crate) sync: bool,
}

impl Disk {
    pub(crate) fn make_dir(self, dir: &Path) -> Result<()> {
        fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        dir.parent().map_or(Ok(()), |parent| self.sync_dir(parent))
    }

    pub(crate) fn sync_file(self, file: &File, path: &Path) -> Result<()> {
        if self.sync { file.sync_all().map_err(Error::io("sync", path)) } else { Ok(()) }
    }

    pub(crate) fn sync_dir(self, dir: &Path) -> Result<()> {
        if !self.sync {
            return Ok(());
        }
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(Error::io("sync", dir))
    }

    /// Writes a file that nobody knows yet; the caller syncs the folder.
    pub(crate) fn write(self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut file = File::create_new(path).map_err(Error::io("create", path))?;
        file.write_all(bytes).map_err(Error::io("write", path))?;
        self.sync_file(&file, path)
    }

    /// Writes a file in one step, if there is none of this name; `false` if there is.
    pub(crate) fn put_if_absent(self, path: &Path, bytes: &[u8]) -> Result<bool> {
        let draft = draft_of(path);
        self.write(&draft, bytes)?;
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft).map_err(Error::io("remove", &draft))?;
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(Error::io("create", path)(error)),
        }
        path.parent().map_or(Ok(()), |dir| self.sync_dir(dir))?;
        Ok(true)
    }

    /// Replaces a file in one step.
    pub(crate) fn replace(self, path: &Path, bytes: &[u8]) -> Result<()> {
        let draft = draft_of(path);
        self.write(&draft, bytes)?;
        fs::rename(&draft, path).map_err(Error::io("replace", path))?;
        path.parent().map_or(Ok(()), |dir| self.sync_dir(dir))
    }

    /// Gives a file a second name, or copies it where the file system has no second names.
    pub(crate) fn share(self, from: &Path, to: &Path) -> Result<()> {
        if fs::hard_link(from, to).is_ok() {
            return Ok(());
        }
        fs::copy(from, to).map_err(Error::io("copy", from))?;
        let copy = File::open(to).map_err(Error::io("open", to))?;
        self.sync_file(&copy, to)
    }
}

/// A name beside `path` that readers of a Delta log ignore.
fn draft_of(path: &Path) -> std::path::PathBuf {
    path.with_file_name(format!(".draft-{}", Ids.fresh()))
}
