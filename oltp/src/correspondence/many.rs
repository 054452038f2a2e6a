//! The job that writes to everybody selected.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{ObjectDef, Principal, policy};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Correspondence, NewEmail, recipient};
use crate::{
    Error, Oltp, Result,
    jobs::{JobKind, JobProblem, NewJob, Run, Selection, Step, Stopped},
    records::{Draft, Journal, Record, Verb, id_of},
};

/// Its name in the queue.
const KIND: &str = "mail";
/// Mails of one job; more is a campaign.
const MAX_RECIPIENTS: i64 = 10_000;
/// Mails per step.
const PER_STEP: i64 = 200;

/// What a job writes, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// Singular name of the object.
    object: String,
    email: NewEmail,
}

impl Correspondence {
    /// Makes a job that writes to everybody selected and answers its id.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]; [`Error::Invalid`] names what cannot be sent; [`Error::Conflict`] when no mail
    /// server is configured or the selection is not as large as `expected`.
    pub async fn send_to_many(
        &self,
        caller: &Principal,
        object: &ObjectDef,
        email: NewEmail,
        (selection, expected): (&Selection, Option<i64>),
    ) -> Result<Uuid> {
        let activities = self.oltp.known("activity")?;
        if !policy(caller, object).read {
            return Err(Error::unknown_object(&object.table));
        }
        if !policy(caller, activities).create {
            return Err(Error::not_allowed("create", activities));
        }
        self.public_url()?;
        email.check(object)?;
        self.sender(caller).await?;
        let order = Order { object: object.name.clone(), email };
        let parameters = serde_json::to_value(order);
        let job = NewJob {
            kind: KIND,
            title: format!("Write to {}", object.plural_label.to_lowercase()),
            object: Some(object.table.clone()),
            parameters: parameters.map_err(|error| Error::Broken(format!("mail without a form: {error}")))?,
            undoable: false,
            undoes: None,
        };
        self.oltp.start_over(caller, object, job, (selection, expected, MAX_RECIPIENTS)).await
    }
}

/// Runs mail to many.
#[derive(Debug, Clone)]
pub struct MassMail(Correspondence);

impl MassMail {
    /// Over this correspondence.
    pub fn new(correspondence: Correspondence) -> Self {
        Self(correspondence)
    }
}

impl JobKind for MassMail {
    fn name(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Value, Stopped>> {
        Box::pin(async move {
            let order: Order = run.parameters()?;
            while self.0.step(run, &order).await? {}
            Ok(Value::Null)
        })
    }
}

impl Correspondence {
    /// Writes to the next ones; `false` when there are none left.
    async fn step(&self, run: &Run, order: &Order) -> Result<bool, Stopped> {
        let caller = run.caller().await?;
        let sender = self.sender(&caller).await?;
        let object = run.oltp.known(&order.object)?;
        let (mut tx, done) = run.begin().await?;
        let selected = Oltp::next_records(&mut tx, run.id, done, PER_STEP).await?;
        if selected.is_empty() {
            return Ok(false);
        }
        let ids: Vec<Uuid> = selected.iter().map(|selected| selected.record_id).collect();
        let records = self.seen(&caller, object, &ids).await?;
        let withdrawn = withdrawn(&mut tx, records.values()).await?;
        let mut problems = Vec::new();
        let mut drafts: Vec<Draft> = Vec::new();
        for id in &ids {
            let to = match addressed(records.get(id), &withdrawn) {
                Ok(to) => to,
                Err((code, message)) => {
                    let code = code.to_owned();
                    let object = Some(object.name.clone());
                    problems.push(JobProblem { object, record_id: Some(*id), code, message: message.to_owned() });
                    continue;
                }
            };
            let email = records.get(id).map_or_else(|| order.email.clone(), |record| order.email.filled(record));
            let draft = self.draft((object, *id), &caller, &email)?;
            let unsubscribe = self.unsubscribe_url(object, *id)?;
            let key = format!("job:{}:{id}", run.id);
            self.enqueue(&mut tx, (key, to), (&email, &sender), (draft.id, Some(unsubscribe))).await?;
            drafts.push(draft);
        }
        if !drafts.is_empty() {
            let write = (&caller, run.oltp.known("activity")?, Verb::Create);
            run.oltp.write_recorded(&mut tx, write, Journal::Records { source: &run.source }, drafts).await?;
        }
        let done = done + i64::try_from(ids.len()).unwrap_or_default();
        run.advance(&mut tx, &Step { done, problems, ..Step::default() }).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The records that the caller may see, by id.
    async fn seen(&self, caller: &Principal, object: &ObjectDef, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Record>> {
        let limit = [("limit".to_owned(), PER_STEP.to_string())];
        let query = self.oltp.list_query(caller, object, &limit).await?.only(ids.to_vec());
        let records = self.oltp.list(caller, object, &query).await?.items;
        Ok(records.into_iter().filter_map(|record| Some((id_of(&record)?, record))).collect())
    }
}

/// The addresses among those of the records whose owners want no mail that goes to many, in lower case.
async fn withdrawn(tx: &mut PgConnection, records: impl Iterator<Item = &Record>) -> Result<BTreeSet<String>> {
    let addresses: Vec<String> = records.filter_map(recipient).map(|(_, address)| address.to_lowercase()).collect();
    let found = sqlx::query_scalar(include_str!("../../sql/withdrawn_addresses.sql")).bind(addresses);
    let found: Vec<String> = found.fetch_all(tx).await?;
    Ok(found.into_iter().collect())
}

/// Name and address of a record; otherwise why nothing is sent.
fn addressed(
    record: Option<&Record>,
    withdrawn: &BTreeSet<String>,
) -> std::result::Result<(String, String), (&'static str, &'static str)> {
    let record = record.ok_or(("not_found", "It is not there any more, or you may not see it."))?;
    let to = recipient(record).ok_or(("no_address", "It has no address that you may see."))?;
    if withdrawn.contains(&to.1.to_lowercase()) {
        return Err(("consent_withdrawn", "They do not want mail that goes to many."));
    }
    Ok(to)
}
