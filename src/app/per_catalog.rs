//! What is made of the catalogue, and made anew when the catalogue is another.

use std::sync::{Arc, Mutex, PoisonError};

use catalog::{Catalog, LiveCatalog};

/// Something made of the catalogue that is in force; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct PerCatalog<T> {
    live: LiveCatalog,
    made: Arc<Mutex<Option<Made<T>>>>,
}

type Made<T> = (Arc<Catalog>, T);

impl<T: Clone> PerCatalog<T> {
    /// Nothing yet.
    pub(super) fn new(live: &LiveCatalog) -> Self {
        Self { live: live.clone(), made: Arc::default() }
    }

    /// What was made of this very catalogue, or what `make` makes of it now.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn of_now<E>(&self, make: impl FnOnce(&Catalog) -> Result<T, E>) -> Result<T, E> {
        let catalog = self.live.now();
        let mut kept = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = kept.as_ref().filter(|(of, _)| Arc::ptr_eq(of, catalog)) {
            return Ok(known.clone());
        }
        let fresh = make(catalog)?;
        *kept = Some((Arc::clone(catalog), fresh.clone()));
        Ok(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_for_each_catalogue() {
        let live = LiveCatalog::new(Arc::new(Catalog::standard()));
        let counted = PerCatalog::new(&live);
        let objects = |catalog: &Catalog| Ok::<_, ()>(catalog.objects.len());
        let before = counted.of_now(objects);

        assert_eq!(counted.of_now(|_| Err(())), before, "made already");
        let mut smaller = Catalog::standard();
        smaller.objects.pop();
        live.replace(smaller);

        assert_eq!(counted.of_now(objects).map(|count| count + 1), before);
    }
}
