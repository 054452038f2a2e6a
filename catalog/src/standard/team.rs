//! Teams: people who sell together; teams form a tree.

use super::{Names, external_id, link, shared, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "team", table: "teams", label: "Team", plural_label: "Teams", title: "name" };
    shared(
        &names,
        Writers::Admins,
        vec![
            text("name", "Name", 120).required().unique().searchable(),
            text("region", "Region", 100).help("Regional office the team belongs to."),
            link("manager_id", "Manager", "user"),
            link("parent_id", "Parent team", "team"),
            external_id(),
        ],
    )
}
