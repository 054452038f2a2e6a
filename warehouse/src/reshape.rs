//! Taking up other columns and other tables while the lake is open.
//!
//! Files keep the columns they were written with: a column they lack reads as null, one that is not
//! described any more is not read, and goes for good when files are merged. A table that comes is empty
//! and in the stream from its first row, so there is nothing to copy; one that goes, goes with its files.

use std::{collections::BTreeSet, fs, sync::Arc};

use crate::{
    Error, Lake, TableSpec,
    error::Result,
    recover::{Opening, adapt},
    spec::TableShape,
};

impl Lake {
    /// Whether everything that was applied can be stored now: the initial copy is complete, and no
    /// table is ahead of the others after a crash.
    pub fn settled(&self) -> bool {
        self.epoch.number > 0 && self.copy.is_none() && !self.broken && self.applied >= self.hold_until
    }

    /// Takes up these tables with their columns and shows them to readers, after storing what is in
    /// memory. A table that the lake does not have must be empty; one that is not described goes.
    ///
    /// # Errors
    /// [`Error::MustReopen`] when the lake is not [settled](Self::settled); unsuitable columns;
    /// [`Error::SchemaChanged`] when one has another type than before.
    pub async fn describe(&mut self, tables: &[TableSpec]) -> Result<()> {
        if !self.settled() {
            return Err(Error::MustReopen);
        }
        self.flush().await?;
        let known: BTreeSet<String> = self.tables.keys().cloned().collect();
        for spec in tables {
            if known.contains(&spec.name) { self.reshape(spec).await? } else { self.begin_table(spec).await? }
        }
        let described: BTreeSet<String> = tables.iter().map(|spec| spec.name.clone()).collect();
        if described != known {
            self.tables.retain(|name, _| described.contains(name));
            let mut epoch = self.epoch.clone();
            epoch.tables = self.tables.iter().map(|(name, table)| (name.clone(), table.epoch_table())).collect();
            epoch.number += 1;
            epoch.written_at = self.clock.now();
            epoch.write(&self.config.dir, self.disk)?;
            self.take_in_epoch(epoch);
        }
        self.pending = true;
        self.publish()?;
        known.difference(&described).for_each(|name| self.remove_files(name));
        Ok(())
    }

    async fn reshape(&mut self, spec: &TableSpec) -> Result<()> {
        let when = (self.disk, self.clock.now());
        let Some(table) = self.tables.get_mut(&spec.name) else {
            return Err(Error::UnknownTable { table: spec.name.clone() });
        };
        if table.shape.spec() == *spec {
            return Ok(());
        }
        let shape = Arc::new(TableShape::new(spec)?);
        let stores = &mut table.stores;
        let (cur, hist) = (stores.cur.read(None).await?, stores.hist.read(None).await?);
        adapt(&mut stores.cur, &cur, &spec.name, (&shape.delta_schema(), true), when)?;
        adapt(&mut stores.hist, &hist, &spec.name, (&shape.delta_hist_schema(), false), when)?;
        table.reshape(shape)
    }

    async fn begin_table(&mut self, spec: &TableSpec) -> Result<()> {
        let shape = Arc::new(TableShape::new(spec)?);
        let (dir, disk, at, epoch) = (&self.config.dir, self.disk, self.clock.now(), &self.epoch);
        let table = Opening { dir, disk, at, epoch }.load(&shape, None).await?;
        self.tables.insert(spec.name.clone(), table);
        Ok(())
    }

    /// Nobody can name the table any more, so its files only cost space; failing to remove them stops nothing.
    fn remove_files(&self, name: &str) {
        for kind in ["cur", "hist"] {
            let dir = self.config.dir.join(kind).join(name);
            if let Err(error) = fs::remove_dir_all(&dir) {
                tracing::warn!(%error, dir = %dir.display(), "could not remove the files of a table that is gone");
            }
        }
    }
}
