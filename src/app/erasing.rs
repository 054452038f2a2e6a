//! The stores that follow Postgres, as an erasure sees them: the lake with its history, and the search
//! index.

use std::{path::PathBuf, time::Duration};

use catalog::Lsn;
use futures::future::BoxFuture;
use ingest::CaptureHandle;
use oltp::{
    Error, Oltp, Result,
    documents::Documents,
    jobs::JobFiles,
    privacy::{Copies, Order, Place, Privacy, Remains, hex},
};
use query_service::QueryService;
use warehouse::{Emptied, Erasure, LakeReader, search::SearchPurge};

use crate::config::Config;

/// Longest wait for a store to come to what was just committed.
const REACH_LIMIT: Duration = Duration::from_mins(2);
/// How often those who read are asked to let go of the files that hold the person.
const LET_GO_EVERY: Duration = Duration::from_secs(1);

/// The lake and what answers from it.
#[derive(Debug)]
pub(super) struct LakeCopies {
    pub(super) oltp: Oltp,
    pub(super) capture: CaptureHandle,
    pub(super) reader: LakeReader,
    pub(super) query: QueryService,
}

/// The search index.
#[derive(Debug)]
struct SearchCopies {
    oltp: Oltp,
    purge: SearchPurge,
}

impl LakeCopies {
    async fn catch_up(&self) -> Result<()> {
        let goal = self.oltp.log_position().await?;
        let mut status = self.capture.watch();
        let caught_up = tokio::time::timeout(REACH_LIMIT, status.wait_for(|now| now.applied_lsn >= goal));
        if !caught_up.await.is_ok_and(|reached| reached.is_ok()) {
            return Err(away("lake", &"it has not caught up with Postgres"));
        }
        self.capture.flush().await.map(drop).map_err(|error| away("lake", &error))
    }

    async fn erase_all(&self, order: &Order) -> Result<Place> {
        self.catch_up().await?;
        let erasing = self.capture.erase(erasure(order));
        tokio::pin!(erasing);
        let erased = loop {
            tokio::select! {
                erased = &mut erasing => break erased.map_err(|error| away("lake", &error))?,
                // What is kept for the next question would hold old files for as long as nobody asks one.
                () = tokio::time::sleep(LET_GO_EVERY) => self.query.forget_answers(),
            }
        };
        self.query.forget_answers();
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(Place {
            place: "lake with history".to_owned(),
            removed: number(erased.removed),
            changed: number(erased.changed),
            sha256: Some(hex(&erased.sha256)),
        })
    }

    async fn left(&self, order: &Order) -> Result<Vec<Remains>> {
        let (snapshot, erasure) = (self.reader.snapshot(), erasure(order));
        let looked = tokio::task::spawn_blocking(move || snapshot.left_of(&erasure)).await;
        let left = looked.map_err(|error| away("lake", &error))?.map_err(|error| away("lake", &error))?;
        let remains = left.into_iter().map(|(table, rows)| Remains {
            place: format!("lake: {table}"),
            count: i64::try_from(rows).unwrap_or(i64::MAX),
        });
        Ok(remains.collect())
    }
}

impl Copies for LakeCopies {
    fn name(&self) -> &'static str {
        "lake"
    }

    fn erase<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<Place>> {
        Box::pin(self.erase_all(order))
    }

    fn remains<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<Vec<Remains>>> {
        Box::pin(self.left(order))
    }
}

impl Copies for SearchCopies {
    fn name(&self) -> &'static str {
        "search"
    }

    fn erase<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<Place>> {
        Box::pin(async move {
            let goal: Lsn = self.oltp.log_position().await?;
            self.purge.purge(goal, REACH_LIMIT).await.map_err(|error| away("search index", &error))?;
            let removed: usize = order.gone.values().map(std::collections::BTreeSet::len).sum();
            let changed: usize = order.emptied.values().map(|records| records.ids.len()).sum();
            let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let place = "search index".to_owned();
            Ok(Place { place, removed: number(removed), changed: number(changed), sha256: None })
        })
    }

    /// A purge ends only when no file of the index is older than the erasure; the folder is looked through
    /// besides.
    fn remains<'a>(&'a self, _order: &'a Order) -> BoxFuture<'a, Result<Vec<Remains>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// The order in the words of the lake.
fn erasure(order: &Order) -> Erasure {
    let emptied = order.emptied.iter().map(|(table, records)| {
        (table.clone(), Emptied { ids: records.ids.clone(), columns: records.columns.clone() })
    });
    Erasure {
        gone: order.gone.clone(),
        emptied: emptied.collect(),
        unlinked: order.unlinked.clone(),
        words: order.words.clone(),
    }
}

/// The store cannot do it now; the job tries again.
fn away(store: &str, reason: &impl std::fmt::Display) -> Error {
    Error::Store { attempt: format!("erasing from the {store}"), reason: reason.to_string() }
}

/// What is held about people: in Postgres, among documents and files of jobs, in the stores that follow,
/// and in the folders that must hold nothing of an erased person in plain text.
pub(super) fn privacy(
    config: &Config,
    (documents, files): (&Documents, &JobFiles),
    lake: LakeCopies,
    purge: SearchPurge,
) -> Privacy {
    let search = SearchCopies { oltp: lake.oltp.clone(), purge };
    let copies: Vec<Box<dyn Copies>> = vec![Box::new(lake), Box::new(search)];
    let names = ["lake", "search", "documents", "incoming", "jobs", "scratch"];
    let elsewhere = config.documents.store.as_ref().filter(|place| !place.contains("://")).map(PathBuf::from);
    let folders = names.into_iter().map(|name| config.data_dir.join(name)).chain(elsewhere).collect();
    Privacy::new(documents.clone(), files.clone(), copies, folders)
}
