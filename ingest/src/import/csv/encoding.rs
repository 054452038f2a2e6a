//! From the bytes of a file to UTF-8.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::import::Error;

/// Bytes asked from the file at a time.
pub(super) const BLOCK_BYTES: usize = 256 * 1024;

/// The part of the file looked at to tell text from other things.
const SAMPLE_BYTES: usize = 4 * 1024;

/// How the characters of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16 with the low byte first, as Excel writes "Unicode text".
    Utf16Le,
    /// UTF-16 with the high byte first.
    Utf16Be,
    /// The code page of Western European Windows.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le | Self::Utf16Be => "utf-16",
            Self::Windows1252 => "windows-1252",
        })
    }
}

/// Opens a file as UTF-8 text, in the encoding asked for or found out.
///
/// # Errors
/// The file is not text, or in none of the encodings.
pub(super) fn open(path: &Path, file: &str, asked: Option<&str>) -> Result<(Text, Encoding), Error> {
    let encoding = match asked.map(str::to_ascii_lowercase).as_deref() {
        None => detect(path, file)?,
        Some("utf-8" | "utf8") => Encoding::Utf8,
        Some("utf-16" | "utf16") => by_mark(&sample(path)?).unwrap_or(Encoding::Utf16Le),
        Some("windows-1252" | "cp1252" | "latin-1" | "iso-8859-1") => Encoding::Windows1252,
        Some(other) => {
            let reason = format!("`{other}` is not known; use utf-8, utf-16 or windows-1252");
            return Err(Error::mapping("source.encoding", reason));
        }
    };
    let text = Text::open(path, encoding).map_err(|error| Error::read(path, error))?;
    Ok((text, encoding))
}

fn detect(path: &Path, file: &str) -> Result<Encoding, Error> {
    let start = sample(path)?;
    if let Some(encoding) = by_mark(&start) {
        return Ok(encoding);
    }
    let zeros = count(&start, 0);
    if zeros * 10 > start.len() {
        return Err(Error::file(file, "it is not a text file (it contains zero bytes); save it as CSV in UTF-8"));
    }
    match not_utf8(path).map_err(|error| Error::read(path, error))? {
        None => Ok(Encoding::Utf8),
        Some(Foreign { windows1252: true, .. }) => Ok(Encoding::Windows1252),
        Some(Foreign { line, byte, .. }) => {
            let reason = format!("line {line} has the byte {byte:#04x}: the file is neither UTF-8 nor windows-1252");
            Err(Error::file(file, reason))
        }
    }
}

fn sample(path: &Path) -> Result<Vec<u8>, Error> {
    let file = File::open(path).map_err(|error| Error::read(path, error))?;
    let mut start = Vec::with_capacity(SAMPLE_BYTES);
    file.take(SAMPLE_BYTES as u64).read_to_end(&mut start).map_err(|error| Error::read(path, error))?;
    Ok(start)
}

