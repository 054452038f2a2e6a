//! Names of documents and folders, checked before they are stored.

use catalog::Invalid;

/// Characters in a name or a folder; every file system and mail program takes as many.
const MAX_LEN: usize = 200;
/// Folders within folders.
const MAX_DEPTH: usize = 8;

/// A file name.
///
/// # Errors
/// It is empty, too long, a path, or holds characters that hide what it is.
pub(super) fn file_name(text: &str) -> Result<String, Invalid> {
    part("name", text.trim())
}

/// A folder such as `Contracts/2026`, without slashes around it; empty at the top.
///
/// # Errors
/// As [`file_name`], for each part.
pub(super) fn folder(text: &str) -> Result<String, Invalid> {
    let text = text.trim().trim_matches('/');
    if text.is_empty() {
        return Ok(String::new());
    }
    let parts: Vec<String> = text.split('/').map(|name| part("folder", name.trim())).collect::<Result<_, _>>()?;
    let folder = parts.join("/");
    if parts.len() > MAX_DEPTH || folder.chars().count() > MAX_LEN {
        let message = format!("Folder must have at most {MAX_DEPTH} levels and {MAX_LEN} characters");
        return Err(Invalid::field("folder", "too_long", message));
    }
    Ok(folder)
}

fn part(field: &str, text: &str) -> Result<String, Invalid> {
    let refused = |code, message: String| Err(Invalid::field(field, code, message));
    if text.is_empty() {
        return refused("required", format!("{} must have a value", label(field)));
    }
    if text.chars().count() > MAX_LEN {
        return refused("too_long", format!("{} must have at most {MAX_LEN} characters", label(field)));
    }
    if text == "." || text == ".." || text.contains(['/', '\\', ':']) {
        return refused("invalid_name", format!("{} must be a plain name, not a path", label(field)));
    }
    if text.chars().any(|letter| letter.is_control() || reorders(letter)) {
        let message = format!("{} must not hold control characters or marks of writing direction", label(field));
        return refused("invalid_name", message);
    }
    Ok(text.to_owned())
}

fn label(field: &str) -> &'static str {
    if field == "folder" { "Folder" } else { "Name" }
}

/// Characters that change in which order others are shown: `exe.fdp` as `pdf.exe`.
fn reorders(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_hidden_characters_are_refused() {
        let long = "x".repeat(300);
        for name in ["", " ", "..", "../a", "a/b", "C:\\a", "a\r\nb", "a\0b", "fdp.\u{202e}exe", long.as_str()] {
            assert!(file_name(name).is_err(), "{name:?}");
        }
        assert_eq!(file_name(" Angebot №1 (final).pdf "), Ok("Angebot №1 (final).pdf".to_owned()));
    }

    #[test]
    fn folders_are_written_one_way() {
        assert_eq!(folder("/Contracts/ 2026/"), Ok("Contracts/2026".to_owned()));
        assert_eq!(folder(" "), Ok(String::new()));
        for text in ["a//b", "a/../b", "a/b/c/d/e/f/g/h/i"] {
            assert!(folder(text).is_err(), "{text}");
        }
    }
}
