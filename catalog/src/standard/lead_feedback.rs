//! Lead feedback: what reps say about the quality of a lead; the scoring model learns from it.

use super::{Names, integer, json, link, long_text, owned};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "lead_feedback",
        table: "lead_feedback",
        label: "Lead feedback",
        plural_label: "Lead feedback",
        title: "comment",
    };
    owned(
        &names,
        Writers::Everyone,
        vec![
            link("lead_id", "Lead", "lead").required(),
            integer("rating", "Rating", 1, 5).required().help("1 poor, 5 excellent."),
            json("reasons", "Reasons").help("List of reason words."),
            long_text("comment", "Comment"),
        ],
    )
}
