//! Versions in headers: `ETag` out, `If-Match` in (RFC 9110, section 13).

use axum::http::{HeaderMap, header};
use catalog::FaultKind;
use serde_json::Value;

use crate::{http::Problem, records::Record};

/// The entity tag of a record: its version.
pub(super) fn etag(record: &Record) -> String {
    format!("\"{}\"", record.get("version").and_then(Value::as_i64).unwrap_or_default())
}

/// The version in `If-Match`; `None` when there is none or any will do.
///
/// # Errors
/// A problem when the header is not one of our entity tags.
pub(super) fn expected_version(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    if value == "*" {
        return Ok(None);
    }
    let version = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.map(Some).ok_or_else(|| {
        let detail = "If-Match must be the ETag of the record as it was read, such as \"7\".";
        Problem::new(FaultKind::Malformed, "invalid_if_match", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(value: &'static str) -> Result<Option<i64>, ()> {
        let headers = HeaderMap::from_iter([(header::IF_MATCH, value.parse().expect("a header value"))]);
        expected_version(&headers).map_err(|_| ())
    }

    #[test]
    fn a_version_is_a_quoted_number() {
        assert_eq!(version("\"7\""), Ok(Some(7)));
        assert_eq!(version("*"), Ok(None));
        assert_eq!(version("7"), Err(()));
        assert_eq!(version("\"x\""), Err(()));
        assert_eq!(expected_version(&HeaderMap::new()).map_err(|_| ()), Ok(None));
    }
}
