//! Where a list continues: opaque to the caller, checked when it comes back.
//!
//! A cursor carries the sort values of the last record shown and a fingerprint of the query. It
//! is not signed, because it grants nothing: the row predicate is applied to every page anyway.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Characters a cursor may have; the longest sortable values fit.
const MAX_LEN: usize = 8 * 1024;

/// A position in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cursor {
    /// Of the object, the filters and the order it belongs to.
    #[serde(rename = "q")]
    pub(crate) fingerprint: String,
    /// The sort values of the last record shown.
    #[serde(rename = "p")]
    pub(crate) position: Vec<Option<String>>,
}

impl Cursor {
    /// The text the caller sends back.
    pub(crate) fn to_text(&self) -> String {
        let json = serde_json::json!({ "q": self.fingerprint, "p": self.position });
        URL_SAFE_NO_PAD.encode(json.to_string())
    }

    /// Reads what came back; `None` when it is not one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LEN {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&json).ok()
    }
}

/// What tells one query from another: changing a filter or the order makes old cursors invalid.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part.as_bytes());
    }
    let digest = digest.finalize();
    URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_left() {
        let cursor =
            Cursor { fingerprint: fingerprint(&["deals", "-amount"]), position: vec![Some("é".into()), None] };

        assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        assert_eq!(Cursor::parse("%%%"), None);
        assert_eq!(Cursor::parse(""), None);
        assert_ne!(fingerprint(&["a", "bc"]), fingerprint(&["ab", "c"]));
    }
}
