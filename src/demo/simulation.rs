//! Day by day through two years: what was planned for the day happens, and new leads arrive.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use indicatif::ProgressBar;
use uuid::Uuid;

use super::{
    calendar::{self, demand},
    chance::Chance,
    fields::Fields,
    market::PRODUCT_SERIES,
    people::{self, Login, People},
    scale::Size,
    story::{Step, Story},
    truth::Chances,
    writer::Writer,
};
use crate::app::App;

/// What a simulation leaves behind.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Who can sign in.
    pub(super) logins: Vec<Login>,
    /// Versions of records written.
    pub(super) versions: u64,
}

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// How much.
    pub(super) size: Size,
    /// The same seed gives the same history.
    pub(super) seed: u64,
    /// The last moment.
    pub(super) end: DateTime<Utc>,
}

/// A product and its price in cents.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) price_cents: i64,
}

/// Everything that stays the same while days go by.
#[derive(Debug)]
pub(super) struct World {
    pub(super) people: People,
    pub(super) products: Vec<Product>,
    pub(super) size: Size,
    /// Nothing happens after this moment.
    pub(super) end: DateTime<Utc>,
}

/// Runs the simulation up to `end`.
///
/// # Errors
/// Postgres refuses.
pub(super) async fn run(app: &App, plan: Plan, chances: &mut Chances, bar: &ProgressBar) -> anyhow::Result<Outcome> {
    let Plan { size, seed, end } = plan;
    let mut chance = Chance::seeded(seed);
    let mut writer = Writer::new(&app.oltp);
    let first = calendar::first_day(end);
    let start = first.and_time(chrono::NaiveTime::MIN).and_utc();
    let people = people::hire(app, &mut writer, &mut chance, size, start).await?;
    let products = stock(&mut writer, &mut chance, size, start)?;
    writer.flush().await?;
    let world = World { people, products, size, end };
    let mut agenda: Agenda = BTreeMap::new();
    let mut owed = 0.0;
    for number in 0..=calendar::DAYS {
        let day = first + TimeDelta::days(i64::from(number));
        owed += f64::from(size.leads) / f64::from(calendar::DAYS) * demand(day, number);
        let mut story =
            Story { world: &world, writer: &mut writer, chance: &mut chance, chances, agenda: &mut agenda, day };
        for (at, step) in story.planned() {
            story.tell(at, step).await?;
            story.writer.flush_if_full().await?;
        }
        while owed >= 1.0 {
            owed -= 1.0;
            story.lead_arrives()?;
            story.writer.flush_if_full().await?;
        }
        bar.set_position(u64::from(number));
        bar.set_message(format!("{} versions", writer.versions()));
    }
    writer.flush().await?;
    Ok(Outcome { logins: world.people.logins, versions: writer.versions() })
}

/// What is planned, by day.
pub(super) type Agenda = BTreeMap<NaiveDate, Vec<Step>>;

fn stock(
    writer: &mut Writer<'_>,
    chance: &mut Chance,
    size: Size,
    start: DateTime<Utc>,
) -> anyhow::Result<Vec<Product>> {
    let mut products = Vec::new();
    for number in 0..size.products {
        let series = PRODUCT_SERIES[usize::try_from(number)? % PRODUCT_SERIES.len()];
        let edition = number / u32::try_from(PRODUCT_SERIES.len())? + 1;
        let price_cents = 4_900 * i64::from(edition * edition) + 10_000 * chance.between(1, 40);
        let product = Product { id: chance.id(start), name: format!("{series} {edition}"), price_cents };
        let fields = Fields::new()
            .with("name", product.name.clone())
            .with("sku", format!("{}-{edition:03}", series.to_uppercase()))
            .with("series", series)
            .money("price", price_cents)
            .with("stock_quantity", chance.between(10, 5_000));
        writer.insert("product", product.id, start, fields)?;
        products.push(product);
    }
    Ok(products)
}
