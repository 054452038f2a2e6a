//! Secrets of one workspace on this machine: the signing key and the token of local commands.

use std::{
    fs,
    io::Write,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use rand::RngCore;

use crate::client::{SERVER_FILE, ServerFile};

const KEY_FILE: &str = "signing.key";
/// 256 bits: as long as the digest of HS256 (RFC 7518, section 3.2).
const KEY_BYTES: usize = 32;

/// The token by which commands on this machine act for its administrator; lives as long as the server.
#[derive(Clone)]
pub(crate) struct LocalToken {
    token: String,
    file: PathBuf,
}

impl std::fmt::Debug for LocalToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalToken").field("file", &self.file).finish_non_exhaustive()
    }
}

impl LocalToken {
    /// Makes a token and writes it, with the server's address, into a file only its owner can read.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn publish(address: SocketAddr, data_dir: &Path) -> anyhow::Result<Self> {
        let token = format!("local_{}", hex(&random_bytes()));
        let server = ServerFile { url: format!("http://{address}"), token: token.clone(), pid: std::process::id() };
        let file = data_dir.join(SERVER_FILE);
        write_private(&file, serde_json::to_string_pretty(&server)?.as_bytes())?;
        Ok(Self { token, file })
    }

    /// Whether this is the token, compared in constant time.
    pub(crate) fn matches(&self, given: &str) -> bool {
        let same_length = given.len() == self.token.len();
        let difference = given.bytes().zip(self.token.bytes()).fold(0, |acc, (a, b)| acc | (a ^ b));
        same_length && difference == 0
    }

    /// The token itself, for the demo's own commands.
    pub(crate) fn reveal(&self) -> &str {
        &self.token
    }

    /// Removes the file.
    pub(crate) fn withdraw(&self) {
        // A file that is gone already is what we want.
        drop(fs::remove_file(&self.file));
    }
}

/// Reads the key that signs access tokens, or makes one at the first start.
///
/// # Errors
/// The file cannot be read or written, or has been tampered with.
pub(crate) fn signing_key(data_dir: &Path) -> anyhow::Result<Vec<u8>> {
    let file = data_dir.join(KEY_FILE);
    if file.exists() {
        let key = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        anyhow::ensure!(key.len() == KEY_BYTES, "{} does not hold a {KEY_BYTES} byte key", file.display());
        return Ok(key);
    }
    let key = random_bytes();
    fs::create_dir_all(data_dir)?;
    write_private(&file, &key)?;
    Ok(key.to_vec())
}

fn write_private(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = file.with_extension("partial");
    let written = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)
        .and_then(|mut open| open.write_all(bytes).and_then(|()| open.sync_all()))
        .and_then(|()| fs::rename(&partial, file));
    written.with_context(|| format!("cannot write {}", file.display()))
}

fn random_bytes() -> [u8; KEY_BYTES] {
    let mut bytes = [0; KEY_BYTES];
    rand::rngs::ThreadRng::default().fill_bytes(&mut bytes);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_file_is_private_and_only_the_token_matches() {
        let dir = tempfile::tempdir().unwrap();

        let token = LocalToken::publish("127.0.0.1:1".parse().unwrap(), dir.path()).unwrap();

        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&token.file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        assert!(token.matches(token.reveal()));
        assert!(!token.matches("local_"));
    }

    #[test]
    fn the_signing_key_is_made_once() {
        let dir = tempfile::tempdir().unwrap();

        assert_eq!(signing_key(dir.path()).unwrap(), signing_key(dir.path()).unwrap());
    }
}
