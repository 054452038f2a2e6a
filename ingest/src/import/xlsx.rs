//! Workbooks: one sheet read cell by cell into frames of the same shape as text files.

use std::{fs::File, io::BufReader, ops::ControlFlow, path::Path};

use calamine::{DataRef, DataType, Reader, Xlsx, XlsxError};

use super::frame::{BrokenRow, CHUNK_BYTES, CHUNK_ROWS, Chunk, MAX_COLUMNS, Sink, check_header, frame};
use crate::import::Error;

type Cells = Vec<Option<String>>;

/// An opened workbook with the header of one sheet.
pub(crate) struct XlsxSource {
    file: String,
    workbook: Xlsx<BufReader<File>>,
    sheet: String,
    header: Vec<String>,
    size_bytes: u64,
}

impl std::fmt::Debug for XlsxSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XlsxSource").field("file", &self.file).field("sheet", &self.sheet).finish_non_exhaustive()
    }
}

impl XlsxSource {
    /// Opens a workbook and reads the header of the sheet, by default the first one.
    pub(crate) fn open(path: &Path, file: &str, sheet: Option<&str>) -> Result<Self, Error> {
        let opened = File::open(path).map_err(|error| Error::read(path, error))?;
        let size_bytes = opened.metadata().map_err(|error| Error::read(path, error))?.len();
        let mut workbook = Xlsx::new(BufReader::new(opened)).map_err(|error| unreadable(file, &error))?;
        let names = workbook.sheet_names();
        let sheet = match sheet {
            Some(name) if names.iter().any(|other| other == name) => name.to_owned(),
            Some(name) => {
                let reason = format!("the workbook has no sheet `{name}`; it has {}", names.join(", "));
                return Err(Error::mapping("source.sheet", reason));
            }
            None => names.first().cloned().ok_or_else(|| Error::file(file, "the workbook has no sheets"))?,
        };
        let mut first = None;
        rows(&mut workbook, &sheet, file, &mut |_, cells, _| {
            first = Some(cells);
            ControlFlow::Break(())
        })?;
        let first = first.ok_or_else(|| Error::file(file, format!("the sheet `{sheet}` is empty")))?;
        let header = check_header(file, first.into_iter().map(Option::unwrap_or_default).collect())?;
        Ok(Self { file: file.to_owned(), workbook, sheet, header, size_bytes })
    }

    /// The names of the columns.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// The sheets of the workbook, in its order.
    pub(crate) fn sheets(&self) -> Vec<String> {
        self.workbook.sheet_names()
    }

    /// How the file is written, for the summary.
    pub(crate) fn describe(&self) -> String {
        format!("XLSX, sheet {}", self.sheet)
    }

