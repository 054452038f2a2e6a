//! Workflow rules: what happens by itself when records change.

use super::{Names, choice, flag, integer, json, link, shared, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "workflow_rule",
        table: "workflow_rules",
        label: "Workflow rule",
        plural_label: "Workflow rules",
        title: "name",
    };
    let conditions = json("conditions", "Conditions").help(
        "A filter as of lists, such as {\"field\": \"status\", \"operator\": \"eq\", \"value\": \"qualified\"}; empty means all.",
    );
    shared(
        &names,
        Writers::Managers,
        vec![
            text("name", "Name", 120).required().searchable(),
            integer("position", "Position", 1, 1000)
                .required()
                .default(100)
                .help("Rules that start at the same moment act in this order."),
            text("object", "For", 120).required().help("Singular name of what it watches, such as lead."),
            choice("event", "When", &["created", "updated", "saved"])
                .required()
                .default("saved")
                .help("saved means created or updated."),
            json("watched_fields", "Changed fields")
                .help("List of fields: an update counts only when one of them changed. Empty means all."),
            conditions,
            json("actions", "Actions")
                .required()
                .help("List of what it does: set_fields, add_tags, create_task, notify."),
            flag("active", "Active").default(true),
            link("author_id", "Acts for", "user")
                .computed()
                .help("It has the rights of whoever decided last what it does."),
        ],
    )
}
