//! Changes of the data model while everything runs.
//!
//! A new column exists in Postgres, then in the warehouse, then in the catalogue, so that nobody writes
//! to a column that the warehouse does not know. A column that goes leaves in the opposite order: the
//! catalogue first, so that nobody speaks of it when it is dropped. Writes go on meanwhile; the stream
//! into the warehouse waits for some hundred milliseconds and then has them too.

use std::{sync::Arc, time::Duration};

use catalog::{Catalog, Fault, FaultKind, Invalid, Principal};
use oltp::{
    Oltp,
    data_model::{CustomField, CustomObject, FieldChanges, NewField, NewObject, ObjectChanges},
    http::{current_request_id, within_request},
};
use tokio::{sync::Mutex, time::timeout};
use uuid::Uuid;
use warehouse::TableSpec;

use crate::{CaptureHandle, capture::Paused};

/// Longest wait for the stream to pause: it may be in the middle of a large transaction.
const PAUSE_PATIENCE: Duration = Duration::from_secs(10);
/// Requests that began with a field finish within this time before its column goes.
const DRAIN: Duration = Duration::from_millis(250);

/// Why the data model stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The records refuse it.
    #[error(transparent)]
    Records(#[from] oltp::Error),
    /// The stream into the warehouse cannot make way.
    #[error(transparent)]
    Capture(#[from] crate::Error),
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Records(error) => error.kind(),
            Self::Capture(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Records(error) => error.code(),
            Self::Capture(error) => error.code(),
        }
    }

    fn invalid(&self) -> Option<&Invalid> {
        match self {
            Self::Records(error) => error.invalid(),
            Self::Capture(_) => None,
        }
    }
}

type Result<T> = std::result::Result<T, Error>;

/// Changes what records consist of; cheap to clone.
#[derive(Debug, Clone)]
pub struct DataModel {
    oltp: Oltp,
    capture: CaptureHandle,
    turn: Arc<Mutex<()>>,
}

impl DataModel {
    /// The data model of these records, captured by this task.
    pub fn new(oltp: Oltp, capture: CaptureHandle) -> Self {
        Self { oltp, capture, turn: Arc::default() }
    }

    /// The records.
    pub fn oltp(&self) -> &Oltp {
        &self.oltp
    }

    /// Adds a field and answers when it can be written, reported on and searched.
    ///
    /// # Errors
    /// What is wrong with it; the table or the stream is busy. Nothing was changed then.
    pub async fn add_field(&self, caller: &Principal, new: NewField) -> Result<CustomField> {
        self.oltp.check_new_field(caller, &new).await?;
        let (model, caller) = (self.clone(), caller.clone());
        to_the_end(async move {
            let _turn = model.turn.lock().await;
            let paused = model.pause().await?;
            let (id, next) = model.oltp.add_custom_field(&caller, &new).await?;
            paused.resume(tables(&next)).await?;
            model.oltp.live_catalog().replace(next);
            Ok(model.oltp.custom_field(&caller, id).await?)
        })
        .await
    }

    /// Changes what people read of a field.
    ///
    /// # Errors
    /// There is no such field, or what is wrong with the changes.
    pub async fn change_field(&self, caller: &Principal, id: Uuid, changes: FieldChanges) -> Result<CustomField> {
        let (model, caller) = (self.clone(), caller.clone());
        to_the_end(async move {
            let _turn = model.turn.lock().await;
            model.oltp.change_custom_field(&caller, id, &changes).await?;
            model.oltp.take_up_catalog().await?;
            Ok(model.oltp.custom_field(&caller, id).await?)
        })
        .await
    }

    /// Deletes a field with its values, if it has as many as the caller saw.
    ///
    /// # Errors
    /// There is no such field, it has another number of values, or the table or the stream is busy.
    /// Nothing was changed then.
    pub async fn delete_field(&self, caller: &Principal, id: Uuid, values: i64) -> Result<()> {
        let (model, caller) = (self.clone(), caller.clone());
        to_the_end(async move {
            let _turn = model.turn.lock().await;
            let without = model.oltp.check_deletion(&caller, id, values).await?;
            let deletion = model.oltp.delete_custom_field(&caller, id, values);
            model.without(&without, deletion).await
        })
        .await
    }

