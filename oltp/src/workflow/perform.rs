//! One run of a rule: whether the record meets its conditions, and what follows.

use catalog::{Changes, Ids, ObjectDef, Principal};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sqlx::{FromRow, PgTransaction};
use uuid::Uuid;

use super::{
    Workflows,
    action::{self, Action, MAX_MESSAGE, MAX_TASK_NAME},
    person::Person,
    queue::Claimed,
};
use crate::{
    Error, Oltp, Result,
    notifications::RULE_NOTICE,
    records::{Draft, Journal, Record, Verb, moment_text, tell},
    words,
};

/// A rule as a run needs it.
#[derive(Debug, FromRow)]
struct Rule {
    name: String,
    conditions: Option<Value>,
    actions: Value,
    author_id: Option<Uuid>,
    active: bool,
}

/// How a run ends.
enum Ending {
    /// The rule does not concern the record as it is now, or not any more.
    Nothing,
    /// This was done.
    Done(String),
    /// The rule cannot act, for this reason.
    Impossible(&'static str),
}

/// The record that a rule acts on, and for whom.
struct Act<'a> {
    oltp: &'a Oltp,
    author: &'a Principal,
    object: &'a ObjectDef,
    /// As the author sees it.
    record: &'a Record,
    record_id: Uuid,
    journal: Journal<'a>,
    at: DateTime<Utc>,
}

impl Workflows {
    /// Makes a run, and marks it made in the same transaction.
    pub(super) async fn perform(&self, run: &Claimed) -> Result<()> {
        let mut tx = self.oltp.pool().begin().await?;
        let rule = sqlx::query_as(include_str!("../../sql/workflow_run_rule.sql")).bind(run.id).bind(run.attempts);
        let Some(rule): Option<Rule> = rule.fetch_optional(&mut *tx).await? else {
            return Ok(());
        };
        let ending = if rule.active { self.act(&mut tx, run, &rule).await? } else { Ending::Nothing };
        let (status, outcome, error) = match ending {
            Ending::Nothing => {
                sqlx::query("delete from workflow_runs where id = $1").bind(run.id).execute(&mut *tx).await?;
                return Ok(tx.commit().await?);
            }
            Ending::Done(outcome) => ("done", Some(outcome), None),
            Ending::Impossible(reason) => ("failed", None, Some(reason)),
        };
        sqlx::query("update workflow_runs set status = $2, outcome = $3, error = $4, finished_at = $5 where id = $1")
            .bind(run.id)
            .bind(status)
            .bind(outcome)
            .bind(error)
            .bind(self.oltp.clock().now())
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn act(&self, tx: &mut PgTransaction<'_>, run: &Claimed, rule: &Rule) -> Result<Ending> {
        let author = match rule.author_id {
            None => Principal::system(),
            Some(id) => match self.identity.act_as(&Principal::system(), &id.to_string()).await {
                Ok(author) => author,
                Err(Error::RecordNotFound { .. } | Error::AccountClosed { .. }) => {
                    return Ok(Ending::Impossible(
                        "Whoever decided what the rule does has no active account any more; change and save it.",
                    ));
                }
                Err(error) => return Err(error),
            },
        };
        let Some(object) = self.oltp.catalog().object(&run.object) else {
            return Ok(Ending::Nothing);
        };
        let Some(record) = met(&self.oltp, &author, object, (run.record_id, rule.conditions.as_ref())).await? else {
            return Ok(Ending::Nothing);
        };
        let Ok(actions) = action::parse(&rule.actions) else {
            return Ok(Ending::Impossible("What the rule does cannot be read any more; save it again."));
        };
        let source = format!("workflow rule “{}”", rule.name);
        let chain: Vec<Uuid> = run.chain.iter().copied().chain([run.rule_id]).collect();
        let act = Act {
            oltp: &self.oltp,
            author: &author,
            object,
            record: &record,
            record_id: run.record_id,
            journal: Journal::Rule { source: &source, chain: &chain },
            at: self.oltp.clock().now(),
        };
        let mut done = Vec::new();
        let changed = act.change(tx, &actions).await?;
        done.extend((changed > 0).then(|| counted(changed, "field set", "fields set")));
        let tasks = act.make_tasks(tx, &actions).await?;
        done.extend((tasks > 0).then(|| counted(tasks, "task made", "tasks made")));
        let told = act.notify(tx, &actions).await?;
        done.extend((told > 0).then(|| counted(told, "person told", "people told")));
        Ok(Ending::Done(if done.is_empty() { "nothing was left to do".to_owned() } else { done.join(", ") }))
    }
}

/// The record as the author sees it, if it is there and meets the conditions.
async fn met(
    oltp: &Oltp,
    author: &Principal,
    object: &ObjectDef,
    (record_id, conditions): (Uuid, Option<&Value>),
) -> Result<Option<Record>> {
    let filter: Vec<(String, String)> =
        conditions.iter().map(|conditions| ("filter".to_owned(), conditions.to_string())).collect();
    let query = oltp.list_query(author, object, &filter).await?.only(vec![record_id]);
    Ok(oltp.list(author, object, &query).await?.items.into_iter().next())
}

impl Act<'_> {
    /// Sets fields and adds tags, as one version; answers how many fields changed.
    async fn change(&self, tx: &mut PgTransaction<'_>, actions: &[Action]) -> Result<usize> {
        let mut fields = Map::new();
        let mut tagged = false;
        for action in actions {
            match action {
                Action::SetFields { fields: set } => fields.extend(set.clone()),
                Action::AddTags { tags } => {
                    tagged = true;
                    let given = fields.get("tags").or_else(|| self.record.get("tags"));
                    let before = given.and_then(Value::as_array).cloned().unwrap_or_default();
                    fields.insert(
                        "tags".to_owned(),
                        before.into_iter().chain(tags.iter().map(|tag| json!(tag))).collect(),
                    );
                }
                Action::CreateTask { .. } | Action::Notify { .. } => {}
            }
        }
        if fields.is_empty() {
            return Ok(0);
        }
        let changes = Changes::parse_patch(self.object, &fields)?;
        let mut draft = Draft::new(self.record_id, changes, self.at);
        // Somebody else's new tags are not taken off again.
        draft.expected_version = self.record.get("version").and_then(Value::as_i64).filter(|_| tagged);
        let write = (self.author, self.object, Verb::Update);
        let now = self.oltp.write_recorded(tx, write, self.journal, vec![draft]).await?;
        let now = now.first();
        Ok(fields.keys().filter(|name| now.and_then(|now| now.get(*name)) != self.record.get(*name)).count())
    }

