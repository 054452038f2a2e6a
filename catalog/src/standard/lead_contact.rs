//! Contacts of leads: everybody who has a say about a lead, one of them first.

use super::{Names, flag, link, part, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "lead_contact",
        table: "lead_contacts",
        label: "Lead contact",
        plural_label: "Lead contacts",
        title: "part",
    };
    part(
        &names,
        Writers::Everyone,
        vec![
            link("lead_id", "Lead", "lead").required(),
            link("contact_id", "Contact", "contact").required(),
            text("part", "Part", 120).help("What they have to do with it, such as buyer or user."),
            flag("is_primary", "Primary").help("The one to talk to first; a lead has one."),
        ],
        &["lead_id"],
    )
}
