//! A point of the chain to be kept elsewhere.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use super::Hash;
use crate::{Oltp, Result};

/// How far the chain had come, and its hash there: `42:9f86d0…`.
///
/// Whoever keeps one outside of the database can show later that nothing before it was rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last position.
    pub position: i64,
    /// The chain hash there.
    pub(super) hash: Hash,
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.position)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Checkpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.trim().split_once(':').and_then(|(position, hash)| {
            let position: i64 = position.parse().ok().filter(|position| *position >= 0)?;
            let digits = hash.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
            let bytes = digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect::<Option<Vec<u8>>>()?;
            Some(Self { position, hash: bytes.try_into().ok()? })
        });
        parsed.ok_or_else(|| "a checkpoint is a position and a SHA-256, such as 42:9f86…".to_owned())
    }
}

impl Oltp {
    /// The end of the chain, and when it was sealed; `None` while nothing is.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn audit_checkpoint(&self) -> Result<Option<(Checkpoint, DateTime<Utc>)>> {
        let sql = "select position, chain_hash, sealed_at from audit_chain order by position desc limit 1";
        let last: Option<(i64, Vec<u8>, DateTime<Utc>)> = sqlx::query_as(sql).fetch_optional(self.pool()).await?;
        Ok(last.and_then(|(position, hash, at)| Some((Checkpoint { position, hash: hash.try_into().ok()? }, at))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_comes_back_as_it_was_written() {
        let checkpoint = Checkpoint { position: 42, hash: [0x9f; 32] };

        assert_eq!(checkpoint.to_string().parse(), Ok(checkpoint));
        for wrong in ["", "42", "42:9f", "-1:00", "x:00", "42:zz"] {
            assert!(wrong.parse::<Checkpoint>().is_err(), "{wrong}");
        }
    }
}
