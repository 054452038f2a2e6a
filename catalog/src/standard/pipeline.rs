//! Pipelines and their stages.

use super::{Names, choice, external_id, flag, integer, link, long_text, percent, shared, text};
use crate::{ObjectDef, Writers};

pub(super) fn pipeline() -> ObjectDef {
    let names =
        Names { name: "pipeline", table: "pipelines", label: "Pipeline", plural_label: "Pipelines", title: "name" };
    shared(
        &names,
        Writers::Managers,
        vec![
            text("name", "Name", 120).required().unique().searchable(),
            long_text("description", "Description"),
            flag("is_default", "Default pipeline").help("New deals start here."),
            external_id(),
        ],
    )
}

pub(super) fn stage() -> ObjectDef {
    let names = Names { name: "stage", table: "stages", label: "Stage", plural_label: "Stages", title: "name" };
    shared(
        &names,
        Writers::Managers,
        vec![
            text("name", "Name", 120).required().searchable(),
            link("pipeline_id", "Pipeline", "pipeline").required(),
            integer("position", "Position", 1, 1000).required().help("Order within the pipeline."),
            choice("category", "Category", &["open", "won", "lost"]).required().default("open"),
            percent("probability", "Probability"),
            integer("day_limit", "Days at most", 1, 3650).help("A deal that stays longer is stuck."),
            external_id(),
        ],
    )
}
