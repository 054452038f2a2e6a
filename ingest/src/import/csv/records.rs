//! Delimited text cut into records, each with its line number.
//!
//! Polars reads the cells; this pass only finds where records end, so that a file streams in
//! chunks, every row keeps its line, and a broken line costs that line and no other.

use std::{io, ops::Range};

use super::{dialect::Dialect, encoding::Text};

/// Longest record: ten long texts. A longer one comes from a quote that is never closed.
const MAX_RECORD_BYTES: usize = 1024 * 1024;

/// Whether a record can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It can.
    Whole,
    /// A quote is opened and never closed.
    UnclosedQuote,
    /// Text follows a closing quote.
    TextAfterQuote,
    /// The line is longer than any record may be.
    TooLong,
}

impl Shape {
    /// Why it cannot be read, if it cannot.
    pub(super) fn reason(self) -> Option<String> {
        match self {
            Self::Whole => None,
            Self::UnclosedQuote => Some("a quote is opened in this line and never closed".to_owned()),
            Self::TextAfterQuote => Some("text follows a closing quote; double the quotes inside a cell".to_owned()),
            Self::TooLong => Some(format!("the line is longer than {MAX_RECORD_BYTES} bytes")),
        }
    }
}

/// Where a record is and what it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Line it begins in, counted from 1.
    pub line: u64,
    /// Number of cells.
    pub fields: usize,
    /// Whether it can be read.
    pub shape: Shape,
    /// Nothing but white space.
    pub blank: bool,
    /// At least one cell is enclosed in quotes.
    pub quoted: bool,
    /// A quote stands inside a cell that is not enclosed.
    loose_quote: bool,
    range: Range<usize>,
}

/// Cuts text into records.
#[derive(Debug)]
pub(super) struct Records {
    text: Text,
    dialect: Dialect,
    buffer: Vec<u8>,
    at: usize,
    line: u64,
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    AfterQuote,
    Broken,
}

#[expect(clippy::struct_excessive_bools, reason = "four independent observations about one record")]
struct Scan {
    place: Place,
    offset: usize,
    fields: usize,
    newlines: u64,
    first_line_end: Option<usize>,
    loose_quote: bool,
    quoted: bool,
    blank: bool,
    broken: bool,
}

impl Scan {
    fn note_newline(&mut self, byte: u8) {
        if byte == b'\n' {
            self.newlines += 1;
            self.first_line_end.get_or_insert(self.offset);
        }
    }
}

impl Records {
    pub(super) fn new(text: Text, dialect: Dialect) -> Self {
        Self { text, dialect, buffer: Vec::new(), at: 0, line: 1, ended: false }
    }

    /// Bytes of the file consumed so far, to within a block.
    pub(super) fn bytes_read(&self) -> u64 {
        self.text.bytes_read()
    }

