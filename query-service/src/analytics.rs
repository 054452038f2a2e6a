//! Figures about contacts and companies: how often we meet, how many answer, what comes of it.
//!
//! Answered from one pinned snapshot of the warehouse under the caller's policy; every count and
//! sum is over what they may see.

mod figures;
mod statements;

use catalog::{Invalid, Lsn, Principal};
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

pub use self::figures::{
    Engagement, InteractionFigures, Performance, PeriodFigures, RecordFigures, SubjectFigures, TopSubject,
};
use self::statements::Span;
use crate::{
    Error, QueryService, ReadAt, answer,
    service::{Limits, Statement},
    sight::Sight,
};

/// Months that are looked at when nothing is said.
const DEFAULT_MONTHS: u32 = 12;
/// Longest span: ten years by week are some five hundred periods.
const MAX_DAYS: i64 = 3_660;
/// Records in the list of the most active.
const DEFAULT_TOP: usize = 10;
const MAX_TOP: usize = 100;
/// Rows of one statement: periods, kinds, currencies and the most active are all fewer.
const MAX_ROWS: usize = 2_000;
const MAX_BYTES: usize = 4 << 20;

/// Whom the figures are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// People.
    Contacts,
    /// Organisations; what happens with their people counts for them.
    Companies,
}

/// How long a period of the series is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    #[default]
    Month,
}

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnalyticsRequest {
    /// First day, in UTC.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Periods of the series.
    pub interval: Interval,
    /// Length of the list of the most active.
    pub top: Option<usize>,
    /// Waits until the warehouse contains everything up to this position.
    pub min_lsn: Option<Lsn>,
}

/// The figures, and what they are the figures of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Analytics {
    /// Whom they are about.
    pub subject: Subject,
    /// First day, in UTC.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Periods of the series.
    pub interval: Interval,
    /// The moment the figures describe.
    pub as_of: DateTime<Utc>,
    /// Everything committed up to this position is in them.
    #[schema(value_type = String)]
    pub lsn: Lsn,
    /// **Units:** milliseconds, the age of the figures.
    pub lag_ms: i64,
    /// The figures.
    #[serde(flatten)]
    pub figures: SubjectFigures,
}

impl QueryService {
    /// Figures about contacts or companies, over what the caller may see.
    ///
    /// # Errors
    /// [`Error::Invalid`] names a parameter that is wrong; [`Error::Behind`] as for every query.
    pub async fn analytics(
        &self,
        caller: &Principal,
        subject: Subject,
        request: &AnalyticsRequest,
    ) -> Result<Analytics, Error> {
        let span = self.span(request)?;
        let sight = self.sight(caller, &ReadAt { as_of: None, min_lsn: request.min_lsn }).await?;
        let interval = request.interval;
        let _turn = self.turn().await?;
        let records = self.only(&sight, statements::records(subject, span)).await?;
        let interactions = self.all(&sight, statements::interactions(subject, span)).await?;
        let periods = self.all(&sight, statements::periods(subject, span, interval)).await?;
        let engagement = self.only(&sight, statements::engagement(subject, span)).await?;
        let performance: Vec<Performance> = self.all(&sight, statements::performance(subject, span)).await?;
        let top = self.all(&sight, statements::top(subject, span, request.top.unwrap_or(DEFAULT_TOP))).await?;
        let performance = performance.into_iter().map(Performance::with_rate).collect();
        let snapshot = &sight.snapshot;
        Ok(Analytics {
            subject,
            from: span.from,
            to: span.to,
            interval,
            as_of: snapshot.published_at,
            lsn: snapshot.lsn,
            lag_ms: (self.now() - snapshot.published_at).num_milliseconds().max(0),
            figures: SubjectFigures { records, interactions, periods, engagement, performance, top },
        })
    }

    fn span(&self, request: &AnalyticsRequest) -> Result<Span, Error> {
        let refused = |name: &str, code, message: String| Error::from(Invalid::field(name, code, message));
        let to = request.to.unwrap_or_else(|| self.now().date_naive());
        let default =
            || to.checked_sub_months(Months::new(DEFAULT_MONTHS)).and_then(|day| day.checked_add_days(Days::new(1)));
        let from = request.from.or_else(default).unwrap_or(to);
        if from > to {
            return Err(refused("from", "out_of_range", "from must not be after to".to_owned()));
        }
        if (to - from).num_days() > MAX_DAYS {
            return Err(refused("from", "out_of_range", format!("ask for at most {MAX_DAYS} days")));
        }
        if !(1..=MAX_TOP).contains(&request.top.unwrap_or(DEFAULT_TOP)) {
            return Err(refused("top", "invalid_limit", format!("top must be between 1 and {MAX_TOP}")));
        }
        Ok(Span { from, to })
    }

    async fn all<T: DeserializeOwned>(&self, sight: &Sight, sql: String) -> Result<Vec<T>, Error> {
        let limits = Limits { rows: MAX_ROWS, bytes: MAX_BYTES };
        let rows = self.datafusion(sight.clone(), Statement::Sql(sql), limits).await?;
        let rows = answer::rows_json(&rows.schema, &rows.batches);
        let read = |row| serde_json::from_value(row).map_err(|error| Error::Defect(format!("figures: {error}")));
        rows.into_iter().map(read).collect()
    }

    async fn only<T: DeserializeOwned>(&self, sight: &Sight, sql: String) -> Result<T, Error> {
        let mut rows = self.all(sight, sql).await?;
        rows.pop().ok_or_else(|| Error::Defect("figures: a count without a row".to_owned()))
    }
}
