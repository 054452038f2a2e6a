//! The version log of one table in memory: every change since the last flush, in commit order.
//!
//! Rows have ordinals that never change while the lake is open. They are kept in segments of a
//! few thousand rows: the last one grows, the others are finished batches, so a tail of 50,000
//! rows has few of them and publishing copies at most one. A row is *live* when it is the current
//! version of its id; the same log therefore serves as history (all rows) and as the tail of
//! current rows (the live ones).

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{ArrayRef, BooleanArray, RecordBatch},
    buffer::BooleanBuffer,
    compute::filter_record_batch,
};

use crate::{
    Cell, Error,
    error::Result,
    rows::{Before, RowBuffer, Stamp},
    spec::TableShape,
};

/// Rows after which a segment is finished.
const SEGMENT_ROWS: usize = 8_192;
/// Bytes of text after which a segment is finished.
const SEGMENT_TEXT_BYTES: usize = 8 << 20;

/// A finished piece of the log.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    /// Ordinal of its first row.
    pub(crate) first: u64,
    /// Its rows, in the shape of history.
    pub(crate) batch: RecordBatch,
    /// Which rows are current.
    pub(crate) live: Vec<bool>,
    /// The current rows, as last published; none when `live` has changed since.
    tail: Option<RecordBatch>,
}

/// Every change of a table since the last flush.
#[derive(Debug)]
pub(crate) struct VersionLog {
    shape: Arc<TableShape>,
    sealed: Vec<Segment>,
    open: RowBuffer,
    open_first: u64,
    open_live: Vec<bool>,
    /// Rows before this ordinal belong to committed transactions.
    committed: u64,
    /// Rows before this ordinal are in the files of history already (replay after a crash).
    hist_from: u64,
}

impl VersionLog {
    pub(crate) fn new(shape: Arc<TableShape>) -> Self {
        Self {
            open: RowBuffer::new(Arc::clone(&shape)),
            shape,
            sealed: Vec::new(),
            open_first: 0,
            open_live: Vec::new(),
            committed: 0,
            hist_from: 0,
        }
    }

    /// Ordinal of the next row.
    pub(crate) fn end(&self) -> u64 {
        self.open_first + ordinal(self.open.len())
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.sealed.is_empty() && self.open.len() == 0
    }

    /// Committed rows in memory.
    pub(crate) fn committed_rows(&self) -> u64 {
        self.committed.saturating_sub(self.sealed.first().map_or(self.open_first, |segment| segment.first))
    }

