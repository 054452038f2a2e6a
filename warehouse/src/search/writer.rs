//! The task that writes the index.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use arrow::array::RecordBatch;
use catalog::{Catalog, Clock, LiveCatalog, Lsn};
use serde::{Deserialize, Serialize};
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term, directory::MmapDirectory, query::TermQuery,
    schema::IndexRecordOption,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    document::Rows,
    feed::{Change, Feed},
    purge::{SearchPurge, purge},
    reader::{SearchReader, SearchState, Shared},
    schema::SearchSchema,
    text::{ANALYZER, analyzer},
};
use crate::{Error, LakeReader, LakeSnapshot, error::Result};

/// Memory of the writer before it puts documents on disk.
const WRITER_BYTES: usize = 64 << 20;
/// Shortest time between two commits; each costs a few files and a look at all deletions.
const COMMIT_EVERY: Duration = Duration::from_millis(200);
/// After a crash the lake begins where it was durable, which may be before the index. It comes past
/// it again within seconds; a lake that does not is another one.
const AHEAD_FOR: Duration = Duration::from_mins(1);
/// Wait before a new attempt after a failure; every further one doubles it.
const LEAST_PAUSE: Duration = Duration::from_millis(500);
const GREATEST_PAUSE: Duration = Duration::from_secs(30);

/// Where the index lives and how it is written.
#[derive(Debug, Clone)]
pub struct SearchConfig {
    /// Folder of the index; made if it is not there, and emptied when it cannot be used.
    pub dir: PathBuf,
    /// Memory of the writer before it puts documents on disk.
    pub writer_bytes: usize,
    /// Shortest time between two commits.
    pub commit_every: Duration,
    /// How long an index that is ahead of the lake is kept as it is before it is built anew.
    pub ahead_for: Duration,
}

impl SearchConfig {
    /// The usual settings for the index in this folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), writer_bytes: WRITER_BYTES, commit_every: COMMIT_EVERY, ahead_for: AHEAD_FOR }
    }
}

