//! The life of a customer: orders, further deals, and leaving.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Deal, Step, Story, activity::About};
use crate::demo::fields::Fields;

/// Chance that a customer orders again.
const STAYS: f64 = 0.88;

/// Somebody who has bought.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Customer {
    pub(super) owner: Uuid,
    pub(super) company: Uuid,
    pub(super) contact: Uuid,
    pub(super) name: String,
    typical_cents: i64,
}

impl Customer {
    /// The customer that a won deal makes.
    pub(super) fn of(deal: &Deal) -> Self {
        Self {
            owner: deal.owner,
            company: deal.company,
            contact: deal.contact,
            name: "Renewal".to_owned(),
            typical_cents: deal.amount_cents,
        }
    }

    fn about(&self) -> About {
        About { owner: self.owner, lead: None, contact: Some(self.contact), company: Some(self.company), deal: None }
    }
}

impl Story<'_, '_> {
    /// The customer orders; the next order is planned.
    pub(super) fn order(&mut self, customer: &Customer, deal: Option<Uuid>, at: DateTime<Utc>) -> anyhow::Result<()> {
        let id = self.chance.id(at);
        let mut total_cents = 0;
        for _ in 0..self.chance.between(1, 4) {
            total_cents += self.order_item(id, customer, at)?;
        }
        let mut fields = Fields::new()
            .with("number", format!("O-{}", id.simple()))
            .with("status", *self.chance.one_of(&["placed", "shipped", "completed", "completed"]))
            .day("ordered_on", at)
            .money("total_amount", total_cents)
            .link("company_id", customer.company)
            .link("contact_id", customer.contact)
            .link("owner_id", customer.owner);
        if let Some(deal) = deal {
            fields = fields.link("deal_id", deal);
        }
        self.writer.insert("order", id, at, fields)?;
        let days = self.chance.between(25, 70);
        self.plan(days, Step::Reorder(Box::new(customer.clone())));
        Ok(())
    }

    /// One line of an order; returns its amount in cents.
    fn order_item(&mut self, order: Uuid, customer: &Customer, at: DateTime<Utc>) -> anyhow::Result<i64> {
        let product = self.chance.one_of(&self.world.products).clone();
        let quantity = self.chance.between(1, 12);
        let fields = Fields::new()
            .link("order_id", order)
            .link("product_id", product.id)
            .with("description", product.name)
            .with("quantity", quantity)
            .money("unit_price", product.price_cents)
            .link("owner_id", customer.owner);
        let id = self.chance.id(at);
        self.writer.insert("order_item", id, at, fields)?;
        Ok(quantity * product.price_cents)
    }

    pub(super) async fn reorder(&mut self, customer: Customer, at: DateTime<Utc>) -> anyhow::Result<()> {
        if !self.chance.happens(STAYS) {
            let left = Fields::new().with("lifecycle", "former_customer");
            return self.writer.update("company", customer.company, at, left).await;
        }
        self.talk(&customer.about(), at)?;
        if self.chance.happens(0.15) {
            let amount = customer.typical_cents * self.chance.between(60, 150) / 100;
            let deal = Deal::with_customer(&customer, self.chance.id(at), amount);
            self.open_deal(deal, at)?;
        }
        self.order(&customer, None, at)
    }
}
