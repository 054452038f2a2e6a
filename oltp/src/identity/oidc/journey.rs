//! What a browser carries to a provider and back, signed so that it cannot be changed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::Invalid;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Result,
    identity::{
        keys::{Keys, same},
        links::random_token,
    },
};

/// Longest luggage looked at; ours has about 500 characters.
const MAX_LEN: usize = 4_000;

/// One way to a provider and back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journey {
    provider: String,
    pub(super) state: String,
    pub(super) nonce: String,
    /// The secret half of PKCE (RFC 7636).
    pub(super) verifier: String,
    /// Whose account the one elsewhere is to be linked to.
    pub(super) link: Option<Uuid>,
    expires_at: DateTime<Utc>,
}

impl Journey {
    pub(super) fn new(provider: &str, link: Option<Uuid>, expires_at: DateTime<Utc>) -> Result<Self> {
        Ok(Self {
            provider: provider.to_owned(),
            state: random_token()?,
            nonce: random_token()?,
            verifier: random_token()?,
            link,
            expires_at,
        })
    }

    /// The journey as the value of a cookie.
    pub(super) fn pack(&self, keys: &Keys) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        let text = URL_SAFE_NO_PAD.encode(json);
        let seal = keys.derive("journey", &text);
        format!("{text}.{seal}")
    }

    /// The journey of a cookie that we made.
    pub(super) fn unpack(keys: &Keys, luggage: &str) -> Option<Self> {
        let (text, seal) = luggage.split_once('.').filter(|_| luggage.len() <= MAX_LEN)?;
        if !same(seal, &keys.derive("journey", text)) {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    /// Whether it is the way back of this journey.
    pub(super) fn fits(&self, provider: &str, state: &str, at: DateTime<Utc>) -> bool {
        self.provider == provider && same(state, &self.state) && at < self.expires_at
    }
}

/// The same answer for every wrong way back.
pub(super) fn state_refused() -> Error {
    let message = "This way back was not begun in this browser, was used before, or took too long; begin again";
    Invalid::field("state", "state_refused", message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luggage_cannot_be_changed_on_the_way() {
        let keys = Keys::new(&[7; 32]);
        let at = DateTime::from_timestamp(1_790_000_000, 0).expect("a moment");
        let journey = Journey::new("google", None, at).expect("a journey");
        let luggage = journey.pack(&keys);

        assert_eq!(Journey::unpack(&keys, &luggage), Some(journey.clone()));
        assert_eq!(Journey::unpack(&Keys::new(&[8; 32]), &luggage), None);
        let (text, seal) = luggage.split_once('.').expect("two parts");
        let other = URL_SAFE_NO_PAD.encode(serde_json::to_string(&journey).expect("JSON").replace("google", "evil"));
        assert_eq!(Journey::unpack(&keys, &format!("{other}.{seal}")), None);
        assert_eq!(Journey::unpack(&keys, text), None);
        assert!(journey.fits("google", &journey.state, at - chrono::TimeDelta::seconds(1)));
        assert!(!journey.fits("google", &journey.state, at));
        assert!(!journey.fits("other", &journey.state, at - chrono::TimeDelta::seconds(1)));
        assert!(!journey.fits("google", "guess", at - chrono::TimeDelta::seconds(1)));
    }
}
