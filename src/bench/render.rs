//! `bench render`: charts as SVG, the same charts by Node, and a dashboard of twelve tiles as PDF.

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::Context;
use catalog::Principal;
use dashboards::{Dashboard, DashboardFormat, Definition, Drawing, RenderLimits, Renderer, Theme, TileDefinition};
use query_service::ReadAt;
use serde_json::{Value, json};

use super::figures::{median, publish};
use crate::{
    app::App,
    cli::{BenchArgs, say, table},
    commands::Outcome,
    config::{Config, Overrides},
    demo,
};

/// Measured drawings per chart, after one to warm up.
const REPETITIONS: u32 = 15;
/// Tiles of the dashboard that is written as PDF.
const TILES: usize = 12;
/// Longest time for that PDF, in milliseconds.
const TARGET_MS: f64 = 3_000.0;
/// Seed of the data.
const SEED: u64 = 42;
/// What Node runs: the same bundle, widths by rule of thumb, medians as JSON.
const NODE: &str = include_str!("render/node.js");
/// The bundle that the server runs.
const BUNDLE: &str = include_str!("../../dashboards/vega/vega.min.js");

/// Measures and prints.
///
/// # Errors
/// The workspace cannot be started, or something cannot be drawn.
pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Outcome> {
    let app = workspace(args).await?;
    let repetitions = args.repeat.unwrap_or(REPETITIONS);
    let tiles = ready_tiles()?;
    // Before anything else asks for these tiles, so that no answer is remembered yet.
    say(&format!("writing a dashboard of {TILES} tiles"));
    let (pdf_ms, pdf_cached_ms, bytes) = pdf(&app, tiles.clone(), repetitions.min(5)).await?;
    let specs = specs(&app, &tiles).await?;

    say("drawing the first chart, which compiles the bundle");
    let cold = cold_start(&specs).await?;
    say(&format!("drawing {} kinds of charts {repetitions} times", specs.len()));
    let ours = drawn_here(&app, &specs, repetitions).await?;
    let node = drawn_by_node(&specs, repetitions);
    app.shutdown().await?;

    let mut shown = table(["figure", "Leadhouse, ms", "Node, ms", "target"]);
    for (kind, ms) in &ours {
        let beside =
            node.as_ref().and_then(|node| node.get(kind)).map_or("not found".to_owned(), |ms| format!("{ms:.1}"));
        shown.add_row([format!("{kind} to SVG, median"), format!("{ms:.1}"), beside, String::new()]);
    }
    shown.add_row(["first chart of a process".to_owned(), format!("{cold:.0}"), String::new(), String::new()]);
    let target = format!("<= {TARGET_MS:.0}");
    shown.add_row([format!("{TILES} tiles to PDF, first time"), format!("{pdf_ms:.0}"), String::new(), target]);
    shown.add_row([
        format!("{TILES} tiles to PDF, median, answers remembered ({} kB)", bytes / 1000),
        format!("{pdf_cached_ms:.0}"),
        String::new(),
        String::new(),
    ]);
    let figures = json!({
        "svg_median_ms": ours, "node_median_ms": node, "first_chart_ms": cold,
        "pdf_first_ms": pdf_ms, "pdf_median_ms": pdf_cached_ms, "pdf_bytes": bytes,
    });
    publish(args, "render", &shown, &figures)?;
    Ok(if pdf_ms <= TARGET_MS { Outcome::Done } else { Outcome::No })
}

/// A filled workspace, kept between runs.
async fn workspace(args: &BenchArgs) -> anyhow::Result<App> {
    let mut config = Config::load(&Overrides::default())?;
    let scale = super::demo_scale(args.scale);
    config.data_dir = config.data_dir.with_file_name(format!("leadhouse-bench-{scale:?}").to_lowercase());
    config.database_url = None;
    let filled = config.data_dir.join("filled");
    let app = App::start(&config).await?;
    if !filled.exists() {
        say("filling the workspace; later runs reuse it");
        demo::fill(&app, scale, SEED).await?;
        std::fs::write(&filled, "by `leadhouse bench render`\n")?;
    }
    app.capture.flush().await?;
    Ok(app)
}

