//! Runs reports.

use std::{borrow::Cow, sync::Arc};

use catalog::{Clock, LiveCatalog, Principal};
use chrono_tz::Tz;
use query_service::{EngineChoice, QueryService, ReadAt};

use crate::{
    Error, Model, ReadyReport, ReportResult, ReportSpec, TotalsSpec,
    compile::{Compiled, Situation, compile},
    model::ModelDescription,
    output::{self, File, OutputFormat, PageNotes},
    result::{Run, assemble},
};

/// Runs reports under the permissions of whoever asks; cheap to clone.
#[derive(Debug, Clone)]
pub struct ReportService {
    query: QueryService,
    catalog: LiveCatalog,
    clock: Arc<dyn Clock>,
}

/// Which report to run.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// A report that comes with the product.
    Named(String),
    /// Any specification.
    Spec(Box<ReportSpec>),
}

/// One request for a report.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// Which report.
    pub report: Wanted,
    /// Which engine; the choice never changes the result.
    pub engine: EngineChoice,
    /// At which moment.
    pub at: ReadAt,
    /// The zone that days are counted in when the specification does not say.
    pub zone: Tz,
}

impl RunRequest {
    /// A request for a report on any engine, now, with days in UTC.
    pub fn new(report: Wanted) -> Self {
        Self { report, engine: EngineChoice::Auto, at: ReadAt::default(), zone: Tz::UTC }
    }
}

impl ReportService {
    /// A service over these objects.
    pub fn new(query: QueryService, catalog: impl Into<LiveCatalog>, clock: Arc<dyn Clock>) -> Self {
        Self { query, catalog: catalog.into(), clock }
    }

    /// What somebody can report on.
    pub fn describe(&self, caller: &Principal) -> ModelDescription {
        self.known(caller).describe(caller)
    }

    /// The model of everything, as it is now.
    fn whole(&self) -> Model {
        Model::new(Arc::clone(self.catalog.now()))
    }

    /// The model of what the caller may know of.
    fn known(&self, caller: &Principal) -> Model {
        let catalog = self.catalog.now();
        match catalog.known_to(caller) {
            Cow::Borrowed(_) => Model::new(Arc::clone(catalog)),
            Cow::Owned(known) => Model::new(Arc::new(known)),
        }
    }

    /// The specification of a report.
    ///
    /// # Errors
    /// There is no report of this name.
    pub fn spec(&self, report: &Wanted) -> Result<ReportSpec, Error> {
        match report {
            Wanted::Spec(spec) => Ok(spec.as_ref().clone()),
            Wanted::Named(name) => ReadyReport::named(name).ok_or_else(|| Error::UnknownReport(name.clone()))?.spec(),
        }
    }

    /// Compiles a report for a person; relative dates are resolved here, once, from the moment the
    /// report is of.
    ///
    /// # Errors
    /// The specification is wrong or uses what the caller may not see.
    pub fn compile(&self, caller: &Principal, spec: &ReportSpec, request: &RunRequest) -> Result<Compiled, Error> {
        let now = request.at.as_of.unwrap_or_else(|| self.clock.now());
        let (model, whole) = (&self.known(caller), &self.whole());
        compile(spec, Situation { model, whole, caller, now, zone: request.zone })
    }

    /// Runs a report.
    ///
    /// # Errors
    /// The specification is wrong, or the query fails.
    pub async fn run(&self, caller: &Principal, request: &RunRequest) -> Result<ReportResult, Error> {
        let spec = self.spec(&request.report)?;
        let Compiled { rel, layout } = self.compile(caller, &spec, request)?;
        let answer = self.query.run(caller, &rel, request.engine, &request.at).await?;
        if answer.truncated {
            let most = answer.row_count();
            return Err(Error::TooManyGroups { what: "groups", found: most, most });
        }
        let run = Run {
            engine: answer.engine,
            as_of: answer.as_of,
            lsn: answer.lsn,
            lag_ms: answer.lag_ms,
            elapsed_ms: answer.elapsed_ms,
        };
        let mut result = assemble(&layout, &answer.batches, run)?;
        (result.name, result.title, result.description) = (spec.name, spec.title, spec.description);
        Ok(result)
    }

    /// Runs a report and writes it as a file, named after the report.
    ///
    /// # Errors
    /// The specification is wrong, the query fails, the caller may not export what it reads, or the
    /// result does not fit the format.
    pub async fn export(&self, caller: &Principal, request: &RunRequest, format: OutputFormat) -> Result<File, Error> {
        let caller = &match format {
            OutputFormat::Json | OutputFormat::Table => caller.clone(),
            OutputFormat::Csv | OutputFormat::Xlsx | OutputFormat::Parquet | OutputFormat::Pdf => caller.exporting(),
        };
        let result = self.run(caller, request).await?;
        let notes = match format {
            OutputFormat::Pdf => self.page_notes(caller, request, &result).await?,
            OutputFormat::Json
            | OutputFormat::Table
            | OutputFormat::Csv
            | OutputFormat::Xlsx
            | OutputFormat::Parquet => PageNotes::default(),
        };
        let name = [&result.name, &result.title].into_iter().find(|name| !name.is_empty()).cloned();
        let written = tokio::task::spawn_blocking(move || match format {
            OutputFormat::Pdf => output::to_pdf(&result, &notes),
            OutputFormat::Json
            | OutputFormat::Table
            | OutputFormat::Csv
            | OutputFormat::Xlsx
            | OutputFormat::Parquet => output::write(&result, format),
        });
        let bytes = written.await.map_err(|error| Error::Defect(error.to_string()))??;
        let name = name.unwrap_or_else(|| "report".to_owned());
        Ok(File::new(&name, format.extension(), format.media_type(), bytes))
    }

    /// What the pages of a report say beside its result.
    ///
    /// Subtotals are the same report by its first row field, so they are computed from the records.
    /// With `top` or `having` they would be of other records than the rows shown, so there are none.
    async fn page_notes(
        &self,
        caller: &Principal,
        request: &RunRequest,
        result: &ReportResult,
    ) -> Result<PageNotes, Error> {
        let spec = self.spec(&request.report)?;
        let filters = output::filters(&spec, result);
        if spec.rows.len() < 2 || spec.top.is_some() || !spec.having.is_empty() {
            return Ok(PageNotes { filters, subtotals: None });
        }
        let mut by_first = spec;
        by_first.rows.truncate(1);
        by_first.sort.clear();
        by_first.totals = TotalsSpec { columns: false, grand: false, ..by_first.totals };
        let at = ReadAt { as_of: request.at.as_of, min_lsn: Some(result.run.lsn) };
        let request = RunRequest { report: Wanted::Spec(Box::new(by_first)), at, ..request.clone() };
        Ok(PageNotes { filters, subtotals: Some(self.run(caller, &request).await?) })
    }
}
