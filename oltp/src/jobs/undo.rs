//! The job that takes another one back, by what the audit log says that it did.
//!
//! Created records go to the bin, deleted ones come back, changed fields get their old values. What
//! somebody has changed since stays as they left it, and is told of.

use std::collections::BTreeMap;

use catalog::{Changes, ObjectDef, Principal, policy};
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{JobKind, JobProblem, NewJob, Run, Step, Stopped, bulk::problems, merge, selection::Selected, source_of};
use crate::{
    Error, Oltp, Result,
    bulk::BulkRow,
    records::{Record, Verb, locked, scope},
};

/// Its name in the queue.
const KIND: &str = "undo";
/// Records per step; each is read, compared and written.
const RECORDS_PER_STEP: i64 = 500;

/// What a job did to one record, step after step.
#[derive(Debug, FromRow)]
pub(crate) struct Done {
    pub(crate) record_id: Uuid,
    pub(crate) action: String,
    pub(crate) version: Option<i64>,
    pub(crate) changes: Value,
}

/// What is to be done to a record so that it is as before.
#[derive(Debug, PartialEq)]
enum Back {
    Nothing,
    Delete,
    Restore,
    Set(Map<String, Value>),
}

impl Oltp {
    /// Makes a job that takes back what a job of the caller did, and answers its id.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`], [`Error::NotUndoable`].
    pub async fn start_undo(&self, caller: &Principal, job: Uuid) -> Result<Uuid> {
        let mut tx = self.pool().begin().await?;
        // Two requests at once: the second one sees the undo of the first.
        sqlx::query("select id from jobs where id = $1 for update").bind(job).execute(&mut *tx).await?;
        let undone = self.job(caller, job).await?;
        if !undone.undoable {
            return Err(Error::NotUndoable);
        }
        let new = NewJob {
            kind: KIND,
            title: format!("Take back: {}", undone.title),
            object: undone.object,
            parameters: json!({}),
            undoable: false,
            undoes: Some(job),
        };
        let id = self.add_job(&mut tx, caller, new).await?;
        tx.commit().await?;
        self.jobs_added();
        Ok(id)
    }
}

/// Takes jobs back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undo;

