//! The statements of single leads by themselves: what the interface over HTTP is measured against.
//!
//! They are those that a request sends, in its order and on the pool of the program; nothing is
//! parsed, decided or answered around them.

use catalog::{Ids, ObjectDef, Principal, policy};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    Error, Oltp, Result,
    records::{Record, moment_text, scope, statement},
    rules::lead::LeadStatuses,
};

/// Writes and reads leads of one person.
#[derive(Debug, Clone)]
pub struct LeadStatements {
    oltp: Oltp,
    caller: Principal,
    lead: ObjectDef,
    read: String,
    lock: String,
    insert: String,
    /// What the person's row predicate is bound to.
    owners: Option<Vec<Uuid>>,
}

impl LeadStatements {
    /// The statements that requests of this person send.
    ///
    /// # Errors
    /// There are no leads in the catalogue.
    pub fn of(oltp: &Oltp, caller: &Principal) -> Result<Self> {
        let lead = oltp.catalog().object("lead").ok_or_else(|| Error::unknown_object("lead"))?.clone();
        let rows = policy(caller, &lead).rows;
        let condition = scope::condition(&rows, 2);
        Ok(Self {
            oltp: oltp.clone(),
            caller: caller.clone(),
            read: statement::read(&lead, &condition),
            lock: statement::lock(&lead, &condition),
            insert: statement::returning(&statement::insert(&lead), &lead),
            owners: scope::ids(&rows),
            lead,
        })
    }

    /// Inserts a lead with these fields.
    ///
    /// # Errors
    /// Postgres refuses.
    pub async fn create(&self, fields: &Map<String, Value>) -> Result<()> {
        let (id, now) = (Ids.fresh(), self.oltp.clock().now());
        let mut tx = self.oltp.pool().begin().await?;
        let me = self.caller.user_id;
        LeadStatuses::load(&mut tx).await?;
        let mut row = fields.clone();
        let at = json!(moment_text(now));
        for (name, value) in
            [("id", json!(id)), ("created_at", at.clone()), ("updated_at", at), ("owner_id", json!(me))]
        {
            row.insert(name.to_owned(), value);
        }
        self.write(&mut tx, &self.insert, &json!([row])).await?;
        self.tell(&mut tx, ("create", "created"), (id, 1), fields).await?;
        Ok(tx.commit().await?)
    }

    /// Reads a lead.
    ///
    /// # Errors
    /// It is not there, or Postgres is away.
    pub async fn read(&self, id: Uuid) -> Result<()> {
        let mut query = sqlx::query_scalar::<_, Json<Record>>(AssertSqlSafe(self.read.as_str())).bind(id);
        if let Some(owners) = &self.owners {
            query = query.bind(owners);
        }
        query.fetch_one(self.oltp.pool()).await?;
        Ok(())
    }

    /// Gives a lead these values.
    ///
    /// # Errors
    /// It is not there, or Postgres refuses.
    pub async fn update(&self, id: Uuid, fields: &Map<String, Value>) -> Result<()> {
        let now = self.oltp.clock().now();
        let mut tx = self.oltp.pool().begin().await?;
        let mut query = sqlx::query_scalar::<_, Json<Record>>(AssertSqlSafe(self.lock.as_str())).bind(vec![id]);
        if let Some(owners) = &self.owners {
            query = query.bind(owners);
        }
        let Json(before) = query.fetch_one(&mut *tx).await?;
        let version = before.get("version").and_then(Value::as_i64).unwrap_or_default() + 1;
        let mut row = fields.clone();
        row.insert("id".to_owned(), json!(id));
        row.insert("updated_at".to_owned(), json!(moment_text(now)));
        let update = statement::update(&self.lead, &fields.keys().map(String::as_str).collect());
        self.write(&mut tx, &statement::returning(&update, &self.lead), &json!([row])).await?;
        self.tell(&mut tx, ("update", "updated"), (id, version), fields).await?;
        Ok(tx.commit().await?)
    }

    async fn write(&self, tx: &mut PgConnection, sql: &str, rows: &Value) -> Result<()> {
        sqlx::query_scalar::<_, Json<Record>>(AssertSqlSafe(sql)).bind(Json(rows)).fetch_all(tx).await?;
        Ok(())
    }

    /// The audit entry and the outbox message.
    async fn tell(
        &self,
        tx: &mut PgConnection,
        (action, done): (&str, &str),
        (id, version): (Uuid, i64),
        fields: &Map<String, Value>,
    ) -> Result<()> {
        let now = self.oltp.clock().now();
        let changes: Map<String, Value> =
            fields.iter().map(|(name, value)| (name.clone(), json!({ "new": value }))).collect();
        sqlx::query(include_str!("../../sql/write_audit.sql"))
            .bind(Json(json!([{"record_id": id, "version": version, "changes": changes}])))
            .bind(Some(self.caller.user_id))
            .bind(&self.caller.username)
            .bind(action)
            .bind(&self.lead.name)
            .bind(None::<&str>)
            .bind(now)
            .bind(None::<String>)
            .execute(&mut *tx)
            .await?;
        let at = moment_text(now);
        let names: Vec<&String> = fields.keys().collect();
        let payload = json!({
            "object": "lead", "record_id": id, "version": version, "effective_at": at,
            "actor_id": self.caller.user_id, "fields": names,
        });
        sqlx::query(include_str!("../../sql/write_outbox.sql"))
            .bind(Json(json!([payload])))
            .bind(format!("lead.{done}"))
            .bind("lead")
            .bind(now)
            .execute(tx)
            .await?;
        Ok(())
    }
}
