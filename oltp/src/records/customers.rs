//! Customers: companies and contacts whose lifecycle says so, read as one list.

use catalog::{FieldDef, FieldKind, ObjectDef, Ownership, Principal, Writers};

use super::{ListQuery, Page};
use crate::{Oltp, Result};

/// The view with the columns that every table has and a view of live rows does not need.
const RELATION: &str = "(select c.*, null::timestamptz as deleted_at, 1::bigint as version from customers c)";

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

impl Oltp {
    /// Lists the customers the caller may see; `query` was parsed against customers.
    ///
    /// **Shape**: one item per company or contact; its `id` is the id of that record.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn customers(&self, caller: &Principal, query: &ListQuery) -> Result<Page> {
        let mut page = self.list_from(caller, &object(), RELATION, query).await?;
        for item in &mut page.items {
            item.remove("deleted_at");
            item.remove("version");
        }
        Ok(page)
    }
}
