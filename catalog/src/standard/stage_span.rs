//! Stage spans: one row per time a deal was in a stage, from which funnels and durations are counted.

use super::{Names, link, moment, part};
use crate::{FieldDef, FieldKind, ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "stage_span",
        table: "stage_spans",
        label: "Stage span",
        plural_label: "Stage spans",
        title: "deal_id",
    };
    let days = FieldDef::new("days", "Days", FieldKind::Decimal { precision: 12, scale: 2 });
    part(
        &names,
        Writers::System,
        vec![
            link("deal_id", "Deal", "deal").required().computed(),
            link("stage_id", "Stage", "stage").required().computed(),
            moment("entered_at", "Entered").required().computed(),
            moment("left_at", "Left").computed().help("Empty while the deal is in the stage."),
            days.computed().help("From entering to leaving; empty while the deal is in the stage."),
        ],
        &["deal_id"],
    )
}