    /// Adds an object and answers when its records can be written, reported on and searched.
    ///
    /// # Errors
    /// What is wrong with it; the stream is busy. Nothing was changed then.
    pub async fn add_object(&self, caller: &Principal, new: NewObject) -> Result<CustomObject> {
        self.oltp.check_new_object(caller, &new).await?;
        let (model, caller) = (self.clone(), caller.clone());
        to_the_end(async move {
            let _turn = model.turn.lock().await;
            let paused = model.pause().await?;
            let (id, next) = model.oltp.add_custom_object(&caller, &new, model.capture.publication()).await?;
            paused.resume(tables(&next)).await?;
            model.oltp.live_catalog().replace(next);
            Ok(model.oltp.custom_object(&caller, id).await?)
        })
        .await
    }

    /// Gives an object other labels.
    ///
    /// # Errors
    /// There is no such object, or what is wrong with the labels.
    pub async fn change_object(&self, caller: &Principal, id: Uuid, changes: ObjectChanges) -> Result<CustomObject> {
        let (model, caller) = (self.clone(), caller.clone());
        to_the_end(async move {
            let _turn = model.turn.lock().await;
            model.oltp.change_custom_object(&caller, id, &changes).await?;
            model.oltp.take_up_catalog().await?;
            Ok(model.oltp.custom_object(&caller, id).await?)
        })
        .await
    }

    /// Deletes an object with its records, if it has as many as the caller saw.
    ///
    /// # Errors
    /// There is no such object, something links to it, it has another number of records, or the table or
    /// the stream is busy. Nothing was changed then.
    pub async fn delete_object(&self, caller: &Principal, id: Uuid, records: i64) -> Result<()> {
        let (model, caller) = (self.clone(), caller.clone());
        to_the_end(async move {
            let _turn = model.turn.lock().await;
            let without = model.oltp.check_object_deletion(&caller, id, records).await?;
            let deletion = model.oltp.delete_custom_object(&caller, id, records);
            model.without(&without, deletion).await
        })
        .await
    }

    /// Takes something out of the catalogue, then out of Postgres, then out of the warehouse.
    async fn without(&self, without: &Catalog, deletion: impl Future<Output = oltp::Result<()>> + Send) -> Result<()> {
        let before = Catalog::clone(self.oltp.catalog());
        self.oltp.live_catalog().replace(without.clone());
        tokio::time::sleep(DRAIN).await;
        let deleted = self.dropped(without, deletion).await;
        if deleted.is_err() {
            self.oltp.live_catalog().replace(before);
        }
        deleted
    }

    async fn dropped(&self, without: &Catalog, deletion: impl Future<Output = oltp::Result<()>> + Send) -> Result<()> {
        let paused = self.pause().await?;
        deletion.await?;
        if let Err(error) = paused.resume(tables(without)).await {
            // It is gone in any case; the warehouse takes that up at the next start.
            tracing::error!(error = %error, "the warehouse did not take up a deletion");
        }
        Ok(())
    }

    async fn pause(&self) -> Result<Paused> {
        let paused = timeout(PAUSE_PATIENCE, self.capture.pause()).await;
        Ok(paused.unwrap_or(Err(crate::Error::CatchingUp))?)
    }
}

/// The tables of a catalogue as the warehouse describes them.
fn tables(catalog: &Catalog) -> Vec<TableSpec> {
    catalog.objects.iter().map(TableSpec::from_object).collect()
}

/// Finishes what was begun even if nobody waits for the answer any more.
#[expect(clippy::disallowed_methods, reason = "a change of the data model must not stop half way; it is awaited here")]
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let request = current_request_id();
    match tokio::spawn(within_request(request, work)).await {
        Ok(done) => done,
        Err(died) => Err(oltp::Error::Broken(format!("a change of the data model died: {died}")).into()),
    }
}
