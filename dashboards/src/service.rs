//! Dashboards for whoever asks: their tiles, their numbers, their files.

use std::sync::Arc;

use catalog::{Invalid, InvalidField, Principal};
use oltp::{Oltp, records::Record};
use query_service::ReadAt;
use report_builder::{ReadyReport, ReportResult, ReportService, ReportSpec, RunRequest, Wanted, output::File};
use serde_json::Value;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{Dashboard, DashboardFormat, Error, Renderer, Tile, TileDefinition, definition, export, ready_dashboards};

/// Tiles of one dashboard that are computed at the same time; the engines use all cores for each.
const AT_ONCE: usize = 4;

/// Dashboards under the permissions of whoever asks; cheap to clone.
///
/// Every number comes from [`ReportService`], which is given the caller: a tile shows each person
/// what they may see.
#[derive(Debug, Clone)]
pub struct Dashboards {
    reports: ReportService,
    oltp: Oltp,
    renderer: Renderer,
}

/// A tile with its result, or why there is none.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) definition: TileDefinition,
    pub(crate) answer: Result<(Tile, Arc<ReportResult>), Error>,
}

impl Dashboards {
    /// Dashboards over these reports; `oltp` holds the stored ones.
    pub fn new(reports: ReportService, oltp: Oltp, renderer: Renderer) -> Self {
        Self { reports, oltp, renderer }
    }

    /// What the tiles and charts are computed with.
    pub fn reports(&self) -> &ReportService {
        &self.reports
    }

    /// What draws.
    pub fn renderer(&self) -> &Renderer {
        &self.renderer
    }

    /// The dashboard of this name, or of this id if the caller may see it.
    ///
    /// # Errors
    /// [`Error::UnknownDashboard`]; [`Error::Invalid`] when what is stored is no dashboard.
    pub async fn find(&self, caller: &Principal, id: &str) -> Result<Dashboard, Error> {
        if let Some(ready) = ready_dashboards()?.into_iter().find(|dashboard| dashboard.name == id) {
            return Ok(ready);
        }
        let unknown = || Error::UnknownDashboard(id.to_owned());
        let record = self.stored(caller, "dashboards", id.parse().map_err(|_not_an_id| unknown())?).await?;
        let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Dashboard {
            name: id.to_owned(),
            title: text("name"),
            description: text("description"),
            definition: definition::parse(record.get("definition").unwrap_or(&Value::Null))?,
        })
    }

    /// One tile of a dashboard.
    ///
    /// # Errors
    /// [`Error::UnknownDashboard`], [`Error::UnknownTile`], or why its report cannot be shown.
    pub async fn tile(&self, caller: &Principal, id: &str, tile: &str, at: &ReadAt) -> Result<Tile, Error> {
        let dashboard = self.find(caller, id).await?;
        let tiles = &dashboard.definition.tiles;
        let definition = tiles.iter().find(|known| known.id == tile).ok_or_else(|| Error::UnknownTile {
            tile: tile.to_owned(),
            known: tiles.iter().map(|known| known.id.as_str()).collect::<Vec<_>>().join(", "),
        })?;
        let (tile, _result) = self.answer(caller, definition, at).await?;
        Ok(tile)
    }

    /// A dashboard as a file, with the numbers that the caller may see.
    ///
    /// A tile whose report the caller may not run says so in its place; everything that may pass by
    /// itself, such as a store that is away, fails the file.
    ///
    /// # Errors
    /// [`Error::UnknownDashboard`]; a tile failed for a reason that passes; it cannot be drawn.
    pub async fn export(&self, caller: &Principal, id: &str, format: DashboardFormat) -> Result<File, Error> {
        let dashboard = self.find(caller, id).await?;
        self.write(caller, &dashboard, format).await
    }

    /// As [`export`](Self::export), for a dashboard that is not stored.
    ///
    /// # Errors
    /// A tile failed for a reason that passes; it cannot be drawn.
    pub async fn write(
        &self,
        caller: &Principal,
        dashboard: &Dashboard,
        format: DashboardFormat,
    ) -> Result<File, Error> {
        let tiles = self.answer_all(&caller.exporting(), dashboard, &ReadAt::default()).await?;
        export::file(&self.renderer, dashboard, tiles, format).await
    }

    /// The report of a tile or chart: a specification, the name of a ready report, or the id of a
    /// stored one that the caller may see.
    ///
    /// # Errors
    /// There is no such report, or it is malformed; pointers are below `pointer`.
    pub async fn report(&self, caller: &Principal, report: &Value, pointer: &str) -> Result<Wanted, Error> {
        let spec = match report {
            Value::String(name) if ReadyReport::named(name).is_some() => return Ok(Wanted::Named(name.clone())),
            Value::String(name) => {
                let id = name.parse().map_err(|_not_an_id| report_builder::Error::UnknownReport(name.clone()))?;
                let record = self.stored(caller, "saved_reports", id).await?;
                record.get("definition").cloned().unwrap_or_default()
            }
            spec @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                spec.clone()
            }
        };
        let below = |field: InvalidField| InvalidField { pointer: format!("{pointer}{}", field.pointer), ..field };
        let parsed =
            ReportSpec::parse(&spec).map_err(|Invalid(fields)| Invalid(fields.into_iter().map(below).collect()));
        Ok(Wanted::Spec(Box::new(parsed?)))
    }

    async fn stored(&self, caller: &Principal, table: &str, id: Uuid) -> Result<Record, Error> {
        let object = self.oltp.catalog().by_table(table).ok_or_else(|| oltp::Error::unknown_object(table))?;
        Ok(self.oltp.read(caller, object, id).await?)
    }

    async fn answer(
        &self,
        caller: &Principal,
        definition: &TileDefinition,
        at: &ReadAt,
    ) -> Result<(Tile, Arc<ReportResult>), Error> {
        let report = self.report(caller, &definition.report, "/report").await?;
        let request = RunRequest { at: at.clone(), ..RunRequest::new(report) };
        let mut result = self.reports.run(caller, &request).await?;
        if result.title.is_empty() {
            result.title.clone_from(&definition.title);
        }
        Ok((Tile::of(definition, &result)?, Arc::new(result)))
    }

    /// All tiles in their order, a few at the same time.
    async fn answer_all(&self, caller: &Principal, dashboard: &Dashboard, at: &ReadAt) -> Result<Vec<Answered>, Error> {
        let mut waiting = dashboard.definition.tiles.iter().cloned().enumerate();
        let mut running = JoinSet::new();
        let mut answered = Vec::new();
        loop {
            while running.len() < AT_ONCE {
                let Some((number, definition)) = waiting.next() else { break };
                let (dashboards, caller, at) = (self.clone(), caller.clone(), at.clone());
                running.spawn(async move {
                    let answer = dashboards.answer(&caller, &definition, &at).await;
                    (number, Answered { definition, answer })
                });
            }
            let Some(ended) = running.join_next().await else { break };
            answered.push(ended.map_err(Error::Interrupted)?);
        }
        answered.sort_by_key(|(number, _)| *number);
        Ok(answered.into_iter().map(|(_, answered)| answered).collect())
    }
}
