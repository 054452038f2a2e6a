//! Writing and reading the lake's Parquet files.

use std::{fs::File, path::Path, path::PathBuf, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, new_null_array},
    datatypes::{DataType, SchemaRef},
};
use parquet::{
    arrow::{
        ArrowWriter, ProjectionMask,
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
            RowSelection, RowSelector,
        },
    },
    basic::{Compression, ZstdLevel},
    file::{metadata::PageIndexPolicy, properties::WriterProperties, statistics::Statistics},
    schema::types::ColumnPath,
};

use crate::{Error, disk::Disk, error::Result, postgres_text};

/// Rows of a row group: large enough to compress, small enough to skip and to hold in memory.
const ROW_GROUP_ROWS: usize = 131_072;
/// Rows read at a time.
const READ_ROWS: usize = 8_192;

/// A Parquet file that is being written.
pub(crate) struct ParquetSink {
    writer: ArrowWriter<File>,
    path: PathBuf,
    rows: u64,
}

/// A Parquet file that is complete and on disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written {
    pub(crate) size: u64,
    pub(crate) rows: u64,
}

impl ParquetSink {
    pub(crate) fn create(path: PathBuf, schema: SchemaRef) -> Result<Self> {
        let file = File::create_new(&path).map_err(Error::io("create", &path))?;
        let properties = properties(&schema).map_err(Error::parquet("write", &path))?;
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(Error::parquet("write", &path))?;
        Ok(Self { writer, path, rows: 0 })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += u64::try_from(batch.num_rows()).unwrap_or(0);
        self.writer.write(batch).map_err(Error::parquet("write", &self.path))
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn finish(self, disk: Disk) -> Result<Written> {
        let Self { mut writer, path, rows } = self;
        writer.finish().map_err(Error::parquet("finish", &path))?;
        let file = writer.inner();
        disk.sync_file(file, &path)?;
        let size = file.metadata().map_err(Error::io("measure", &path))?.len();
        Ok(Written { size, rows })
    }
}

/// Ids are all different and text bodies rarely repeat, so ids get no dictionary.
fn properties(schema: &SchemaRef) -> Result<WriterProperties, parquet::errors::ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_created_by("leadhouse".to_owned());
    let first = schema.fields().first().map_or("id", |field| field.name());
    Ok(properties.set_column_dictionary_enabled(ColumnPath::from(first), false).build())
}

/// Writes a whole file.
pub(crate) fn write(path: PathBuf, schema: &SchemaRef, batches: &[RecordBatch], disk: Disk) -> Result<Written> {
    let mut sink = ParquetSink::create(path, Arc::clone(schema))?;
    for batch in batches {
        sink.write(batch)?;
    }
    sink.finish(disk)
}

/// A file opened for reading single rows: its footer and page index are kept.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl Opened {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(&file, options).map_err(Error::parquet("open", path))?;
        Ok(Self { path: path.to_owned(), metadata })
    }

    fn builder(&self) -> Result<ParquetRecordBatchReaderBuilder<File>> {
        let file = File::open(&self.path).map_err(Error::io("open", &self.path))?;
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone()))
    }

    /// The named columns of one row, as arrays of one value; a column the file lacks is none.
    pub(crate) fn read_row(&self, row: u32, names: &[&str]) -> Result<Vec<Option<ArrayRef>>> {
        let builder = self.builder()?;
        let mask = mask(&builder, |name| names.contains(&name));
        let skipped = usize::try_from(row).unwrap_or(usize::MAX);
        let selection = RowSelection::from(vec![RowSelector::skip(skipped), RowSelector::select(1)]);
        let mut reader = builder
            .with_projection(mask)
            .with_row_selection(selection)
            .build()
            .map_err(Error::parquet("read", &self.path))?;
        let Some(batch) = reader.next() else { return Err(Error::damaged(&self.path, "a row is missing")) };
        let batch = batch.map_err(Error::arrow(&self.path.display().to_string()))?;
        Ok(names.iter().map(|name| batch.column_by_name(name).cloned()).collect())
    }

    /// The ids of all rows, in row order.
    pub(crate) fn read_ids(&self) -> Result<Vec<u128>> {
        let builder = self.builder()?;
        let mask = mask(&builder, |name| name == "id");
        let reader = builder.with_projection(mask).with_batch_size(READ_ROWS).build();
        let mut ids = Vec::new();
        for batch in reader.map_err(Error::parquet("read", &self.path))? {
            let batch = batch.map_err(Error::arrow(&self.path.display().to_string()))?;
            append_ids(&batch, &mut ids).ok_or_else(|| Error::damaged(&self.path, "its ids cannot be read"))?;
        }
        Ok(ids)
    }

    /// All rows in the given shape; columns the file lacks are null.
    pub(crate) fn scan(&self, schema: SchemaRef) -> Result<Scan> {
        let builder = self.builder()?;
        let mask = mask(&builder, |name| schema.column_with_name(name).is_some());
        let reader = builder.with_projection(mask).with_batch_size(READ_ROWS).build();
        Ok(Scan { reader: reader.map_err(Error::parquet("read", &self.path))?, schema, path: self.path.clone() })
    }
}

