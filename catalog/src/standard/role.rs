//! Custom roles: what administrators composed beside the six presets.

use super::{Names, choice, json, long_text, shared, text};
use crate::{ObjectDef, Role, Writers};

/// Greatest number of characters of a role's name.
pub(super) const ROLE_NAME_LEN: u32 = 60;

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "role", table: "roles", label: "Role", plural_label: "Roles", title: "name" };
    let presets = Role::ALL.map(Role::as_str);
    shared(
        &names,
        Writers::Admins,
        vec![
            text("name", "Name", ROLE_NAME_LEN).required().unique().searchable(),
            long_text("description", "Description"),
            choice("base", "Copied from", &presets).required().help("The preset that differences are shown against."),
            json("definition", "Definition").required().help(
                "Per object how far each action reaches, and rules for fields; what is not named is not granted.",
            ),
        ],
    )
}
