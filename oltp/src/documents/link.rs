//! Signed links: one version of one document for whoever has the link, until it ends.
//!
//! A link carries what it opens, who made it and when it ends, under an HMAC; nothing is stored.
//! It opens no more than its maker may see at that moment, and nothing once the version is removed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Content, Documents, document::moment, journal};
use crate::{Error, Result, records::invalid};

/// Shortest and longest life of a link, and the usual one.
///
/// **Units:** seconds.
const LIFE_S: std::ops::RangeInclusive<i64> = 60..=7 * 24 * 60 * 60;
const USUAL_LIFE_S: i64 = 60 * 60;
/// What the key signs, so that a signature made with the same secret for another purpose is none.
const PURPOSE: &[u8] = b"leadhouse document link v1";
/// Document, version, maker, end.
const CLAIM_BYTES: usize = 16 + 8 + 16 + 8;

/// What a link shall open, and for how long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "number": 2, "expires_in_seconds": 3600 }))]
pub struct NewLink {
    /// The version; the newest one when not given. Later versions do not follow.
    pub number: Option<i64>,
    /// How long it works: 60 seconds to 7 days, an hour when not given.
    pub expires_in_seconds: Option<i64>,
}

/// A link that works without signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({ "url": "/api/files/AZCgsAAAcACA...", "expires_at": "2026-03-31T13:00:00.000000Z" }))]
pub struct SignedLink {
    /// Its path on this server.
    pub url: String,
    /// When it ends.
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String)]
    pub expires_at: DateTime<Utc>,
}

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Claim {
    document_id: Uuid,
    number: i64,
    maker: Uuid,
    expires_at_s: i64,
}

impl Documents {
    /// Makes a link to a version.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when there is no such version that the caller may see;
    /// [`Error::Invalid`] names what does not fit.
    pub async fn link(&self, caller: &Principal, id: Uuid, new: &NewLink) -> Result<SignedLink> {
        let life_s = new.expires_in_seconds.unwrap_or(USUAL_LIFE_S);
        if !LIFE_S.contains(&life_s) {
            let message = format!("must be between {} and {} seconds", LIFE_S.start(), LIFE_S.end());
            return Err(invalid("expires_in_seconds", "out_of_range", message));
        }
        let versions = self.versions(caller, id).await?;
        let kept = versions.iter().filter(|version| version.removed_at.is_none()).map(|version| version.number);
        let number = match new.number {
            None => kept.max(),
            Some(number) => kept.into_iter().find(|kept| *kept == number),
        };
        let number = number.ok_or_else(|| Error::RecordNotFound { object: "version".to_owned() })?;
        let now = self.now();
        let expires_at = now + TimeDelta::seconds(life_s);
        let claim = Claim { document_id: id, number, maker: caller.user_id, expires_at_s: expires_at.timestamp() };
        let mut connection = self.inner.oltp.pool().acquire().await?;
        let changes = json!({ "number": { "new": number }, "expires_in_seconds": { "new": life_s } });
        let entry = journal::Entry { action: "link", document_id: id, version: None, changes, source: None };
        journal::note(&mut connection, caller, now, entry).await?;
        Ok(SignedLink { url: format!("/api/files/{}", self.inner.signer.sign(claim)), expires_at })
    }

    /// What a link opens.
    ///
    /// # Errors
    /// [`Error::LinkRefused`] whatever the reason is: it ended, was changed, its version is gone, or
    /// whoever made it may not see it any more.
    pub async fn open_link(&self, token: &str) -> Result<Content> {
        let claim = self.inner.signer.verify(token).filter(|claim| claim.expires_at_s > self.now().timestamp());
        let claim = claim.ok_or(Error::LinkRefused)?;
        let maker = self.maker(claim.maker).await?;
        let content = self.content_from(&maker, claim.document_id, Some(claim.number), Some("signed link")).await;
        content.map_err(|error| if matches!(error, Error::RecordNotFound { .. }) { Error::LinkRefused } else { error })
    }

    /// Whoever made a link, with the rights they have now.
    async fn maker(&self, id: Uuid) -> Result<Principal> {
        if id.is_nil() {
            return Ok(Principal::system());
        }
        match self.inner.identity.act_as(&Principal::system(), &id.to_string()).await {
            Ok(maker) => Ok(maker),
            Err(Error::RecordNotFound { .. } | Error::AccountClosed { .. }) => Err(Error::LinkRefused),
            Err(error) => Err(error),
        }
    }
}

/// Signs links and recognises its own.
pub(super) struct LinkSigner(Hmac<Sha256>);

impl std::fmt::Debug for LinkSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkSigner")
    }
}

impl LinkSigner {
    pub(super) fn new(secret: &[u8]) -> Self {
        let mut keyed = mac(secret);
        keyed.update(PURPOSE);
        Self(mac(&keyed.finalize().into_bytes()))
    }

    fn sign(&self, claim: Claim) -> String {
        let mut bytes = claim.to_bytes();
        let mut keyed = self.0.clone();
        keyed.update(&bytes);
        bytes.extend_from_slice(&keyed.finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn verify(&self, token: &str) -> Option<Claim> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (claim, signature) = bytes.split_at_checked(CLAIM_BYTES)?;
        let mut keyed = self.0.clone();
        keyed.update(claim);
        keyed.verify_slice(signature).ok()?; // in constant time
        Claim::from_bytes(claim)
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length")
}

impl Claim {
    fn to_bytes(self) -> Vec<u8> {
        let Self { document_id, number, maker, expires_at_s } = self;
        [document_id.as_bytes().as_slice(), &number.to_be_bytes(), maker.as_bytes(), &expires_at_s.to_be_bytes()]
            .concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (document_id, rest) = bytes.split_first_chunk::<16>()?;
        let (number, rest) = rest.split_first_chunk::<8>()?;
        let (maker, rest) = rest.split_first_chunk::<16>()?;
        let (expires_at_s, rest) = rest.split_first_chunk::<8>()?;
        rest.is_empty().then(|| Self {
            document_id: Uuid::from_bytes(*document_id),
            number: i64::from_be_bytes(*number),
            maker: Uuid::from_bytes(*maker),
            expires_at_s: i64::from_be_bytes(*expires_at_s),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_what_was_signed_and_nothing_else_is_believed() {
        let signer = LinkSigner::new(&[7; 32]);
        let claim = Claim { document_id: Uuid::from_u128(1), number: 2, maker: Uuid::from_u128(3), expires_at_s: 4 };
        let token = signer.sign(claim);

        assert_eq!(signer.verify(&token), Some(claim));
        assert_eq!(LinkSigner::new(&[8; 32]).verify(&token), None);
        for changed in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[changed] = if other[changed] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).expect("text");
            assert!(other == token || signer.verify(&other).is_none(), "{changed}");
        }
        assert_eq!(signer.verify(""), None);
        assert_eq!(signer.verify("../../etc/passwd"), None);
    }
}
