//! What kind of thing went wrong, without knowing about any transport.

use crate::Invalid;

/// The kinds of failure that somebody acts on differently.
///
/// Every crate's error answers `kind()`; HTTP status and retry follow from it in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The input is wrong; the sender must change it (422, or 400 when it cannot be read at all).
    Invalid,
    /// The request cannot be parsed at all (400).
    Malformed,
    /// The body is larger than the limit (413).
    TooLarge,
    /// Nobody is signed in, or the credentials are wrong (401).
    Unauthenticated,
    /// The person is known and may know the thing exists, but may not do this (403).
    Forbidden,
    /// There is no such thing, or the person may not know that there is (404).
    NotFound,
    /// It clashes with what is stored: a duplicate, or a rule of the business (409).
    Conflict,
    /// The record changed since the caller read it (412).
    Stale,
    /// Too many requests (429).
    Throttled,
    /// Something we depend on is away; trying again later can help (503).
    Unavailable,
    /// It took longer than allowed (504).
    Timeout,
    /// A defect or broken data; only an operator can help (500).
    Broken,
}

impl FaultKind {
    /// Whether doing the same again later can succeed.
    pub fn retryable(self) -> bool {
        match self {
            Self::Throttled | Self::Unavailable | Self::Timeout => true,
            Self::Invalid
            | Self::Malformed
            | Self::TooLarge
            | Self::Unauthenticated
            | Self::Forbidden
            | Self::NotFound
            | Self::Conflict
            | Self::Stale
            | Self::Broken => false,
        }
    }
}

/// What every crate's error can say about itself, so that one place can turn it into an answer.
pub trait Fault: std::error::Error {
    /// What kind of failure it is.
    fn kind(&self) -> FaultKind;

    /// Stable machine-readable word for it, `snake_case`; the last part of the problem's type URI.
    fn code(&self) -> &'static str;

    /// The refused fields, when the input was at fault.
    fn invalid(&self) -> Option<&Invalid> {
        None
    }
}

impl Fault for Invalid {
    fn kind(&self) -> FaultKind {
        FaultKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid_fields"
    }

    fn invalid(&self) -> Option<&Invalid> {
        Some(self)
    }
}
