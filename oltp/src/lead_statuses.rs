//! The ready sets of lead statuses, and putting one of them in force.

use catalog::{Changes, Ids, ObjectDef, Principal, RowScope};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgTransaction;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Oltp, Result,
    records::{Draft, Record, Verb, id_of, locked, scope},
};

/// A ready set of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// New, contacted, qualified, then converted or lost.
    Qualification,
    /// New, in progress, closed; converting closes a lead too.
    Simple,
}

/// Name, category, what may follow, and what must be filled in.
type Step = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const QUALIFICATION: [Step; 5] = [
    ("new", "open", &["contacted", "qualified", "converted", "lost"], &[]),
    ("contacted", "open", &["qualified", "converted", "lost"], &[]),
    ("qualified", "open", &["contacted", "converted", "lost"], &[]),
    ("converted", "converted", &["qualified"], &[]),
    ("lost", "lost", &["new", "contacted"], &["lost_reason"]),
];

const SIMPLE: [Step; 4] = [
    ("new", "open", &["in_progress", "converted", "closed"], &[]),
    ("in_progress", "open", &["converted", "closed"], &[]),
    ("converted", "converted", &["in_progress"], &[]),
    ("closed", "lost", &["in_progress"], &["lost_reason"]),
];

impl Preset {
    fn steps(self) -> &'static [Step] {
        match self {
            Self::Qualification => &QUALIFICATION,
            Self::Simple => &SIMPLE,
        }
    }
}

impl Oltp {
    /// Puts a ready set of statuses in force and answers it, in order.
    ///
    /// Statuses of the same name are changed, others go to the bin; leads that stand in one of those
    /// keep its word until somebody moves them, wherever they like.
    ///
    /// # Errors
    /// [`Error::NotAllowed`](crate::Error::NotAllowed) for those who may not write lead statuses.
    pub async fn use_preset(&self, caller: &Principal, preset: Preset) -> Result<Vec<Record>> {
        let object = self.known("lead_status")?;
        let mut tx = self.pool().begin().await?;
        let live = live(&mut tx, object).await?;
        let known = |name: &str| live.iter().find(|status| status.get("name").and_then(Value::as_str) == Some(name));
        let (mut fresh, mut changed, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for (place, (name, category, next, required)) in preset.steps().iter().enumerate() {
            let fields = json!({"name": name, "position": place + 1, "category": category, "next_statuses": next,
                                "required_fields": required, "manager_only": false});
            let fields = fields.as_object().cloned().unwrap_or_default();
            let at = self.clock().now();
            if let Some(id) = known(name).and_then(id_of) {
                kept.push(id);
                changed.push(Draft::new(id, Changes::parse_patch(object, &fields)?, at));
            } else {
                fresh.push(Draft::new(Ids.fresh(), Changes::parse_new(object, &fields)?, at));
            }
        }
        let gone = live.iter().filter_map(id_of).filter(|id| !kept.contains(id));
        let gone = gone.map(|id| Draft::new(id, Changes::default(), self.clock().now())).collect();
        // New ones come first, because the others name them.
        for (verb, drafts) in [(Verb::Create, fresh), (Verb::Update, changed), (Verb::Delete, gone)] {
            self.write_within(&mut tx, (caller, object, verb), drafts).await?;
        }
        let mut statuses = self::live(&mut tx, object).await?;
        tx.commit().await?;
        statuses.sort_by_key(|status| status.get("position").and_then(Value::as_i64));
        Ok(statuses)
    }
}

/// The live statuses, locked.
async fn live(tx: &mut PgTransaction<'_>, object: &ObjectDef) -> Result<Vec<Record>> {
    let ids = sqlx::query_scalar("select id from lead_statuses where deleted_at is null order by id");
    let ids: Vec<Uuid> = ids.fetch_all(&mut **tx).await?;
    let records = locked(tx, object, &ids, (&scope::condition(&RowScope::All, 2), None)).await?;
    let alive = |record: &Record| record.get("deleted_at").is_none_or(Value::is_null);
    Ok(records.into_values().filter(alive).collect())
}
