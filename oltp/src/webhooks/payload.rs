//! What a call says, read under the rights of the webhook's owner at that moment.

use catalog::{Fault, FaultKind, ObjectDef, Principal, policy};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Webhooks, claim::Claimed};
use crate::{
    Error, Result,
    records::{moment_text, scope, statement},
};

/// A body to send, or why there is none.
pub(super) type Body = std::result::Result<Value, &'static str>;

const NOT_VISIBLE: &str = "The owner may not see the record.";

impl Webhooks {
    /// The body of a call.
    pub(super) async fn payload(&self, claimed: &Claimed) -> Result<Body> {
        let owner = match self.inner.identity.act_as(&Principal::system(), &claimed.owner_id.to_string()).await {
            Ok(owner) => owner,
            Err(Error::RecordNotFound { .. } | Error::AccountClosed { .. }) => {
                return Ok(Err("The owner's account is closed."));
            }
            Err(error) => return Err(error),
        };
        let mut data = json!({});
        if let Some(name) = &claimed.object {
            let Some(object) = self.oltp().catalog().object(name) else {
                return Ok(Err("There is no such object any more."));
            };
            data = match self.about(&owner, object, claimed).await? {
                Ok(data) => data,
                Err(reason) => return Ok(Err(reason)),
            };
        }
        Ok(Ok(json!({ "type": claimed.event, "timestamp": moment_text(claimed.created_at), "data": data })))
    }

    async fn about(&self, owner: &Principal, object: &ObjectDef, claimed: &Claimed) -> Result<Body> {
        let policy = policy(owner, object);
        if !policy.read {
            return Ok(Err(NOT_VISIBLE));
        }
        let said = |name: &str| claimed.announced.get(name).cloned().unwrap_or_default();
        let Some(id) = claimed.record_id else {
            // A bulk load: how many, and where they came from.
            return Ok(Ok(json!({ "object": object.name, "records": said("records"), "source": said("source") })));
        };
        let fields: Vec<Value> = said("fields")
            .as_array()
            .into_iter()
            .flatten()
            .filter(|field| field.as_str().is_some_and(|field| !policy.masked.contains(field)))
            .cloned()
            .collect();
        let record = match self.oltp().read(owner, object, id).await {
            Ok(record) => Value::Object(record),
            Err(error) if error.kind() == FaultKind::NotFound && self.binned(owner, object, id).await? => Value::Null,
            Err(error) if matches!(error.kind(), FaultKind::NotFound | FaultKind::Forbidden) => {
                return Ok(Err(NOT_VISIBLE));
            }
            Err(error) => return Err(error),
        };
        Ok(Ok(json!({
            "object": object.name,
            "id": id,
            "version": said("version"),
            "fields": fields,
            "record": record,
        })))
    }

    /// Whether the record lies in the bin and the owner would see it otherwise.
    async fn binned(&self, owner: &Principal, object: &ObjectDef, id: Uuid) -> Result<bool> {
        let rows = policy(owner, object).rows;
        let sql = format!(
            "select exists (select 1 from {table} {row} where {row}.id = $1 and {row}.deleted_at is not null and {scope})",
            table = statement::quoted(&object.table),
            row = statement::ROW,
            scope = scope::condition(&rows, 2),
        );
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(id);
        if let Some(owners) = scope::ids(&rows) {
            query = query.bind(owners);
        }
        Ok(query.fetch_one(self.oltp().pool()).await?)
    }
}
