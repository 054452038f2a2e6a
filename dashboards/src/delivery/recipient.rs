//! Who gets a delivery, with the rights they have at this moment.

use catalog::{Fault as _, FaultKind, Principal};
use oltp::deliveries::DeliveryOutcome;
use serde_json::Value;
use uuid::Uuid;

use super::Deliveries;

/// A person who gets mail.
pub(super) struct Recipient {
    pub(super) principal: Principal,
    pub(super) name: String,
    pub(super) address: String,
}

impl Deliveries {
    /// The recipient as one who asks; whoever has left or was locked out is refused.
    pub(super) async fn recipient(&self, id: Uuid) -> Result<Recipient, DeliveryOutcome> {
        let (name, address) = self.name_and_address(id).await?;
        let principal = self.parts.identity.act_as(&Principal::system(), &id.to_string()).await;
        let principal = principal.map_err(|error| {
            if let oltp::Error::AccountClosed { status } = &error {
                return DeliveryOutcome::Refused(format!("The account of {name} is {status}."));
            }
            unreadable(&error)
        })?;
        Ok(Recipient { principal: principal.exporting(), name, address })
    }

    /// The name of a person for the text of a mail.
    pub(super) async fn name_of(&self, id: Option<Uuid>) -> Option<String> {
        self.name_and_address(id?).await.ok().map(|(name, _)| name)
    }

    async fn name_and_address(&self, id: Uuid) -> Result<(String, String), DeliveryOutcome> {
        let unknown = || oltp::Error::unknown_object("user");
        let users = self.parts.oltp.catalog().object("user").ok_or_else(unknown).map_err(|error| unreadable(&error))?;
        let record = self.parts.oltp.read(&Principal::system(), users, id).await;
        let record = record.map_err(|error| {
            if error.kind() == FaultKind::NotFound {
                return DeliveryOutcome::Refused("The recipient's account is deleted.".to_owned());
            }
            unreadable(&error)
        })?;
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok((text("name"), text("email")))
    }
}

/// The database is away, or a defect: tried again like any other temporary failure.
pub(super) fn unreadable(error: &oltp::Error) -> DeliveryOutcome {
    tracing::warn!("a delivery could not be read: {error:?}");
    DeliveryOutcome::Later("The records could not be read just now.".to_owned())
}
