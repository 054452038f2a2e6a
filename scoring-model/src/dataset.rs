//! Leads as they were known at their scoring moments, read from the history in the warehouse.
//!
//! One statement per kind of history folds versions to what was true at each moment; what needs the
//! order of outcomes (rates, reliability of raters) is swept here. Rows are in the order of lead ids,
//! so the same history and the same present give the same frame bit for bit.

mod outcomes;
mod ratings;
mod rows;

use catalog::{Lsn, Principal};
use chrono::{DateTime, Utc};
use polars::prelude::{Column, DataFrame};
use query_service::{Answer, EngineChoice, QueryService, ReadAt};
use serde_json::{Map, Value};

pub(crate) use self::rows::Rows;
use self::{
    outcomes::{Outcome, Rates},
    ratings::Ratings,
};
use crate::{
    Error, FeatureKind, Split, TrainingSpec,
    feature::{self, FEATURES, FeatureDef, RatingKind, Source},
};

/// Column with the outcome.
pub(crate) const CONVERTED: &str = "converted";
/// Column with the moment at which a lead arrived, by which training and test are divided.
pub(crate) const ARRIVED_AT: &str = "arrived_at";

/// Most leads that are learned from, the latest ones: a model gains little from more.
const MOST_LEARNED: usize = 50_000;
/// Most outcomes that rates and reliabilities are counted from, the latest ones.
const MOST_OUTCOMES: usize = 200_000;

/// Which leads are looked at, and as of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moments {
    /// Each lead at one age, if its outcome 90 days later is known.
    Training,
    /// All open leads at the present moment.
    Open,
    /// Those of them that have no score yet.
    Unscored,
}

/// Leads and their features.
#[derive(Debug, Clone)]
pub(crate) struct Dataset {
    /// Ids of the leads, one per row of the frame.
    pub(crate) lead_ids: Vec<String>,
    /// The features, the outcome and the arrival.
    pub(crate) frame: DataFrame,
    /// The warehouse state it was read from.
    pub(crate) lsn: Lsn,
}

impl Dataset {
    /// How many of the leads converted within 90 days.
    ///
    /// # Errors
    /// [`Error::MissingColumn`], which is a defect.
    pub(crate) fn conversions(&self) -> Result<usize, Error> {
        Ok(crate::columns::outcomes(&self.frame, CONVERTED)?.into_iter().filter(|converted| *converted).count())
    }
}

/// What a model is trained on: every feature, the latest arrivals as the test.
pub(crate) fn training_spec() -> TrainingSpec {
    TrainingSpec {
        outcome: CONVERTED.to_owned(),
        features: feature::for_training(),
        missing_words: Vec::new(),
        split: Split::Time { column: ARRIVED_AT.to_owned() },
    }
}

/// Reads leads with their features at the present moment `now`, or at past moments, from a warehouse
/// that has reached `at_least`.
///
/// # Errors
/// [`Error::History`]; [`Error::TooManyLeads`] when the answer would be cut.
pub(crate) async fn read(
    query: &QueryService,
    moments: Moments,
    now: DateTime<Utc>,
    at_least: Lsn,
) -> Result<Dataset, Error> {
    let observed = ask(query, include_str!("sql/observations.sql"), moments, now, at_least).await?;
    // The later statements may see more of the log, but nothing that became true after `now`.
    let outcomes = ask(query, include_str!("sql/outcomes.sql"), moments, now, observed.lsn).await?;
    let rated = ask(query, include_str!("sql/ratings.sql"), moments, now, observed.lsn).await?;
    let outcomes = Outcome::read(&Rows(&outcomes))?;
    let ratings = Ratings::read(&Rows(&rated), &outcomes)?;
    assemble(&observed, &outcomes, &ratings)
}

async fn ask(
    query: &QueryService,
    sql: &str,
    moments: Moments,
    now: DateTime<Utc>,
    at_least: Lsn,
) -> Result<Answer, Error> {
    // Only numbers and the words true and false are filled in.
    let sql = sql
        .replace("{most_learned}", &MOST_LEARNED.to_string())
        .replace("{most_outcomes}", &MOST_OUTCOMES.to_string())
        .replace("{now}", &now.timestamp_micros().to_string())
        .replace("{training}", if moments == Moments::Training { "true" } else { "false" })
        .replace("{unscored}", if moments == Moments::Unscored { "true" } else { "false" });
    let at = ReadAt { as_of: None, min_lsn: Some(at_least) };
    let answer = query.run_trusted_sql(&Principal::system(), EngineChoice::DuckDb, &sql, &at).await?;
    if answer.truncated {
        return Err(Error::TooManyLeads { limit: answer.row_count() });
    }
    Ok(answer)
}

fn assemble(observed: &Answer, outcomes: &[Outcome], ratings: &Ratings) -> Result<Dataset, Error> {
    let rows = Rows(observed);
    let lead_ids = rows.required_texts("lead_id")?;
    let at_us = rows.required_integers("at_us")?;
    let attributes: Vec<Map<String, Value>> =
        rows.texts("attributes")?.iter().map(|text| parsed(text.as_deref())).collect();
    let mut columns = vec![
        Column::new(CONVERTED.into(), rows.flags("converted")?),
        Column::new(ARRIVED_AT.into(), rows.required_integers("arrived_us")?),
    ];
    for feature in FEATURES {
        let column = match feature.source {
            Source::Observed => observed_column(feature, &rows)?,
            Source::Attribute(names) => {
                let values = attributes.iter().map(|given| names.iter().find_map(|name| number(given.get(*name)?)));
                Column::new(feature.name.into(), values.collect::<Vec<Option<f64>>>())
            }
            Source::Rate(column) => {
                let rates = Rates::new(outcomes, column).at(&rows.texts(column)?, &at_us);
                Column::new(feature.name.into(), rates)
            }
            Source::Rating(kind) => {
                let rating = |(lead, at): (&String, &i64)| match kind {
                    RatingKind::Latest => ratings.latest(lead, *at),
                    RatingKind::Weighted => ratings.weighted(lead, *at),
                };
                let values: Vec<Option<f64>> = lead_ids.iter().zip(&at_us).map(rating).collect();
                Column::new(feature.name.into(), values)
            }
        };
        columns.push(column);
    }
    let frame = DataFrame::new(lead_ids.len(), columns)?;
    Ok(Dataset { lead_ids, frame, lsn: observed.lsn })
}

fn observed_column(feature: &FeatureDef, rows: &Rows<'_>) -> Result<Column, Error> {
    Ok(match feature.kind {
        FeatureKind::Numeric => Column::new(feature.name.into(), rows.floats(feature.name)?),
        FeatureKind::Category => Column::new(feature.name.into(), rows.texts(feature.name)?),
    })
}

fn parsed(text: Option<&str>) -> Map<String, Value> {
    // Attributes are whatever a form sent; what is no object has no features.
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}
