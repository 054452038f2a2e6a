//! Reads rows as `COPY … TO STDOUT (FORMAT text)` writes them.
//!
//! A row is one line; cells are separated by tabs; `\N` is null; backslash escapes stand for the
//! bytes that would otherwise end a cell or a row.
//!
//! **Source:** PostgreSQL documentation, `COPY`, "Text Format".

use std::ops::Range;

use warehouse::Cell;

/// A line that is not a row of `COPY` text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRow {
    /// It is not UTF-8.
    #[error("a copied row is not UTF-8")]
    Encoding,
    /// It has another number of cells than columns were asked for.
    #[error("a copied row has {found} cells instead of {expected}")]
    CellCount {
        /// How many columns were asked for.
        expected: usize,
        /// How many cells there were.
        found: usize,
    },
    /// A backslash is followed by something that `COPY` never writes there.
    #[error("a copied row has an unknown escape in cell {cell}")]
    Escape {
        /// Which cell, counted from 0.
        cell: usize,
    },
}

/// Where the text of one cell is.
#[derive(Debug, Clone)]
enum Span {
    Null,
    /// In the line itself, because nothing was escaped.
    Line(Range<usize>),
    /// In the scratch text, where the escapes have been resolved.
    Scratch(Range<usize>),
}

/// Splits lines into cells, keeping its scratch space from row to row.
#[derive(Debug)]
pub(crate) struct RowReader {
    columns: usize,
    scratch: String,
    spans: Vec<Span>,
}

impl RowReader {
    /// A reader of rows of this many columns.
    pub(crate) fn new(columns: usize) -> Self {
        Self { columns, scratch: String::new(), spans: Vec::with_capacity(columns) }
    }

    /// The cells of one line, with or without its line feed.
    ///
    /// # Errors
    /// [`BadRow`] if the line is not a row of that many columns.
    pub(crate) fn read<'a>(&'a mut self, line: &'a [u8]) -> Result<Vec<Cell<'a>>, BadRow> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = std::str::from_utf8(line).map_err(|_not_utf8| BadRow::Encoding)?;
        self.scratch.clear();
        self.spans.clear();

        if line.contains('\\') {
            self.split_escaped(line)?;
        } else {
            self.split_plain(line);
        }

        // A table without columns would be an empty line; every table of ours has `id`.
        if self.spans.len() != self.columns {
            return Err(BadRow::CellCount { expected: self.columns, found: self.spans.len() });
        }
        Ok(self.spans.iter().map(|span| cell(span, line, &self.scratch)).collect())
    }

    fn split_plain(&mut self, line: &str) {
        let mut start = 0;
        for piece in line.split('\t') {
            self.spans.push(Span::Line(start..start + piece.len()));
            start += piece.len() + 1;
        }
    }

    fn split_escaped(&mut self, line: &str) -> Result<(), BadRow> {
        let mut start = 0;
        for (index, piece) in line.split('\t').enumerate() {
            let span = if piece == "\\N" {
                Span::Null
            } else if piece.contains('\\') {
                let from = self.scratch.len();
                unescape(piece, &mut self.scratch).ok_or(BadRow::Escape { cell: index })?;
                Span::Scratch(from..self.scratch.len())
            } else {
                Span::Line(start..start + piece.len())
            };
            self.spans.push(span);
            start += piece.len() + 1;
        }
        Ok(())
    }
}

fn cell<'a>(span: &Span, line: &'a str, scratch: &'a str) -> Cell<'a> {
    // The ranges were made from these very texts, at character borders.
    match span {
        Span::Null => Cell::Null,
        Span::Line(range) => Cell::Text(line.get(range.clone()).unwrap_or_default()),
        Span::Scratch(range) => Cell::Text(scratch.get(range.clone()).unwrap_or_default()),
    }
}

/// Resolves the escapes that `COPY TO` writes; `None` at any other.
fn unescape(piece: &str, into: &mut String) -> Option<()> {
    let mut rest = piece;
    while let Some((before, after)) = rest.split_once('\\') {
        into.push_str(before);
        let mut characters = after.chars();
        into.push(match characters.next()? {
            '\\' => '\\',
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            _ => return None,
        });
        rest = characters.as_str();
    }
    into.push_str(rest);
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_split_at_tabs_and_null_is_not_an_empty_text() {
        let mut reader = RowReader::new(4);

        let cells = reader.read(b"a\t\\N\t\tb c\n").unwrap();

        assert_eq!(cells, [Cell::Text("a"), Cell::Null, Cell::Text(""), Cell::Text("b c")]);
    }

    #[test]
    fn escapes_become_the_characters_they_stand_for() {
        let mut reader = RowReader::new(2);

        let cells = reader.read(b"tab\\tline\\nslash\\\\N\t\\\\N\n").unwrap();

        assert_eq!(cells, [Cell::Text("tab\tline\nslash\\N"), Cell::Text("\\N")]);
    }

    #[test]
    fn a_wrong_row_is_refused_with_what_is_wrong() {
        let mut reader = RowReader::new(2);

        assert_eq!(reader.read(b"one\n"), Err(BadRow::CellCount { expected: 2, found: 1 }));
        assert_eq!(reader.read(b"one\t\\x\n"), Err(BadRow::Escape { cell: 1 }));
        assert_eq!(reader.read(b"one\t\\"), Err(BadRow::Escape { cell: 1 }));
        assert_eq!(reader.read(b"one\t\xff\n"), Err(BadRow::Encoding));
    }

    /// What `CopyAttributeOutText` of Postgres writes.
    fn escape(cell: Option<&str>) -> String {
        let Some(text) = cell else { return "\\N".to_owned() };
        text.chars()
            .map(|character| match character {
                '\\' => "\\\\".to_owned(),
                '\n' => "\\n".to_owned(),
                '\t' => "\\t".to_owned(),
                '\r' => "\\r".to_owned(),
                '\u{8}' => "\\b".to_owned(),
                '\u{c}' => "\\f".to_owned(),
                '\u{b}' => "\\v".to_owned(),
                other => other.to_string(),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn every_row_reads_back(row in prop::collection::vec(prop::option::of("[\\\\\n\t\r\u{8}\u{c}\u{b}Naé☃ ]{0,12}"), 1..6)) {
            let line = row.iter().map(|cell| escape(cell.as_deref())).collect::<Vec<_>>().join("\t") + "\n";
            let mut reader = RowReader::new(row.len());

            let cells = reader.read(line.as_bytes()).unwrap();

            let expected: Vec<_> = row.iter().map(|cell| cell.as_deref().map_or(Cell::Null, Cell::Text)).collect();
            prop_assert_eq!(cells, expected);
        }

        #[test]
        fn no_bytes_make_it_panic(line in prop::collection::vec(any::<u8>(), 0..64)) {
            let _cells = RowReader::new(3).read(&line);
        }
    }
}
