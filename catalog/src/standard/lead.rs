//! Leads: people who might buy, before they are qualified.

use super::{
    Names, address, choice, email, external_id, integer, json, link, long_text, moment, money, owned, phone, text,
};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "lead", table: "leads", label: "Lead", plural_label: "Leads", title: "name" };
    let mut fields = vec![
        text("name", "Name", 200).required().searchable(),
        email("email", "E-mail"),
        phone("phone", "Phone"),
        super::marketing_consent(),
        text("company_name", "Company name", 200).searchable(),
        text("job_title", "Job title", 120),
        text("industry", "Industry", 120),
        text("source", "Source", 120).help("Where the lead came from, such as website or referral."),
        text("status", "Status", 60).required().default("new").help("Name of one of the lead statuses."),
        choice("priority", "Priority", &["low", "medium", "high"]).required().default("medium"),
        money("estimated_value", "Estimated value"),
        super::currency(),
        integer("score", "Score", 0, 100).computed().help("Chance to convert, 0 to 100, from the scoring model."),
        choice("score_tier", "Score tier", &["hot", "warm", "cool", "cold"]).computed(),
        json("score_reasons", "Score reasons")
            .computed()
            .quotes(&["source", "industry", "country", "job_title", "priority", "estimated_value", "attributes"])
            .help("What raised and lowered the score, strongest first."),
        moment("scored_at", "Scored at").computed(),
        text("score_model", "Score model", 60).computed().help("Version of the model that gave the score."),
        text("lost_reason", "Lost reason", 200),
        moment("converted_at", "Converted at"),
        link("contact_id", "Contact", "contact"),
        link("company_id", "Company", "company"),
        json("attributes", "Attributes").help("What else a form or an import brought, by name."),
        long_text("description", "Description"),
        super::follow_up(),
        json("tags", "Tags").help("List of words to find the record again by."),
        external_id(),
    ];
    fields.extend(address());
    owned(&names, Writers::Reps, fields)
}
