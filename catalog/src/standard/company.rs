//! Companies: organisations we sell to.

use super::{Names, address, choice, email, external_id, integer, json, link, long_text, money, owned, phone, text};
use crate::{FieldDef, FieldKind, ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names =
        Names { name: "company", table: "companies", label: "Company", plural_label: "Companies", title: "name" };
    let mut fields = vec![
        text("name", "Name", 200).required().searchable(),
        text("industry", "Industry", 120),
        choice("size", "Size", &["1-10", "11-50", "51-200", "201-1000", "1001-5000", "5001+"])
            .help("Number of employees."),
        integer("employee_count", "Employees", 0, 10_000_000),
        money("annual_revenue", "Annual revenue"),
        super::currency(),
        integer("founded_year", "Founded", 1000, 2200),
        choice("lifecycle", "Lifecycle", &["prospect", "customer", "former_customer", "partner"])
            .required()
            .default("prospect"),
        FieldDef::new("website", "Website", FieldKind::Url),
        email("email", "E-mail"),
        phone("phone", "Phone"),
        link("parent_id", "Parent company", "company"),
        long_text("description", "Description"),
        super::follow_up(),
        json("tags", "Tags").help("List of words to find the record again by."),
        external_id(),
    ];
    fields.extend(address());
    owned(&names, Writers::Reps, fields)
}
