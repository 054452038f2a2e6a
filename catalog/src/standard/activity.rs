//! Activities: what happened between us and a customer.

use super::{Names, about, choice, external_id, integer, long_text, moment, owned, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "activity",
        table: "activities",
        label: "Activity",
        plural_label: "Activities",
        title: "subject",
    };
    let mut fields = vec![
        choice("kind", "Kind", &["email", "call", "meeting", "sms", "demo", "note"]).required(),
        choice("direction", "Direction", &["inbound", "outbound"]),
        text("subject", "Subject", 300).searchable(),
        long_text("body", "Body").searchable(),
        text("outcome", "Outcome", 120),
        moment("occurred_at", "Occurred at").required(),
        integer("duration_minutes", "Duration in minutes", 0, 100_000),
    ];
    fields.extend(about());
    fields.push(external_id());
    owned(&names, Writers::Everyone, fields)
}
