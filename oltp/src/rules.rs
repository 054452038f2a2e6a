//! Business rules of the standard objects.
//!
//! A rule completes or refuses what is about to be written, and may ask for updates of other
//! records in the same transaction. Rules see whole batches, so what they look up is read once
//! for ten thousand imported rows. A custom object has no rules.

use sqlx::PgConnection;

use crate::{
    Result,
    records::{Batch, Draft, FollowUp},
};

mod deal;
mod lead;
mod lead_feedback;
mod order;
mod order_item;
mod personal;
mod pipeline;
mod schedule;
mod stage;
mod standard;
mod task;
mod tree;
mod user;

use standard::Standard;

/// Completes the drafts by the rules of their object, refusing those that break one.
pub(crate) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let Some(object) = Standard::of(batch.object) else {
        return Ok(());
    };
    match object {
        Standard::Company | Standard::Team => tree::complete(tx, batch, drafts).await,
        Standard::User => user::complete(tx, batch, drafts).await,
        Standard::Pipeline => pipeline::complete(tx, batch, drafts).await,
        Standard::Stage => stage::complete(tx, batch, drafts).await,
        Standard::Deal => deal::complete(tx, batch, drafts).await,
        Standard::Order => order::complete(tx, batch, drafts).await,
        Standard::OrderItem => order_item::complete(tx, batch, drafts).await,
        Standard::LeadFeedback => {
            lead_feedback::complete(batch, drafts);
            Ok(())
        }
        Standard::Lead => {
            lead::complete(batch, drafts);
            Ok(())
        }
        Standard::SavedView | Standard::SavedReport | Standard::Dashboard => {
            personal::complete(batch, drafts);
            Ok(())
        }
        Standard::Schedule => {
            personal::complete(batch, drafts);
            schedule::complete(tx, batch, drafts).await
        }
        Standard::Task => {
            task::complete(batch, drafts);
            Ok(())
        }
        // These have no rules beyond their field definitions.
        Standard::Contact
        | Standard::Product
        | Standard::Activity
        | Standard::Note
        | Standard::ScoreModel
        | Standard::Delivery
        | Standard::StageSpan => Ok(()),
    }
}

/// Updates of other records that must be stored before the drafts.
pub(crate) async fn before(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    if Standard::of(batch.object) == Some(Standard::Pipeline) {
        return pipeline::before(tx, batch, drafts).await;
    }
    Ok(Vec::new())
}

/// Updates of other records that follow from the drafts once they are stored.
pub(crate) async fn after(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    let object = Standard::of(batch.object);
    if object == Some(Standard::Order) {
        return order::after(tx, batch, drafts).await;
    }
    if object == Some(Standard::OrderItem) {
        return order_item::after(tx, batch, drafts).await;
    }
    Ok(Vec::new())
}