fn mask(builder: &ParquetRecordBatchReaderBuilder<File>, wanted: impl Fn(&str) -> bool) -> ProjectionMask {
    let fields = builder.schema().fields().iter().enumerate();
    let roots: Vec<usize> = fields.filter(|(_, field)| wanted(field.name())).map(|(at, _)| at).collect();
    ProjectionMask::roots(builder.parquet_schema(), roots)
}

/// Appends the ids in the first column of `batch`; none if they are not ids.
pub(crate) fn append_ids(batch: &RecordBatch, ids: &mut Vec<u128>) -> Option<()> {
    let column = batch.column_by_name("id")?.as_string_opt::<i32>()?;
    ids.reserve(column.len());
    for id in column {
        ids.push(postgres_text::uuid(id?).ok()?);
    }
    Some(())
}

/// The rows of a file, batch by batch, in the shape asked for.
pub(crate) struct Scan {
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
    path: PathBuf,
}

impl Iterator for Scan {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        let shaped = batch.and_then(|batch| {
            let null = |kind: &DataType| new_null_array(kind, batch.num_rows());
            let columns =
                self.schema.fields().iter().map(|field| {
                    batch.column_by_name(field.name()).cloned().unwrap_or_else(|| null(field.data_type()))
                });
            RecordBatch::try_new(Arc::clone(&self.schema), columns.collect())
        });
        Some(shaped.map_err(Error::arrow(&self.path.display().to_string())))
    }
}

/// Greatest position of the log in a file of history, from its footer; beyond every position if the
/// footer does not tell.
pub(crate) fn greatest_lsn(path: &Path) -> Result<u64> {
    let opened = Opened::open(path)?;
    let mut greatest = 0;
    for group in opened.metadata.metadata().row_groups() {
        let column = group.columns().iter().find(|column| column.column_path().string() == "_lsn");
        let Some(Statistics::Int64(statistics)) = column.and_then(|column| column.statistics()) else {
            return Ok(u64::MAX);
        };
        let Some(most) = statistics.max_opt() else { return Ok(u64::MAX) };
        greatest = greatest.max(u64::try_from(*most).unwrap_or(0));
    }
    Ok(greatest)
}

/// Least and greatest id of a file, from its footer; none if the footer does not tell.
pub(crate) fn id_range(path: &Path) -> Result<Option<(u128, u128)>> {
    let opened = Opened::open(path)?;
    let mut range: Option<(u128, u128)> = None;
    for group in opened.metadata.metadata().row_groups() {
        let statistics = group.columns().first().and_then(|column| column.statistics());
        let bound = |bytes: Option<&[u8]>| postgres_text::uuid(std::str::from_utf8(bytes?).ok()?).ok();
        let least = statistics.and_then(|statistics| bound(statistics.min_bytes_opt()));
        let greatest = statistics.and_then(|statistics| bound(statistics.max_bytes_opt()));
        let (Some(least), Some(greatest)) = (least, greatest) else { return Ok(None) };
        range = Some(range.map_or((least, greatest), |(a, b)| (a.min(least), b.max(greatest))));
    }
    Ok(range)
}
