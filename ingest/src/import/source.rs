//! A file to import, whatever its kind.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use super::{csv::CsvSource, frame::Sink, mapping::SourceOptions, xlsx::XlsxSource};
use crate::import::Error;

/// An opened file with its header.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    size_bytes: u64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Csv(Box<CsvSource>),
    Xlsx(Box<XlsxSource>),
}

impl Source {
    /// Opens the file at `path`; `name` is what the person calls it, its extension included.
    ///
    /// # Errors
    /// It cannot be read, or it is not what its name says.
    pub(crate) fn open(path: &Path, name: &str, options: &SourceOptions) -> Result<Self, Error> {
        let size_bytes = std::fs::metadata(path).map_err(|error| Error::read(path, error))?.len();
        if size_bytes == 0 {
            return Err(Error::file(name, "the file is empty"));
        }
        let kind = match content(path)? {
            Content::Zip => {
                expect_extension(name, &["xlsx", "xlsm"], "an Excel workbook")?;
                Kind::Xlsx(Box::new(XlsxSource::open(path, name, options.sheet.as_deref())?))
            }
            Content::OldOffice => return Err(Error::file(name, old_office(name))),
            Content::Foreign(what) => {
                return Err(Error::file(name, format!("it is {what}; give a CSV or XLSX file")));
            }
            Content::Text => {
                expect_extension(name, &["csv", "tsv", "txt", "psv", "tab"], "a text file such as CSV")?;
                Kind::Csv(Box::new(CsvSource::open(path, name, options)?))
            }
        };
        Ok(Self { path: path.to_owned(), size_bytes, kind })
    }

    /// The names of the columns.
    pub(crate) fn header(&self) -> &[String] {
        match &self.kind {
            Kind::Csv(source) => source.header(),
            Kind::Xlsx(source) => source.header(),
        }
    }

    /// The sheets of a workbook; none of a text file.
    pub(crate) fn sheets(&self) -> Vec<String> {
        match &self.kind {
            Kind::Csv(_) => Vec::new(),
            Kind::Xlsx(source) => source.sheets(),
        }
    }

    /// Size of the file in bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// How the file is written, in words.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::Csv(source) => source.describe(),
            Kind::Xlsx(source) => source.describe(),
        }
    }

    /// Reads everything, chunk by chunk; returns early when the sink wants no more.
    pub(crate) fn read(self, sink: &mut Sink<'_>) -> Result<(), Error> {
        match self.kind {
            Kind::Csv(source) => source.read(&self.path, sink),
            Kind::Xlsx(source) => source.read(sink),
        }
    }
}

enum Content {
    Text,
    Zip,
    OldOffice,
    Foreign(&'static str),
}

fn content(path: &Path) -> Result<Content, Error> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(|error| Error::read(path, error))?;
    file.take(8).read_to_end(&mut start).map_err(|error| Error::read(path, error))?;
    Ok(match start.as_slice() {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Content::Zip,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Content::OldOffice,
        [b'P', b'A', b'R', b'1', ..] => Content::Foreign("a Parquet file"),
        [b'%', b'P', b'D', b'F', ..] => Content::Foreign("a PDF document"),
        [0x1F, 0x8B, ..] => Content::Foreign("compressed with gzip: unpack it first"),
        _ => Content::Text,
    })
}

/// Workbooks with a password and workbooks of Excel 97 share one container.
fn old_office(name: &str) -> &'static str {
    if extension(name) == "xls" {
        "it is a workbook of Excel 97; save it as XLSX"
    } else {
        "the workbook is protected by a password (or is of Excel 97); save it as XLSX without a password"
    }
}

fn expect_extension(name: &str, expected: &[&str], what: &str) -> Result<(), Error> {
    let extension = extension(name);
    if extension.is_empty() || expected.contains(&extension.as_str()) {
        return Ok(());
    }
    Err(Error::file(
        name,
        format!("its content is {what}, but its name ends in .{extension}; rename it if that is right"),
    ))
}

fn extension(name: &str) -> String {
    Path::new(name).extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}
