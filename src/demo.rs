//! The demo workspace: a seeded simulation of two years of sales, written through Postgres.
//!
//! Every version of every record carries the moment at which it became true as its effective time,
//! so funnels, as-of reports and scores have real shapes. The same seed gives the same history.
//!
//! Reading order: [`fill`]; `scale` says how much; `calendar` when things happen; `people` who;
//! `story` what happens to a lead, a deal, a customer; `writer` stores it in batches.

mod calendar;
mod chance;
mod fields;
mod market;
mod people;
mod scale;
mod simulation;
mod story;
mod truth;
mod writer;

pub(crate) use people::Login;
pub(crate) use scale::Scale;

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use self::truth::Chances;
use crate::{app::App, cli::say};

/// Longest time the warehouse may need to catch up with the simulation.
const CATCH_UP_LIMIT: Duration = Duration::from_hours(1);

/// Fills an empty workspace and waits until the warehouse shows all of it.
///
/// # Errors
/// Postgres refuses, or the warehouse does not catch up.
pub(crate) async fn fill(app: &App, scale: Scale, seed: u64) -> anyhow::Result<Vec<Login>> {
    simulate(app, scale, seed, Chances::forgotten()).await.map(|(logins, _)| logins)
}

/// As [`fill`], and answers each lead's true chance to convert, which is stored nowhere.
///
/// # Errors
/// As [`fill`].
pub(crate) async fn fill_and_tell(app: &App, scale: Scale, seed: u64) -> anyhow::Result<BTreeMap<Uuid, f64>> {
    simulate(app, scale, seed, Chances::remembered()).await.map(|(_, chances)| chances)
}

async fn simulate(
    app: &App,
    scale: Scale,
    seed: u64,
    mut chances: Chances,
) -> anyhow::Result<(Vec<Login>, BTreeMap<Uuid, f64>)> {
    let start = std::time::Instant::now();
    let size = scale.size();
    say(&format!("simulating two years of sales: {} leads, {} activities", size.leads, size.activities()));
    let bar = ProgressBar::new(u64::from(calendar::DAYS));
    bar.set_style(ProgressStyle::with_template("{bar:40} day {pos}/{len}  {msg}  {elapsed}")?);
    let end = app.oltp.clock().now();
    let plan = simulation::Plan { size, seed, end };
    let outcome = simulation::run(app, plan, &mut chances, &bar).await?;
    bar.finish_and_clear();
    say(&format!("{} versions of records written in {:.1} s", outcome.versions, start.elapsed().as_secs_f64()));
    let goal = app.oltp.log_position().await?;
    let mut status = app.capture.watch();
    tokio::time::timeout(CATCH_UP_LIMIT, status.wait_for(|now| now.applied_lsn >= goal))
        .await
        .context("the warehouse does not catch up")??;
    say(&format!("the warehouse shows everything after {:.1} s", start.elapsed().as_secs_f64()));
    Ok((outcome.logins, chances.told()))
}
