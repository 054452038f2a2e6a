//! Score models: every version that was trained, with what it learned and how good it is.

use super::{Names, choice, integer, json, moment, shared, text};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names {
        name: "score_model",
        table: "score_models",
        label: "Score model",
        plural_label: "Score models",
        title: "name",
    };
    shared(
        &names,
        Writers::System,
        vec![
            text("name", "Name", 60).required().unique().computed().help("Version, such as v3."),
            choice("algorithm", "Algorithm", &["rules", "logistic"]).required().computed(),
            choice("status", "Status", &["champion", "challenger", "retired"]).required().computed(),
            moment("trained_at", "Trained at").required().computed(),
            integer("leads", "Leads", 0, 1_000_000_000).computed().help("Leads with a known outcome it learned from."),
            integer("conversions", "Conversions", 0, 1_000_000_000).computed().help("How many of them converted."),
            json("metrics", "Metrics").computed().help("Quality on the latest period, which it never saw."),
            json("definition", "Definition").computed().help("The fitted model."),
            text("lake_lsn", "Warehouse position", 20).computed().help("The warehouse state it learned from."),
        ],
    )
}
