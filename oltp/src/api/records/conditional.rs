//! Versions in headers: `ETag` out, `If-Match` in (RFC 9110, section 13).

use axum::http::{HeaderMap, header};
use catalog::{Fault, FaultKind};
use serde_json::Value;

use crate::records::Record;

/// `If-Match` holds something that is not an entity tag of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("If-Match must be the ETag of the record as it was read, such as \"7\"")]
pub(in crate::api) struct InvalidIfMatch;

impl Fault for InvalidIfMatch {
    fn kind(&self) -> FaultKind {
        FaultKind::Malformed
    }

    fn code(&self) -> &'static str {
        "invalid_if_match"
    }
}

/// The entity tag of a record: its version.
pub(in crate::api) fn etag(record: &Record) -> String {
    format!("\"{}\"", record.get("version").and_then(Value::as_i64).unwrap_or_default())
}

/// The version in `If-Match`; `None` when there is none or any will do.
///
/// # Errors
/// [`InvalidIfMatch`].
pub(in crate::api) fn expected_version(headers: &HeaderMap) -> Result<Option<i64>, InvalidIfMatch> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    if value == "*" {
        return Ok(None);
    }
    let version = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.map(Some).ok_or(InvalidIfMatch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(value: &str) -> Result<Option<i64>, InvalidIfMatch> {
        expected_version(&HeaderMap::from_iter([(header::IF_MATCH, value.parse().expect("a header value"))]))
    }

    #[test]
    fn a_version_is_a_quoted_number() {
        assert_eq!(version("\"7\""), Ok(Some(7)));
        assert_eq!(version("*"), Ok(None));
        assert_eq!(version("7"), Err(InvalidIfMatch));
        assert_eq!(version("\"x\""), Err(InvalidIfMatch));
        assert_eq!(expected_version(&HeaderMap::new()), Ok(None));
    }
}
