//! Deals: pipeline, stage, status, probability and closing day follow from one another.

use catalog::Invalid;
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{
    Error, Result,
    records::{Batch, Draft, Verb, moment_text},
};

/// A stage with what deals take from it.
#[derive(Debug, Clone, FromRow)]
struct Stage {
    id: Uuid,
    pipeline_id: Uuid,
    category: String,
    probability: Option<String>,
    in_default_pipeline: bool,
    live: bool,
}

/// Every stage, the default pipeline's first, in pipeline order.
#[derive(Debug)]
struct Stages(Vec<Stage>);

impl Stages {
    async fn load(tx: &mut PgConnection) -> Result<Self> {
        Ok(Self(sqlx::query_as(include_str!("../../sql/stages.sql")).fetch_all(tx).await?))
    }

    fn live(&self, id: Uuid) -> Option<&Stage> {
        self.0.iter().find(|stage| stage.id == id && stage.live)
    }

    fn first_of(&self, pipeline: Uuid) -> Option<&Stage> {
        self.0.iter().find(|stage| stage.pipeline_id == pipeline && stage.live)
    }

    fn first_of_default(&self) -> Option<&Stage> {
        self.0.iter().find(|stage| stage.in_default_pipeline && stage.live)
    }
}

/// Fields that the rules look at; a change of others needs nothing.
const PLACE: [&str; 4] = ["pipeline_id", "stage_id", "closed_on", "probability"];

/// Completes deals: an empty pipeline means the default one (or that of the given stage), an
/// empty stage the first of its pipeline. Status, time in stage and, unless given, probability
/// come from the stage. Closing sets the closing day unless given; an open deal has none.
pub(super) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let concerned = |draft: &Draft| match batch.verb {
        Verb::Create => draft.alive(),
        Verb::Update => draft.alive() && PLACE.iter().any(|name| draft.changing(name)),
        Verb::Delete | Verb::Restore => false,
    };
    if !drafts.iter().any(concerned) {
        return Ok(());
    }
    let stages = Stages::load(tx).await?;
    for draft in drafts.iter_mut().filter(|draft| concerned(draft)) {
        match stage_of(draft, &stages) {
            Ok(stage) => enter(draft, batch, stage),
            Err(error) => draft.refuse(error),
        }
    }
    Ok(())
}

/// The stage a deal will stand in.
fn stage_of<'s>(draft: &Draft, stages: &'s Stages) -> Result<&'s Stage> {
    let given = |name: &str| draft.changes.get(name).and(draft.link_after(name));
    let kept = |name: &str| draft.changes.get(name).is_none().then(|| draft.link_after(name)).flatten();
    let stage = match given("stage_id") {
        Some(id) => Some(stages.live(id).ok_or_else(no_such_stage)?),
        None => None,
    };
    let pipeline = given("pipeline_id").or_else(|| kept("pipeline_id"));
    match (pipeline, stage) {
        (Some(pipeline), Some(stage)) if stage.pipeline_id != pipeline => {
            let message = "Stage belongs to another pipeline; give pipeline_id too";
            Err(Invalid::field("stage_id", "other_pipeline", message).into())
        }
        (_, Some(stage)) => Ok(stage),
        (Some(pipeline), None) => {
            let same = draft.current.is_some() && draft.before("pipeline_id").as_str() == Some(&pipeline.to_string());
            let current = kept("stage_id").filter(|_| same).and_then(|id| stages.0.iter().find(|stage| stage.id == id));
            current.or_else(|| stages.first_of(pipeline)).ok_or_else(|| no_stages("pipeline_id"))
        }
        (None, None) => stages.first_of_default().ok_or_else(|| {
            let message = "there is no default pipeline with stages; give a pipeline or make one the default";
            Error::conflict("no_default_pipeline", Invalid::field("pipeline_id", "no_default_pipeline", message))
        }),
    }
}

fn no_such_stage() -> Error {
    Invalid::field("stage_id", "unknown_record", "there is no stage with this id").into()
}

fn no_stages(field: &str) -> Error {
    Error::conflict("no_stages", Invalid::field(field, "no_stages", "this pipeline has no stages yet"))
}

fn enter(draft: &mut Draft, batch: &Batch<'_>, stage: &Stage) {
    let object = batch.object;
    draft.set(object, "pipeline_id", &json!(stage.pipeline_id));
    draft.set(object, "stage_id", &json!(stage.id));
    draft.set(object, "status", &json!(stage.category));
    if draft.changing("stage_id") {
        draft.set(object, "stage_entered_at", &json!(moment_text(draft.effective_at)));
        if !draft.changing("probability") {
            draft.set(object, "probability", &json!(stage.probability));
        }
    }
    let closed = stage.category != "open";
    if closed && draft.after("closed_on").is_null() {
        draft.set(object, "closed_on", &json!(draft.effective_at.date_naive()));
    }
    if !closed && !draft.after("closed_on").is_null() {
        draft.set(object, "closed_on", &Value::Null);
    }
}
