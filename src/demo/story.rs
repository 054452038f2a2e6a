//! What happens: leads arrive and are worked, deals move, customers order.

mod activity;
mod customer;
mod deal;
mod lead;

use chrono::{DateTime, NaiveDate, Utc};

pub(super) use self::{customer::Customer, deal::Deal, lead::Lead};
use super::{
    calendar,
    chance::Chance,
    simulation::{Agenda, World},
    truth::Chances,
    writer::Writer,
};

/// Something that is planned for a day.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A rep gets in touch with a lead for the first time.
    Contact(Box<Lead>),
    /// A rep decides whether a lead is worth pursuing.
    Qualify(Box<Lead>),
    /// A qualified lead becomes a deal, or does not.
    Convert(Box<Lead>),
    /// A deal moves.
    Advance(Box<Deal>),
    /// A lost deal is taken up again.
    Reopen(Box<Deal>),
    /// A customer orders again, or leaves.
    Reorder(Box<Customer>),
    /// Somebody talks to a customer between two steps.
    Talk(activity::About),
}

/// One day of the simulation.
#[derive(Debug)]
pub(super) struct Story<'s, 'w> {
    pub(super) world: &'s World,
    pub(super) writer: &'s mut Writer<'w>,
    pub(super) chance: &'s mut Chance,
    pub(super) chances: &'s mut Chances,
    pub(super) agenda: &'s mut Agenda,
    pub(super) day: NaiveDate,
}

impl Story<'_, '_> {
    /// What was planned up to today, taken off the agenda, with its moments in order.
    ///
    /// What would lie in the future does not happen.
    pub(super) fn planned(&mut self) -> Vec<(DateTime<Utc>, Step)> {
        let mut steps = Vec::new();
        while let Some(entry) = self.agenda.first_entry().filter(|entry| *entry.key() <= self.day) {
            steps.extend(entry.remove());
        }
        let moments = calendar::moments(self.day, steps.len(), self.chance);
        moments.into_iter().zip(steps).filter(|(at, _)| *at < self.world.end).collect()
    }

    /// Lets a planned step happen.
    ///
    /// # Errors
    /// Postgres refuses.
    pub(super) async fn tell(&mut self, at: DateTime<Utc>, step: Step) -> anyhow::Result<()> {
        match step {
            Step::Contact(lead) => self.contact(*lead, at).await,
            Step::Qualify(lead) => self.qualify(*lead, at).await,
            Step::Convert(lead) => self.convert(*lead, at).await,
            Step::Advance(deal) => self.advance(*deal, at).await,
            Step::Reopen(deal) => self.reopen(*deal, at).await,
            Step::Reorder(customer) => self.reorder(*customer, at).await,
            Step::Talk(about) => self.talk(&about, at),
        }
    }

    /// A moment of today; none when it would lie in the future.
    fn moment(&mut self) -> Option<DateTime<Utc>> {
        let at = calendar::moment(self.day, self.chance);
        (at < self.world.end).then_some(at)
    }

    /// Plans a step some workdays ahead, never twice on one day for one record.
    fn plan(&mut self, days: i64, step: Step) {
        let day = calendar::workday_after(self.day, days);
        self.agenda.entry(day).or_default().push(step);
    }
}
