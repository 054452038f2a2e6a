//! Schedules: which report or dashboard goes out when, and to whom.

use super::{Names, choice, flag, integer, json, moment, personal, text};
use crate::ObjectDef;

pub(super) fn object() -> ObjectDef {
    let names =
        Names { name: "schedule", table: "schedules", label: "Schedule", plural_label: "Schedules", title: "name" };
    personal(
        &names,
        vec![
            text("name", "Name", 200).required().searchable().help("Also the subject of the mail."),
            choice("subject_kind", "What", &["report", "dashboard"]).required(),
            text("subject", "Report or dashboard", 200).required().help("Name of a ready one, or id of a saved one."),
            choice("cadence", "How often", &["daily", "weekly", "monthly"]).required(),
            integer("weekday", "Day of the week", 1, 7).help("1 Monday to 7 Sunday; for weekly schedules."),
            integer("day_of_month", "Day of the month", 1, 31).help("The last day in months that are shorter."),
            text("time_of_day", "Time", 5).required().default("08:00").help("Hours and minutes, such as 08:00."),
            text("time_zone", "Time zone", 60).required().default("UTC").help("IANA name, such as Europe/Berlin."),
            json("formats", "Formats").required().default(serde_json::json!(["pdf"])).help("List of pdf, xlsx, csv."),
            json("recipients", "Recipients").required().help("List of user ids; each gets what they may see."),
            flag("active", "Active").default(true),
            moment("next_run_at", "Next run").computed(),
            moment("last_run_at", "Last run").computed(),
        ],
    )
}
