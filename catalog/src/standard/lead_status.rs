//! Lead statuses: the steps a lead goes through, and which may follow which.

use super::{Names, choice, flag, integer, json, long_text, shared, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "lead_status",
        table: "lead_statuses",
        label: "Lead status",
        plural_label: "Lead statuses",
        title: "name",
    };
    let category = choice("category", "Category", &["open", "converted", "lost"]).required().default("open");
    shared(
        &names,
        Writers::Managers,
        vec![
            text("name", "Name", 60).required().unique().searchable().help("The word leads carry, such as contacted."),
            integer("position", "Position", 1, 1000).required().help("Order on screen."),
            category.help("Whether a lead in it is still worked on, was won, or was given up."),
            json("next_statuses", "May be followed by").help("List of names; empty means every status."),
            json("required_fields", "Required fields").help("List of fields of the lead that must be filled in."),
            flag("manager_only", "Needs a manager").help("Only managers and administrators may move a lead here."),
            long_text("description", "Description"),
        ],
    )
}
