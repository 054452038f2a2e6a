//! Benchmarks: medians and ratios against named alternatives measured in the same run.

mod api;
mod capture;
mod digest;
mod export;
mod figures;
mod import;
mod load;
mod render;
mod reports;
mod scoring;
mod search;
mod workspace;

use crate::{
    cli::{BenchArgs, BenchSubject, DemoScale},
    commands::Outcome,
};

/// Runs one benchmark, prints its table and writes its figures as JSON.
///
/// # Errors
/// Something could not be started; a benchmark whose answers differ fails too.
pub(crate) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    match args.subject {
        BenchSubject::Api => api::run(args).await,
        BenchSubject::Capture => capture::run(args).await,
        BenchSubject::Export => export::run(args).await,
        BenchSubject::Reports => reports::run(args).await,
        BenchSubject::Import => import::run(args).await,
        BenchSubject::Render => render::run(args).await,
        BenchSubject::Scoring => scoring::run(args).await,
        BenchSubject::Search => search::run(args).await,
    }
}

/// The size of a demo workspace as the simulator names it.
pub(crate) fn demo_scale(scale: DemoScale) -> crate::demo::Scale {
    match scale {
        DemoScale::S => crate::demo::Scale::S,
        DemoScale::M => crate::demo::Scale::M,
        DemoScale::L => crate::demo::Scale::L,
    }
}