    /// The next record; it is valid until the next call.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let mut scan = Scan {
            place: Place::CellStart,
            offset: 0,
            fields: 1,
            newlines: 0,
            first_line_end: None,
            loose_quote: false,
            quoted: false,
            blank: true,
            broken: false,
        };
        loop {
            if let Some(end) = self.scan(&mut scan) {
                return Ok(Some(self.finish(&scan, end)));
            }
            if scan.offset > MAX_RECORD_BYTES {
                return self.overlong(&scan).map(Some);
            }
            if self.ended {
                return Ok(self.last(&scan));
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            self.ended = !self.text.read_more(&mut self.buffer)?;
        }
    }

    /// The cells of a record as text, without their quotes.
    pub(super) fn cells(&self, record: &Record) -> Vec<String> {
        let Dialect { delimiter, quote } = self.dialect;
        let mut cells = Vec::with_capacity(record.fields);
        let mut cell = Vec::new();
        let (mut enclosed, mut start) = (false, true);
        let mut bytes = self.buffer[record.range.clone()].iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            if byte == quote && start {
                enclosed = true;
            } else if byte == quote && enclosed && bytes.peek() == Some(&quote) {
                bytes.next();
                cell.push(quote);
            } else if byte == quote && enclosed {
                enclosed = false;
            } else if byte == delimiter && !enclosed {
                cells.push(String::from_utf8_lossy(&cell).into_owned());
                cell.clear();
                start = true;
                continue;
            } else {
                cell.push(byte);
            }
            start = false;
        }
        cells.push(String::from_utf8_lossy(&cell).into_owned());
        cells
    }

    /// Appends a whole record as one line of text that every reader understands.
    pub(super) fn append_line(&self, record: &Record, text: &mut Vec<u8>) {
        if record.loose_quote {
            let quote = char::from(self.dialect.quote);
            let doubled = [quote, quote].iter().collect::<String>();
            let cells = self.cells(record);
            let enclosed = cells.iter().map(|cell| format!("{quote}{}{quote}", cell.replace(quote, &doubled)));
            let delimiter = char::from(self.dialect.delimiter).to_string();
            text.extend_from_slice(enclosed.collect::<Vec<_>>().join(&delimiter).as_bytes());
        } else {
            text.extend_from_slice(&self.buffer[record.range.clone()]);
        }
        text.push(b'\n');
    }

    /// Reads on in the buffer; the offset of the line end when the record ends in it.
    fn scan(&self, scan: &mut Scan) -> Option<usize> {
        let Dialect { delimiter, quote } = self.dialect;
        let bytes = &self.buffer[self.at..];
        while let Some(&byte) = bytes.get(scan.offset) {
            let line_end = byte == b'\n' || byte == b'\r';
            if line_end && scan.place != Place::Quoted {
                let half = byte == b'\r' && scan.offset + 1 == bytes.len() && !self.ended;
                return (!half).then_some(scan.offset); // the other half may be in the next block
            }
            scan.blank &= byte.is_ascii_whitespace() && byte != delimiter;
            scan.place = match scan.place {
                Place::Quoted if byte == quote => Place::AfterQuote,
                Place::Quoted => {
                    scan.note_newline(byte);
                    Place::Quoted
                }
                Place::AfterQuote if byte == quote => Place::Quoted,
                _ if byte == delimiter => {
                    scan.fields += 1;
                    Place::CellStart
                }
                Place::CellStart if byte == quote => {
                    scan.quoted = true;
                    Place::Quoted
                }
                Place::AfterQuote => {
                    scan.broken = true;
                    Place::Broken
                }
                Place::Broken => Place::Broken,
                Place::CellStart | Place::Plain => {
                    scan.loose_quote |= byte == quote;
                    Place::Plain
                }
            };
            scan.offset += 1;
            if scan.offset > MAX_RECORD_BYTES {
                return None;
            }
        }
        None
    }

    fn finish(&mut self, scan: &Scan, end: usize) -> Record {
        if scan.broken && scan.first_line_end.is_some() {
            return self.unclosed(scan);
        }
        let shape = if scan.broken { Shape::TextAfterQuote } else { Shape::Whole };
        let record = self.record(scan, shape, end);
        self.line += scan.newlines + 1;
        self.at += end;
        self.skip_line_end();
        record
    }

    fn record(&self, scan: &Scan, shape: Shape, end: usize) -> Record {
        Record {
            line: self.line,
            fields: scan.fields,
            shape,
            blank: scan.blank && shape == Shape::Whole,
            quoted: scan.quoted,
            loose_quote: scan.loose_quote,
            range: self.at..self.at + end,
        }
    }

    /// The last record of the file, which has no line end.
    fn last(&mut self, scan: &Scan) -> Option<Record> {
        if scan.offset == 0 {
            return None;
        }
        if scan.place == Place::Quoted {
            return Some(self.unclosed(scan));
        }
        let record = self.finish(scan, scan.offset);
        Some(record)
    }

    /// Gives up the first line of the record only; the lines after it are read again by themselves.
    fn unclosed(&mut self, scan: &Scan) -> Record {
        let end = scan.first_line_end.unwrap_or(scan.offset);
        let record = self.record(scan, Shape::UnclosedQuote, end);
        self.line += 1;
        self.at += end;
        self.skip_line_end();
        record
    }

    fn overlong(&mut self, scan: &Scan) -> io::Result<Record> {
        if scan.first_line_end.is_some() {
            return Ok(self.unclosed(scan));
        }
        let kept = self.at..self.at + 200.min(scan.offset);
        let start = self.buffer[kept].to_vec();
        let record_line = self.line;
        self.at += scan.offset;
        loop {
            if let Some(end) = self.buffer[self.at..].iter().position(|&byte| byte == b'\n') {
                self.at += end;
                break;
            }
            self.buffer.clear();
            self.at = 0;
            if self.ended {
                break;
            }
            self.ended = !self.text.read_more(&mut self.buffer)?;
        }
        // The beginning is kept in front of what follows, so that the rejects show it.
        self.buffer.splice(..self.at, start.iter().copied());
        self.at = start.len();
        self.skip_line_end();
        self.line += 1;
        let record = Record { range: 0..start.len(), line: record_line, ..self.record(scan, Shape::TooLong, 0) };
        Ok(record)
    }

    fn skip_line_end(&mut self) {
        match self.buffer[self.at..] {
            [b'\r', b'\n', ..] => self.at += 2,
            [b'\r' | b'\n', ..] => self.at += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::import::csv::encoding::{BLOCK_BYTES, Encoding};

    fn read(text: &str) -> Vec<(u64, Shape, Vec<String>)> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        let text = Text::open(file.path(), Encoding::Utf8).expect("opened");
        let mut records = Records::new(text, Dialect { delimiter: b',', quote: b'"' });
        let mut read = Vec::new();
        while let Some(record) = records.next().expect("read") {
            if !record.blank {
                read.push((record.line, record.shape, records.cells(&record)));
            }
        }
        read
    }

    fn whole(line: u64, cells: &[&str]) -> (u64, Shape, Vec<String>) {
        (line, Shape::Whole, cells.iter().map(|&cell| cell.to_owned()).collect())
    }

    #[test]
    fn quotes_lines_and_blanks_are_understood() {
        let text = "a,b\r\n\n\"x\ny\",\"say \"\"hi\"\"\"\r3\" disk,2";

        let expected = vec![whole(1, &["a", "b"]), whole(3, &["x\ny", "say \"hi\""]), whole(5, &["3\" disk", "2"])];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn an_unclosed_quote_costs_one_line() {
        let read = read("a,b\n1,\"two\n3,4\n5,6\n");

        assert_eq!(read[1].0, 2);
        assert_eq!(read[1].1, Shape::UnclosedQuote);
        assert_eq!(read[2..], [whole(3, &["3", "4"]), whole(4, &["5", "6"])]);
    }

    #[test]
    fn text_after_a_quote_costs_one_line() {
        let read = read("\"a\"b,c\n1,2\n");

        assert_eq!(read[0].1, Shape::TextAfterQuote);
        assert_eq!(read[1], whole(2, &["1", "2"]));
    }

    #[test]
    fn an_overlong_line_costs_one_line() {
        let read = read(&format!("a,b\n{}\n1,2\n", "x".repeat(3 * MAX_RECORD_BYTES)));

        assert_eq!((read[1].0, read[1].1), (2, Shape::TooLong));
        assert_eq!(read[2], whole(3, &["1", "2"]));
    }

    #[test]
    fn a_line_end_across_blocks_is_one_line_end() {
        let long = "x".repeat(BLOCK_BYTES - 1);

        assert_eq!(read(&format!("{long}\r\n1\r\n")), vec![whole(1, &[&long]), whole(2, &["1"])]);
    }
}
