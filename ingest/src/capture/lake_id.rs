//! The identity of a lake, so that its slot is nobody else's.

use std::{fs, io, path::Path};

use catalog::Ids;

use crate::{Error, Result};

/// File in the lake's folder that holds the id.
const FILE: &str = "lake-id";

/// The id of the lake in this folder; a new lake gets one.
pub(crate) fn read_or_create(folder: &Path) -> Result<String> {
    let attempt = || -> io::Result<String> {
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(id) if !id.trim().is_empty() => return Ok(id.trim().to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let id = Ids.fresh().to_string();
        fs::create_dir_all(folder)?;
        // A crash in between leaves either no file or a whole one.
        let unfinished = folder.join(format!("{FILE}.new"));
        fs::write(&unfinished, &id)?;
        fs::File::open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, &path)?;
        Ok(id)
    };
    attempt().map_err(|source| Error::LakeId { source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lake_keeps_its_id() {
        let folder = tempfile::tempdir().unwrap();

        let first = read_or_create(&folder.path().join("lake")).unwrap();
        let second = read_or_create(&folder.path().join("lake")).unwrap();

        assert_eq!(first, second);
    }
}