/// The tiles of all ready dashboards, told apart by the dashboard's name in their ids.
fn ready_tiles() -> anyhow::Result<Vec<TileDefinition>> {
    let mut tiles = Vec::new();
    for dashboard in dashboards::ready_dashboards()? {
        for mut tile in dashboard.definition.tiles {
            tile.id = format!("{}-{}", dashboard.name, tile.id);
            tiles.push(tile);
        }
    }
    Ok(tiles)
}

/// One specification per kind of chart.
async fn specs(app: &App, tiles: &[TileDefinition]) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut specs = BTreeMap::new();
    for tile in tiles {
        let (dashboard, id) = tile.id.split_once('-').context("a dashboard's name is before the dash")?;
        let answer = app.dashboards.tile(&Principal::system(), dashboard, id, &ReadAt::default()).await?;
        let kind = serde_json::to_value(tile.kind)?.as_str().unwrap_or_default().to_owned();
        if let Some(mut spec) = answer.vega {
            spec["width"] = json!(560);
            spec["height"] = json!(300);
            specs.entry(kind).or_insert(spec);
        }
    }
    Ok(specs)
}

async fn cold_start(specs: &BTreeMap<String, Value>) -> anyhow::Result<f64> {
    let (_, spec) = specs.first_key_value().context("there is a chart")?;
    let renderer = Renderer::new(RenderLimits::default());
    let start = Instant::now();
    renderer.svg(Drawing::of(spec.clone(), Theme::Light)).await?;
    Ok(milliseconds(start))
}

async fn drawn_here(
    app: &App,
    specs: &BTreeMap<String, Value>,
    repetitions: u32,
) -> anyhow::Result<BTreeMap<String, f64>> {
    let renderer = app.dashboards.renderer();
    let mut medians = BTreeMap::new();
    for (kind, spec) in specs {
        let mut samples = Vec::new();
        for number in 0..=repetitions {
            let start = Instant::now();
            renderer.svg(Drawing::of(spec.clone(), Theme::Light)).await?;
            if number > 0 {
                samples.push(milliseconds(start));
            }
        }
        medians.insert(kind.clone(), median(&samples));
    }
    Ok(medians)
}

/// The same charts by the same bundle in Node, if there is one on this machine.
fn drawn_by_node(specs: &BTreeMap<String, Value>, repetitions: u32) -> Option<BTreeMap<String, f64>> {
    let scratch = tempfile::tempdir().ok()?;
    let write = |name: &str, text: &str| -> Option<std::path::PathBuf> {
        let path = scratch.path().join(name);
        std::fs::write(&path, text).ok()?;
        Some(path)
    };
    let bundle = write("vega.min.js", BUNDLE)?;
    let specs = serde_json::to_string(&json!({"specs": specs, "config": Theme::Light.config()})).ok()?;
    let specs = write("specs.json", &specs)?;
    node(&bundle, &specs, repetitions)
}

fn node(bundle: &Path, specs: &Path, repetitions: u32) -> Option<BTreeMap<String, f64>> {
    let mut node = Command::new("node")
        .args([Path::new("-"), bundle, specs])
        .arg(repetitions.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    node.stdin.take()?.write_all(NODE.as_bytes()).ok()?;
    let output = node.wait_with_output().ok()?;
    serde_json::from_slice(&output.stdout).ok()
}

/// Time of the first PDF of twelve tiles, the median of later ones, and the size.
async fn pdf(app: &App, tiles: Vec<TileDefinition>, repetitions: u32) -> anyhow::Result<(f64, f64, usize)> {
    let caller = Principal::system();
    let tiles = tiles.into_iter().take(TILES).zip(0_u32..).map(|(tile, number)| TileDefinition {
        x: number % 3 * 4,
        y: number / 3 * 5,
        w: 4,
        h: 5,
        ..tile
    });
    let dashboard = Dashboard {
        name: "bench".to_owned(),
        title: "Twelve tiles".to_owned(),
        description: String::new(),
        definition: Definition { version: 1, tiles: tiles.collect() },
    };
    let mut samples = Vec::new();
    let mut bytes = 0;
    for _ in 0..=repetitions {
        let start = Instant::now();
        bytes = app.dashboards.write(&caller, &dashboard, DashboardFormat::Pdf).await?.bytes.len();
        samples.push(milliseconds(start));
    }
    let (first, later) = samples.split_first().context("at least one PDF")?;
    Ok((*first, median(later), bytes))
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
