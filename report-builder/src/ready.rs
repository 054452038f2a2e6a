//! Reports that come with the product.

use crate::{Error, ReportSpec};

/// A report that comes with the product.
#[derive(Debug, Clone, Copy)]
pub struct ReadyReport {
    /// Its name.
    pub name: &'static str,
    /// Its specification in JSON.
    pub json: &'static str,
}

macro_rules! ready {
    ($($name:literal),+ $(,)?) => {
        &[$(ReadyReport { name: $name, json: include_str!(concat!("../reports/", $name, ".json")) }),+]
    };
}

/// Every ready report, in the order of the list on screen.
pub const READY_REPORTS: &[ReadyReport] = ready![
    "pipeline-by-stage",
    "pipeline-by-stage-and-owner",
    "stage-funnel",
    "time-in-stage",
    "won-by-month",
    "won-by-region",
    "forecast-by-month",
    "lead-conversion-by-source",
    "lead-feedback-by-source",
    "team-performance",
    "activity-by-owner-week",
    "lost-reasons",
    "revenue-by-product",
];

impl ReadyReport {
    /// The ready report of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        READY_REPORTS.iter().find(|report| report.name == name)
    }

    /// Its specification.
    ///
    /// # Errors
    /// The embedded file is broken: a defect that a test rules out.
    pub fn spec(&self) -> Result<ReportSpec, Error> {
        let json: serde_json::Value =
            serde_json::from_str(self.json).map_err(|error| Error::Defect(format!("{}: {error}", self.name)))?;
        Ok(ReportSpec::parse(&json)?)
    }
}
