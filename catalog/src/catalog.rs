//! All objects of a workspace.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde::Serialize;

use crate::{ObjectDef, Principal, Purpose, Role, policy, standard};

/// Every object of a workspace; a runtime value, because administrators add fields and objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catalog {
    /// The objects; an object that is linked to comes before the objects that link to it where
    /// the links have no cycle.
    pub objects: Vec<ObjectDef>,
    /// Names of what comes with the product and can be scheduled, by kind: `report`, `dashboard`.
    #[serde(skip)]
    ready: BTreeMap<String, BTreeSet<String>>,
}

impl Catalog {
    /// The standard objects.
    pub fn standard() -> Self {
        Self { objects: standard::objects(), ready: BTreeMap::new() }
    }

    /// A workspace of a single object.
    pub(crate) fn only(object: ObjectDef) -> Self {
        Self { objects: vec![object], ready: BTreeMap::new() }
    }

    /// The same workspace with these ready things of a kind.
    #[must_use]
    pub fn with_ready(mut self, kind: &str, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.ready.entry(kind.to_owned()).or_default().extend(names.into_iter().map(Into::into));
        self
    }

    /// Whether there is a ready thing of this kind and name; every name passes for a kind whose names
    /// nobody gave, as in a tool that knows no reports.
    pub fn offers(&self, kind: &str, name: &str) -> bool {
        self.ready.get(kind).is_none_or(|names| names.contains(name))
    }

    /// The workspace as far as somebody may know of it: objects that they may read, without the fields
    /// that are hidden from them. Links to objects that are left out stay, as ids.
    pub fn known_to(&self, principal: &Principal) -> Cow<'_, Self> {
        if principal.role != Role::Custom {
            return Cow::Borrowed(self); // presets read every object and hide no field
        }
        let working = Principal { purpose: Purpose::Work, ..principal.clone() };
        let objects = self.objects.iter().map(|object| (object, policy(&working, object)));
        let objects = objects.filter(|(_, policy)| policy.read);
        let objects = objects.map(|(object, policy)| policy.known(object).into_owned()).collect();
        Cow::Owned(Self { objects, ready: self.ready.clone() })
    }

    /// The object of this singular name.
    pub fn object(&self, name: &str) -> Option<&ObjectDef> {
        self.objects.iter().find(|object| object.name == name)
    }

    /// The object of this plural name (table and URL).
    pub fn by_table(&self, table: &str) -> Option<&ObjectDef> {
        self.objects.iter().find(|object| object.table == table)
    }

    /// The object of this singular or plural name, as people type it on a command line.
    pub fn find(&self, name: &str) -> Option<&ObjectDef> {
        self.object(name).or_else(|| self.by_table(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ownership, SYSTEM_COLUMNS};

    #[test]
    fn every_link_points_at_an_object() {
        let catalog = Catalog::standard();

        for object in &catalog.objects {
            for (field, target) in object.links() {
                assert!(catalog.object(target).is_some(), "{}.{} -> {target}", object.name, field.name);
            }
        }
    }

    #[test]
    fn names_are_unique_and_do_not_shadow_system_columns() {
        let catalog = Catalog::standard();
        let mut tables = BTreeSet::new();

        for object in &catalog.objects {
            assert!(tables.insert(object.table.clone()), "{} twice", object.table);
            let mut seen: BTreeSet<&str> = SYSTEM_COLUMNS.iter().map(|(name, _)| *name).collect();
            for field in &object.fields {
                assert!(seen.insert(&field.name), "{}.{} twice", object.name, field.name);
            }
        }
    }

    #[test]
    fn owned_objects_have_an_owner_and_titles_exist() {
        for object in Catalog::standard().objects {
            assert!(object.field(&object.title).is_some(), "{} has no field {}", object.name, object.title);
            assert_eq!(object.ownership != Ownership::Shared, object.field("owner_id").is_some(), "{}", object.name);
        }
    }
}
