//! Users: the people who sign in. Passwords and tokens live in tables of their own.

use super::{Names, choice, email, external_id, json, link, phone, role::ROLE_NAME_LEN, shared, text};
use crate::{FieldDef, FieldKind, ObjectDef, Role, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "user", table: "users", label: "User", plural_label: "Users", title: "name" };
    shared(
        &names,
        Writers::Admins,
        vec![
            text("username", "Username", 60).required().unique().searchable(),
            email("email", "E-mail").required().unique(),
            text("name", "Name", 120).required().searchable(),
            text("role", "Role", ROLE_NAME_LEN)
                .required()
                .default(Role::Rep.as_str())
                .help("A preset such as rep, or the name of a custom role."),
            choice("visibility", "Visibility", &["own", "team", "all"])
                .help("Whose records the person sees; empty means as the role says."),
            link("team_id", "Team", "team"),
            choice("status", "Status", &["active", "suspended", "deactivated"]).required().default("active"),
            text("department", "Department", 120),
            text("job_title", "Job title", 120),
            phone("phone", "Phone"),
            text("time_zone", "Time zone", 60).required().default("UTC"),
            text("locale", "Language", 20).required().default("en"),
            FieldDef::new("profile_picture", "Profile picture", FieldKind::Url),
            json("settings", "Settings").help("Notification, language and display preferences."),
            external_id(),
        ],
    )
}