    /// Reads everything, chunk by chunk.
    pub(crate) fn read(self, sink: &mut Sink<'_>) -> Result<(), Error> {
        let Self { file, mut workbook, sheet, header, size_bytes } = self;
        let mut pending = Pending::new(&header);
        let (mut at_header, mut failed, mut stopped) = (true, None, false);
        rows(&mut workbook, &sheet, &file, &mut |line, cells, fault| {
            if std::mem::take(&mut at_header) {
                return ControlFlow::Continue(());
            }
            pending.add(line, cells, fault);
            if !pending.full() {
                return ControlFlow::Continue(());
            }
            match pending.pass(size_bytes / 2, sink) {
                Ok(ControlFlow::Continue(())) => ControlFlow::Continue(()),
                Ok(ControlFlow::Break(())) => {
                    stopped = true;
                    ControlFlow::Break(())
                }
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        if !stopped {
            let _no_more = pending.pass(size_bytes, sink)?;
        }
        Ok(())
    }
}

struct Pending<'h> {
    header: &'h [String],
    columns: Vec<Cells>,
    lines: Vec<u64>,
    broken: Vec<BrokenRow>,
    size_bytes: usize,
}

impl<'h> Pending<'h> {
    fn new(header: &'h [String]) -> Self {
        let columns = vec![Vec::new(); header.len()];
        Self { header, columns, lines: Vec::new(), broken: Vec::new(), size_bytes: 0 }
    }

    fn add(&mut self, line: u64, mut cells: Cells, fault: Option<String>) {
        let columns = self.header.len();
        let surplus = cells.iter().skip(columns).any(Option::is_some);
        let surplus = surplus.then(|| format!("the row has cells beyond the {columns} columns of the header"));
        cells.resize(columns, None);
        if let Some(reason) = fault.or(surplus) {
            let cells = cells.into_iter().map(Option::unwrap_or_default).collect();
            self.broken.push(BrokenRow { line, reason, cells });
            return;
        }
        self.lines.push(line);
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            self.size_bytes += cell.as_ref().map_or(0, String::len);
            column.push(cell);
        }
    }

    fn full(&self) -> bool {
        self.lines.len() + self.broken.len() >= CHUNK_ROWS || self.size_bytes >= CHUNK_BYTES
    }

    fn pass(&mut self, bytes_read: u64, sink: &mut Sink<'_>) -> Result<ControlFlow<()>, Error> {
        let full = std::mem::replace(self, Self::new(self.header));
        let frame = frame(full.header, full.columns, full.lines.len())?;
        Ok(sink(Chunk { frame, lines: full.lines, broken: full.broken, bytes_read }))
    }
}

/// Calls `take` with every row that has a value: its number, its cells, what is wrong with it.
fn rows(
    workbook: &mut Xlsx<BufReader<File>>,
    sheet: &str,
    file: &str,
    take: &mut dyn FnMut(u64, Cells, Option<String>) -> ControlFlow<()>,
) -> Result<(), Error> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(|error| unreadable(file, &error))?;
    let (mut row, mut cells, mut fault): (u32, Cells, _) = (0, Vec::new(), None);
    loop {
        let cell = reader.next_cell().map_err(|error| unreadable(file, &error))?;
        let next_row = cell.as_ref().map(|cell| cell.get_position().0);
        if next_row != Some(row) {
            let filled = cells.iter().any(Option::is_some);
            let (done, fault) = (std::mem::take(&mut cells), fault.take());
            if filled && take(u64::from(row) + 1, done, fault).is_break() {
                return Ok(());
            }
        }
        let Some(cell) = cell else { return Ok(()) };
        let (at, column) = cell.get_position();
        row = at;
        let column = usize::try_from(column).unwrap_or(MAX_COLUMNS);
        if column >= MAX_COLUMNS {
            return Err(Error::file(file, format!("row {} has more than {MAX_COLUMNS} columns", row + 1)));
        }
        if let DataRef::Error(error) = cell.get_value() {
            fault.get_or_insert_with(|| format!("column {} holds the error {error}", column + 1));
        }
        if column >= cells.len() {
            cells.resize(column + 1, None);
        }
        cells[column] = text(cell.get_value());
    }
}

/// A cell as text: whole numbers without a point, dates in ISO 8601.
fn text(value: &DataRef<'_>) -> Option<String> {
    match value {
        DataRef::Int(number) => Some(number.to_string()),
        DataRef::Float(number) => Some(number.to_string()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(text.clone()),
        DataRef::SharedString(text) => Some((*text).to_owned()),
        DataRef::Bool(yes) => Some(yes.to_string()),
        DataRef::DateTime(number) => match value.as_datetime() {
            Some(at) if at.time() == chrono::NaiveTime::MIN => Some(at.date().to_string()),
            Some(at) => Some(at.format("%Y-%m-%dT%H:%M:%S").to_string()),
            None => Some(number.as_f64().to_string()),
        },
        DataRef::Error(error) => Some(error.to_string()),
        DataRef::Empty => None,
    }
    .filter(|text| !text.trim().is_empty())
}

fn unreadable(file: &str, error: &XlsxError) -> Error {
    if matches!(error, XlsxError::Password) {
        return Error::file(file, "the workbook is protected by a password; save it without one");
    }
    Error::file(file, format!("the workbook cannot be read: {error}"))
}
