//! The figures as they are answered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Everything about one kind of subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectFigures {
    /// How many there are.
    pub records: RecordFigures,
    /// Interactions by kind, the most frequent first.
    pub interactions: Vec<InteractionFigures>,
    /// Interactions over time.
    pub periods: Vec<PeriodFigures>,
    /// How many take part.
    pub engagement: Engagement,
    /// What came of it, by currency.
    pub performance: Vec<Performance>,
    /// The most active.
    pub top: Vec<TopSubject>,
}

/// How many records there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordFigures {
    /// All of them, now.
    pub total: i64,
    /// Created in the span.
    pub created: i64,
    /// Those that are customers, now.
    pub customers: i64,
}

/// Interactions of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InteractionFigures {
    /// Such as `call` or `meeting`.
    pub kind: String,
    /// How many in the span.
    pub interactions: i64,
    /// With how many records.
    pub records: i64,
}

/// Interactions of one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodFigures {
    /// First day of the period.
    pub period: String,
    /// How many.
    pub interactions: i64,
    /// With how many records.
    pub records: i64,
}

/// How many take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Engagement {
    /// Records with an interaction in the span.
    pub active: i64,
    /// Records that got in touch themselves.
    pub answering: i64,
    /// Interactions in the span.
    pub interactions: i64,
    /// Those that began on their side.
    pub inbound: i64,
    /// Those that began on ours.
    pub outbound: i64,
}

/// What came of it, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Performance {
    /// ISO 4217 code.
    pub currency: String,
    /// Deals won in the span.
    pub won: i64,
    /// Deals lost in the span.
    pub lost: i64,
    /// What was won, as exact decimal text.
    pub won_amount: String,
    /// Deals that are open now.
    pub open: i64,
    /// What they are worth.
    pub open_amount: String,
    /// Share of the decided deals that were won, per cent to one place; none without decisions.
    #[serde(default)]
    pub win_rate: Option<String>,
}

impl Performance {
    /// Won among decided, per METRICS: `won / (won + lost)`.
    pub(crate) fn with_rate(self) -> Self {
        let decided = self.won + self.lost;
        // Tenths of a per cent, rounded half up, without a float.
        let tenths = (decided > 0).then(|| (self.won * 2_000 + decided) / (decided * 2));
        Self { win_rate: tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)), ..self }
    }
}

/// One of the most active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TopSubject {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Interactions in the span.
    pub interactions: i64,
    /// Day of the last one.
    pub last_on: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_win_rate_is_of_decided_deals() {
        let rate = |won, lost| {
            let amount = || "0.00".to_owned();
            let figures = Performance {
                currency: "USD".to_owned(),
                won,
                lost,
                won_amount: amount(),
                open: 9,
                open_amount: amount(),
                win_rate: None,
            };
            figures.with_rate().win_rate
        };

        assert_eq!(rate(2, 1).as_deref(), Some("66.7"));
        assert_eq!(rate(0, 4).as_deref(), Some("0.0"));
        assert_eq!(rate(1, 0).as_deref(), Some("100.0"));
        assert_eq!(rate(0, 0), None);
    }
}
