//! Runs reports.

use std::sync::Arc;

use catalog::{Catalog, Clock, Principal};
use chrono_tz::Tz;
use query_service::{EngineChoice, QueryService, ReadAt};

use crate::{
    Error, Model, ReadyReport, ReportResult, ReportSpec,
    compile::{Compiled, Situation, compile},
    result::{Run, assemble},
};

/// Runs reports under the permissions of whoever asks; cheap to clone.
#[derive(Debug, Clone)]
pub struct ReportService {
    query: QueryService,
    model: Arc<Model>,
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
    pub fn new(query: QueryService, catalog: Arc<Catalog>, clock: Arc<dyn Clock>) -> Self {
        Self { query, model: Arc::new(Model::new(catalog)), clock }
    }

    /// What can be reported on.
    pub fn model(&self) -> &Model {
        &self.model
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
        compile(spec, Situation { model: &self.model, caller, now, zone: request.zone })
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
}
