//! A dashboard as a file: pages, a picture, or a workbook.

mod cards;
mod grid;
mod markup;
mod pages;

use std::sync::Arc;

use catalog::{Fault, FaultKind};
use report_builder::{
    ReportResult,
    output::{File, OutputFormat, to_workbook},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::{
    cards::{Card, Content},
    grid::Placed,
};
use crate::{Dashboard, Drawing, Error, Renderer, Theme, render, service::Answered, tile::Freshness};

/// Dots per pixel of a PNG: sharp on screens with twice the dots.
const PNG_SCALE: f32 = 2.0;

/// How a dashboard is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DashboardFormat {
    /// Landscape pages.
    Pdf,
    /// One picture of dots.
    Png,
    /// One picture of lines.
    Svg,
    /// A workbook with one sheet per tile.
    Xlsx,
}

impl DashboardFormat {
    /// The media type of the file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => OutputFormat::Pdf.media_type(),
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::Xlsx => OutputFormat::Xlsx.media_type(),
        }
    }

    /// The usual end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Writes a dashboard whose tiles have been answered.
///
/// # Errors
/// A tile failed for a reason that passes by itself, or it cannot be drawn or written.
pub(crate) async fn file(
    renderer: &Renderer,
    dashboard: &Dashboard,
    tiles: Vec<Answered>,
    format: DashboardFormat,
) -> Result<File, Error> {
    let tiles = settled(tiles)?;
    let bytes = match format {
        DashboardFormat::Xlsx => workbook(tiles).await?,
        DashboardFormat::Pdf => {
            let (heading, cards) = drawn(renderer, dashboard, tiles, Theme::Print).await?;
            off_the_async_threads(move || pages::pdf(&heading, &cards)).await?
        }
        DashboardFormat::Svg => {
            let (heading, cards) = drawn(renderer, dashboard, tiles, Theme::Light).await?;
            cards::picture(&heading, &cards).into_bytes()
        }
        DashboardFormat::Png => {
            let (heading, cards) = drawn(renderer, dashboard, tiles, Theme::Light).await?;
            off_the_async_threads(move || render::png(&cards::picture(&heading, &cards), PNG_SCALE)).await?
        }
    };
    // The id of a stored dashboard says nothing to whoever gets the file.
    let name = if dashboard.name.parse::<uuid::Uuid>().is_ok() { &dashboard.title } else { &dashboard.name };
    Ok(File::new(name, format.extension(), format.media_type(), bytes))
}

/// What stands above the tiles.
#[derive(Debug, Clone)]
struct Heading {
    title: String,
    description: String,
    /// The state the numbers are of, in words; empty when no tile has numbers.
    as_of: String,
}

/// Lets a tile that cannot be shown to this person say so, and fails for what may pass.
fn settled(tiles: Vec<Answered>) -> Result<Vec<Answered>, Error> {
    let mut settled = Vec::with_capacity(tiles.len());
    for tile in tiles {
        match &tile.answer {
            Err(error) if error.kind().retryable() || error.kind() == FaultKind::Broken => {
                return tile.answer.map(|_never| Vec::new());
            }
            Ok(_) | Err(_) => settled.push(tile),
        }
    }
    Ok(settled)
}

async fn drawn(
    renderer: &Renderer,
    dashboard: &Dashboard,
    tiles: Vec<Answered>,
    theme: Theme,
) -> Result<(Heading, Vec<Card>), Error> {
    let freshness = tiles.iter().filter_map(|tile| tile.answer.as_ref().ok()).map(|(tile, _)| tile.freshness);
    let oldest = freshness.min_by_key(|freshness| freshness.as_of);
    let heading = Heading {
        title: dashboard.title.clone(),
        description: dashboard.description.clone(),
        as_of: oldest
            .map(|state: Freshness| state.as_of.format("As of %-d %B %Y, %H:%M UTC").to_string())
            .unwrap_or_default(),
    };
    let mut drawing = tokio::task::JoinSet::new();
    for (number, tile) in tiles.into_iter().enumerate() {
        let (renderer, theme) = (renderer.clone(), theme);
        drawing.spawn(async move { card(&renderer, theme, tile).await.map(|card| (number, card)) });
    }
    let mut cards = Vec::new();
    while let Some(ended) = drawing.join_next().await {
        cards.push(ended.map_err(Error::Interrupted)??);
    }
    cards.sort_by_key(|(number, _)| *number);
    Ok((heading, cards.into_iter().map(|(_, card)| card).collect()))
}

async fn card(renderer: &Renderer, theme: Theme, answered: Answered) -> Result<Card, Error> {
    let place = Placed::of(&answered.definition);
    let title = answered.definition.title.clone();
    let (shown, _result) = match answered.answer {
        Ok(answer) => answer,
        Err(error) => {
            return Ok(Card { place, title, notes: Vec::new(), content: Content::Problem(error.to_string()) });
        }
    };
    let content = match (shown.kpi, shown.vega, shown.table) {
        (Some(figure), _, _) => Content::Figure(figure),
        (None, Some(mut spec), _) => {
            let area = place.content(!shown.notes.is_empty());
            if let Some(spec) = spec.as_object_mut() {
                spec.insert("width".to_owned(), json!(area.width));
                spec.insert("height".to_owned(), json!(area.height));
            }
            let drawing = Drawing { now: shown.freshness.as_of, ..Drawing::of(spec, theme) };
            Content::Chart(renderer.svg(drawing).await?)
        }
        (None, None, table) => table.map_or_else(|| Content::Problem(String::new()), Content::Table),
    };
    Ok(Card { place, title, notes: shown.notes, content })
}

async fn workbook(tiles: Vec<Answered>) -> Result<Vec<u8>, Error> {
    let sheets: Vec<(String, Arc<ReportResult>)> = tiles
        .into_iter()
        .filter_map(|tile| tile.answer.ok().map(|(_, result)| (tile.definition.title, result)))
        .collect();
    off_the_async_threads(move || {
        let sheets: Vec<(&str, &ReportResult)> =
            sheets.iter().map(|(title, result)| (title.as_str(), result.as_ref())).collect();
        Ok(to_workbook(&sheets)?)
    })
    .await
}

/// Work that computes instead of waiting.
async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::Interrupted)?
}
