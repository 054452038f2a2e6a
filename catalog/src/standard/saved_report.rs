//! Saved reports: a report specification under a name.

use super::{Names, json, long_text, personal, text};
use crate::ObjectDef;

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "saved_report",
        table: "saved_reports",
        label: "Saved report",
        plural_label: "Saved reports",
        title: "name",
    };
    personal(
        &names,
        vec![
            text("name", "Name", 200).required().searchable(),
            long_text("description", "Description"),
            json("definition", "Definition").required().help("The report specification; see docs/report-spec.md."),
        ],
    )
}
