//! The link at the end of mail to many: whoever follows it gets no more of it.
//!
//! A link names the record under an HMAC; nothing is stored. It only ever takes consent away, so it needs
//! no end.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::{Changes, ObjectDef, Principal};
use hmac::{Hmac, Mac};
use serde_json::{Map, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{Correspondence, OBJECTS};
use crate::{Error, Result};

/// What the key signs, so that a signature made with the same secret for another purpose is none.
const PURPOSE: &[u8] = b"leadhouse unsubscribe link v1";
/// Object and record.
const CLAIM_BYTES: usize = 1 + 16;

/// Signs links and recognises its own.
pub(super) struct Signer(Hmac<Sha256>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    pub(super) fn new(secret: &[u8]) -> Self {
        let mut keyed = mac(secret);
        keyed.update(PURPOSE);
        Self(mac(&keyed.finalize().into_bytes()))
    }

    fn sign(&self, object: &str, id: Uuid) -> Option<String> {
        let place = u8::try_from(OBJECTS.iter().position(|known| *known == object)?).ok()?;
        let mut bytes = [&[place], id.as_bytes().as_slice()].concat();
        let mut keyed = self.0.clone();
        keyed.update(&bytes);
        bytes.extend_from_slice(&keyed.finalize().into_bytes());
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn verify(&self, token: &str) -> Option<(&'static str, Uuid)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (claim, signature) = bytes.split_at_checked(CLAIM_BYTES)?;
        let mut keyed = self.0.clone();
        keyed.update(claim);
        keyed.verify_slice(signature).ok()?; // in constant time
        let (place, id) = claim.split_first()?;
        Some((OBJECTS.get(usize::from(*place))?, Uuid::from_slice(id).ok()?))
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length")
}

impl Correspondence {
    /// Where the person behind a record says that they want no more mail to many.
    pub(super) fn unsubscribe_url(&self, object: &ObjectDef, id: Uuid) -> Result<String> {
        let token = self.signer.sign(&object.name, id).ok_or_else(|| Error::unknown_object(&object.name))?;
        Ok(format!("{}/api/unsubscribe/{token}", self.public_url()?.trim_end_matches('/')))
    }

    /// Whether a link is one of ours.
    ///
    /// # Errors
    /// [`Error::LinkRefused`].
    pub fn check_unsubscribe(&self, token: &str) -> Result<()> {
        self.signer.verify(token).map(|_| ()).ok_or(Error::LinkRefused)
    }

    /// Notes that the person behind a link wants no more mail to many.
    ///
    /// **Idempotent.**
    ///
    /// # Errors
    /// [`Error::LinkRefused`] when the link is not ours or the record is gone.
    pub async fn unsubscribe(&self, token: &str) -> Result<()> {
        let (name, id) = self.signer.verify(token).ok_or(Error::LinkRefused)?;
        let object = self.oltp.known(name)?;
        let fields = json!({ "marketing_consent": "withdrawn" });
        let empty = Map::new();
        let changes = Changes::parse_patch(object, fields.as_object().unwrap_or(&empty))?;
        match self.oltp.update(&Principal::system(), object, id, changes).await {
            Ok(_) => Ok(()),
            Err(Error::RecordNotFound { .. }) => Err(Error::LinkRefused),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_its_record_and_nothing_else_is_believed() {
        let (signer, id) = (Signer::new(&[7; 32]), Uuid::from_u128(9));
        let token = signer.sign("contact", id).expect("an object that is written to");

        assert_eq!(signer.verify(&token), Some(("contact", id)));
        assert_eq!(Signer::new(&[8; 32]).verify(&token), None);
        assert_eq!(signer.sign("deal", id), None);
        for changed in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[changed] = if other[changed] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).expect("text");
            assert_eq!(signer.verify(&other), None, "{other}");
        }
        for broken in ["", "AA", "%", &token[1..]] {
            assert_eq!(signer.verify(broken), None, "{broken}");
        }
    }
}
