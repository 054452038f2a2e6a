//! Names of attached files.

/// Longer names are cut by some mail programs.
const LONGEST: usize = 60;
/// The name of a file whose title has no plain letter.
const NAMELESS: &str = "report";

/// A file name made of a title: small ASCII letters, digits and single dashes, then the ending.
pub fn file_name(title: &str, day: &str, extension: &str) -> String {
    let mut name = String::new();
    for letter in title.chars().map(|letter| letter.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == LONGEST {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { NAMELESS } else { name };
    format!("{name}-{day}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_made_of_harmless_letters() {
        for (title, name) in [
            ("Pipeline by stage", "pipeline-by-stage-2026-11-21.pdf"),
            ("../../etc/passwd\r\nX: y", "etc-passwd-x-y-2026-11-21.pdf"),
            ("Umsätze & Prognose (EU)", "ums-tze-prognose-eu-2026-11-21.pdf"),
            ("売上", "report-2026-11-21.pdf"),
        ] {
            assert_eq!(file_name(title, "2026-11-21", "pdf"), name);
        }
        assert!(file_name(&"x".repeat(500), "2026-11-21", "csv").len() < 80);
    }
}