    /// Appends a version; it is not live before it is committed. Returns its ordinal.
    pub(crate) fn push(&mut self, stamp: Stamp, cells: &[Cell<'_>], before: &Before<'_>) -> Result<u64> {
        self.open.push(stamp, cells, before)?;
        self.pushed()
    }

    /// Appends the version `row` of this log again, with the given cells changed.
    pub(crate) fn push_after(&mut self, stamp: Stamp, cells: &[Cell<'_>], row: u64) -> Result<u64> {
        if row >= self.open_first {
            let own = position(row - self.open_first);
            return self.push(stamp, cells, &Before::Own(own));
        }
        let segment = &self.sealed[self.segment_of(row)];
        let arrays: Vec<Option<ArrayRef>> = segment.batch.columns().iter().cloned().map(Some).collect();
        let at = position(row - segment.first);
        self.push(stamp, cells, &Before::Arrays(&arrays, at))
    }

    /// Appends a deletion (`id`) or a truncation (none).
    pub(crate) fn push_bare(&mut self, stamp: Stamp, id: Option<&str>) -> Result<u64> {
        self.open.push_bare(stamp, id)?;
        self.pushed()
    }

    fn pushed(&mut self) -> Result<u64> {
        let row = self.end() - 1;
        self.open_live.push(false);
        if self.open.len() >= SEGMENT_ROWS || self.open.text_bytes() >= SEGMENT_TEXT_BYTES {
            self.seal()?;
        }
        Ok(row)
    }

    /// Finishes the growing segment.
    pub(crate) fn seal(&mut self) -> Result<()> {
        if self.open.len() == 0 {
            return Ok(());
        }
        let next = self.end();
        let batch = self.open.take_batch()?;
        let live = std::mem::take(&mut self.open_live);
        self.sealed.push(Segment { first: self.open_first, batch, live, tail: None });
        self.open_first = next;
        Ok(())
    }

    /// Marks a version as current, or as no longer current.
    pub(crate) fn set_live(&mut self, row: u64, live: bool) {
        if row >= self.open_first {
            self.open_live[position(row - self.open_first)] = live;
            return;
        }
        let at = self.segment_of(row);
        let segment = &mut self.sealed[at];
        segment.live[position(row - segment.first)] = live;
        segment.tail = None;
    }

    /// No version is current any more.
    pub(crate) fn kill_all(&mut self) {
        for segment in &mut self.sealed {
            segment.live.fill(false);
            segment.tail = None;
        }
        self.open_live.fill(false);
    }

    /// Every row now belongs to a committed transaction.
    pub(crate) fn commit(&mut self) {
        self.committed = self.end();
    }

    /// Everything so far is in the files of history already.
    pub(crate) fn skip_hist(&mut self) {
        self.hist_from = self.end();
    }

    /// Forgets the rows of the open transaction.
    pub(crate) fn abort(&mut self) {
        while self.sealed.last().is_some_and(|segment| segment.first >= self.committed) {
            self.sealed.pop();
        }
        if self.open_first <= self.committed {
            let kept = position(self.committed - self.open_first);
            self.open.truncate(kept);
            self.open_live.truncate(kept);
            return;
        }
        self.open.truncate(0);
        self.open_live.clear();
        self.open_first = self.committed;
        if let Some(segment) = self.sealed.last_mut() {
            let kept = position(self.committed - segment.first);
            segment.batch = segment.batch.slice(0, kept);
            segment.live.truncate(kept);
            segment.tail = None;
        }
    }

    /// The current rows, one batch per segment that has any.
    pub(crate) fn tail(&mut self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::with_capacity(self.sealed.len() + 1);
        for segment in &mut self.sealed {
            if segment.tail.is_none() {
                segment.tail = Some(current_rows(&self.shape, &segment.batch, &segment.live)?);
            }
            batches.extend(segment.tail.iter().filter(|batch| batch.num_rows() > 0).cloned());
        }
        if self.open_live.iter().any(|live| *live) {
            let batch = self.open.to_batch(self.open.len())?;
            batches.push(current_rows(&self.shape, &batch, &self.open_live)?);
        }
        Ok(batches)
    }

    /// The versions of committed transactions that are not in a file of history yet.
    pub(crate) fn hist_tail(&self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::with_capacity(self.sealed.len() + 1);
        for segment in &self.sealed {
            let range = self.hist_range(segment.first, segment.batch.num_rows());
            if !range.is_empty() {
                batches.push(segment.batch.slice(range.start, range.len()));
            }
        }
        let range = self.hist_range(self.open_first, self.open.len());
        if !range.is_empty() {
            let batch = self.open.to_batch(range.end)?;
            batches.push(batch.slice(range.start, range.len()));
        }
        Ok(batches)
    }

    /// Which rows of a segment are committed and belong to history.
    fn hist_range(&self, first: u64, len: usize) -> Range<usize> {
        let clamp = |ordinal: u64| position(ordinal.saturating_sub(first)).min(len);
        let (start, end) = (clamp(self.hist_from), clamp(self.committed));
        start.min(end)..end
    }

    /// Finishes every row and gives them out for a flush; they stay here until [`Self::release`].
    pub(crate) fn freeze(&mut self) -> Result<Frozen> {
        self.seal()?;
        Ok(Frozen { segments: self.sealed.clone(), hist_from: self.hist_from })
    }

    /// Forgets the frozen rows, which are in files now. Returns the numbers of those rows of the
    /// new file that were current when they were frozen and are not any more.
    pub(crate) fn release(&mut self, frozen: &Frozen) -> Vec<u32> {
        let pairs = frozen.segments.iter().zip(&self.sealed).flat_map(|(then, now)| then.live.iter().zip(&now.live));
        let in_file = (0..).zip(pairs.filter(|(was_live, _)| **was_live));
        let killed = in_file.filter(|(_, (_, is_live))| !**is_live).map(|(file_row, _)| file_row).collect();
        self.sealed.drain(..frozen.segments.len().min(self.sealed.len())).for_each(drop);
        killed
    }

    fn segment_of(&self, row: u64) -> usize {
        self.sealed.partition_point(|segment| segment.first <= row) - 1
    }
}

/// Rows taken out of the log for a flush.
#[derive(Debug)]
pub(crate) struct Frozen {
    segments: Vec<Segment>,
    hist_from: u64,
}

impl Frozen {
    /// The ordinal after the last row.
    pub(crate) fn end(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.first + ordinal(segment.batch.num_rows()))
    }

    /// Whether every row is current and belongs to history: then one file serves both.
    pub(crate) fn all_live(&self) -> bool {
        let all_hist = self.segments.first().is_none_or(|segment| segment.first >= self.hist_from);
        all_hist && self.segments.iter().all(|segment| segment.live.iter().all(|live| *live))
    }

    /// The current rows.
    pub(crate) fn current(&self, shape: &TableShape) -> Result<Vec<RecordBatch>> {
        let batches = self.segments.iter().map(|segment| current_rows(shape, &segment.batch, &segment.live));
        batches.filter(|batch| batch.as_ref().map_or(true, |batch| batch.num_rows() > 0)).collect()
    }

    /// The versions that are not in a file of history yet.
    pub(crate) fn hist(&self) -> Vec<RecordBatch> {
        let batches = self.segments.iter().map(|segment| {
            let skipped = position(self.hist_from.saturating_sub(segment.first)).min(segment.batch.num_rows());
            segment.batch.slice(skipped, segment.batch.num_rows() - skipped)
        });
        batches.filter(|batch| batch.num_rows() > 0).collect()
    }
}

fn current_rows(shape: &TableShape, batch: &RecordBatch, live: &[bool]) -> Result<RecordBatch> {
    let columns = batch.columns()[..shape.types.len()].to_vec();
    if live.iter().all(|live| *live) {
        return RecordBatch::try_new(Arc::clone(&shape.schema), columns).map_err(Error::arrow(&shape.name));
    }
    let nullable = Arc::new(
        shape.hist_schema.project(&(0..columns.len()).collect::<Vec<_>>()).map_err(Error::arrow(&shape.name))?,
    );
    let all = RecordBatch::try_new(nullable, columns).map_err(Error::arrow(&shape.name))?;
    let mask = BooleanArray::new(BooleanBuffer::from(live), None);
    let kept = filter_record_batch(&all, &mask).map_err(Error::arrow(&shape.name))?;
    RecordBatch::try_new(Arc::clone(&shape.schema), kept.columns().to_vec()).map_err(Error::arrow(&shape.name))
}

fn ordinal(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}

fn position(ordinal: u64) -> usize {
    usize::try_from(ordinal).unwrap_or(usize::MAX)
}
