//! Taking what was deleted out of the files of the index.
//!
//! A deletion only marks a document; its words stay in the files until their segment is merged. A
//! purge merges every segment with deletions and waits until the files of the old ones are gone.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use catalog::Lsn;
use tantivy::{IndexWriter, SegmentMeta};
use tokio::sync::watch;

use super::reader::{SearchReader, SearchState};
use crate::{Error, error::Result};

/// Looks until the files of old segments must be gone; searches hold them for milliseconds.
const LOOKS: u32 = 100;
/// Time between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Length of the name of a segment, with which the names of its files begin.
const NAME_CHARS: usize = 32;

/// Asks the task that writes the index for a purge; cheap to clone.
#[derive(Debug, Clone)]
pub struct SearchPurge {
    pub(super) asked: std::sync::Arc<watch::Sender<u64>>,
    pub(super) states: watch::Receiver<SearchState>,
    pub(super) reader: SearchReader,
}

impl SearchPurge {
    /// Waits until everything up to a position is in the index, and then until nothing that was deleted
    /// is left in its files.
    ///
    /// **Idempotent.**
    ///
    /// # Errors
    /// [`Error::NotYetVisible`] after `timeout`; [`Error::Stopped`] when the task has gone.
    pub async fn purge(&self, lsn: Lsn, timeout: Duration) -> Result<()> {
        self.reader.wait_for(lsn, timeout).await?;
        let mut number = 0;
        self.asked.send_modify(|asked| {
            *asked += 1;
            number = *asked;
        });
        let mut states = self.states.clone();
        let purged = states.wait_for(|state| state.purged >= number);
        match tokio::time::timeout(timeout, purged).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(Error::Stopped),
            Err(_) => Err(Error::NotYetVisible { wanted: lsn, reached: self.reader.state().lsn }),
        }
    }
}

/// Merges what has deletions; `reload` lets readers see the outcome.
pub(super) async fn purge(
    writer: &mut IndexWriter,
    dir: &Path,
    reload: impl Fn() -> Result<()> + Send + Sync,
) -> Result<()> {
    let failed = Error::search("purge");
    let mut last = None;
    for _look in 0..LOOKS {
        let segments = writer.index().searchable_segment_metas().map_err(Error::search("read"))?;
        let worn: Vec<_> = segments.iter().filter(|segment| segment.has_deletes()).map(SegmentMeta::id).collect();
        if worn.is_empty() {
            reload()?;
            writer.garbage_collect_files().wait().map_err(Error::search("clear"))?;
            let living = segments.iter().map(|segment| segment.id().uuid_string()).collect();
            if !holds_others(dir, &living)? {
                return Ok(());
            }
        } else if let Err(error) = writer.merge(&worn).wait() {
            // One of them is being merged already; then there is nothing to do but wait for it.
            last = Some(error);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(last.map_or(Error::SearchSource { reason: "files of old segments that do not go" }, failed))
}

/// Whether there are files of other segments.
fn holds_others(dir: &Path, living: &BTreeSet<String>) -> Result<bool> {
    let entries = fs::read_dir(dir).map_err(Error::io("list", dir))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let segments = names.filter_map(|name| name.split('.').next().map(str::to_owned));
    Ok(segments.into_iter().any(|name| name.len() == NAME_CHARS && !living.contains(&name)))
}
