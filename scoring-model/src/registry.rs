//! Versions of the scoring, kept as `score_model` records: one champion, which scores, and the rest.

use catalog::{Changes, Ids, ObjectDef, Principal};
use chrono::{DateTime, Utc};
use oltp::{
    Oltp,
    bulk::{BulkAudit, BulkRow},
    records::Record,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Error, definition::Definition};

/// Where the writes of this crate come from, as the audit log says it.
pub(crate) const AUDIT_SOURCE: &str = "scoring";

/// One version as people see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ModelView {
    /// Name, such as `v3`.
    pub name: String,
    /// `rules` or `logistic`.
    pub algorithm: String,
    /// `champion`, `challenger` or `retired`.
    pub status: String,
    /// When it was trained.
    pub trained_at: DateTime<Utc>,
    /// Leads with a known outcome it learned from.
    pub leads: i64,
    /// How many of them converted.
    pub conversions: i64,
    /// Quality on the latest leads, which it never saw; the most important features.
    #[schema(value_type = Object)]
    pub metrics: Value,
    /// The warehouse state it learned from.
    pub lake_lsn: Option<String>,
}

/// A stored version.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) id: Uuid,
    pub(crate) view: ModelView,
    pub(crate) definition: Definition,
}

/// A version that is about to be stored.
#[derive(Debug)]
pub(crate) struct NewVersion {
    pub(crate) definition: Definition,
    pub(crate) champion: bool,
    pub(crate) trained_at: DateTime<Utc>,
    pub(crate) leads: usize,
    pub(crate) conversions: usize,
    pub(crate) metrics: Value,
    pub(crate) lake_lsn: String,
}

/// Reads and writes versions.
#[derive(Debug, Clone)]
pub(crate) struct Registry {
    oltp: Oltp,
}

impl Registry {
    pub(crate) fn new(oltp: Oltp) -> Self {
        Self { oltp }
    }

    /// The version that scores, if there is one.
    pub(crate) async fn champion(&self) -> Result<Option<Version>, Error> {
        self.first(&[("filter[status][eq]", "champion"), ("limit", "1")]).await
    }

    /// The version of this name.
    pub(crate) async fn named(&self, name: &str) -> Result<Option<Version>, Error> {
        self.first(&[("filter[name][eq]", name), ("limit", "1")]).await
    }

    /// The version that was trained last.
    pub(crate) async fn latest(&self) -> Result<Option<Version>, Error> {
        self.first(&[("sort", "-trained_at,-created_at"), ("limit", "1")]).await
    }

    /// Stores a version; a champion retires the one before it.
    pub(crate) async fn add(&self, new: NewVersion) -> Result<Version, Error> {
        let name = self.next_name().await?;
        let status = if new.champion { "champion" } else { "challenger" };
        let fields = json!({
            "name": name,
            "algorithm": new.definition.algorithm(),
            "status": status,
            "trained_at": new.trained_at,
            "leads": new.leads,
            "conversions": new.conversions,
            "metrics": new.metrics,
            "definition": new.definition.to_json()?,
            "lake_lsn": new.lake_lsn,
        });
        let predecessor = if new.champion { self.champion().await? } else { None };
        let system = Principal::system();
        let audit = BulkAudit::PerRecord { source: AUDIT_SOURCE.to_owned() };
        let object = self.object()?;
        let now = self.oltp.clock().now();
        let row = |id: Uuid, fields: &Value| {
            Ok::<_, Error>(BulkRow { id, changes: computed(object, fields)?, effective_at: now })
        };
        let mut tx = self.oltp.pool().begin().await.map_err(oltp::Error::from)?;
        if let Some(predecessor) = predecessor {
            let retired = row(predecessor.id, &json!({"status": "retired"}))?;
            self.oltp.bulk_update(&mut tx, &system, object, &[retired], &audit).await?;
        }
        let added = row(Ids.fresh(), &fields)?;
        self.oltp.bulk_insert(&mut tx, &system, object, &[added], &audit).await?;
        tx.commit().await.map_err(oltp::Error::from)?;
        self.named(&name).await?.ok_or_else(|| Error::defect("a stored model is gone"))
    }

    /// Brings what is known about a version up to date.
    pub(crate) async fn update(&self, id: Uuid, fields: &Value) -> Result<(), Error> {
        let object = self.object()?;
        let audit = BulkAudit::PerRecord { source: AUDIT_SOURCE.to_owned() };
        let row = BulkRow { id, changes: computed(object, fields)?, effective_at: self.oltp.clock().now() };
        let mut tx = self.oltp.pool().begin().await.map_err(oltp::Error::from)?;
        self.oltp.bulk_update(&mut tx, &Principal::system(), object, &[row], &audit).await?;
        tx.commit().await.map_err(oltp::Error::from)?;
        Ok(())
    }

    async fn next_name(&self) -> Result<String, Error> {
        let latest = self.latest().await?;
        let number: u32 =
            latest.and_then(|version| version.view.name.strip_prefix('v')?.parse().ok()).unwrap_or_default();
        Ok(format!("v{}", number + 1))
    }

    async fn first(&self, parameters: &[(&str, &str)]) -> Result<Option<Version>, Error> {
        let object = self.object()?;
        let system = Principal::system();
        let parameters: Vec<(String, String)> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let query = self.oltp.list_query(&system, object, &parameters).await?;
        let page = self.oltp.list(&system, object, &query).await?;
        page.items.first().map(version).transpose()
    }

    fn object(&self) -> Result<&ObjectDef, Error> {
        let object = self.oltp.catalog().object("score_model");
        object.ok_or_else(|| Error::defect("the catalogue has no score models"))
    }
}

/// Changes of computed fields.
pub(crate) fn computed(object: &ObjectDef, fields: &Value) -> Result<Changes, Error> {
    let mut changes = Changes::default();
    for (name, value) in fields.as_object().into_iter().flatten() {
        changes.set_computed(object, name, value).map_err(oltp::Error::from)?;
    }
    Ok(changes)
}

fn version(record: &Record) -> Result<Version, Error> {
    let damaged = |what: &str| Error::DamagedModel { problem: format!("its record has no {what}") };
    let text = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| damaged(name));
    let whole = |name: &str| record.get(name).and_then(Value::as_i64).unwrap_or_default();
    let trained_at = text("trained_at")?;
    let trained_at = DateTime::parse_from_rfc3339(&trained_at).ok().ok_or_else(|| damaged("trained_at"))?;
    Ok(Version {
        id: text("id")?.parse().ok().ok_or_else(|| damaged("id"))?,
        definition: Definition::from_json(record.get("definition").unwrap_or(&Value::Null))?,
        view: ModelView {
            name: text("name")?,
            algorithm: text("algorithm")?,
            status: text("status")?,
            trained_at: trained_at.to_utc(),
            leads: whole("leads"),
            conversions: whole("conversions"),
            metrics: record.get("metrics").cloned().unwrap_or_default(),
            lake_lsn: text("lake_lsn").ok(),
        },
    })
}
