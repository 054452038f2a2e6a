//! Tasks: what somebody still has to do.

use super::{Names, about, choice, external_id, link, long_text, moment, owned, text};
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
        moment("remind_at", "Remind at").help("The owner is reminded then, once."),
        choice("repeat_every", "Repeats every", &["day", "week", "month"])
            .help("When it is done, the next one is made, due this much later."),
        link("next_task_id", "Next task", "task").computed().help("The task that followed this one."),
        moment("completed_at", "Completed at"),
    ];
    fields.extend(about());
    fields.push(external_id());
    owned(&names, Writers::Everyone, fields)
}
