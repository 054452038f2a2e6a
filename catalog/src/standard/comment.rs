//! Comments: what colleagues say to each other about a lead, contact, company or deal.

use super::{Names, about, json, link, long_text, part};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "comment", table: "comments", label: "Comment", plural_label: "Comments", title: "body" };
    let mut fields = vec![
        long_text("body", "Text").required().searchable().help("@username tells a colleague of it."),
        link("author_id", "Author", "user").computed(),
        json("mentions", "Mentions").computed().help("List of the ids of the people who are named."),
    ];
    fields.extend(about());
    part(&names, Writers::Everyone, fields, &["lead_id", "contact_id", "company_id", "deal_id"])
}
