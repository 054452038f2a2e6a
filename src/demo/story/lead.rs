//! The life of a lead: new, contacted, qualified, converted or lost.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Deal, Step, Story, activity::About};
use crate::demo::{
    fields::Fields,
    market::{
        COMPANY_FIRST, COMPANY_LAST, FIRST_NAMES, INDUSTRIES, JOB_TITLES, LAST_NAMES, LOST_REASONS, PLACES,
        SIZE_SHARES, SIZES, SOURCES,
    },
};

/// A lead on its way.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Lead {
    pub(super) id: Uuid,
    pub(super) owner: Uuid,
    pub(super) name: String,
    pub(super) company: String,
    pub(super) industry: usize,
    pub(super) size: usize,
    pub(super) place: usize,
    /// Chance to convert, 0 to 1; what a scoring model tries to find out.
    pub(super) quality: f64,
    pub(super) value_cents: i64,
}

impl Lead {
    fn about(&self) -> About {
        About { owner: self.owner, lead: Some(self.id), contact: None, company: None, deal: None }
    }
}

impl Story<'_, '_> {
    /// A new lead comes in today.
    pub(in crate::demo) fn lead_arrives(&mut self) -> anyhow::Result<()> {
        let Some(at) = self.moment() else { return Ok(()) };
        let (source, _, conversion) = SOURCES[self.chance.weighted(&SOURCES.map(|(_, share, _)| share))];
        let (owner, skill) = *self.chance.one_of(&self.world.people.reps);
        let industry = usize::try_from(self.chance.between(0, 7))?;
        let size = self.chance.weighted(&SIZE_SHARES);
        let noise = (0.35 * self.chance.normal()).exp();
        let quality = (conversion * INDUSTRIES[industry].1 * skill * noise).clamp(0.005, 0.9);
        let lead = Lead {
            id: self.chance.id(at),
            owner,
            name: format!("{} {}", self.chance.one_of(&FIRST_NAMES), self.chance.one_of(&LAST_NAMES)),
            company: format!("{} {}", self.chance.one_of(&COMPANY_FIRST), self.chance.one_of(&COMPANY_LAST)),
            industry,
            size,
            place: usize::try_from(self.chance.between(0, 7))?,
            quality,
            value_cents: self.worth(industry, size),
        };
        let fields = self.lead_fields(&lead, source);
        self.writer.insert("lead", lead.id, at, fields)?;
        self.chances.note(lead.id, lead.quality);
        if self.chance.happens(0.9) {
            let days = self.chance.between(1, 4);
            self.plan(days, Step::Contact(Box::new(lead)));
        }
        Ok(())
    }

    fn lead_fields(&mut self, lead: &Lead, source: &str) -> Fields {
        let (country, city) = PLACES[lead.place];
        let visits = 1 + self.chance.poisson(2.0 + 12.0 * lead.quality);
        let seconds = i64::from(visits) * self.chance.between(20, 240);
        let tail = lead.id.simple().to_string().split_off(24);
        Fields::new()
            .with("name", lead.name.clone())
            .with("email", format!("{}.{tail}@example.com", lead.name.to_lowercase().replace(' ', ".")))
            .with("phone", format!("+1 555 {:07}", self.chance.between(0, 9_999_999)))
            .with("company_name", lead.company.clone())
            .with("job_title", *self.chance.one_of(&JOB_TITLES))
            .with("industry", INDUSTRIES[lead.industry].0)
            .with("source", source)
            .with("priority", *self.chance.one_of(&["low", "medium", "medium", "high"]))
            .money("estimated_value", lead.value_cents)
            .with("attributes", json!({"visits": visits, "seconds_on_site": seconds}))
            .with("country", country)
            .with("city", city)
            .link("owner_id", lead.owner)
    }

    /// What a deal with such a company is worth, in cents: log-normal around a typical price.
    fn worth(&mut self, industry: usize, size: usize) -> i64 {
        let typical = 850_000.0 * INDUSTRIES[industry].2 * SIZES[size].3;
        let worth = typical * (0.6 * self.chance.normal()).exp();
        self.chance.between(0, 99) + 100 * rounded(worth / 100.0)
    }

