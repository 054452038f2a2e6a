//! One mail to one person.

use catalog::{Changes, Ids, Invalid, ObjectDef, Principal, policy};
use serde_json::Map;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Correspondence, NewEmail, Sender, activity, recipient};
use crate::{
    Error, Result,
    mails::{self, FromPerson, MailBody, NewMail},
    records::{Draft, Record, Verb, moment_text},
};

impl Correspondence {
    /// Writes to a lead or contact and answers the activity that the mail is.
    ///
    /// # Errors
    /// [`Error::RecordNotFound`], [`Error::NotAllowed`]; [`Error::Invalid`] names what cannot be sent;
    /// [`Error::Conflict`] when no mail server is configured.
    pub async fn send(&self, caller: &Principal, object: &ObjectDef, id: Uuid, email: &NewEmail) -> Result<Record> {
        let record = self.oltp.read(caller, object, id).await?;
        let activities = self.oltp.known("activity")?;
        if !policy(caller, activities).create {
            return Err(Error::not_allowed("create", activities));
        }
        self.public_url()?;
        email.check(object)?;
        let to = recipient(&record).ok_or_else(|| {
            let message = format!("this {} has no address that you may see", object.label.to_lowercase());
            Invalid::field("email", "no_address", message)
        })?;
        let sender = self.sender(caller).await?;
        let email = email.filled(&record);
        let draft = self.draft((object, id), caller, &email)?;
        let activity_id = draft.id;
        let mut tx = self.oltp.pool().begin().await?;
        let made = self.oltp.write_within(&mut tx, (caller, activities, Verb::Create), vec![draft]).await?;
        let key = format!("email:{activity_id}");
        self.enqueue(&mut tx, (key, to), (&email, &sender), (activity_id, None)).await?;
        tx.commit().await?;
        made.into_iter().next().ok_or_else(|| Error::not_found(activities))
    }

    /// The activity of a mail, not yet written.
    pub(super) fn draft(
        &self,
        (object, record_id): (&ObjectDef, Uuid),
        caller: &Principal,
        email: &NewEmail,
    ) -> Result<Draft> {
        let at = self.oltp.clock().now();
        let fields = activity(object, (record_id, caller.user_id), email, &moment_text(at));
        let empty = Map::new();
        let changes = Changes::parse_new(self.oltp.known("activity")?, fields.as_object().unwrap_or(&empty))?;
        Ok(Draft::new(Ids.fresh(), changes, at))
    }

    /// Puts a mail into the queue.
    pub(super) async fn enqueue(
        &self,
        tx: &mut PgConnection,
        (key, (name, address)): (String, (String, String)),
        (email, sender): (&NewEmail, &Sender),
        (activity_id, unsubscribe_url): (Uuid, Option<String>),
    ) -> Result<()> {
        let now = self.oltp.clock().now();
        let mail = NewMail {
            key,
            name,
            address,
            subject: email.subject.clone(),
            body: MailBody::letter(&email.text, unsubscribe_url.as_deref()),
            due_at: now,
            person: Some(FromPerson {
                name: sender.name.clone(),
                address: sender.address.clone(),
                unsubscribe_url,
                activity_id,
            }),
        };
        mails::enqueue(tx, &mail, now).await?;
        Ok(())
    }
}
