//! Positions in the write-ahead log.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A byte position in the Postgres write-ahead log.
///
/// **Units:** bytes since the beginning of the log. Printed as Postgres prints it, `16/B374D848`:
/// the high and the low 32 bits in hexadecimal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lsn(pub u64);

/// Text that is not a log position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a log position such as 16/B374D848")]
pub struct LsnError(String);

impl Lsn {
    /// The position before every other.
    pub const ZERO: Self = Self(0);

    /// The position as Delta Lake stores it in a `txn` action.
    ///
    /// The log would have to grow past 8 EiB to leave the range, so it saturates there.
    pub fn to_delta_version(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    /// The position from a Delta Lake `txn` version; negative versions are position zero.
    pub fn from_delta_version(version: i64) -> Self {
        Self(u64::try_from(version).unwrap_or(0))
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

impl FromStr for Lsn {
    type Err = LsnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/').and_then(|(high, low)| {
            let high = u32::from_str_radix(high, 16).ok()?;
            let low = u32::from_str_radix(low, 16).ok()?;
            Some((u64::from(high) << 32) | u64::from(low))
        });
        parts.map(Self).ok_or_else(|| LsnError(text.to_owned()))
    }
}

impl Serialize for Lsn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Lsn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_and_reads_the_postgres_form() {
        let lsn = Lsn(0x16_B374_D848);

        assert_eq!(lsn.to_string(), "16/B374D848");
        assert_eq!("16/B374D848".parse(), Ok(lsn));
        assert!("16".parse::<Lsn>().is_err());
        assert!("zz/1".parse::<Lsn>().is_err());
    }
}