    /// Makes the tasks; answers how many.
    async fn make_tasks(&self, tx: &mut PgTransaction<'_>, actions: &[Action]) -> Result<usize> {
        let object = self.oltp.known("task")?;
        let mut drafts = Vec::new();
        for action in actions {
            let Action::CreateTask { name, due_in_days, owner, .. } = action else { continue };
            let mut fields = action.task_fields(&words::filled(name, self.record, MAX_TASK_NAME));
            let author = Some(self.author.user_id).filter(|id| !id.is_nil());
            let owner = owner.of(tx, self.record, author).await?.or(author);
            fields.insert("owner_id".to_owned(), json!(owner));
            fields.insert("due_at".to_owned(), json!(moment_text(self.at + TimeDelta::days(*due_in_days))));
            fields.insert(format!("{}_id", self.object.name), json!(self.record_id));
            drafts.push(Draft::new(Ids.fresh(), Changes::parse_new(object, &fields)?, self.at));
        }
        let made = drafts.len();
        if made > 0 {
            self.oltp.write_recorded(tx, (self.author, object, Verb::Create), self.journal, drafts).await?;
        }
        Ok(made)
    }

    /// Leaves messages for people; answers for how many.
    async fn notify(&self, tx: &mut PgTransaction<'_>, actions: &[Action]) -> Result<usize> {
        let mut told = 0;
        for action in actions {
            let Action::Notify { to, message } = action else { continue };
            let recipients = self.recipients(tx, to).await?;
            if recipients.is_empty() {
                continue;
            }
            told += recipients.len();
            let payload = json!({
                "object": self.object.name, "record_id": self.record_id, "actor_id": self.author.user_id,
                "recipients": recipients, "text": words::filled(message, self.record, MAX_MESSAGE),
            });
            tell(tx, &format!("{}.{RULE_NOTICE}", self.object.name), &payload, self.at).await?;
        }
        Ok(told)
    }

    /// The people meant, each once.
    async fn recipients(&self, tx: &mut PgTransaction<'_>, to: &[Person]) -> Result<Vec<Uuid>> {
        let author = Some(self.author.user_id).filter(|id| !id.is_nil());
        let mut recipients = Vec::new();
        for person in to {
            let found = person.of(tx, self.record, author).await?;
            recipients.extend(found.filter(|id| !recipients.contains(id)));
        }
        Ok(recipients)
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
