//! Customers: companies and contacts whose lifecycle says so, read as one list.
//!
//! Nobody grants customers: what a person sees of them follows from companies and contacts, and
//! where these two differ, from the stricter one.

use std::collections::BTreeSet;

use catalog::{Catalog, FieldDef, FieldKind, ObjectDef, Ownership, Policy, Principal, RowScope, Writers, policy};

use super::Page;
use crate::{Oltp, Result};

/// What a customer can be.
const KINDS: [&str; 2] = ["company", "contact"];
/// Where the parts of the view's `address` come from.
const ADDRESS: [&str; 5] = ["street", "city", "region", "postal_code", "country"];

/// What a customer is to the list language: an object that nobody writes.
pub(crate) fn object() -> ObjectDef {
    let kinds = FieldKind::Choice { options: vec!["company".to_owned(), "contact".to_owned()] };
    let text = |name: &str, label: &str| FieldDef::new(name, label, FieldKind::Text { max_len: 1_000 });
    ObjectDef {
        name: "customer".to_owned(),
        table: "customers".to_owned(),
        label: "Customer".to_owned(),
        plural_label: "Customers".to_owned(),
        title: "name".to_owned(),
        ownership: Ownership::Owned,
        writers: Writers::Admins,
        part_of: Vec::new(),
        fields: vec![
            FieldDef::new("kind", "Kind", kinds).required(),
            text("name", "Name").required().searchable(),
            FieldDef::new("email", "E-mail", FieldKind::Email).personal().searchable(),
            FieldDef::new("phone", "Phone", FieldKind::Phone).personal().searchable(),
            text("address", "Address").personal(),
            FieldDef::new("owner_id", "Owner", FieldKind::Link { object: "user".to_owned() }),
        ],
    }
}

/// What the caller may see of customers, and of which kinds.
///
/// Whoever may not see the lifecycle of a kind must not learn it from this list.
fn seen(caller: &Principal, catalog: &Catalog) -> (Policy, Vec<&'static str>) {
    let policies = KINDS.into_iter().filter_map(|kind| Some((kind, policy(caller, catalog.object(kind)?))));
    let (kinds, policies): (Vec<&str>, Vec<Policy>) =
        policies.filter(|(_, policy)| policy.read && !policy.masked.contains("lifecycle")).unzip();
    let strictest = policies.iter().min_by_key(|policy| policy.visibility);
    let nothing = Policy::nothing();
    let masked = policies
        .iter()
        .flat_map(|policy| policy.masked.iter())
        .map(|field| if ADDRESS.contains(&field.as_str()) { "address" } else { field.as_str() });
    let masked: BTreeSet<String> = masked.map(str::to_owned).collect();
    let Policy { mut rows, visibility, read, .. } = strictest.unwrap_or(&nothing).clone();
    if let RowScope::Owners { worked_on, .. } = &mut rows {
        for policy in &policies {
            let RowScope::Owners { worked_on: more, .. } = &policy.rows else { continue };
            for (column, ids) in more {
                worked_on.entry(column.clone()).or_default().extend(ids);
            }
        }
    }
    (Policy { rows, visibility, read, masked, ..nothing }, kinds)
}

/// The view with the columns that every table has and a view of live rows does not need.
fn relation(kinds: &[&str]) -> String {
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
    let kinds = if kinds.is_empty() { "null".to_owned() } else { kinds.join(", ") };
    format!(
        "(select c.*, null::timestamptz as deleted_at, 1::bigint as version from customers c where c.kind in ({kinds}))"
    )
}

impl Oltp {
    /// Lists the customers the caller may see, as the parameters of a list ask.
    ///
    /// **Shape**: one item per company or contact; its `id` is the id of that record.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn customers(&self, caller: &Principal, parameters: &[(String, String)]) -> Result<Page> {
        let object = object();
        let (policy, kinds) = seen(caller, self.catalog());
        let query = &self.checked_query(caller, (&object, &policy), parameters).await?;
        let mut page = self.list_from(&policy, &object, &relation(&kinds), query).await?;
        for item in &mut page.items {
            item.remove("deleted_at");
            item.remove("version");
        }
        Ok(page)
    }
}