fn by_mark(start: &[u8]) -> Option<Encoding> {
    match start {
        [0xEF, 0xBB, 0xBF, ..] => Some(Encoding::Utf8),
        [0xFF, 0xFE, ..] => Some(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

struct Foreign {
    line: usize,
    byte: u8,
    windows1252: bool,
}

/// The first place that is not UTF-8, and whether the whole file can be windows-1252.
fn not_utf8(path: &Path) -> io::Result<Option<Foreign>> {
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK_BYTES];
    let (mut kept, mut line) = (0, 1);
    let mut foreign: Option<Foreign> = None;
    loop {
        let read = file.read(&mut block[kept..])?;
        let filled = kept + read;
        let bytes = &block[..filled];
        if foreign.is_none() {
            let valid_to = match std::str::from_utf8(bytes) {
                Ok(_) => filled,
                Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
                Err(error) => {
                    let at = error.valid_up_to();
                    let line = line + count(&bytes[..at], b'\n');
                    foreign = Some(Foreign { line, byte: bytes[at], windows1252: true });
                    filled
                }
            };
            line += count(&bytes[..valid_to], b'\n');
            if let Some(foreign) = &mut foreign {
                foreign.windows1252 = bytes.iter().all(|&byte| windows1252(byte).is_some());
            }
            block.copy_within(valid_to..filled, 0);
            kept = filled - valid_to;
        } else if let Some(foreign) = &mut foreign {
            foreign.windows1252 &= bytes.iter().all(|&byte| windows1252(byte).is_some());
            kept = 0;
        }
        if read == 0 {
            return Ok(foreign);
        }
    }
}

fn count(bytes: &[u8], wanted: u8) -> usize {
    bytes.iter().map(|&byte| usize::from(byte == wanted)).sum()
}

/// The character of a windows-1252 byte; five bytes have none.
///
/// **Source:** <https://encoding.spec.whatwg.org/index-windows-1252.txt>, whose five unassigned
/// bytes we refuse, because they show that the file is something else.
fn windows1252(byte: u8) -> Option<char> {
    const HIGH: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”',
        '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => Some(HIGH[usize::from(byte - 0x80)]).filter(|&c| c != '\0'),
        _ => Some(char::from(byte)),
    }
}

/// A file read as UTF-8.
#[derive(Debug)]
pub(crate) struct Text {
    file: File,
    encoding: Encoding,
    undecoded: Vec<u8>,
    bytes_read: u64,
    started: bool,
}

impl Text {
    pub(super) fn open(path: &Path, encoding: Encoding) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, encoding, undecoded: Vec::new(), bytes_read: 0, started: false })
    }

    /// Bytes of the file read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Appends some more text; false at the end of the file.
    pub(super) fn read_more(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        let before = self.undecoded.len();
        self.undecoded.resize(before + BLOCK_BYTES, 0);
        let read = self.file.read(&mut self.undecoded[before..])?;
        self.undecoded.truncate(before + read);
        self.bytes_read += read as u64;
        if !self.started && self.undecoded.len() < 3 && read > 0 {
            return Ok(true); // too little to tell a byte order mark
        }
        if !self.started {
            self.started = true;
            let mark = match (self.encoding, by_mark(&self.undecoded)) {
                (Encoding::Utf8, Some(Encoding::Utf8)) => 3,
                (Encoding::Utf16Le | Encoding::Utf16Be, Some(Encoding::Utf16Le | Encoding::Utf16Be)) => 2,
                _ => 0,
            };
            self.undecoded.drain(..mark);
        }
        self.decode(text, read == 0)?;
        Ok(read > 0)
    }

    fn decode(&mut self, text: &mut Vec<u8>, at_end: bool) -> io::Result<()> {
        match self.encoding {
            Encoding::Utf8 => {
                let valid_to = match std::str::from_utf8(&self.undecoded) {
                    Ok(_) => self.undecoded.len(),
                    Err(error) if error.error_len().is_none() && !at_end => error.valid_up_to(),
                    Err(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "the text is not UTF-8")),
                };
                text.extend(self.undecoded.drain(..valid_to));
            }
            Encoding::Windows1252 => {
                let decoded: Option<String> = self.undecoded.drain(..).map(windows1252).collect();
                let wrong = || io::Error::new(io::ErrorKind::InvalidData, "the text is not windows-1252");
                text.extend_from_slice(decoded.ok_or_else(wrong)?.as_bytes());
            }
            Encoding::Utf16Le => self.decode_utf16(text, at_end, u16::from_le_bytes)?,
            Encoding::Utf16Be => self.decode_utf16(text, at_end, u16::from_be_bytes)?,
        }
        Ok(())
    }

    fn decode_utf16(&mut self, text: &mut Vec<u8>, at_end: bool, unit: fn([u8; 2]) -> u16) -> io::Result<()> {
        let mut units: Vec<u16> = self.undecoded.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let split_pair = units.last().is_some_and(|last| (0xD800..0xDC00).contains(last));
        if split_pair && !at_end {
            units.pop(); // its other half is in the next block
        }
        self.undecoded.drain(..units.len() * 2);
        let decoded = String::from_utf16(&units).ok().filter(|_| !at_end || self.undecoded.is_empty());
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "the text is not UTF-16");
        text.extend_from_slice(decoded.ok_or_else(wrong)?.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(bytes: &[u8]) -> Result<(String, Encoding), Error> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        let (mut text, encoding) = open(file.path(), "x.csv", None)?;
        let mut read = Vec::new();
        while text.read_more(&mut read).map_err(|error| Error::read(file.path(), error))? {}
        Ok((String::from_utf8(read).expect("utf-8"), encoding))
    }

    #[test]
    fn marks_and_code_pages_are_found_out() {
        assert_eq!(read("\u{feff}naïve".as_bytes()).expect("read"), ("naïve".to_owned(), Encoding::Utf8));
        assert_eq!(read(b"na\xefve \x80").expect("read"), ("naïve €".to_owned(), Encoding::Windows1252));
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain("aé😀".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(read(&utf16).expect("read"), ("aé😀".to_owned(), Encoding::Utf16Le));
    }

    #[test]
    fn other_bytes_are_refused_with_their_line() {
        let refused = read(b"a\nb\n\x81\n").expect_err("not text");
        assert!(refused.to_string().contains("line 3"), "{refused}");
        assert!(read(&[0; 100]).is_err());
    }

    #[test]
    fn characters_across_blocks_stay_whole() {
        let long = format!("{}é{}", "a".repeat(BLOCK_BYTES - 1), "b".repeat(10));
        assert_eq!(read(long.as_bytes()).expect("read"), (long, Encoding::Utf8));
    }
}
