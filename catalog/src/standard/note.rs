//! Notes: what somebody wants to remember about a customer.

use super::{Names, about, external_id, long_text, owned};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "note", table: "notes", label: "Note", plural_label: "Notes", title: "body" };
    let mut fields = vec![long_text("body", "Text").required().searchable()];
    fields.extend(about());
    fields.push(external_id());
    owned(&names, Writers::Everyone, fields)
}
