//! Text that leaves as a cell of a CSV file.

/// Letters with which spreadsheets begin what they run, the wide forms of East Asian keyboards too.
const RUN: [char; 10] = ['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'];

/// The text as a spreadsheet shows it without running it: what could be a formula gets an
/// apostrophe in front, however much invisible text stands before it.
///
/// **Source**: OWASP, CSV injection; the bypasses by leading blanks of CVE-2026-55154.
pub fn harmless(text: &str) -> String {
    let first = text.chars().find(|letter| !invisible(*letter));
    let special = first.is_some_and(|letter| RUN.contains(&letter)) || text.starts_with(['\t', '\r']);
    if special { format!("'{text}") } else { text.to_owned() }
}

/// The text behind the apostrophe that [`harmless`] puts in front, so that what was exported can be
/// imported again.
pub fn restored(text: &str) -> &str {
    let behind = text.strip_prefix('\'').filter(|behind| harmless(behind).len() > behind.len());
    behind.unwrap_or(text)
}

/// Blanks, controls and marks without a shape (Unicode categories Z, Cc and the Cf of plain text).
fn invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}'..='\u{e007f}')
}

/// One line of a CSV file (RFC 4180), every cell made [`harmless`].
pub fn csv_line(cells: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut line = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        line.push_str(&csv_cell(&harmless(cell.as_ref())));
    }
    line.push_str("\r\n");
    line
}

/// A cell in quotation marks where its text needs them.
fn csv_cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_spreadsheet_runs_stays_first() {
        let formulas = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "\u{a0}=1",
            "\u{200b}=1",
            "＝1",
            "＋",
            "－",
            "＠",
            "|calc",
            "%0A",
            "\u{feff}@x",
            "\tplain",
        ];

        for text in formulas {
            assert_eq!(harmless(text), format!("'{text}"));
            assert_eq!(restored(&harmless(text)), text);
        }
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["", "Ada", "a=b", "1-2", "'=1", "  indented", "\u{200b}zero width"] {
            assert_eq!(harmless(text), text);
            assert!(text == "'=1" || restored(text) == text, "{text}");
        }
    }

    #[test]
    fn a_line_quotes_what_would_break_it() {
        assert_eq!(csv_line(["a", "b,c", "say \"hi\"", "=1"]), "a,\"b,c\",\"say \"\"hi\"\"\",'=1\r\n");
    }
}
