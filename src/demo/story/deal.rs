//! The life of a deal: through the stages, sometimes back, won or lost, sometimes taken up again.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Customer, Lead, Step, Story, activity::About};
use crate::demo::{fields::Fields, market::LOST_REASONS};

/// The stages of the default pipeline, as the migration creates them.
const STAGES: [Uuid; 6] = [stage(0x11), stage(0x12), stage(0x13), stage(0x14), stage(0x15), stage(0x16)];
const WON: usize = 4;
const LOST: usize = 5;
/// Chance to go on from each open stage, for a deal of average quality.
const GOES_ON: [f64; 4] = [0.85, 0.75, 0.72, 0.70];

const fn stage(number: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | number)
}

/// A deal on its way.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Deal {
    pub(super) id: Uuid,
    pub(super) owner: Uuid,
    pub(super) company: Uuid,
    pub(super) contact: Uuid,
    lead: Option<Uuid>,
    name: String,
    pub(super) amount_cents: i64,
    /// Factor on the chance to go on: 1 is average.
    appeal: f64,
    stage: usize,
    reopened: bool,
}

impl Deal {
    /// The deal that a converted lead becomes.
    pub(super) fn from_lead(lead: &Lead, id: Uuid, company: Uuid, contact: Uuid) -> Self {
        Self {
            id,
            owner: lead.owner,
            company,
            contact,
            lead: Some(lead.id),
            name: lead.company.clone(),
            amount_cents: lead.value_cents,
            appeal: 0.85 + 0.5 * lead.quality,
            stage: 0,
            reopened: false,
        }
    }

    /// A further deal with a customer.
    pub(super) fn with_customer(customer: &Customer, id: Uuid, amount_cents: i64) -> Self {
        Self {
            id,
            owner: customer.owner,
            company: customer.company,
            contact: customer.contact,
            lead: None,
            name: customer.name.clone(),
            amount_cents,
            appeal: 1.1,
            stage: 0,
            reopened: false,
        }
    }

    fn about(&self) -> About {
        About {
            owner: self.owner,
            lead: None,
            contact: Some(self.contact),
            company: Some(self.company),
            deal: Some(self.id),
        }
    }
}

impl Story<'_, '_> {
    pub(super) fn open_deal(&mut self, deal: Deal, at: DateTime<Utc>) -> anyhow::Result<()> {
        let product = self.chance.one_of(&self.world.products).clone();
        let expected = at + TimeDelta::days(self.chance.between(30, 120));
        let mut fields = Fields::new()
            .with("name", format!("{}: {}", deal.name, product.name))
            .money("amount", deal.amount_cents)
            .link("stage_id", STAGES[0])
            .day("engaged_on", at)
            .day("expected_close_on", expected)
            .link("company_id", deal.company)
            .link("contact_id", deal.contact)
            .link("product_id", product.id)
            .link("owner_id", deal.owner);
        if let Some(lead) = deal.lead {
            fields = fields.link("lead_id", lead);
        }
        self.writer.insert("deal", deal.id, at, fields)?;
        self.plan_talks(deal.about(), 2.0, 20);
        let days = self.chance.between(4, 25);
        self.plan(days, Step::Advance(Box::new(deal)));
        Ok(())
    }

    pub(super) async fn advance(&mut self, mut deal: Deal, at: DateTime<Utc>) -> anyhow::Result<()> {
        if !self.chance.happens(GOES_ON[deal.stage] * deal.appeal) {
            return self.lose_deal(deal, at).await;
        }
        let back = deal.stage > 0 && self.chance.happens(0.06);
        deal.stage = if back { deal.stage - 1 } else { deal.stage + 1 };
        if deal.stage == WON {
            return self.win(deal, at).await;
        }
        let mut changes = Fields::new().link("stage_id", STAGES[deal.stage]);
        if self.chance.happens(0.2) {
            deal.amount_cents = deal.amount_cents * self.chance.between(80, 115) / 100;
            changes = changes.money("amount", deal.amount_cents);
        }
        self.writer.update("deal", deal.id, at, changes).await?;
        self.plan_talks(deal.about(), 1.5, 15);
        if self.chance.happens(0.3) {
            self.follow_up(&deal.about(), at)?;
        }
        let days = self.chance.between(4, 28);
        self.plan(days, Step::Advance(Box::new(deal)));
        Ok(())
    }

    async fn win(&mut self, deal: Deal, at: DateTime<Utc>) -> anyhow::Result<()> {
        let changes = Fields::new().link("stage_id", STAGES[WON]).day("closed_on", at);
        self.writer.update("deal", deal.id, at, changes).await?;
        let lifecycle = Fields::new().with("lifecycle", "customer");
        self.writer.update("company", deal.company, at, lifecycle.clone()).await?;
        self.writer.update("contact", deal.contact, at, lifecycle).await?;
        if self.chance.happens(0.2) {
            self.jot(&deal.about(), at, "Signed. Start with the pilot site, then roll out.")?;
        }
        self.order(&Customer::of(&deal), Some(deal.id), at)
    }

    async fn lose_deal(&mut self, mut deal: Deal, at: DateTime<Utc>) -> anyhow::Result<()> {
        let reason = *self.chance.one_of(&LOST_REASONS);
        let changes = Fields::new().link("stage_id", STAGES[LOST]).day("closed_on", at).with("lost_reason", reason);
        self.writer.update("deal", deal.id, at, changes).await?;
        if !deal.reopened && self.chance.happens(0.07) {
            deal.reopened = true;
            let days = self.chance.between(20, 90);
            self.plan(days, Step::Reopen(Box::new(deal)));
        }
        Ok(())
    }

    pub(super) async fn reopen(&mut self, mut deal: Deal, at: DateTime<Utc>) -> anyhow::Result<()> {
        deal.stage = 1;
        let changes =
            Fields::new().link("stage_id", STAGES[deal.stage]).day("expected_close_on", at + TimeDelta::days(60));
        self.writer.update("deal", deal.id, at, changes).await?;
        let days = self.chance.between(7, 30);
        self.plan(days, Step::Advance(Box::new(deal)));
        Ok(())
    }
}
