//! Calls, mails, meetings, tasks and notes.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Step, Story};
use crate::demo::{fields::Fields, market::OUTCOMES};

/// Kinds of activities and how often each occurs.
const KINDS: [(&str, f64); 5] = [("email", 0.45), ("call", 0.35), ("meeting", 0.12), ("sms", 0.04), ("demo", 0.04)];

/// Whom an activity is about, and who does it.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo) struct About {
    pub(super) owner: Uuid,
    pub(super) lead: Option<Uuid>,
    pub(super) contact: Option<Uuid>,
    pub(super) company: Option<Uuid>,
    pub(super) deal: Option<Uuid>,
}

impl About {
    fn fields(&self) -> Fields {
        let links = [
            ("lead_id", self.lead),
            ("contact_id", self.contact),
            ("company_id", self.company),
            ("deal_id", self.deal),
        ];
        let owned = Fields::new().link("owner_id", self.owner);
        links.into_iter().fold(owned, |fields, (name, id)| match id {
            Some(id) => fields.link(name, id),
            None => fields,
        })
    }
}

impl Story<'_, '_> {
    /// Somebody talks to somebody.
    pub(super) fn talk(&mut self, about: &About, at: DateTime<Utc>) -> anyhow::Result<()> {
        let (kind, _) = KINDS[self.chance.weighted(&KINDS.map(|(_, share)| share))];
        let direction = if self.chance.happens(0.7) { "outbound" } else { "inbound" };
        let mut fields = about
            .fields()
            .with("kind", kind)
            .with("direction", direction)
            .with("subject", subject(kind))
            .with("outcome", *self.chance.one_of(&OUTCOMES))
            .moment("occurred_at", at);
        if kind != "email" && kind != "sms" {
            fields = fields.with("duration_minutes", self.chance.between(2, 75));
        }
        let id = self.chance.id(at);
        self.writer.insert("activity", id, at, fields)
    }

    /// Plans some talks over the next days.
    pub(super) fn plan_talks(&mut self, about: About, mean: f64, within_days: i64) {
        for _ in 0..self.chance.poisson(mean) {
            let days = self.chance.between(1, within_days);
            self.plan(days, Step::Talk(about));
        }
    }

    /// Somebody plans to follow up; most tasks that are due are done.
    pub(super) fn follow_up(&mut self, about: &About, at: DateTime<Utc>) -> anyhow::Result<()> {
        let due = at + TimeDelta::days(self.chance.between(1, 10));
        let done = due < self.world.end && self.chance.happens(0.85);
        let kind = *self.chance.one_of(&["call", "email", "meeting", "demo", "follow_up"]);
        let mut fields = about
            .fields()
            .with("name", format!("Plan the next {}", kind.replace('_', "-")))
            .with("kind", kind)
            .with("status", if done { "done" } else { "open" })
            .with("priority", *self.chance.one_of(&["low", "medium", "medium", "high"]))
            .moment("due_at", due);
        if done {
            fields = fields.moment("completed_at", due);
        }
        let id = self.chance.id(at);
        self.writer.insert("task", id, at, fields)
    }

    /// Somebody writes a note.
    pub(super) fn jot(&mut self, about: &About, at: DateTime<Utc>, text: &str) -> anyhow::Result<()> {
        let id = self.chance.id(at);
        self.writer.insert("note", id, at, about.fields().with("body", text))
    }
}

fn subject(kind: &str) -> &'static str {
    match kind {
        "email" => "Answer to your questions",
        "call" => "Call about the offer",
        "meeting" => "Meeting on site",
        "sms" => "Short reminder",
        _ => "Product demonstration",
    }
}
