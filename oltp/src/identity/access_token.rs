//! Access tokens: signed statements of who signed in and until when that counts.

use catalog::Ids;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Result, records::Record};

/// How long a token counts; its session may be refreshed for longer, or end before.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Clocks of two servers may differ by this much.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

const ISSUER: &str = "leadhouse";

/// Longest token looked at; ours have about 250 characters.
const MAX_LEN: usize = 2_000;

/// What a successful sign-in gives.
#[derive(Clone, PartialEq)]
pub struct AccessToken {
    /// The token (JWT).
    pub token: String,
    /// When it stops counting.
    pub expires_at: DateTime<Utc>,
    /// Counts once, for the next pair.
    pub refresh_token: String,
    /// When the session ends if it is not refreshed.
    pub refresh_expires_at: DateTime<Utc>,
    /// The session.
    pub session_id: Uuid,
    /// The person's user record.
    pub user: Record,
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessToken").field("session_id", &self.session_id).finish_non_exhaustive()
    }
}

/// What a valid token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) user_id: Uuid,
    pub(super) session_id: Uuid,
    /// **Units:** seconds since 1970.
    pub(super) issued_at_s: i64,
}

/// The claims as RFC 7519 names them.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    iss: String,
    sub: Uuid,
    sid: Uuid,
    jti: Uuid,
    iat: i64,
    exp: i64,
}

/// Signs and verifies with one key and one algorithm, HMAC with SHA-256.
pub(super) struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

impl Signer {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret) }
    }

    /// A token for the person, and when it stops counting.
    pub(super) fn sign(&self, user_id: Uuid, session_id: Uuid, now: DateTime<Utc>) -> Result<(String, DateTime<Utc>)> {
        let expires_at = now + LIFETIME;
        let claims = Stored {
            iss: ISSUER.to_owned(),
            sub: user_id,
            sid: session_id,
            jti: Ids.fresh(),
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::Broken(format!("an access token cannot be signed: {error}")))?;
        Ok((token, expires_at))
    }

    /// What the token says, if it is ours and counts now.
    pub(super) fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        if token.len() > MAX_LEN {
            return None;
        }
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "iss", "sub"]);
        rules.validate_exp = false; // below, by our own clock
        let claims = decode::<Stored>(token, &self.decoding, &rules).ok()?.claims;
        let counts = claims.exp > (now - LEEWAY).timestamp() && claims.iat <= (now + LEEWAY).timestamp();
        counts.then_some(Claims { user_id: claims.sub, session_id: claims.sid, issued_at_s: claims.iat })
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).expect("a moment")
    }

    #[test]
    fn it_counts_for_an_hour_and_only_with_the_same_key() {
        let signer = Signer::new(&[7; 32]);
        let id = Ids.fresh();
        let (token, expires_at) = signer.sign(id, Ids.fresh(), now()).expect("signed");

        assert_eq!(signer.verify(&token, now()).map(|claims| claims.user_id), Some(id));
        assert_eq!(signer.verify(&token, expires_at + LEEWAY), None);
        assert_eq!(signer.verify(&token, now() - TimeDelta::hours(2)), None);
        assert_eq!(Signer::new(&[8; 32]).verify(&token, now()), None);
    }

    #[test]
    fn unsigned_changed_and_oversized_tokens_are_refused() {
        let signer = Signer::new(&[7; 32]);
        let (token, _) = signer.sign(Ids.fresh(), Ids.fresh(), now()).expect("signed");
        let parts: Vec<&str> = token.split('.').collect();
        let encoded = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let none = encoded(json!({"alg": "none", "typ": "JWT"}));
        let exp = now().timestamp() + 60;
        let somebody = encoded(
            json!({"iss": ISSUER, "sub": Ids.fresh(), "sid": Ids.fresh(), "jti": Ids.fresh(), "iat": 0, "exp": exp}),
        );

        let forgeries = [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{somebody}.{}", parts[0], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            "a.b.c".to_owned(),
            "x".repeat(1_000_000),
        ];

        for forgery in forgeries {
            assert_eq!(signer.verify(&forgery, now()), None, "{}", &forgery[..forgery.len().min(80)]);
        }
    }
}
