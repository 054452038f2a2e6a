//! Contacts: people at companies, or people we sell to directly.

use super::{Names, address, choice, email, external_id, flag, json, link, long_text, owned, phone, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "contact", table: "contacts", label: "Contact", plural_label: "Contacts", title: "name" };
    let mut fields = vec![
        text("name", "Name", 200).required().searchable(),
        email("email", "E-mail"),
        phone("phone", "Phone"),
        super::marketing_consent(),
        choice("preferred_channel", "Preferred channel", &["email", "call", "sms", "post"])
            .help("How they like to be reached."),
        text("job_title", "Job title", 120),
        link("company_id", "Company", "company"),
        flag("primary_contact", "Primary contact"),
        choice("lifecycle", "Lifecycle", &["prospect", "customer", "former_customer", "partner"])
            .required()
            .default("prospect"),
        json("preferences", "Preferences").help("How and about what the person wants to be contacted."),
        json("social_media", "Social media"),
        json("tags", "Tags").help("List of words to find the record again by."),
        long_text("description", "Description"),
        super::follow_up(),
        external_id(),
    ];
    fields.extend(address());
    owned(&names, Writers::Reps, fields)
}
