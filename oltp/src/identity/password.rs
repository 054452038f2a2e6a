//! Passwords: which are good enough, and how they are kept.

use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::Invalid;
use rand::{TryRngCore, rngs::OsRng};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Length bounds in characters; the upper one bounds the work of hashing.
const MIN_LEN: usize = 10;
const MAX_LEN: usize = 256;

/// A shorter name would forbid too many good passwords.
const NAME_MIN_LEN: usize = 4;

/// Each hash takes 19 MiB and about 20 ms of one core; two at once leave room for the rest.
const AT_ONCE: usize = 2;

/// Whoever would wait behind more than these, more than half a second, is told to try again.
const MAX_WAITING: usize = 50;

/// Passwords that every list of guesses begins with, long enough to pass the length rule.
const COMMON: &str = include_str!("common_passwords.txt");

/// A hash of no password at all, with our parameters: what a wrong name is compared with.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bGVhZGhvdXNlbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A random password that passes the rules, for accounts made by a program.
///
/// **Shape:** 20 letters, digits, `-` and `_`; 120 random bits.
///
/// # Panics
/// When the operating system has no random numbers: nothing can be kept safe then.
pub fn random_password() -> String {
    let mut bytes = [0_u8; 15];
    OsRng.try_fill_bytes(&mut bytes).expect("the operating system has random numbers");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Checks a new password of a person with these names.
pub(super) fn check(password: &str, names: &[&str]) -> Result<(), Invalid> {
    let refuse = |code, message: String| Err(Invalid::field("password", code, message));
    let len = password.chars().count();
    if len < MIN_LEN {
        return refuse("too_short", format!("Password must have at least {MIN_LEN} characters"));
    }
    if len > MAX_LEN {
        return refuse("too_long", format!("Password must have at most {MAX_LEN} characters"));
    }
    let lower = password.to_lowercase();
    let contained = |name: &&str| name.chars().count() >= NAME_MIN_LEN && lower.contains(&name.to_lowercase());
    if names.iter().any(contained) {
        return refuse("contains_name", "Password must not contain the username".to_owned());
    }
    let first = password.chars().next();
    if password.chars().all(|letter| Some(letter) == first) || COMMON.lines().any(|common| common == lower) {
        return refuse("too_common", "Password is among the first that attackers try; choose another".to_owned());
    }
    Ok(())
}

/// Hashes and compares passwords away from the async threads, a few at once.
#[derive(Debug)]
pub(super) struct Hasher {
    slots: Semaphore,
    waiting: AtomicUsize,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { slots: Semaphore::new(AT_ONCE), waiting: AtomicUsize::new(0) }
    }
}

impl Hasher {
    /// The argon2id hash of a password with a fresh salt, as a PHC string.
    pub(super) async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.compute(move || {
            let hash: PasswordHash = Argon2::default()
                .hash_password(password.as_bytes())
                .map_err(|error| Error::Broken(format!("a password cannot be hashed: {error}")))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password belongs to the hash; no hash takes as long as a wrong password.
    pub(super) async fn matches(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let password = password.to_owned();
        self.compute(move || {
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY))
                .map_err(|error| Error::Broken(format!("a stored password hash cannot be read: {error}")))?;
            let same = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
            Ok(same && hash.is_some())
        })
        .await
    }

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _place = Place::take(&self.waiting)?;
        let _slot = self.slots.acquire().await.map_err(|error| Error::Broken(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Broken(error.to_string()))?
    }
}

/// A place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(waiting);
        if before >= AT_ONCE + MAX_WAITING { Err(Error::Busy) } else { Ok(place) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<&'static str> {
        check(password, &["annabel", "ann"]).err().map(|invalid| invalid.0[0].code)
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        assert_eq!(refused("short"), Some("too_short"));
        assert_eq!(refused("xxxxxxxxxxxx"), Some("too_common"));
        assert_eq!(refused("Password123"), Some("too_common"));
        assert_eq!(refused("my-ANNABEL-2026"), Some("contains_name"));
        assert_eq!(refused(&"långt ".repeat(60)), Some("too_long"));
        assert_eq!(refused("banner-of-nine-trees"), None);
        assert_eq!(refused(&random_password()), None);
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_and_only_its_password_matches() {
        let hasher = Hasher::default();

        let hash = hasher.hash("correct horse battery").await.expect("hashed");

        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.matches("correct horse battery", Some(hash.clone())).await.expect("compared"));
        assert!(!hasher.matches("wrong horse battery", Some(hash)).await.expect("compared"));
        assert!(!hasher.matches("correct horse battery", None).await.expect("compared"));
    }

    #[tokio::test]
    async fn a_queue_that_is_too_long_is_refused_at_once() {
        let hasher = Hasher::default();
        let places: Vec<_> = (0..AT_ONCE + MAX_WAITING).map(|_| Place::take(&hasher.waiting).expect("room")).collect();

        assert!(matches!(hasher.hash("correct horse battery").await, Err(Error::Busy)));
        drop(places);
        assert!(hasher.hash("correct horse battery").await.is_ok());
    }
}
