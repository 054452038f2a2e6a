//! The features of a lead, declared as data: where each comes from and as of when it is known.

use crate::{Feature, FeatureKind};

/// Where the value of a feature comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A column of `sql/observations.sql`, known at the scoring moment by its definition there.
    Observed,
    /// A number that a form or an import brought: the first of these attributes that the lead has.
    Attribute(&'static [&'static str]),
    /// Share of converted leads among those whose value of this column is the same, counting only
    /// outcomes known at the scoring moment.
    Rate(&'static str),
    /// From the ratings of reps that were given by the scoring moment.
    Rating(RatingKind),
}

/// What is taken from the ratings of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RatingKind {
    /// The latest one.
    Latest,
    /// The latest one, counted from the middle, times how reliable its rater was so far.
    Weighted,
}

/// One feature of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeatureDef {
    /// Name of the column in a frame, in stored models and in explanations.
    pub(crate) name: &'static str,
    /// What people read.
    pub(crate) label: &'static str,
    /// Unit of its numbers, empty for words and counts that need none.
    pub(crate) unit: &'static str,
    /// How its values are read.
    pub(crate) kind: FeatureKind,
    /// When its value is known, in words.
    pub(crate) as_of: &'static str,
    /// Where it comes from.
    pub(crate) source: Source,
}

const FIELD: &str = "field of the lead in the version that was true at the moment";
const COUNT: &str = "activities known at the moment that had occurred by then, looking back so far";
const OUTCOMES: &str = "outcomes of other leads known at the moment, 20 average leads added";

/// Every feature, in the order of explanations with equal weight.
///
/// Left out on purpose: the status (people set it afterwards and in bulk), score fields, and whatever
/// is filled in with the outcome, such as the reason of a loss or the contact that a lead became.
pub(crate) const FEATURES: &[FeatureDef] = &[
    word("source", "Source"),
    word("industry", "Industry"),
    word("country", "Country"),
    word("job_title", "Job title"),
    word("priority", "Priority"),
    number("estimated_value", "Estimated value", "", FIELD, Source::Observed),
    flag("has_email", "E-mail address given"),
    flag("has_phone", "Phone number given"),
    flag("has_company", "Company given"),
    number("visits", "Visits of the website", "", FIELD, Source::Attribute(&["visits", "total_visits"])),
    number(
        "seconds_on_site",
        "Time on the website",
        "seconds",
        FIELD,
        Source::Attribute(&["seconds_on_site", "total_time_spent_on_website"]),
    ),
    number(
        "pages_per_visit",
        "Pages per visit",
        "",
        FIELD,
        Source::Attribute(&["pages_per_visit", "page_views_per_visit"]),
    ),
    number("employees", "Employees of the company", "", FIELD, Source::Attribute(&["employees", "employee_count"])),
    number("age_days", "Age of the lead", "days", "time from arrival to the moment", Source::Observed),
    count("emails_30", "E-mails in 30 days"),
    count("emails_90", "E-mails in 90 days"),
    count("calls_30", "Calls in 30 days"),
    count("calls_90", "Calls in 90 days"),
    count("meetings_30", "Meetings in 30 days"),
    count("meetings_90", "Meetings in 90 days"),
    count("inbound_30", "Messages from the lead in 30 days"),
    count("inbound_90", "Messages from the lead in 90 days"),
    count("outbound_30", "Our messages in 30 days"),
    count("outbound_90", "Our messages in 90 days"),
    number("days_since_touch", "Last contact", "days ago", COUNT, Source::Observed),
    number("days_since_inbound", "Last message from the lead", "days ago", COUNT, Source::Observed),
    number("response_hours", "Our first answer after", "hours", COUNT, Source::Observed),
    number("source_rate", "Conversion of this source", "%", OUTCOMES, Source::Rate("source")),
    number("industry_rate", "Conversion of this industry", "%", OUTCOMES, Source::Rate("industry")),
    number("rating", "Latest rating", "of 5", "latest rating given by the moment", Source::Rating(RatingKind::Latest)),
    number(
        "weighted_rating",
        "Rating by how reliable the rater is",
        "",
        "latest rating given by the moment, times the rater's record of outcomes known at the moment",
        Source::Rating(RatingKind::Weighted),
    ),
];

const fn word(name: &'static str, label: &'static str) -> FeatureDef {
    FeatureDef { name, label, unit: "", kind: FeatureKind::Category, as_of: FIELD, source: Source::Observed }
}

const fn flag(name: &'static str, label: &'static str) -> FeatureDef {
    word(name, label)
}

const fn count(name: &'static str, label: &'static str) -> FeatureDef {
    number(name, label, "", COUNT, Source::Observed)
}

const fn number(
    name: &'static str,
    label: &'static str,
    unit: &'static str,
    as_of: &'static str,
    source: Source,
) -> FeatureDef {
    FeatureDef { name, label, unit, kind: FeatureKind::Numeric, as_of, source }
}

/// Features that say nearly the same; people are told them as one reason.
const TOPICS: &[&[&str]] = &[
    &["source", "source_rate"],
    &["industry", "industry_rate"],
    &["has_email", "has_phone", "has_company"],
    &["visits", "seconds_on_site", "pages_per_visit"],
    &["emails_30", "emails_90"],
    &["calls_30", "calls_90"],
    &["meetings_30", "meetings_90"],
    &["inbound_30", "inbound_90", "days_since_inbound"],
    &["outbound_30", "outbound_90", "days_since_touch", "response_hours"],
    &["rating", "weighted_rating"],
];

/// The first feature that is told together with this one.
pub(crate) fn topic(name: &str) -> &str {
    let topic = TOPICS.iter().find(|features| features.contains(&name));
    topic.and_then(|features| features.first()).copied().unwrap_or(name)
}

/// The declaration of a feature.
pub(crate) fn named(name: &str) -> Option<&'static FeatureDef> {
    FEATURES.iter().find(|feature| feature.name == name)
}

/// The features in the form that training takes.
pub(crate) fn for_training() -> Vec<Feature> {
    FEATURES.iter().map(|feature| Feature { name: feature.name.to_owned(), kind: feature.kind }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_feature_is_a_score_a_status_or_what_comes_with_an_outcome() {
        let forbidden = [
            "score",
            "score_tier",
            "score_reasons",
            "status",
            "lost_reason",
            "converted_at",
            "contact_id",
            "company_id",
        ];

        let names: BTreeSet<&str> = FEATURES.iter().map(|feature| feature.name).collect();

        assert!(forbidden.iter().all(|name| !names.contains(name)), "{names:?}");
        assert_eq!(names.len(), FEATURES.len());
        assert!(FEATURES.iter().all(|feature| !feature.label.is_empty() && !feature.as_of.is_empty()));
    }

    #[test]
    fn every_feature_of_a_topic_is_declared_and_has_no_other() {
        let grouped: Vec<&str> = TOPICS.iter().flat_map(|features| features.iter().copied()).collect();

        assert!(grouped.iter().all(|name| named(name).is_some()), "{grouped:?}");
        assert_eq!(grouped.iter().collect::<BTreeSet<_>>().len(), grouped.len());
        assert_eq!([topic("calls_90"), topic("country")], ["calls_30", "country"]);
    }
}
