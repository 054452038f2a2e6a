//! Saved views: filters, order and columns of a list under a name.

use super::{Names, json, personal, text};
use crate::ObjectDef;

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "saved_view",
        table: "saved_views",
        label: "Saved view",
        plural_label: "Saved views",
        title: "name",
    };
    personal(
        &names,
        vec![
            text("name", "Name", 200).required().searchable(),
            text("object", "Object", 120).required().help("Plural name of the object it lists, such as deals."),
            json("definition", "Definition").required().help("Filters, order and columns, as in the list's address."),
        ],
    )
}
