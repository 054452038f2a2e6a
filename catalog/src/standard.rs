//! The standard objects, one screen each.

mod activity;
mod assignment_rule;
mod comment;
mod company;
mod contact;
mod dashboard;
mod deal;
mod deal_item;
mod delivery;
mod goal;
mod lead;
mod lead_contact;
mod lead_feedback;
mod lead_status;
mod note;
mod order;
mod pipeline;
mod product;
mod role;
mod saved_report;
mod saved_view;
mod schedule;
mod score_model;
mod stage_span;
mod task;
mod team;
mod user;
mod workflow_rule;

use crate::{FieldDef, FieldKind, ObjectDef, Ownership, Writers};

/// Every standard object; an object comes after those it links to where there is no cycle.
pub(crate) fn objects() -> Vec<ObjectDef> {
    vec![
        team::object(),
        role::object(),
        user::object(),
        company::object(),
        contact::object(),
        pipeline::pipeline(),
        pipeline::stage(),
        product::object(),
        lead_status::object(),
        assignment_rule::object(),
        workflow_rule::object(),
        goal::object(),
        lead::object(),
        deal::object(),
        deal_item::object(),
        stage_span::object(),
        order::order(),
        order::order_item(),
        activity::object(),
        task::object(),
        note::object(),
        comment::object(),
        lead_feedback::object(),
        lead_contact::object(),
        score_model::object(),
        saved_view::object(),
        saved_report::object(),
        dashboard::object(),
        schedule::object(),
        delivery::object(),
    ]
}

struct Names {
    name: &'static str,
    table: &'static str,
    label: &'static str,
    plural_label: &'static str,
    title: &'static str,
}

fn owned(names: &Names, writers: Writers, mut fields: Vec<FieldDef>) -> ObjectDef {
    fields.push(link("owner_id", "Owner", "user"));
    ObjectDef { ownership: Ownership::Owned, ..shared(names, writers, fields) }
}

/// Belongs to whoever made it, and is read by those it is shared with.
fn personal(names: &Names, mut fields: Vec<FieldDef>) -> ObjectDef {
    let audience = choice("audience", "Shared with", &["owner", "team", "everyone"]).required().default("owner");
    fields.push(audience.help("Who else may see it: nobody, the team below, or everyone."));
    fields.push(link("team_id", "Team", "team").help("The team it is shared with; teams below see it too."));
    fields.push(link("owner_id", "Owner", "user"));
    ObjectDef { ownership: Ownership::Personal, ..shared(names, Writers::Anyone, fields) }
}

fn shared(names: &Names, writers: Writers, fields: Vec<FieldDef>) -> ObjectDef {
    ObjectDef {
        name: names.name.to_owned(),
        table: names.table.to_owned(),
        label: names.label.to_owned(),
        plural_label: names.plural_label.to_owned(),
        title: names.title.to_owned(),
        ownership: Ownership::Shared,
        writers,
        part_of: Vec::new(),
        fields,
    }
}

/// Belongs to the owner of what these links lead to.
fn part(names: &Names, writers: Writers, fields: Vec<FieldDef>, links: &[&str]) -> ObjectDef {
    let part_of = links.iter().map(|&link| link.to_owned()).collect();
    ObjectDef { part_of, ..owned(names, writers, fields) }
}

fn text(name: &str, label: &str, max_len: u32) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Text { max_len })
}

fn long_text(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::LongText)
}

fn email(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Email).personal().searchable()
}

fn phone(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Phone).personal().searchable()
}

fn integer(name: &str, label: &str, min: i64, max: i64) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Integer { min, max })
}

fn money(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Money)
}

fn percent(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Decimal { precision: 5, scale: 2 }).help("Percent, 0 to 100.")
}

fn flag(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Bool).required().default(false)
}

fn date(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Date)
}

fn moment(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::DateTime)
}

fn choice(name: &str, label: &str, options: &[&str]) -> FieldDef {
    let options = options.iter().map(|&option| option.to_owned()).collect();
    FieldDef::new(name, label, FieldKind::Choice { options })
}

fn link(name: &str, label: &str, object: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Link { object: object.to_owned() })
}

fn json(name: &str, label: &str) -> FieldDef {
    FieldDef::new(name, label, FieldKind::Json)
}

fn currency() -> FieldDef {
    text("currency", "Currency", 3).required().default("USD").help("ISO 4217 code, such as USD.")
}

fn external_id() -> FieldDef {
    text("external_id", "External id", 200)
        .unique()
        .searchable()
        .help("Id of the record in the system it came from; imports match by it.")
}

/// Whether the person wants mail that goes to many.
fn marketing_consent() -> FieldDef {
    choice("marketing_consent", "Marketing consent", &["given", "withdrawn"])
        .help("Whoever withdrew it gets no mail that goes to many.")
}

/// When something is to be done next about the record; kept by triggers on tasks.
fn follow_up() -> FieldDef {
    moment("follow_up_at", "Next follow-up").computed().help("When the first open task about it is due.")
}

/// Postal address, shared by companies, contacts and leads.
fn address() -> Vec<FieldDef> {
    vec![
        text("street", "Street", 200).personal(),
        text("city", "City", 100),
        text("region", "Region", 100),
        text("postal_code", "Postal code", 20).personal(),
        text("country", "Country", 100),
    ]
}

/// Links to what an activity, task or note is about.
fn about() -> Vec<FieldDef> {
    vec![
        link("lead_id", "Lead", "lead"),
        link("contact_id", "Contact", "contact"),
        link("company_id", "Company", "company"),
        link("deal_id", "Deal", "deal"),
    ]
}
