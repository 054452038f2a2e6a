//! Hand-off: everything open that a person has goes to another.

use catalog::{Invalid, Principal, policy};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Error, Oltp, Result,
    bulk::{BulkAudit, BulkRow},
    records::scope,
};

/// What is handed over, with what makes a record of it open; one line each.
const OPEN: [(&str, &str); 5] = [
    ("lead", "t.status not in (select name from lead_statuses where category <> 'open' and deleted_at is null)"),
    ("deal", "t.status = 'open'"),
    ("task", "t.status in ('open', 'in_progress')"),
    ("contact", "true"),
    ("company", "true"),
];
/// Records of one hand-off, which is one transaction; more than anybody works on by hand.
const MAX_RECORDS: usize = 50_000;

/// How many records of an object are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HandoffCount)]
pub struct Count {
    /// The object, such as `lead`.
    pub object: String,
    /// Its records.
    pub records: usize,
}

/// To whom, and what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Handoff {
    /// Who gets everything: the id of an active person.
    pub to: Uuid,
    /// Objects to hand over: lead, deal, task, contact, company; all of them when absent.
    pub objects: Option<Vec<String>>,
}

impl Oltp {
    /// How many open records of a person the caller could hand over.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the caller may not know of the person.
    pub async fn handoff_preview(&self, caller: &Principal, from: Uuid) -> Result<Vec<Count>> {
        self.read(caller, self.known("user")?, from).await?;
        let mut connection = self.pool().acquire().await?;
        let mut counts = Vec::new();
        for (name, open) in OPEN {
            let ids = self.open_records(&mut connection, caller, (name, open), from).await?;
            counts.push(Count { object: name.to_owned(), records: ids.len() });
        }
        Ok(counts)
    }

    /// Gives the open records of a person to another, all of them or none, and answers how many they were.
    ///
    /// **Idempotent**: what was handed over is not the person's any more.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`], [`Error::NotAllowed`]; [`Error::Invalid`] names the object or the person
    /// who cannot get it.
    pub async fn hand_off(&self, caller: &Principal, from: Uuid, wanted: &Handoff) -> Result<Vec<Count>> {
        let people = self.known("user")?;
        self.read(caller, people, from).await?;
        self.check_recipient(from, wanted.to).await?;
        let objects = chosen(wanted.objects.as_deref())?;
        let mut tx = self.pool().begin().await?;
        let mut counts = Vec::new();
        let mut total = 0;
        for (name, open) in objects {
            let object = self.known(name)?;
            let ids = self.open_records(&mut tx, caller, (name, open), from).await?;
            if !ids.is_empty() && !policy(caller, object).update {
                return Err(Error::not_allowed("hand over", object));
            }
            total += ids.len();
            if total > MAX_RECORDS {
                let message = format!("more than {MAX_RECORDS} records; hand over one object at a time or in bulk");
                return Err(Invalid::field("objects", "too_many", message).into());
            }
            let fields = json!({"owner_id": wanted.to});
            let changes = catalog::Changes::parse_patch(object, fields.as_object().unwrap_or(&serde_json::Map::new()))?;
            let at = self.clock().now();
            let row = |id: &Uuid| BulkRow { id: *id, changes: changes.clone(), effective_at: at };
            let rows: Vec<BulkRow> = ids.iter().map(row).collect();
            let audit = BulkAudit::PerRecord { source: "hand-off".to_owned() };
            self.bulk_update(&mut tx, caller, object, &rows, &audit).await.map_err(out_of_bulk)?;
            counts.push(Count { object: name.to_owned(), records: rows.len() });
        }
        if total > 0 {
            let payload = json!({"object": "user", "record_id": wanted.to, "from": from, "records": total,
                                 "actor_id": caller.user_id});
            crate::records::tell(&mut tx, "user.received_handoff", &payload, self.clock().now()).await?;
        }
        tx.commit().await?;
        Ok(counts)
    }

    /// Ids of the open records of a person, among those the caller sees and may change.
    async fn open_records(
        &self,
        connection: &mut PgConnection,
        caller: &Principal,
        (name, open): (&str, &str),
        owner: Uuid,
    ) -> Result<Vec<Uuid>> {
        let object = self.known(name)?;
        let policy = policy(caller, object);
        // Only names of the catalogue and the conditions above are spliced in.
        let sql = format!(
            "select t.id from {table} t where t.owner_id = $1 and t.deleted_at is null and {open} and {scope} limit $2",
            table = crate::records::statement::quoted(&object.table),
            scope = scope::condition(&policy.rows, 3),
        );
        let limit = i64::try_from(MAX_RECORDS + 1).unwrap_or(i64::MAX);
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(owner).bind(limit);
        if let Some(ids) = scope::ids(&policy.rows) {
            query = query.bind(ids);
        }
        Ok(query.fetch_all(connection).await?)
    }

    async fn check_recipient(&self, from: Uuid, to: Uuid) -> Result<()> {
        let refuse = |code, message: &str| Err(Invalid::field("to", code, message).into());
        if from == to {
            return refuse("same_person", "this is the person who hands over");
        }
        let status = sqlx::query_scalar("select status from users where id = $1 and deleted_at is null").bind(to);
        let status: Option<String> = status.fetch_optional(self.pool()).await?;
        match status.as_deref() {
            Some("active") => Ok(()),
            Some(_) => refuse("account_closed", "this account is not active; choose somebody else"),
            None => refuse("unknown_record", "there is no user with this id"),
        }
    }

    /// Whether there is such a person whose account is not active.
    pub(crate) async fn person_is_closed(&self, id: Uuid) -> Result<bool> {
        let sql = "select exists (select from users where id = $1 and status <> 'active')";
        Ok(sqlx::query_scalar(sql).bind(id).fetch_one(self.pool()).await?)
    }
}

fn chosen(wanted: Option<&[String]>) -> Result<Vec<(&'static str, &'static str)>> {
    let Some(wanted) = wanted else {
        return Ok(OPEN.to_vec());
    };
    let mut objects = Vec::new();
    for name in wanted {
        let known = OPEN.into_iter().find(|(known, _)| known == name);
        let known = known.ok_or_else(|| {
            let names = OPEN.map(|(name, _)| name).join(", ");
            Invalid::field("objects", "unknown_choice", format!("{name} cannot be handed over; there are {names}"))
        })?;
        if objects.contains(&known) {
            return Err(Invalid::field("objects", "duplicate", format!("{name} is given twice")).into());
        }
        objects.push(known);
    }
    Ok(objects)
}

/// The refusal of a record, which is that of the whole hand-off.
fn out_of_bulk(error: Error) -> Error {
    if let Error::BulkRow { source, .. } = error { *source } else { error }
}
