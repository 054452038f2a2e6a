//! Ratings of leads by reps, and how reliable each rater has been.

use std::collections::BTreeMap;

use super::{Rows, outcomes::Outcome};
use crate::{Error, exact};

/// Ratings of an average team member added to each rater's own.
const PRIOR_RATINGS: f64 = 10.0;
/// The middle of the scale from 1 to 5.
const MIDDLE: f64 = 3.0;
/// From the middle of the scale to its ends.
const HALF_RANGE: f64 = 2.0;

/// One version of a rating.
#[derive(Debug, Clone, PartialEq)]
struct Rating {
    rater: String,
    team: Option<String>,
    stars: f64,
    since_us: i64,
    until_us: Option<i64>,
}

/// A rating whose lead's outcome became known after it.
#[derive(Debug, Clone, PartialEq)]
struct Verdict {
    known_us: i64,
    /// 1 when the best rating met a conversion or the worst a loss, −1 the other way round.
    agreement: f64,
}

/// All ratings by lead, and the record of every rater and team.
#[derive(Debug, Default)]
pub(super) struct Ratings {
    leads: BTreeMap<String, Vec<Rating>>,
    raters: BTreeMap<String, Vec<Verdict>>,
    teams: BTreeMap<Option<String>, Vec<Verdict>>,
}

impl Ratings {
    /// Reads the answer to `sql/ratings.sql`, which is in the order of `since_us`.
    pub(super) fn read(rows: &Rows<'_>, outcomes: &[Outcome]) -> Result<Self, Error> {
        let (leads, raters) = (rows.required_texts("lead_id")?, rows.texts("rater_id")?);
        let (teams, ratings) = (rows.texts("team_id")?, rows.floats("rating")?);
        let (since, until) = (rows.required_integers("since_us")?, rows.integers("until_us")?);
        let columns = leads.into_iter().zip(raters).zip(teams).zip(ratings).zip(since).zip(until);
        let versions = columns.map(|(((((lead, rater), team), rating), since_us), until_us)| {
            let rater = rater.unwrap_or_default();
            (lead, Rating { rater, team, stars: rating.unwrap_or(MIDDLE), since_us, until_us })
        });
        Ok(Self::of(versions.collect(), outcomes))
    }

    fn of(versions: Vec<(String, Rating)>, outcomes: &[Outcome]) -> Self {
        let mut all = Self::default();
        for (lead, rating) in versions {
            all.leads.entry(lead).or_default().push(rating);
        }
        for outcome in outcomes {
            // The rating that was in force when the outcome became known; one given later is no
            // forecast.
            let Some(rating) = all.in_force(&outcome.lead_id, outcome.known_us - 1).cloned() else { continue };
            let sign = if outcome.converted { 1.0 } else { -1.0 };
            let agreement = sign * (rating.stars - MIDDLE) / HALF_RANGE;
            let verdict = Verdict { known_us: outcome.known_us, agreement };
            all.raters.entry(rating.rater).or_default().push(verdict.clone());
            all.teams.entry(rating.team).or_default().push(verdict);
        }
        all
    }

    /// The latest rating of a lead in force at a moment, 1 to 5.
    pub(super) fn latest(&self, lead: &str, at_us: i64) -> Option<f64> {
        self.in_force(lead, at_us).map(|rating| rating.stars)
    }

    /// The latest rating, −2 to 2, times the reliability of its rater at that moment.
    ///
    /// **Formula**: (rating − 3) · (Σ agreement of the rater + 10 · mean agreement of the team) /
    /// (ratings of the rater + 10), over ratings whose outcome was known at the moment.
    pub(super) fn weighted(&self, lead: &str, at_us: i64) -> Option<f64> {
        let rating = self.in_force(lead, at_us)?;
        let (team_sum, team_count) = known(self.teams.get(&rating.team), at_us);
        let team_mean = if team_count > 0.0 { team_sum / team_count } else { 0.0 };
        let (sum, count) = known(self.raters.get(&rating.rater), at_us);
        let reliability = (sum + PRIOR_RATINGS * team_mean) / (count + PRIOR_RATINGS);
        Some((rating.stars - MIDDLE) * reliability)
    }

    fn in_force(&self, lead: &str, at_us: i64) -> Option<&Rating> {
        let in_force = |rating: &&Rating| rating.since_us <= at_us && rating.until_us.is_none_or(|until| at_us < until);
        self.leads.get(lead)?.iter().rfind(in_force)
    }
}

/// Sum and number of the agreements known at a moment; verdicts are in the order of `known_us`.
fn known(verdicts: Option<&Vec<Verdict>>, at_us: i64) -> (f64, f64) {
    let verdicts = verdicts.map(Vec::as_slice).unwrap_or_default();
    let count = verdicts.partition_point(|verdict| verdict.known_us <= at_us);
    (verdicts[..count].iter().map(|verdict| verdict.agreement).sum(), exact::float(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rating(lead: &str, rater: &str, stars: f64, since_us: i64) -> (String, Rating) {
        let team = Some("north".to_owned());
        (lead.to_owned(), Rating { rater: rater.to_owned(), team, stars, since_us, until_us: None })
    }

    fn outcome(lead: &str, known_us: i64, converted: bool) -> Outcome {
        Outcome { lead_id: lead.to_owned(), source: None, industry: None, known_us, converted }
    }

    #[test]
    fn a_rating_after_the_outcome_says_nothing_about_its_rater() {
        let versions = vec![rating("a", "ann", 5.0, 100), rating("b", "ann", 5.0, 10)];
        let ratings = Ratings::of(versions, &[outcome("a", 50, true)]);

        assert_eq!(ratings.weighted("b", 1_000), Some(0.0));
    }

    #[test]
    fn a_rater_is_shrunk_to_the_team_until_outcomes_are_known() {
        // Ann is right ten times, Bob wrong ten times; their team is right half of the time.
        let mut versions: Vec<(String, Rating)> = (0..10).map(|n| rating(&format!("a{n}"), "ann", 5.0, 1)).collect();
        versions.extend((0..10).map(|n| rating(&format!("b{n}"), "bob", 1.0, 1)));
        versions.push(rating("new", "ann", 5.0, 1));
        let mut outcomes: Vec<Outcome> = (0..10).map(|n| outcome(&format!("a{n}"), 50, true)).collect();
        outcomes.extend((0..10).map(|n| outcome(&format!("b{n}"), 50, true)));
        let ratings = Ratings::of(versions, &outcomes);

        let (before, after) = (ratings.weighted("new", 49), ratings.weighted("new", 50));

        // Nothing known before; then (10 + 10 · 0) / 20 of the distance 2.
        assert_eq!((before, after), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn a_later_rating_does_not_change_an_earlier_moment() {
        let mut first = rating("a", "ann", 2.0, 10);
        first.1.until_us = Some(30);
        let ratings = Ratings::of(vec![first, rating("a", "ann", 5.0, 30)], &[]);

        assert_eq!([9, 29, 30].map(|at| ratings.latest("a", at)), [None, Some(2.0), Some(5.0)]);
    }
}
