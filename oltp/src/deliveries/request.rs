//! Running a schedule now, because somebody asked.

use catalog::{Principal, policy};
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Oltp, Result, records::Record, schedules::recipients};

/// Whom a run that was asked for goes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressees {
    /// Every recipient of the schedule; its owner and administrators may ask for this.
    #[default]
    Recipients,
    /// Only whoever asks; everybody who sees the schedule may.
    Me,
}

impl Oltp {
    /// Makes the deliveries of a run that is due now and answers them.
    ///
    /// The schedule's own runs are not touched, and it need not be active.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`] when the caller may not see the schedule; [`Error::OwnerOnly`] when
    /// they may not send it to others.
    pub async fn request_deliveries(
        &self,
        caller: &Principal,
        schedule: Uuid,
        addressees: Addressees,
    ) -> Result<Vec<Record>> {
        let object = self.system_object("schedule")?;
        let record = self.read(caller, object, schedule).await?;
        let owner = record.get("owner_id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
        let recipients = match addressees {
            Addressees::Me => vec![caller.user_id],
            Addressees::Recipients if policy(caller, object).changeable.covers(owner) => {
                recipients(record.get("recipients").unwrap_or(&Value::Null))
            }
            Addressees::Recipients => return Err(Error::OwnerOnly { object: object.label.to_lowercase() }),
        };
        let mut tx = self.pool().begin().await?;
        let made = self.make_deliveries(&mut tx, &record, (self.clock().now(), &recipients)).await?;
        tx.commit().await?;
        Ok(made)
    }
}
