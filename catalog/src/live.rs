//! The catalogue as it is now: one handle for every service of the program.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use crate::{Catalog, ObjectDef};

/// The catalogue of a running workspace, replaced as a whole while requests go on; cheap to clone.
///
/// Whoever began with one edition may finish with it, so editions of the past stay for as long as the
/// program runs: some hundred kilobytes for each change of the data model, which people make by hand.
#[derive(Debug, Clone)]
pub struct LiveCatalog(Arc<Edition>);

#[derive(Debug)]
struct Edition {
    catalog: Arc<Catalog>,
    next: OnceLock<Arc<Edition>>,
}

impl LiveCatalog {
    /// A handle that begins with this catalogue.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self(Arc::new(Edition { catalog, next: OnceLock::new() }))
    }

    /// The catalogue as it is now.
    pub fn now(&self) -> &Arc<Catalog> {
        &self.newest().catalog
    }

    /// Puts another catalogue into force, for every holder of the handle.
    pub fn replace(&self, catalog: Catalog) {
        let mut edition = Arc::new(Edition { catalog: Arc::new(catalog), next: OnceLock::new() });
        while let Err(refused) = self.newest().next.set(edition) {
            edition = refused; // somebody else was faster; ours comes after theirs
        }
    }

    fn newest(&self) -> &Edition {
        let mut edition = &*self.0;
        while let Some(next) = edition.next.get() {
            edition = next;
        }
        edition
    }
}

impl From<Arc<Catalog>> for LiveCatalog {
    fn from(catalog: Arc<Catalog>) -> Self {
        Self::new(catalog)
    }
}

/// One object together with the catalogue that it is of.
#[derive(Debug, Clone)]
pub struct CatalogObject {
    catalog: Arc<Catalog>,
    place: usize,
}

impl CatalogObject {
    /// This object by itself.
    pub fn of(object: &ObjectDef) -> Self {
        Self { catalog: Arc::new(Catalog::only(object.clone())), place: 0 }
    }

    /// The object of this singular or plural name.
    pub fn find(catalog: &Arc<Catalog>, name: &str) -> Option<Self> {
        let place = catalog.objects.iter().position(|object| object.name == name || object.table == name)?;
        Some(Self { catalog: Arc::clone(catalog), place })
    }
}

impl Deref for CatalogObject {
    type Target = ObjectDef;

    fn deref(&self) -> &ObjectDef {
        &self.catalog.objects[self.place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_holder_sees_the_newest_and_what_was_begun_stays() {
        let live = LiveCatalog::new(Arc::new(Catalog::standard()));
        let other = live.clone();
        let begun = live.now();
        let lead = CatalogObject::find(begun, "leads").expect("leads");
        let mut smaller = Catalog::standard();
        smaller.objects.retain(|object| object.name != "lead");

        live.replace(smaller);

        assert!(other.now().object("lead").is_none());
        assert_eq!((begun.object("lead").is_some(), lead.name.as_str()), (true, "lead"));
    }
}
