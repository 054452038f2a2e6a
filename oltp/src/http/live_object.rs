//! What the routes of one object keep: a service and the object, looked up anew for each request.

use catalog::{CatalogObject, LiveCatalog, ObjectDef};

/// A service and one object that it serves, as the catalogue has it when a request comes.
///
/// Routes are made once, and fields come and go while the program runs.
#[derive(Debug, Clone)]
pub struct LiveObject<S> {
    service: S,
    catalog: LiveCatalog,
    /// As it was when the routes were made.
    made: CatalogObject,
}

impl<S: Clone> LiveObject<S> {
    /// The routes of this object, served by `service`.
    pub fn of(service: &S, catalog: &LiveCatalog, object: &ObjectDef) -> Self {
        let made = CatalogObject::of(object);
        Self { service: service.clone(), catalog: catalog.clone(), made }
    }

    /// The service.
    pub fn service(&self) -> S {
        self.service.clone()
    }

    /// The object as it is now; as it was, if it has just been deleted.
    pub fn object(&self) -> CatalogObject {
        CatalogObject::find(self.catalog.now(), &self.made.name).unwrap_or_else(|| self.made.clone())
    }
}
