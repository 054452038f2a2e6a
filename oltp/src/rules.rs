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

mod assignment;
mod assignment_rule;
mod comment;
mod deal;
mod goal;
pub(crate) mod lead;
mod lead_contact;
mod lead_feedback;
mod lead_status;
mod line_amount;
mod lines;
mod personal;
mod pipeline;
mod role;
mod schedule;
mod stage;
mod standard;
mod stock;
mod tags;
mod task;
mod tree;
mod user;
mod workflow_rule;

use standard::Standard;

/// Completes the drafts by the rules of their object, refusing those that break one.
pub(crate) async fn complete(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &mut [Draft]) -> Result<()> {
    let Some(object) = Standard::of(batch.object) else {
        return Ok(());
    };
    if batch.object.field("tags").is_some() {
        tags::complete(batch, drafts);
    }
    match object {
        Standard::Company | Standard::Team => tree::complete(tx, batch, drafts).await,
        Standard::Role => role::complete(tx, batch, drafts).await,
        Standard::User => user::complete(tx, batch, drafts).await,
        Standard::Pipeline => pipeline::complete(tx, batch, drafts).await,
        Standard::Stage => stage::complete(tx, batch, drafts).await,
        Standard::Deal => {
            deal::complete(tx, batch, drafts).await?;
            lines::check_total(lines::DEAL, tx, batch, drafts).await
        }
        Standard::DealItem => lines::complete(lines::DEAL, tx, batch, drafts).await,
        Standard::Order => lines::check_total(lines::ORDER, tx, batch, drafts).await,
        Standard::OrderItem => lines::complete(lines::ORDER, tx, batch, drafts).await,
        Standard::LeadContact => lead_contact::complete(tx, batch, drafts).await,
        Standard::LeadFeedback => {
            lead_feedback::complete(batch, drafts);
            Ok(())
        }
        Standard::Comment => comment::complete(tx, batch, drafts).await,
        Standard::Lead => lead::complete(tx, batch, drafts).await,
        Standard::AssignmentRule => assignment_rule::complete(tx, batch, drafts).await,
        Standard::WorkflowRule => workflow_rule::complete(tx, batch, drafts).await,
        Standard::Goal => {
            goal::complete(batch, drafts);
            Ok(())
        }
        Standard::LeadStatus => lead_status::complete(tx, batch, drafts).await,
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

/// Writes of other records that must be stored before the drafts.
pub(crate) async fn before(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    if Standard::of(batch.object) == Some(Standard::Pipeline) {
        return pipeline::before(tx, batch, drafts).await;
    }
    if Standard::of(batch.object) == Some(Standard::LeadContact) {
        return lead_contact::before(tx, batch, drafts).await;
    }
    if Standard::of(batch.object) == Some(Standard::Task) {
        return task::before(batch, drafts);
    }
    Ok(Vec::new())
}

/// Locks what must be locked before the drafts are, so that two writers never wait for each other.
pub(crate) async fn lock_first(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<()> {
    let object = Standard::of(batch.object);
    if object == Some(Standard::OrderItem) {
        return lines::lock_parents(lines::ORDER, tx, batch, drafts).await;
    }
    if object == Some(Standard::DealItem) {
        return lines::lock_parents(lines::DEAL, tx, batch, drafts).await;
    }
    Ok(())
}

/// Updates of other records that follow from the drafts once they are stored.
pub(crate) async fn after(tx: &mut PgConnection, batch: &Batch<'_>, drafts: &[Draft]) -> Result<Vec<FollowUp>> {
    let object = Standard::of(batch.object);
    if object == Some(Standard::Order) {
        return lines::follow(lines::ORDER, tx, batch, drafts).await;
    }
    if object == Some(Standard::LeadContact) {
        return lead_contact::after(tx, batch, drafts).await;
    }
    if object == Some(Standard::OrderItem) {
        return lines::after(lines::ORDER, tx, batch, drafts).await;
    }
    if object == Some(Standard::Deal) {
        return lines::follow(lines::DEAL, tx, batch, drafts).await;
    }
    if object == Some(Standard::DealItem) {
        return lines::after(lines::DEAL, tx, batch, drafts).await;
    }
    Ok(Vec::new())
}
