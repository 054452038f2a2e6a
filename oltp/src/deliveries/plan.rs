//! From due schedules to deliveries.

use catalog::{Ids, Invalid, ObjectDef, RowScope};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgTransaction};
use uuid::Uuid;

use crate::{
    Error, Oltp, Result,
    records::{Draft, Record, Verb, id_of, locked, moment_of, moment_text, scope},
    schedules::{Timing, recipients},
};

/// What came of one look at the schedules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planned {
    /// How many schedules were due.
    pub schedules: usize,
    /// How many deliveries were made.
    pub deliveries: usize,
}

impl Oltp {
    /// Makes the deliveries of all schedules that are due, each schedule in a transaction of its own.
    ///
    /// Planning again makes nothing twice. A schedule that cannot be planned is logged and does not
    /// hold up the others.
    ///
    /// # Errors
    /// [`Error::Database`] when the schedules cannot be read at all.
    pub async fn plan_deliveries(&self) -> Result<Planned> {
        let mut planned = Planned::default();
        let mut broken: Vec<Uuid> = Vec::new();
        loop {
            let mut tx = self.pool().begin().await?;
            let due = sqlx::query_scalar(include_str!("../../sql/due_schedule.sql"));
            let due: Option<Uuid> = due.bind(self.clock().now()).bind(&broken).fetch_optional(&mut *tx).await?;
            let Some(id) = due else { return Ok(planned) };
            match self.plan_one(tx, id).await {
                Ok(deliveries) => {
                    planned.schedules += 1;
                    planned.deliveries += deliveries;
                }
                Err(error) => {
                    tracing::error!(schedule.id = %id, "a schedule could not be planned: {error:?}");
                    broken.push(id);
                }
            }
        }
    }

    /// When the next schedule is due, if any is active.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn next_planning_at(&self) -> Result<Option<DateTime<Utc>>> {
        let sql = "select min(next_run_at) from schedules where active and deleted_at is null";
        Ok(sqlx::query_scalar(sql).fetch_one(self.pool()).await?)
    }

    async fn plan_one(&self, mut tx: PgTransaction<'_>, id: Uuid) -> Result<usize> {
        let now = self.clock().now();
        let object = self.system_object("schedule")?;
        let mut records = locked(&mut tx, object, &[id], (&scope::condition(&RowScope::All, 2), None)).await?;
        let record = records.remove(&id).ok_or_else(|| Error::not_found(object))?;
        let first = record.get("next_run_at").and_then(moment_of).unwrap_or(now);
        let (due_at, next) = match Timing::of(|name| record.get(name).unwrap_or(&Value::Null)) {
            Ok(timing) => (timing.latest_due(first, now), timing.next_after(now)),
            Err(wrong) => {
                // Written past the rules: it rests until somebody saves it again.
                tracing::error!(schedule.id = %id, "a schedule has no valid timing: {wrong}");
                (first, None)
            }
        };
        let recipients = recipients(record.get("recipients").unwrap_or(&Value::Null));
        let deliveries = self.make_deliveries(&mut tx, &record, (due_at, &recipients)).await?;
        let mut draft = Draft::new(id, catalog::Changes::default(), now);
        draft.set(object, "next_run_at", &next.map_or(Value::Null, |at| json!(moment_text(at))));
        draft.set(object, "last_run_at", &json!(moment_text(due_at)));
        self.write_queue(&mut tx, object, Verb::Update, vec![draft]).await?;
        tx.commit().await?;
        tracing::info!(schedule.id = %id, deliveries = deliveries.len(), due_at = %due_at, "planned a schedule");
        Ok(deliveries.len())
    }

    /// One delivery for each recipient who is still there and has none for this run.
    pub(super) async fn make_deliveries(
        &self,
        tx: &mut PgTransaction<'_>,
        schedule: &Record,
        (due_at, recipients): (DateTime<Utc>, &[Uuid]),
    ) -> Result<Vec<Record>> {
        let id = id_of(schedule).ok_or_else(|| Error::Broken("a schedule without an id".to_owned()))?;
        let present = undelivered(tx, (id, due_at), recipients).await?;
        if present.len() < recipients.len() {
            let gone = recipients.len() - present.len();
            tracing::warn!(schedule.id = %id, "{gone} recipients are deleted or have their delivery already");
        }
        let object = self.system_object("delivery")?;
        let draft = |recipient: Uuid| draft(object, schedule, (recipient, due_at, self.clock().now()));
        let drafts = present.into_iter().map(draft).collect::<Result<Vec<_>, Invalid>>()?;
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        self.write_queue(tx, object, Verb::Create, drafts).await
    }
}

async fn undelivered(
    connection: &mut PgConnection,
    (schedule, due_at): (Uuid, DateTime<Utc>),
    recipients: &[Uuid],
) -> Result<Vec<Uuid>> {
    let sql = include_str!("../../sql/undelivered_recipients.sql");
    let present = sqlx::query_scalar(sql).bind(recipients).bind(schedule).bind(due_at);
    Ok(present.fetch_all(connection).await?)
}

fn draft(
    object: &ObjectDef,
    schedule: &Record,
    (recipient, due_at, now): (Uuid, DateTime<Utc>, DateTime<Utc>),
) -> Result<Draft, Invalid> {
    let fields = serde_json::Map::new();
    let mut draft = Draft::new(Ids.fresh(), catalog::Changes::parse_new(object, &fields)?, now);
    let of_schedule = |name: &str| schedule.get(name).cloned().unwrap_or_default();
    draft.set(object, "schedule_id", &of_schedule("id"));
    draft.set(object, "owner_id", &of_schedule("owner_id"));
    draft.set(object, "recipient_id", &json!(recipient));
    draft.set(object, "due_at", &json!(moment_text(due_at)));
    Ok(draft)
}
