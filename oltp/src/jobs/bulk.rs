//! The job that changes many records at once, each through the one path.

use catalog::{Changes, Invalid, ObjectDef, Principal, policy};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{JobKind, JobProblem, NewJob, Run, Selection, Step, Stopped, run::sentence};
use crate::{
    Error, Oltp, Result,
    bulk::{BulkRow, RowOutcome},
    records::Verb,
};

/// Its name in the queue.
const KIND: &str = "bulk";
/// Records per step: a fraction of a second of work, so that progress moves and cancelling is quick.
const RECORDS_PER_STEP: i64 = 1_000;

/// What is done to the selected records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkVerb {
    /// Fields get new values; `owner_id` among them assigns.
    Update,
    /// They go to the bin.
    Delete,
    /// They come back from the bin.
    Restore,
}

impl From<BulkVerb> for Verb {
    fn from(verb: BulkVerb) -> Self {
        match verb {
            BulkVerb::Update => Self::Update,
            BulkVerb::Delete => Self::Delete,
            BulkVerb::Restore => Self::Restore,
        }
    }
}

/// A change of many records of one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// Singular name of the object.
    pub object: String,
    /// What is done.
    pub verb: BulkVerb,
    /// The new values of an update, by field name.
    pub set: Map<String, Value>,
}

impl Oltp {
    /// Makes a job of a change of many records and answers its id. The records are fixed now; what
    /// becomes of each is decided when its turn comes.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::MaskedField`]; [`Error::Invalid`] names the fields;
    /// [`Error::Conflict`] when the selection is not as large as `expected`.
    pub async fn start_bulk(
        &self,
        caller: &Principal,
        change: BulkChange,
        selection: &Selection,
        expected: Option<i64>,
    ) -> Result<Uuid> {
        let object = self.catalog().object(&change.object).ok_or_else(|| Error::unknown_object(&change.object))?;
        let changes = check(caller, object, &change)?;
        let title = title(object, change.verb, &changes);
        let set = match changes.to_json() {
            Value::Object(set) => set,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
        };
        let parameters = serde_json::to_value(BulkChange { set, ..change });
        let parameters = parameters.map_err(|error| Error::Broken(format!("a bulk change without a form: {error}")))?;
        let job =
            NewJob { kind: KIND, title, object: Some(object.table.clone()), parameters, undoable: true, undoes: None };
        self.start_over(caller, object, job, (selection, expected, i64::MAX)).await
    }
}

/// Refuses what could not be done to any record.
fn check(caller: &Principal, object: &ObjectDef, change: &BulkChange) -> Result<Changes> {
    let policy = policy(caller, object);
    let (allowed, word) = match change.verb {
        BulkVerb::Update => (policy.update, "update"),
        BulkVerb::Delete => (policy.delete, "delete"),
        BulkVerb::Restore => (policy.delete, "restore"),
    };
    if !policy.read || !allowed {
        return Err(Error::not_allowed(word, object));
    }
    let changes = Changes::parse_patch(object, &change.set)?;
    if let Some(field) = policy.masked.iter().find(|field| changes.get(field).is_some()) {
        return Err(Error::MaskedField { field: field.clone() });
    }
    match (change.verb, changes.is_empty()) {
        (BulkVerb::Update, true) => Err(Invalid::field("set", "required", "say which fields get which values").into()),
        (BulkVerb::Delete | BulkVerb::Restore, false) => {
            Err(Invalid::field("set", "not_allowed", "only an update sets fields").into())
        }
        (BulkVerb::Update, false) | (BulkVerb::Delete | BulkVerb::Restore, true) => Ok(changes),
    }
}

fn title(object: &ObjectDef, verb: BulkVerb, changes: &Changes) -> String {
    let objects = object.plural_label.to_lowercase();
    let assigned = changes.iter().all(|(name, _)| name == "owner_id");
    match verb {
        BulkVerb::Update if assigned => format!("Assign {objects}"),
        BulkVerb::Update => format!("Change {objects}"),
        BulkVerb::Delete => format!("Delete {objects}"),
        BulkVerb::Restore => format!("Restore {objects}"),
    }
}

/// Runs bulk changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bulk;

impl JobKind for Bulk {
    fn name(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Value, Stopped>> {
        Box::pin(async move {
            let change: BulkChange = run.parameters()?;
            let catalog = run.oltp.catalog();
            let object = catalog.object(&change.object).ok_or_else(|| Error::unknown_object(&change.object))?;
            let changes = Changes::parse_patch(object, &change.set).map_err(Error::from)?;
            while step(run, object, change.verb, &changes).await? {}
            Ok(Value::Null)
        })
    }
}

/// Deals with the next records; `false` when there are none left.
async fn step(run: &Run, object: &ObjectDef, verb: BulkVerb, changes: &Changes) -> Result<bool, Stopped> {
    let caller = run.caller().await?;
    let (mut tx, done) = run.begin().await?;
    let selected = Oltp::next_records(&mut tx, run.id, done, RECORDS_PER_STEP).await?;
    if selected.is_empty() {
        return Ok(false);
    }
    let effective_at = run.oltp.clock().now();
    let row = |id| BulkRow { id, changes: changes.clone(), effective_at };
    let rows: Vec<BulkRow> = selected.iter().map(|selected| row(selected.record_id)).collect();
    let outcomes = run.oltp.bulk_each(&mut tx, (&caller, object), (verb.into(), &rows), &run.source).await?;
    let problems = problems(object, &rows, outcomes);
    let done = done + i64::try_from(rows.len()).unwrap_or_default();
    run.advance(&mut tx, &Step { done, problems, ..Step::default() }).await?;
    tx.commit().await?;
    if ["user", "team"].contains(&object.name.as_str()) {
        run.oltp.people_changed();
    }
    Ok(true)
}

/// The refused rows as problems.
pub(super) fn problems(object: &ObjectDef, rows: &[BulkRow], outcomes: Vec<RowOutcome>) -> Vec<JobProblem> {
    let problem = |(row, outcome): (&BulkRow, RowOutcome)| match outcome {
        RowOutcome::Written => None,
        RowOutcome::Refused(error) => Some(JobProblem {
            object: Some(object.name.clone()),
            record_id: Some(row.id),
            code: code(&error).to_owned(),
            message: sentence(&words(&error)),
        }),
    };
    rows.iter().zip(outcomes).filter_map(problem).collect()
}

fn code(error: &Error) -> &'static str {
    use catalog::Fault as _;
    error.invalid().and_then(|invalid| invalid.0.first()).map_or_else(|| error.code(), |field| field.code)
}

fn words(error: &Error) -> String {
    use catalog::Fault as _;
    let named = error
        .invalid()
        .map(|Invalid(fields)| fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join("; "));
    named.unwrap_or_else(|| error.to_string())
}
