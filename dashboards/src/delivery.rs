//! Scheduled mail: reports and dashboards that go out by themselves.
//!
//! [`Deliveries::plan`] turns schedules that are due into deliveries, one per recipient;
//! [`Deliveries::send`] renders each under the recipient's own rights and hands it to the mail
//! server. The queue between the two is in Postgres (`oltp::deliveries` says what is promised after
//! a kill); both are loops that the program starts and stops.
//!
//! Invariants: nobody is mailed a figure they could not see by asking for it themselves; what could
//! not be sent says why in the history; an absent mail server loses nothing.

mod content;
mod letter;
mod planner;
mod recipient;
mod sender;

use std::sync::Arc;

use catalog::{Changes, Principal};
use chrono::{DateTime, Utc};
use oltp::{Oltp, deliveries::Addressees, identity::Identity, records::Record};
use serde_json::{Map, Value};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{Dashboards, mail::Mailer};

/// Plans and sends scheduled mail; cheap to clone.
#[derive(Debug, Clone)]
pub struct Deliveries {
    parts: Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    oltp: Oltp,
    identity: Arc<Identity>,
    dashboards: Dashboards,
    /// `None` when no mail server is configured: deliveries wait then and say so.
    mailer: Option<Mailer>,
    /// Told when there is something new to send.
    something_to_send: Notify,
}

impl Deliveries {
    /// A service over these; without a mailer deliveries wait for one.
    pub fn new(oltp: Oltp, identity: Arc<Identity>, dashboards: Dashboards, mailer: Option<Mailer>) -> Self {
        let something_to_send = Notify::new();
        Self { parts: Arc::new(Parts { oltp, identity, dashboards, mailer, something_to_send }) }
    }

    /// The next three runs of a schedule with these fields.
    ///
    /// # Errors
    /// Everything that saving the schedule would refuse, field by field.
    pub async fn preview(
        &self,
        caller: &Principal,
        fields: &Map<String, Value>,
    ) -> Result<Vec<DateTime<Utc>>, oltp::Error> {
        let unknown = || oltp::Error::unknown_object("schedule");
        let object = self.parts.oltp.catalog().object("schedule").ok_or_else(unknown)?;
        let changes = Changes::parse_new(object, fields)?;
        self.parts.oltp.preview_schedule(caller, &changes).await
    }

    /// Makes the deliveries of a run that somebody asked for; they are sent right away.
    ///
    /// # Errors
    /// The caller may not see the schedule, or may not send it to others.
    pub async fn run_now(
        &self,
        caller: &Principal,
        schedule: Uuid,
        addressees: Addressees,
    ) -> Result<Vec<Record>, oltp::Error> {
        let made = self.parts.oltp.request_deliveries(caller, schedule, addressees).await?;
        self.parts.something_to_send.notify_one();
        Ok(made)
    }
}
