//! Assignment rules: who gets new leads that nobody owns.

use super::{Names, choice, flag, integer, json, shared, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "assignment_rule",
        table: "assignment_rules",
        label: "Assignment rule",
        plural_label: "Assignment rules",
        title: "name",
    };
    let conditions = json("conditions", "For leads with")
        .help("Fields of the lead with the values that match, such as {\"country\": [\"Austria\"]}; empty means all.");
    shared(
        &names,
        Writers::Managers,
        vec![
            text("name", "Name", 120).required().searchable(),
            integer("position", "Position", 1, 1000).required().help("The first rule that matches decides."),
            conditions,
            choice("strategy", "By", &["round_robin", "least_load"])
                .required()
                .default("round_robin")
                .help("In turn, or to whoever has the fewest open leads."),
            json("members", "Members").required().help("List of user ids, in turn order."),
            flag("active", "Active").default(true),
        ],
    )
}