impl JobKind for Undo {
    fn name(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Value, Stopped>> {
        Box::pin(async move {
            let undone = undone(run).await?;
            select(run, &undone).await?;
            while step(run, &undone).await? {}
            Ok(Value::Null)
        })
    }
}

/// The job that is taken back.
struct Undone {
    id: Uuid,
    kind: String,
    /// What the audit log calls it.
    source: String,
}

async fn undone(run: &Run) -> Result<Undone, Stopped> {
    let id = run.undoes.ok_or(Stopped::Lost)?;
    let job = sqlx::query_as("select kind, title from jobs where id = $1").bind(id);
    let job: Option<(String, String)> = job.fetch_optional(run.oltp.pool()).await?;
    let (kind, title) = job.ok_or(Stopped::Lost)?;
    Ok(Undone { id, kind, source: source_of(&title, id) })
}

/// Fixes which records were written, the latest first, unless an earlier attempt did.
async fn select(run: &Run, undone: &Undone) -> Result<(), Stopped> {
    let (mut tx, done) = run.begin().await?;
    if done > 0 {
        return Ok(());
    }
    sqlx::query("delete from job_records where job_id = $1").bind(run.id).execute(&mut *tx).await?;
    let selected = sqlx::query(include_str!("../../sql/written_by_job.sql"));
    let selected = selected.bind(run.id).bind(undone.id).bind(&undone.source).execute(&mut *tx).await?;
    let total = i64::try_from(selected.rows_affected()).ok();
    run.advance(&mut tx, &Step { total, ..Step::default() }).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes back the next records; `false` when there are none left.
async fn step(run: &Run, undone: &Undone) -> Result<bool, Stopped> {
    let caller = run.caller().await?;
    // What a merge moved belongs to many people; it moves back as it came.
    let caller = if undone.kind == merge::KIND { merge::on_behalf_of(&caller) } else { caller };
    let (mut tx, done) = run.begin().await?;
    let selected = Oltp::next_records(&mut tx, run.id, done, RECORDS_PER_STEP).await?;
    if selected.is_empty() {
        return Ok(false);
    }
    let mut problems = Vec::new();
    for same in selected.chunk_by(|one, next| one.object == next.object) {
        problems.extend(take_back(run, &mut tx, &caller, (same, &undone.source)).await?);
    }
    let done = done + i64::try_from(selected.len()).unwrap_or_default();
    run.advance(&mut tx, &Step { done, problems, ..Step::default() }).await?;
    tx.commit().await?;
    run.oltp.people_changed();
    Ok(true)
}

/// Takes back records of one object.
async fn take_back(
    run: &Run,
    tx: &mut PgConnection,
    caller: &Principal,
    (selected, source): (&[Selected], &str),
) -> Result<Vec<JobProblem>, Stopped> {
    let catalog = run.oltp.catalog();
    let Some(object) = selected.first().and_then(|first| catalog.object(&first.object)) else {
        return Ok(Vec::new());
    };
    let ids: Vec<Uuid> = selected.iter().map(|selected| selected.record_id).collect();
    let rows = policy(caller, object).rows;
    let current = locked(tx, object, &ids, (&scope::condition(&rows, 2), scope::ids(&rows))).await?;
    let mut written = written(tx, object, (&ids, source)).await?;
    let mut problems = Vec::new();
    let mut back: BTreeMap<&'static str, (Verb, Vec<BulkRow>)> = BTreeMap::new();
    let effective_at = run.oltp.clock().now();
    for id in ids {
        let Some(record) = current.get(&id) else {
            problems.push(problem(object, id, "record_not_found", "It is gone, or you do not see it any more."));
            continue;
        };
        let (step, kept) = plan(object, record, &written.remove(&id).unwrap_or_default());
        if let Some(words) = kept {
            problems.push(problem(object, id, "changed_since", &words));
        }
        let (verb, set) = match step {
            Back::Nothing => continue,
            Back::Delete => (Verb::Delete, Map::new()),
            Back::Restore => (Verb::Restore, Map::new()),
            Back::Set(set) => (Verb::Update, set),
        };
        match Changes::parse_patch(object, &set) {
            Ok(changes) => {
                let rows = &mut back.entry(verb.as_str()).or_insert_with(|| (verb, Vec::new())).1;
                rows.push(BulkRow { id, changes, effective_at });
            }
            Err(invalid) => problems.push(problem(object, id, "invalid_fields", &invalid.to_string())),
        }
    }
    for (verb, rows) in back.into_values() {
        let outcomes = run.oltp.bulk_each(tx, (caller, object), (verb, &rows), &run.source).await?;
        problems.extend(self::problems(object, &rows, outcomes));
    }
    Ok(problems)
}

fn problem(object: &ObjectDef, id: Uuid, code: &str, message: &str) -> JobProblem {
    JobProblem {
        object: Some(object.name.clone()),
        record_id: Some(id),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

/// What was done to the records by a source, by record, oldest first.
pub(crate) async fn written(
    tx: &mut PgConnection,
    object: &ObjectDef,
    (ids, source): (&[Uuid], &str),
) -> Result<BTreeMap<Uuid, Vec<Done>>> {
    let sql = "select record_id, action, version, changes from audit_log
               where object = $1 and record_id = any($2) and source = $3 order by id";
    let entries: Vec<Done> = sqlx::query_as(sql).bind(&object.name).bind(ids).bind(source).fetch_all(tx).await?;
    let mut written: BTreeMap<Uuid, Vec<Done>> = BTreeMap::new();
    for entry in entries {
        written.entry(entry.record_id).or_default().push(entry);
    }
    Ok(written)
}

/// What makes the record as it was, and what has to stay because somebody changed it since.
fn plan(object: &ObjectDef, record: &Record, done: &[Done]) -> (Back, Option<String>) {
    let (Some(first), Some(last)) = (done.first(), done.last()) else { return (Back::Nothing, None) };
    let deleted = record.get("deleted_at").is_some_and(|at| !at.is_null());
    if first.action == "create" {
        let untouched = record.get("version").and_then(Value::as_i64) == last.version;
        return match (deleted, untouched) {
            (true, _) => (Back::Nothing, None),
            (false, true) => (Back::Delete, None),
            (false, false) => (Back::Nothing, Some("It was changed since it was created; it stays.".to_owned())),
        };
    }
    match last.action.as_str() {
        "delete" if deleted => return (Back::Restore, None),
        "restore" if !deleted => return (Back::Delete, None),
        "delete" | "restore" => return (Back::Nothing, None),
        _ if deleted => return (Back::Nothing, Some("It was deleted since; it stays in the bin.".to_owned())),
        _ => {}
    }
    let (set, kept) = fields(object, record, done);
    let words = (!kept.is_empty()).then(|| format!("Changed since, so it stays as it is: {}.", kept.join(", ")));
    (if set.is_empty() { Back::Nothing } else { Back::Set(set) }, words)
}

/// The old values of the fields that still are as the job left them, and the labels of the others.
fn fields(object: &ObjectDef, record: &Record, done: &[Done]) -> (Map<String, Value>, Vec<String>) {
    let (mut set, mut kept) = (Map::new(), Vec::new());
    for field in object.fields.iter().filter(|field| !field.computed) {
        let mut changes = done.iter().filter_map(|done| done.changes.get(&field.name));
        let Some(first) = changes.next() else { continue };
        let last = changes.next_back().unwrap_or(first);
        let (old, new) = (first.get("old").unwrap_or(&Value::Null), last.get("new").unwrap_or(&Value::Null));
        let current = record.get(&field.name).unwrap_or(&Value::Null);
        if current == new {
            set.insert(field.name.clone(), old.clone());
        } else if current != old {
            kept.push(field.label.clone());
        }
    }
    (set, kept)
}

#[cfg(test)]
mod tests {
    use catalog::Catalog;

    use super::*;

    fn entry(action: &str, version: i64, changes: Value) -> Done {
        Done { record_id: Uuid::nil(), action: action.to_owned(), version: Some(version), changes }
    }

    fn planned(record: Value, done: &[Done]) -> (Back, Option<String>) {
        let catalog = Catalog::standard();
        let Value::Object(record) = record else { panic!("not an object") };
        plan(catalog.object("lead").expect("leads exist"), &record, done)
    }

    fn set(fields: Value) -> Back {
        let Value::Object(fields) = fields else { panic!("not an object") };
        Back::Set(fields)
    }

    #[test]
    fn fields_go_back_unless_somebody_changed_them_since() {
        let done =
            [entry("update", 2, json!({"source": {"old": "web", "new": "fair"}, "name": {"old": "A", "new": "B"}}))];

        let untouched = planned(json!({"version": 2, "source": "fair", "name": "B"}), &done);
        let touched = planned(json!({"version": 3, "source": "call", "name": "B"}), &done);

        assert_eq!(untouched, (set(json!({"source": "web", "name": "A"})), None));
        assert_eq!(touched.0, set(json!({"name": "A"})));
        assert_eq!(touched.1.as_deref(), Some("Changed since, so it stays as it is: Source."));
    }

    #[test]
    fn what_was_made_goes_and_what_was_deleted_comes_back() {
        let made = [entry("create", 1, json!({"name": {"new": "A"}})), entry("update", 2, json!({}))];
        let deleted = [entry("delete", 2, json!({}))];

        assert_eq!(planned(json!({"version": 2}), &made).0, Back::Delete);
        assert!(planned(json!({"version": 3}), &made).1.is_some());
        assert_eq!(planned(json!({"version": 2, "deleted_at": "2026-01-01"}), &deleted), (Back::Restore, None));
        assert_eq!(planned(json!({"version": 3}), &deleted), (Back::Nothing, None));
    }
}
