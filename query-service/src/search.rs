//! Search for people: the index finds ids, Postgres shows the records behind them.
//!
//! The index decides what matches and in which order, under the caller's policy. What is shown is
//! read from Postgres through the same list as everywhere, so that a record that was deleted or
//! handed over a moment ago is not shown, and hidden fields stay hidden.

mod item;

use std::{sync::Arc, time::Duration, time::Instant};

use catalog::{Catalog, Invalid, Lsn, ObjectDef, Principal};
use oltp::{Oltp, records::Record};
use serde::Serialize;
use utoipa::ToSchema;
use warehouse::search::{FoundGroup, SearchReader, Sought};

pub use self::item::{SearchField, SearchItem, SearchMark};
use crate::{Error, compute::Compute};

/// Records per object when nothing is said.
const DEFAULT_LIMIT: usize = 5;
/// Records per object in one answer; more is a filtered list.
const MAX_LIMIT: usize = 50;
/// Threads that look into the index; a search takes a few milliseconds of one.
const THREADS: usize = 2;
/// Longest wait for a position that the caller insists on.
const WAIT: Duration = Duration::from_secs(10);

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// Words, phrases, a number, as typed.
    pub text: String,
    /// Singular or plural names of objects; all when empty.
    pub objects: Vec<String>,
    /// Records per object.
    pub limit: Option<usize>,
    /// Waits until everything committed up to here can be found.
    pub min_lsn: Option<Lsn>,
}

/// What was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// What was looked for.
    pub query: String,
    /// Everything committed in Postgres up to this position was searched.
    #[schema(value_type = String)]
    pub lsn: Lsn,
    /// **Units:** milliseconds since the index knew the newest state.
    pub lag_ms: i64,
    /// **Units:** milliseconds from the request to the answer.
    pub elapsed_ms: u64,
    /// One per object, the best match first.
    pub groups: Vec<SearchGroup>,
}

/// The records of one object that were found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SearchGroup {
    /// Singular name of the object.
    pub object: String,
    /// Plural name, as in addresses.
    pub table: String,
    /// Plural name on screen.
    pub label: String,
    /// How many records match.
    pub matched: u64,
    /// The best of them, in order.
    pub items: Vec<SearchItem>,
}

/// Finds records; cheap to clone.
#[derive(Debug, Clone)]
pub struct SearchService {
    index: SearchReader,
    oltp: Oltp,
    compute: Compute,
}

impl SearchService {
    /// The service over an index and the records behind it.
    ///
    /// # Errors
    /// When the threads cannot be made.
    pub fn new(index: SearchReader, oltp: Oltp) -> Result<Self, Error> {
        Ok(Self { index, oltp, compute: Compute::named("search", THREADS)? })
    }

    /// Finds what the caller may see.
    ///
    /// # Errors
    /// [`Error::Invalid`] names what is wrong with the request; [`Error::Behind`] when `min_lsn` is
    /// not reached in time; [`Error::SearchNotReady`] until the index is built.
    pub async fn search(&self, caller: &Principal, request: &SearchRequest) -> Result<SearchAnswer, Error> {
        let started = Instant::now();
        let limit = request.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("limit must be between 1 and {MAX_LIMIT}");
            return Err(Invalid::field("limit", "invalid_limit", message).into());
        }
        let sought = self.sought(request)?;
        if let Some(lsn) = request.min_lsn {
            self.wait_for(lsn, WAIT).await?;
        }
        let (index, person, query) = (self.index.clone(), caller.clone(), sought.clone());
        let found = self.compute.block(move || index.search(&person, &query, limit))?;
        let found = found.await.map_err(|_ended| Error::Stopping)??;
        let mut groups = Vec::new();
        for group in found.groups {
            groups.extend(self.shown(caller, &sought, group).await?);
        }
        let now = self.oltp.clock().now();
        Ok(SearchAnswer {
            query: request.text.clone(),
            lsn: found.state.lsn,
            lag_ms: found.state.published_at.map_or(0, |at| (now - at).num_milliseconds().max(0)),
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            groups,
        })
    }

    /// Waits until everything committed up to a position can be found.
    ///
    /// # Errors
    /// [`Error::Behind`] when it takes longer than `limit`.
    pub async fn wait_for(&self, lsn: Lsn, limit: Duration) -> Result<(), Error> {
        self.index.wait_for(lsn, limit).await.map_err(|_late| Error::Behind(lsn))
    }

    fn sought(&self, request: &SearchRequest) -> Result<Sought, Error> {
        let sought = Sought::parse(&request.text)?;
        if request.objects.is_empty() {
            return Ok(sought);
        }
        let named = request.objects.iter().map(|name| self.object(name).map(|object| object.name.clone()));
        Ok(sought.among(named.collect::<Result<_, _>>()?))
    }

    fn object(&self, name: &str) -> Result<&ObjectDef, Error> {
        let catalog: &Arc<Catalog> = self.oltp.catalog();
        catalog.find(name).ok_or_else(|| {
            Invalid::field("objects", "unknown_object", format!("there is no object called {name}")).into()
        })
    }

    /// The records behind the ids that the caller sees now, in the order of the index.
    async fn shown(
        &self,
        caller: &Principal,
        sought: &Sought,
        found: FoundGroup,
    ) -> Result<Option<SearchGroup>, Error> {
        let object = self.object(&found.object)?;
        let ids: Vec<String> = found.ids.iter().map(ToString::to_string).collect();
        let parameters = [("filter[id][in]", ids.join(",")), ("limit", ids.len().to_string())];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value));
        let query = self.oltp.list_query(caller, object, &parameters).await?;
        let mut page = self.oltp.list(caller, object, &query).await?.items;
        let place = |record: &Record| {
            ids.iter().position(|id| record.get("id").and_then(|id| id.as_str()) == Some(id.as_str()))
        };
        page.sort_by_key(place);
        let items: Vec<SearchItem> = page.iter().map(|record| SearchItem::of(object, record, sought)).collect();
        Ok((!items.is_empty()).then(|| SearchGroup {
            object: object.name.clone(),
            table: object.table.clone(),
            label: object.plural_label.clone(),
            matched: found.matched,
            items,
        }))
    }
}
