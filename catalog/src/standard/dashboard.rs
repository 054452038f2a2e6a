//! Dashboards: tiles in a grid of twelve columns.

use super::{Names, json, long_text, personal, text};
use crate::ObjectDef;

pub(super) fn object() -> ObjectDef {
    let names =
        Names { name: "dashboard", table: "dashboards", label: "Dashboard", plural_label: "Dashboards", title: "name" };
    personal(
        &names,
        vec![
            text("name", "Name", 200).required().searchable(),
            long_text("description", "Description"),
            json("definition", "Definition").required().help("The tiles and where they stand."),
        ],
    )
}
