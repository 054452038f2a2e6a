//! What one person sees of one pinned snapshot: the relations by name.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use catalog::{Catalog, ObjectDef, Principal, Purpose, policy};
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

    /// The objects that names are looked up in.
    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
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
            return Ok((!self.customers().is_empty()).then_some(Relation::Customers));
        }
        let known = |table: &str| self.catalog.by_table(table).filter(|object| policy(person, object).read);
        if let Some(object) = known(name) {
            let versions = self.as_of.map_or(Versions::Current, Versions::AsOf);
            let table = self.content(object)?;
            return Ok(Some(Relation::Table { table, versions, access: Access::live(person, object) }));
        }
        let Some(object) = name.strip_suffix(HISTORY_SUFFIX).and_then(known) else {
            return Ok(None);
        };
        let access = Access::history(person, object);
        Ok(Some(Relation::Table { table: self.content(object)?, versions: Versions::Every, access }))
    }

    /// Every name that resolves, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let read = |object: &&ObjectDef| match &self.viewer {
            Viewer::Person(person) => policy(person, object).read,
            Viewer::Verifier => true,
        };
        let tables = self.catalog.objects.iter().filter(read);
        let tables = tables.flat_map(|object| [object.table.clone(), format!("{}{HISTORY_SUFFIX}", object.table)]);
        let customers = (!self.customers().is_empty()).then(|| CUSTOMERS.to_owned());
        let names: BTreeSet<String> = tables.chain(customers).collect();
        names.into_iter().collect()
    }

    /// Refuses a file of tables that the person may see and not export.
    pub(crate) fn check_export(&self, names: &BTreeSet<String>) -> Result<(), Error> {
        let Viewer::Person(person) = &self.viewer else { return Ok(()) };
        if person.purpose != Purpose::Export {
            return Ok(());
        }
        let working = Principal { purpose: Purpose::Work, ..person.clone() };
        for name in Self::tables_behind(names) {
            let object = self.catalog.by_table(name.strip_suffix(HISTORY_SUFFIX).unwrap_or(&name));
            let Some(object) = object.filter(|object| policy(&working, object).read) else { continue };
            if !policy(person, object).read {
                let plural = object.plural_label.to_lowercase();
                let message = format!("your role may not export {plural}; ask for them as json or table");
                return Err(Error::sql("export_not_allowed", message));
            }
        }
        Ok(())
    }

    /// The halves of `customers` that the person may see.
    ///
    /// Whoever may not see the lifecycle of a table must not learn it from the view.
    pub(crate) fn customers(&self) -> Vec<CustomerHalf> {
        let Viewer::Person(person) = &self.viewer else { return Vec::new() };
        let half = |(table, kind, company): (&'static str, &'static str, &'static str)| {
            let object = self.catalog.by_table(table)?;
            let policy = policy(person, object);
            let seen = policy.read && !policy.masked.contains("lifecycle");
            seen.then_some(CustomerHalf { table, kind, company, hidden: policy.hidden })
        };
        let halves = [("companies", "company", "id"), ("contacts", "contact", "company_id")];
        halves.into_iter().filter_map(half).collect()
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

/// Columns of `customers`, in order.
pub(crate) const CUSTOMER_COLUMNS: [&str; 15] = [
    "id",
    "kind",
    "name",
    "email",
    "phone",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "company_id",
    "owner_id",
    "external_id",
    "created_at",
    "updated_at",
];

/// Companies or contacts as a part of `customers`: one row per record whose lifecycle is `customer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustomerHalf {
    /// Where the rows come from.
    pub(crate) table: &'static str,
    /// What they are called in the column `kind`.
    pub(crate) kind: &'static str,
    /// The column that says which company it is.
    company: &'static str,
    hidden: BTreeSet<String>,
}

/// Where a column of `customers` comes from.
pub(crate) enum CustomerColumn {
    /// The kind of customer.
    Kind,
    /// A column of the table.
    Of(&'static str),
    /// A text that the person may not know of.
    Hidden,
}

impl CustomerHalf {
    /// Where the column of this name comes from.
    pub(crate) fn source(&self, column: &'static str) -> CustomerColumn {
        let source = match column {
            "kind" => return CustomerColumn::Kind,
            "company_id" => self.company,
            other => other,
        };
        if self.hidden.contains(source) { CustomerColumn::Hidden } else { CustomerColumn::Of(source) }
    }
}
