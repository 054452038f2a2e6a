//! Deliveries: one row per recipient and run of a schedule.

use super::{Names, choice, integer, json, link, long_text, moment, owned, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names =
        Names { name: "delivery", table: "deliveries", label: "Delivery", plural_label: "Deliveries", title: "status" };
    let status = choice("status", "Status", &["pending", "sending", "sent", "failed", "refused"]);
    owned(
        &names,
        Writers::System,
        vec![
            link("schedule_id", "Schedule", "schedule").required().computed(),
            link("recipient_id", "Recipient", "user").required().computed(),
            moment("due_at", "Due").required().computed(),
            status.required().computed().default("pending"),
            integer("attempts", "Attempts", 0, 1_000).required().computed().default(0),
            long_text("error", "Error").computed().help("Why it was not sent, in words."),
            moment("sent_at", "Sent").computed(),
            text("message_id", "Message id", 200).computed().help("Message-ID header of the mail."),
            json("files", "Files").computed().help("List of the attached files with name and bytes."),
        ],
    )
}
