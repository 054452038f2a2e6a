//! Feeds the messages of one session into the lake.

use std::collections::HashMap;

use catalog::Lsn;
use chrono::{DateTime, Utc};
use warehouse::{Lake, Op, TableSpec};

use crate::{
    Error, Result,
    capture::{
        pgoutput::{Begin, Commit, Key, Message, Relation, Tuple},
        route::Route,
    },
};

/// What a message meant, as far as the follow loop cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Applied {
    /// Part of a transaction.
    Part,
    /// The end of a transaction.
    Transaction {
        /// Having this much of the log is having the transaction.
        end_lsn: Lsn,
        /// When Postgres committed it.
        commit_at: DateTime<Utc>,
    },
    /// A table has columns that the lake does not know; Postgres must be asked whether they exist.
    UnknownColumns {
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<String>,
    },
}

/// The state of one session: which tables were described, and whether a transaction is open.
#[derive(Debug)]
pub(crate) struct Applier {
    specs: HashMap<String, TableSpec>,
    /// By object id; `None` for a table that the lake does not have.
    routes: HashMap<u32, Option<Route>>,
    open: bool,
    changes: u64,
}

impl Applier {
    /// A fresh session over these tables.
    pub(crate) fn new(specs: &[TableSpec]) -> Self {
        let specs = specs.iter().map(|spec| (spec.name.clone(), spec.clone())).collect();
        Self { specs, routes: HashMap::new(), open: false, changes: 0 }
    }

    /// Whether a transaction has begun and not ended.
    pub(crate) fn open(&self) -> bool {
        self.open
    }

    /// Row changes fed since this was last asked.
    pub(crate) fn take_changes(&mut self) -> u64 {
        std::mem::take(&mut self.changes)
    }

    /// Feeds one message.
    ///
    /// # Errors
    /// [`Error::OutOfOrder`] if the protocol does not have this message here, [`Error::Lake`] and
    /// [`Error::SchemaDrift`] if the lake cannot take it.
    pub(crate) fn apply(&mut self, lake: &mut Lake, message: &Message<'_>) -> Result<Applied> {
        match message {
            Message::Begin(begin) => self.begin(lake, begin)?,
            Message::Commit(commit) => return self.commit(lake, commit),
            Message::Relation(relation) => return self.describe(relation),
            Message::Insert { relation, new } => {
                if let Some(route) = self.route(*relation)? {
                    let cells = route.cells(new, None)?;
                    feed(lake, &route.table, Op::Insert, None, &cells)?;
                }
            }
            Message::Update { relation, old, new } => {
                if let Some(route) = self.route(*relation)? {
                    update(lake, route, old.as_ref(), new)?;
                }
            }
            Message::Delete { relation, old } => {
                if let Some(route) = self.route(*relation)? {
                    let id = route.id(old.tuple())?;
                    feed(lake, &route.table, Op::Delete, Some(id), &[])?;
                }
            }
            Message::Truncate { relations, options: _ } => {
                for relation in relations {
                    self.truncate(lake, *relation)?;
                }
            }
            // Nothing in them changes a row.
            Message::Origin { .. } | Message::Type { .. } | Message::Logical { .. } => {}
        }
        Ok(Applied::Part)
    }

    fn begin(&mut self, lake: &mut Lake, begin: &Begin) -> Result<()> {
        if self.open {
            return Err(Error::OutOfOrder { problem: "a transaction begins inside another" });
        }
        lake.begin(begin.final_lsn, begin.commit_at, begin.xid)
            .map_err(|source| Error::Lake { doing: "begin a transaction in the lake", source })?;
        self.open = true;
        Ok(())
    }

    fn commit(&mut self, lake: &mut Lake, commit: &Commit) -> Result<Applied> {
        if !self.open {
            return Err(Error::OutOfOrder { problem: "a transaction ends that did not begin" });
        }
        lake.commit(commit.end_lsn).map_err(|source| Error::Lake { doing: "commit to the lake", source })?;
        self.open = false;
        Ok(Applied::Transaction { end_lsn: commit.end_lsn, commit_at: commit.commit_at })
    }

    fn truncate(&mut self, lake: &mut Lake, relation: u32) -> Result<()> {
        match self.route(relation)? {
            Some(route) => feed(lake, &route.table, Op::Truncate, None, &[]),
            None => Ok(()),
        }
    }

    fn describe(&mut self, relation: &Relation<'_>) -> Result<Applied> {
        let Some(spec) = self.specs.get(relation.name) else {
            tracing::warn!(table = relation.name, "the stream describes a table that the lake does not have");
            self.routes.insert(relation.oid, None);
            return Ok(Applied::Part);
        };
        let (route, columns) = Route::new(relation, spec)?;
        let table = route.table.clone();
        self.routes.insert(relation.oid, Some(route));
        if columns.is_empty() { Ok(Applied::Part) } else { Ok(Applied::UnknownColumns { table, columns }) }
    }

    /// The way of a changed table into the lake; `None` if the lake does not have the table.
    fn route(&mut self, relation: u32) -> Result<Option<&Route>> {
        if !self.open {
            return Err(Error::OutOfOrder { problem: "a row changes outside a transaction" });
        }
        self.changes += 1;
        match self.routes.get(&relation) {
            Some(route) => Ok(route.as_ref()),
            None => Err(Error::OutOfOrder { problem: "a row of a table that was not described" }),
        }
    }
}

fn update(lake: &mut Lake, route: &Route, old: Option<&Key<'_>>, new: &Tuple<'_>) -> Result<()> {
    let id = route.id(new)?;
    let old_id = old.map(|old| route.id(old.tuple())).transpose()?.filter(|old| *old != id);
    let cells = route.cells(new, old)?;
    feed(lake, &route.table, Op::Update, old_id, &cells)
}

fn feed(lake: &mut Lake, table: &str, op: Op, old_id: Option<uuid::Uuid>, cells: &[warehouse::Cell<'_>]) -> Result<()> {
    lake.change(table, op, old_id, cells).map_err(|source| Error::Lake { doing: "apply a change to the lake", source })
}
