//! Which characters separate and enclose cells.

use std::{fmt, io, path::Path};

use super::{
    encoding::{Encoding, Text},
    records::Records,
};
use crate::import::mapping::SourceOptions;

/// Records compared to find the delimiter.
const SAMPLE_RECORDS: usize = 50;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The characters that separate and enclose cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// Between cells.
    pub delimiter: u8,
    /// Around cells.
    pub quote: u8,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delimiter = match self.delimiter {
            b',' => "comma",
            b';' => "semicolon",
            b'\t' => "tab",
            b'|' => "bar",
            _ => "other character",
        };
        write!(f, "separated by {delimiter}")
    }
}

/// Finds out the dialect, unless the mapping states it.
///
/// The delimiter is the one that cuts the first records into the most cells, all alike; a file of
/// one column has none and counts as comma-separated.
pub(super) fn detect(path: &Path, encoding: Encoding, options: &SourceOptions) -> io::Result<Dialect> {
    let stated = |c: Option<char>| c.and_then(|c| u8::try_from(c).ok()).filter(u8::is_ascii);
    let quotes = stated(options.quote).map_or_else(|| vec![b'"', b'\''], |quote| vec![quote]);
    let delimiters = stated(options.delimiter).map_or_else(|| DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    let best_with = |quote: u8| -> io::Result<(Score, Dialect)> {
        let mut best = (Score::default(), Dialect { delimiter: delimiters[0], quote });
        for &delimiter in &delimiters {
            let dialect = Dialect { delimiter, quote };
            let score = score(Records::new(Text::open(path, encoding)?, dialect))?;
            if score > best.0 {
                best = (score, dialect);
            }
        }
        Ok(best)
    };
    let (score, dialect) = best_with(quotes[0])?;
    // A file that encloses no cell in the usual quotes may enclose them in others.
    if let Some(&other) = quotes.get(1).filter(|_| score.quoted == 0) {
        let (other_score, other_dialect) = best_with(other)?;
        if other_score.quoted > 0 && other_score > score {
            return Ok(other_dialect);
        }
    }
    Ok(dialect)
}

/// Better the more records have as many cells as the header, then the more cells, then quotes.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    alike_percent: usize,
    fields: usize,
    quoted: usize,
}

fn score(mut records: Records) -> io::Result<Score> {
    let (mut header, mut alike, mut total, mut quoted) = (None, 0, 0, 0);
    while total < SAMPLE_RECORDS {
        let Some(record) = records.next()? else { break };
        if record.blank {
            continue;
        }
        let fields = *header.get_or_insert(record.fields);
        total += 1;
        alike += usize::from(record.fields == fields && record.shape.reason().is_none());
        quoted += usize::from(record.quoted);
    }
    let fields = header.unwrap_or_default();
    if fields < 2 {
        return Ok(Score::default());
    }
    // One ragged line among fifty must not hand the file to another delimiter.
    let alike_percent = if alike * 10 >= total * 7 { 100 } else { alike * 100 / total.max(1) };
    Ok(Score { alike_percent, fields, quoted })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn detected(text: &str) -> (char, char) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        let dialect = detect(file.path(), Encoding::Utf8, &SourceOptions::default()).expect("read");
        (char::from(dialect.delimiter), char::from(dialect.quote))
    }

    #[test]
    fn the_delimiter_that_cuts_alike_wins() {
        assert_eq!(detected("a;b;c\n1,5;2;3\n1,5;2,7;3\n"), (';', '"'));
        assert_eq!(detected("a,b\n\"x;y\",2\n"), (',', '"'));
        assert_eq!(detected("a\tb\n1\t2\n"), ('\t', '"'));
        assert_eq!(detected("'a','b'\n'x,y','2'\n"), (',', '\''));
        assert_eq!(detected("name\nAda\n"), (',', '"'));
    }
}