    pub(super) async fn contact(&mut self, lead: Lead, at: DateTime<Utc>) -> anyhow::Result<()> {
        self.writer.update("lead", lead.id, at, Fields::new().with("status", "contacted")).await?;
        let about = lead.about();
        self.talk(&about, at)?;
        // Better leads are talked to more, which is what a model sees of their quality.
        let mean = f64::from(self.world.size.activities_per_lead) * (0.75 + lead.quality);
        self.plan_talks(about, mean, 25);
        if self.chance.happens(0.25) {
            self.rate(&lead, at)?;
        }
        if self.chance.happens(0.3) {
            self.follow_up(&about, at)?;
        }
        let days = self.chance.between(2, 18);
        self.plan(days, Step::Qualify(Box::new(lead)));
        Ok(())
    }

    pub(super) async fn qualify(&mut self, lead: Lead, at: DateTime<Utc>) -> anyhow::Result<()> {
        if !self.chance.happens(lead.quality.sqrt()) {
            return self.lose(&lead, at).await;
        }
        self.writer.update("lead", lead.id, at, Fields::new().with("status", "qualified")).await?;
        let days = self.chance.between(2, 15);
        self.plan(days, Step::Convert(Box::new(lead)));
        Ok(())
    }

    pub(super) async fn convert(&mut self, lead: Lead, at: DateTime<Utc>) -> anyhow::Result<()> {
        if !self.chance.happens(lead.quality.sqrt()) {
            return self.lose(&lead, at).await;
        }
        let (company, contact) = self.meet(&lead, at)?;
        let changes = Fields::new()
            .with("status", "converted")
            .moment("converted_at", at)
            .link("company_id", company)
            .link("contact_id", contact);
        self.writer.update("lead", lead.id, at, changes).await?;
        let deal = Deal::from_lead(&lead, self.chance.id(at), company, contact);
        self.open_deal(deal, at)
    }

    /// The lead's company and person become records of their own.
    fn meet(&mut self, lead: &Lead, at: DateTime<Utc>) -> anyhow::Result<(Uuid, Uuid)> {
        let (size, least, most, _) = SIZES[lead.size];
        let (country, city) = PLACES[lead.place];
        let (company, contact) = (self.chance.id(at), self.chance.id(at));
        let fields = Fields::new()
            .with("name", lead.company.clone())
            .with("industry", INDUSTRIES[lead.industry].0)
            .with("size", size)
            .with("employee_count", self.chance.between(least, most))
            .with("country", country)
            .with("city", city)
            .link("owner_id", lead.owner);
        self.writer.insert("company", company, at, fields)?;
        let fields = Fields::new()
            .with("name", lead.name.clone())
            .with("job_title", *self.chance.one_of(&JOB_TITLES))
            .with("primary_contact", true)
            .with("country", country)
            .with("city", city)
            .link("company_id", company)
            .link("owner_id", lead.owner);
        self.writer.insert("contact", contact, at, fields)?;
        Ok((company, contact))
    }

    async fn lose(&mut self, lead: &Lead, at: DateTime<Utc>) -> anyhow::Result<()> {
        let reason = *self.chance.one_of(&LOST_REASONS);
        let changes = Fields::new().with("status", "lost").with("lost_reason", reason);
        self.writer.update("lead", lead.id, at, changes).await
    }

    /// A rep rates the lead: right on average, with noise.
    fn rate(&mut self, lead: &Lead, at: DateTime<Utc>) -> anyhow::Result<()> {
        let rating = rounded(2.0 + 4.0 * lead.quality + 0.8 * self.chance.normal()).clamp(1, 5);
        let reason = match rating {
            1 | 2 => *self.chance.one_of(&["no_budget", "wrong_contact", "not_interested"]),
            3 => "bad_timing",
            _ => *self.chance.one_of(&["urgent_need", "budget_confirmed", "decision_maker"]),
        };
        let fields = Fields::new()
            .with("rating", rating)
            .with("reasons", json!([reason]))
            .link("lead_id", lead.id)
            .link("owner_id", lead.owner);
        let id = self.chance.id(at);
        self.writer.insert("lead_feedback", id, at, fields)
    }
}

/// The nearest whole number; the simulation stays far below 2^53.
#[expect(clippy::cast_possible_truncation, reason = "clamped to a range that an i64 holds")]
pub(super) fn rounded(value: f64) -> i64 {
    value.round().clamp(-9e15, 9e15) as i64
}
