//! Tasks: what somebody still has to do.

use super::{Names, about, choice, external_id, long_text, moment, owned, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "task", table: "tasks", label: "Task", plural_label: "Tasks", title: "name" };
    let mut fields = vec![
        text("name", "Name", 200).required().searchable(),
        long_text("description", "Description"),
        choice("kind", "Kind", &["call", "email", "meeting", "demo", "follow_up"]).required().default("follow_up"),
        choice("status", "Status", &["open", "in_progress", "done", "cancelled"]).required().default("open"),
        choice("priority", "Priority", &["low", "medium", "high"]).required().default("medium"),
        moment("due_at", "Due"),
        moment("completed_at", "Completed at"),
    ];
    fields.extend(about());
    fields.push(external_id());
    owned(&names, Writers::Everyone, fields)
}
