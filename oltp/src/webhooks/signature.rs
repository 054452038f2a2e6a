//! Signatures of calls (Standard Webhooks, <https://www.standardwebhooks.com>).

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use rand::{TryRngCore, rngs::OsRng};
use sha2::Sha256;

use crate::{Error, Result};

/// Begins the text of a secret.
const PREFIX: &str = "whsec_";
/// Bytes of a secret; Standard Webhooks asks for 24 to 64.
const SECRET_BYTES: usize = 32;

/// A new secret.
///
/// # Errors
/// [`Error::Broken`] when the system has no randomness.
pub(super) fn new_secret() -> Result<Vec<u8>> {
    let mut bytes = vec![0; SECRET_BYTES];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| Error::Broken(format!("no randomness: {error}")))?;
    Ok(bytes)
}

/// A secret as receivers write it.
pub(super) fn shown(secret: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(secret))
}

/// The value of `webhook-signature`: one signature per secret.
pub(super) fn signatures(secrets: &[&[u8]], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = |secret: &&[u8]| {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    secrets.iter().map(signed).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the reference libraries of Standard Webhooks.
    #[test]
    fn a_signature_is_what_the_reference_makes_of_it() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let body = br#"{"test": 2432232314}"#;

        let signature = signatures(&[&secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);

        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(shown(&secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(signatures(&[&secret, b"other"], "a", 1, body).split(' ').count(), 2);
    }
}
