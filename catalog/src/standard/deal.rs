//! Deals: money we may win. A deal moves through the stages of its pipeline.

use super::{Names, choice, date, external_id, json, link, long_text, moment, money, owned, percent, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "deal", table: "deals", label: "Deal", plural_label: "Deals", title: "name" };
    let fields = vec![
        text("name", "Name", 200).required().searchable(),
        long_text("description", "Description"),
        money("amount", "Amount").help("Expected revenue, and what was won once it is closed."),
        super::currency(),
        link("pipeline_id", "Pipeline", "pipeline").help("Empty means the default pipeline."),
        link("stage_id", "Stage", "stage").help("Empty means the first stage of the pipeline."),
        choice("status", "Status", &["open", "won", "lost"])
            .required()
            .default("open")
            .computed()
            .help("Follows from the stage."),
        moment("stage_entered_at", "In stage since").computed(),
        percent("probability", "Probability"),
        date("engaged_on", "Engaged on").help("Day the customer engaged."),
        date("expected_close_on", "Expected close"),
        date("closed_on", "Closed on").help("Day it was won or lost."),
        text("lost_reason", "Lost reason", 200),
        link("company_id", "Company", "company"),
        link("contact_id", "Contact", "contact"),
        link("lead_id", "Lead", "lead").help("The lead it was converted from."),
        link("product_id", "Product", "product").help("The main product."),
        super::follow_up(),
        json("tags", "Tags").help("List of words to find the record again by."),
        external_id(),
    ];
    owned(&names, Writers::Reps, fields)
}