/// The running task that keeps the index.
///
/// Dropping it asks the task to stop without waiting for it; [`SearchIndexing::stop`] waits.
#[derive(Debug)]
pub struct SearchIndexing {
    reader: SearchReader,
    purge: SearchPurge,
    cancel: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl SearchIndexing {
    /// Starts to follow a lake. Returns at once; [`SearchReader::state`] says how it goes.
    ///
    /// # Errors
    /// [`Error::Io`] if there is no thread.
    pub fn start(
        lake: LakeReader,
        catalog: impl Into<LiveCatalog>,
        clock: Arc<dyn Clock>,
        config: SearchConfig,
    ) -> Result<Self> {
        let catalog = catalog.into();
        let schema = Arc::new(SearchSchema::of(catalog.now()));
        let (states, state) = watch::channel(SearchState::default());
        let shared = Arc::new(Shared::new(schema, clock));
        let cancel = CancellationToken::new();
        let dir = config.dir.clone();
        let failed = |source| Error::Io { action: "start the thread for", path: dir, source };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let (asked, purges) = watch::channel(0);
        let task = Task { lake, catalog, config, shared: Arc::clone(&shared), states, purges, cancel: cancel.clone() };
        let work = match runtime {
            Ok(runtime) => std::thread::Builder::new()
                .name("leadhouse-search".to_owned())
                .spawn(move || runtime.block_on(task.run())),
            Err(error) => Err(error),
        };
        let reader = SearchReader::new(shared, state.clone());
        let purge = SearchPurge { asked: Arc::new(asked), states: state, reader: reader.clone() };
        Ok(Self { reader, purge, cancel, thread: Some(work.map_err(failed)?) })
    }

    /// The reading end, for any number of holders.
    pub fn reader(&self) -> SearchReader {
        self.reader.clone()
    }

    /// A way to ask for purges.
    pub fn purging(&self) -> SearchPurge {
        self.purge.clone()
    }

    /// Stops after the commit that is being made, and waits for it.
    pub async fn stop(mut self) {
        self.cancel.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic of the task has been reported by its thread already.
            let _ended = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Drop for SearchIndexing {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// What is stored with every commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    lsn: u64,
    fingerprint: String,
    /// Fields that administrators added and whose words are in it.
    #[serde(default)]
    added: BTreeSet<String>,
}

struct Task {
    lake: LakeReader,
    catalog: LiveCatalog,
    config: SearchConfig,
    shared: Arc<Shared>,
    states: watch::Sender<SearchState>,
    /// Number of the last purge that was asked for.
    purges: watch::Receiver<u64>,
    cancel: CancellationToken,
}

/// An index that is open for writing.
struct Open {
    writer: IndexWriter,
    reader: IndexReader,
    /// Everything before it is in the index; none while nothing is.
    position: Option<Lsn>,
    feed: Feed,
    /// The catalogue that `schema` is of.
    catalog: Arc<Catalog>,
    schema: Arc<SearchSchema>,
    /// Fields that administrators added and whose words are in it.
    added: BTreeSet<String>,
}

impl Task {
    async fn run(self) {
        let mut pause = LEAST_PAUSE;
        let mut failures = 0;
        while !self.cancel.is_cancelled() {
            // What failed twice in a row is built from nothing.
            let Err(error) = self.session(failures > 1, &mut failures).await else { return };
            failures += 1;
            if failures == 1 {
                pause = LEAST_PAUSE;
            }
            let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
            let text = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
            tracing::warn!(error = text, pause_ms = pause.as_millis(), "the search index will be tried again");
            self.states.send_modify(|state| state.last_error = Some(text));
            tokio::select! {
                () = self.cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(GREATEST_PAUSE);
        }
    }

    /// Follows the lake until the task is asked to stop.
    async fn session(&self, afresh: bool, failures: &mut u32) -> Result<()> {
        let mut open = self.open(afresh)?;
        if let Some(position) = open.position {
            self.shared.publish(open.reader.clone());
            self.states.send_modify(|state| state.lsn = position);
        }
        let mut reached = self.lake.reached.clone();
        let mut purges = self.purges.clone();
        let mut looked_at = None;
        let began = Instant::now();
        loop {
            reached.mark_unchanged();
            let snapshot = self.lake.snapshot();
            let ahead = open.position.is_some_and(|position| position > snapshot.lsn);
            let waiting = ahead && began.elapsed() < self.config.ahead_for;
            if snapshot.lsn > Lsn::default() && Some(snapshot.lsn) != looked_at && !waiting {
                self.catch_up(&mut open, &snapshot)?;
                looked_at = Some(snapshot.lsn);
                *failures = 0;
            }
            drop(snapshot);
            let asked = *purges.borrow_and_update();
            self.purge(&mut open, asked).await?;
            tokio::select! {
                () = self.cancel.cancelled() => return Ok(()),
                () = tokio::time::sleep(self.config.commit_every) => {}
            }
            tokio::select! {
                () = self.cancel.cancelled() => return Ok(()),
                Ok(()) = purges.changed() => {}
                changed = reached.changed() => if changed.is_err() {
                    // The lake has no writer any more; what is there stays searchable.
                    self.cancel.cancelled().await;
                    return Ok(());
                },
            }
        }
    }

    /// Purges the index if that was asked for since the last time.
    async fn purge(&self, open: &mut Open, asked: u64) -> Result<()> {
        if self.states.borrow().purged >= asked {
            return Ok(());
        }
        let Open { writer, reader, .. } = open;
        purge(writer, &self.config.dir, || reader.reload().map_err(Error::search("reload"))).await?;
        self.states.send_modify(|state| state.purged = asked);
        Ok(())
    }

    /// Opens the index, or makes an empty one where there is none that can be used.
    fn open(&self, afresh: bool) -> Result<Open> {
        let dir = self.config.dir.as_path();
        let catalog = Arc::clone(self.catalog.now());
        let schema = Arc::new(SearchSchema::of(&catalog));
        self.shared.describe(Arc::clone(&schema));
        let usable = if afresh { None } else { open_existing(dir, &schema) };
        let (index, position, added) = if let Some((index, lsn, added)) = usable {
            // Words of a field that was deleted must go, so the index counts as empty.
            let position = added.is_subset(&schema.added_names()).then_some(lsn);
            (index, position, added)
        } else {
            clear(dir)?;
            let directory = MmapDirectory::open(dir).map_err(|error| Error::search("open")(error.into()))?;
            let index = Index::create(directory, schema.schema.clone(), tantivy::IndexSettings::default());
            (index.map_err(Error::search("make"))?, None, BTreeSet::new())
        };
        index.tokenizers().register(ANALYZER, analyzer());
        let writer = index.writer_with_num_threads(1, self.config.writer_bytes).map_err(Error::search("open"))?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into();
        let reader = reader.map_err(Error::search("open"))?;
        Ok(Open { writer, reader, position, feed: Feed::default(), catalog, schema, added })
    }

    /// Takes up a catalogue in which fields or objects were added or deleted; says whether the index has
    /// words of some that are gone. What was added has no words yet.
    fn renew(&self, open: &mut Open) -> bool {
        let catalog = self.catalog.now();
        if !Arc::ptr_eq(catalog, &open.catalog) {
            open.catalog = Arc::clone(catalog);
            open.schema = Arc::new(SearchSchema::of(catalog));
        }
        let left_over = !open.added.is_subset(&open.schema.added_names());
        if !left_over {
            self.shared.describe(Arc::clone(&open.schema));
        }
        left_over
    }

    /// Takes everything in that the snapshot has and the index has not.
    fn catch_up(&self, open: &mut Open, snapshot: &LakeSnapshot) -> Result<()> {
        let left_over = self.renew(open);
        let followed = match open.position.filter(|position| *position <= snapshot.lsn && !left_over) {
            Some(position) => Self::follow(open, snapshot, position)?,
            None => None,
        };
        let changed = match followed {
            Some(changes) => changes > 0,
            None => self.rebuild(open, snapshot).map(|()| true)?,
        };
        if changed {
            open.added = open.schema.added_names();
            let (fingerprint, added) = (open.schema.fingerprint(), open.added.clone());
            let payload = Payload { lsn: snapshot.lsn.0, fingerprint, added };
            let mut commit = open.writer.prepare_commit().map_err(Error::search("commit"))?;
            commit.set_payload(&serde_json::to_string(&payload).unwrap_or_default());
            commit.commit().map_err(Error::search("commit"))?;
            open.reader.reload().map_err(Error::search("reload"))?;
            self.shared.describe(Arc::clone(&open.schema));
        }
        if open.position.is_none() {
            self.shared.publish(open.reader.clone());
        }
        open.position = Some(snapshot.lsn);
        self.states.send_modify(|state| {
            state.lsn = snapshot.lsn;
            state.published_at = Some(snapshot.published_at);
            state.last_error = None;
        });
        Ok(())
    }

    /// Applies what history has beyond the position, and says how many rows that were; none if
    /// history does not tell it all, so that the index must be built from the current rows.
    fn follow(open: &mut Open, snapshot: &LakeSnapshot, position: Lsn) -> Result<Option<u64>> {
        let (schema, writer) = (&*open.schema, &open.writer);
        let (mut rows, mut copied) = (0_u64, false);
        for (kind, object) in schema.kinds.iter().enumerate() {
            let Some(table) = snapshot.tables.get(&object.object.table).filter(|table| table.version > position.0)
            else {
                continue;
            };
            let before = rows;
            let mut take = |batch: &RecordBatch, changes: &[(usize, Change)]| {
                let source = Rows::of(schema, kind, batch)?;
                for (row, change) in changes {
                    rows += 1;
                    copied |= *change == Change::Copied;
                    apply(writer, (schema, kind), &source, (*row, *change))?;
                }
                Ok(())
            };
            match open.feed.changes((schema, kind), table, position, &mut take) {
                Err(Error::SearchSource { reason }) => {
                    tracing::info!(reason, table = table.name, "the search index is built anew");
                    copied = true;
                }
                followed => followed?,
            }
            // A table that changed without a row of history was emptied by a new copy.
            if copied || rows == before {
                return Ok(None);
            }
        }
        open.feed.forget(snapshot);
        Ok(Some(rows))
    }

    /// Replaces the whole index by the current rows; readers see the old one until it is complete.
    fn rebuild(&self, open: &mut Open, snapshot: &LakeSnapshot) -> Result<()> {
        open.writer.rollback().map_err(Error::search("roll back"))?;
        open.writer.delete_all_documents().map_err(Error::search("empty"))?;
        let (schema, writer) = (&*open.schema, &open.writer);
        let mut documents = 0_u64;
        for (kind, object) in schema.kinds.iter().enumerate() {
            let Some(table) = snapshot.tables.get(&object.object.table) else { continue };
            Feed::current(schema, kind, table, &mut |batch| {
                let source = Rows::of(schema, kind, batch)?;
                for row in 0..batch.num_rows() {
                    documents += u64::from(add(writer, source.document(row)?)?);
                }
                if self.cancel.is_cancelled() { Err(Error::Stopped) } else { Ok(()) }
            })?;
        }
        tracing::info!(documents, lsn = %snapshot.lsn, "search index built from the lake");
        Ok(())
    }
}

fn open_existing(dir: &Path, schema: &SearchSchema) -> Option<(Index, Lsn, BTreeSet<String>)> {
    let index = Index::open_in_dir(dir).ok()?;
    let payload: Payload = serde_json::from_str(&index.load_metas().ok()?.payload?).ok()?;
    let ours = payload.fingerprint == schema.fingerprint() && index.schema() == schema.schema;
    // A file that was damaged is found now rather than by a query.
    let sound = ours && index.validate_checksum().is_ok_and(|damaged| damaged.is_empty());
    sound.then_some((index, Lsn(payload.lsn), payload.added))
}

fn add(writer: &IndexWriter, document: Option<TantivyDocument>) -> Result<bool> {
    let Some(document) = document else { return Ok(false) };
    writer.add_document(document).map_err(Error::search("write"))?;
    Ok(true)
}

/// Replaces, removes or adds the document of one row.
fn apply(
    writer: &IndexWriter,
    (schema, kind): (&SearchSchema, usize),
    source: &Rows<'_>,
    (row, change): (usize, Change),
) -> Result<()> {
    match change {
        Change::Copied => Ok(()),
        Change::Truncate => delete_kind(writer, schema, kind),
        Change::Delete | Change::Write => {
            if let Some(key) = source.key(row) {
                writer.delete_term(key);
            }
            let document = if change == Change::Write { source.document(row)? } else { None };
            add(writer, document).map(drop)
        }
    }
}

fn delete_kind(writer: &IndexWriter, schema: &SearchSchema, kind: usize) -> Result<()> {
    let term = Term::from_field_u64(schema.kind, u64::try_from(kind).unwrap_or(u64::MAX));
    let query = TermQuery::new(term, IndexRecordOption::Basic);
    writer.delete_query(Box::new(query)).map(drop).map_err(Error::search("write"))
}

/// An empty folder, whatever was there.
fn clear(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).map_err(Error::io("empty", dir))?;
    }
    fs::create_dir_all(dir).map_err(Error::io("create", dir))
}
