//! What is derived from the signing secret: values that only this workspace can make.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The secret of the workspace, for everything but access tokens themselves.
pub(super) struct Keys(Vec<u8>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self(secret.to_vec())
    }

    /// 256 bits that follow from the text for this use, as text; unguessable without the secret.
    pub(super) fn derive(&self, purpose: &str, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive_bytes(purpose, text.as_bytes()))
    }

    /// The same as bytes.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub(super) fn derive_bytes(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

/// Whether two texts are the same, in a time that tells nothing about where they differ.
pub(super) fn same(one: &str, other: &str) -> bool {
    let difference = one.bytes().zip(other.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b));
    one.len() == other.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_gives_different_values_for_different_uses_and_secrets() {
        let keys = Keys::new(&[7; 32]);

        assert_eq!(keys.derive("a", "x"), keys.derive("a", "x"));
        assert_ne!(keys.derive("a", "x"), keys.derive("b", "x"));
        assert_ne!(keys.derive("a", "x"), Keys::new(&[8; 32]).derive("a", "x"));
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "ab"));
    }
}
