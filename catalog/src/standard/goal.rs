//! Goals: what a person wants to reach in a month, a quarter or a year.

use super::{Names, choice, date, money, owned};
use crate::{ObjectDef, Writers};

pub(super) fn object() -> ObjectDef {
    let names = Names { name: "goal", table: "goals", label: "Goal", plural_label: "Goals", title: "metric" };
    owned(
        &names,
        Writers::Managers,
        vec![
            choice("metric", "Measured by", &["won_amount", "won_deals", "converted_leads", "activities"]).required(),
            choice("period", "Period", &["month", "quarter", "year"]).required(),
            date("starts_on", "Begins on").required().help("The first day of the period."),
            money("target", "Target").required().help("An amount of money or a count."),
        ],
    )
}
