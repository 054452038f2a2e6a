//! What one person sees of one pinned snapshot: the relations by name.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use catalog::{Catalog, ObjectDef, Principal};
use chrono::{DateTime, Utc};
use warehouse::{LakeSnapshot, TableSnapshot};

use crate::{Error, access::Access};

/// Name of the view over companies and contacts that are customers.
pub(crate) const CUSTOMERS: &str = "customers";
const HISTORY_SUFFIX: &str = "_history";

/// One snapshot, one moment, one person; every engine resolves names through it.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    pub(crate) snapshot: Arc<LakeSnapshot>,
    pub(crate) as_of: Option<DateTime<Utc>>,
    catalog: Arc<Catalog>,
    viewer: Viewer,
}

#[derive(Debug, Clone)]
enum Viewer {
    Person(Principal),
    /// Verification, which compares what is stored with what is stored.
    Verifier,
}

/// Which versions of a table a relation shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Versions {
    /// The newest of each record.
    Current,
    /// The one of each record that was effective at this moment.
    AsOf(DateTime<Utc>),
    /// The newest of each record, folded from the history; only verification asks for it.
    Folded,
    /// All.
    Every,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Relation {
    /// Rows of one table of the lake.
    Table {
        /// Its content.
        table: Arc<TableSnapshot>,
        /// Which versions.
        versions: Versions,
        /// Under which rules.
        access: Access,
    },
    /// The view over companies and contacts.
    Customers,
}

impl Sight {
    /// What `person` sees of `snapshot`, now or as of a past moment.
    pub(crate) fn of(
        person: &Principal,
        catalog: &Arc<Catalog>,
        snapshot: Arc<LakeSnapshot>,
        as_of: Option<DateTime<Utc>>,
    ) -> Self {
        Self { snapshot, as_of, catalog: Arc::clone(catalog), viewer: Viewer::Person(person.clone()) }
    }

    /// Everything that is stored, for verification: `<table>` and `<table>_folded`.
    pub(crate) fn stored(catalog: &Arc<Catalog>, snapshot: Arc<LakeSnapshot>) -> Self {
        Self { snapshot, as_of: None, catalog: Arc::clone(catalog), viewer: Viewer::Verifier }
    }

    /// The relation of this name, if there is one.
    ///
    /// # Errors
    /// When the table exists but has not been copied into the lake yet.
    pub(crate) fn relation(&self, name: &str) -> Result<Option<Relation>, Error> {
        match &self.viewer {
            Viewer::Person(person) => self.persons_relation(person, name),
            Viewer::Verifier => {
                let (table, versions) = match name.strip_suffix("_folded") {
                    Some(table) => (table, Versions::Folded),
                    None => (name, Versions::Current),
                };
                let Some(object) = self.catalog.by_table(table) else {
                    return Ok(None);
                };
                Ok(Some(Relation::Table { table: self.content(object)?, versions, access: Access::stored() }))
            }
        }
    }

    fn persons_relation(&self, person: &Principal, name: &str) -> Result<Option<Relation>, Error> {
        if name == CUSTOMERS {
            return Ok(Some(Relation::Customers));
        }
        if let Some(object) = self.catalog.by_table(name) {
            let versions = self.as_of.map_or(Versions::Current, Versions::AsOf);
            let table = self.content(object)?;
            return Ok(Some(Relation::Table { table, versions, access: Access::live(person, object) }));
        }
        let Some(object) = name.strip_suffix(HISTORY_SUFFIX).and_then(|table| self.catalog.by_table(table)) else {
            return Ok(None);
        };
        let access = Access::history(person, object);
        Ok(Some(Relation::Table { table: self.content(object)?, versions: Versions::Every, access }))
    }

    /// Every name that resolves, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let tables = self
            .catalog
            .objects
            .iter()
            .flat_map(|object| [object.table.clone(), format!("{}{HISTORY_SUFFIX}", object.table)]);
        let names: BTreeSet<String> = tables.chain([CUSTOMERS.to_owned()]).collect();
        names.into_iter().collect()
    }

    /// The tables behind these names: `customers` stands for two of them.
    pub(crate) fn tables_behind(names: &BTreeSet<String>) -> BTreeSet<String> {
        let mut tables = names.clone();
        if tables.remove(CUSTOMERS) {
            tables.extend(["companies".to_owned(), "contacts".to_owned()]);
        }
        tables
    }

    /// The name under which a table shows every version.
    pub(crate) fn history_of(table: &str) -> String {
        format!("{table}{HISTORY_SUFFIX}")
    }

    /// Canonical text of the content and the rules behind these names: equal text, equal answers.
    pub(crate) fn fingerprint(&self, names: &BTreeSet<String>) -> Result<String, Error> {
        let mut text = self.as_of.map_or_else(String::new, |as_of| format!("as of {as_of}\n"));
        for name in Self::tables_behind(names) {
            if let Some(Relation::Table { table, versions, access }) = self.relation(&name)? {
                let _ = writeln!(text, "{name}@{} {versions:?} {}", table.version, access.fingerprint());
            }
        }
        Ok(text)
    }

    fn content(&self, object: &ObjectDef) -> Result<Arc<TableSnapshot>, Error> {
        self.snapshot.tables.get(&object.table).map(Arc::clone).ok_or_else(|| Error::NotCopied(object.table.clone()))
    }
}

/// One row per company or contact whose lifecycle is `customer`, for either engine.
///
/// Columns: id, kind (`company` or `contact`), name, email, phone, address, company, owner, times.
pub(crate) const CUSTOMERS_SQL: &str = "\
select id, 'company' as kind, name, email, phone, street, city, region, postal_code, country,
       id as company_id, owner_id, external_id, created_at, updated_at
from companies
where lifecycle = 'customer'
union all
select id, 'contact' as kind, name, email, phone, street, city, region, postal_code, country,
       company_id, owner_id, external_id, created_at, updated_at
from contacts
where lifecycle = 'customer'";
