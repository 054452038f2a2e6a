//! Moments as people type them.

use anyhow::bail;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};

/// The last microsecond of a day: "as of the 30th" includes what happened on the 30th.
const END_OF_DAY_MICROS: u32 = 999_999;

/// Reads a moment: RFC 3339, or a day, which means its end in UTC. Returns RFC 3339 in UTC.
///
/// # Errors
/// It is neither.
pub(super) fn moment(text: &str) -> anyhow::Result<String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Micros, true));
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let end = NaiveTime::from_hms_micro_opt(23, 59, 59, END_OF_DAY_MICROS).unwrap_or_default();
        return Ok(day.and_time(end).and_utc().to_rfc3339_opts(SecondsFormat::Micros, true));
    }
    bail!("`{text}` is not a time; write a day such as 2017-06-30 or a moment such as 2017-06-30T12:00:00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_means_its_end() {
        assert_eq!(moment("2017-06-30").unwrap(), "2017-06-30T23:59:59.999999Z");
        assert_eq!(moment("2017-06-30T12:00:00+02:00").unwrap(), "2017-06-30T10:00:00.000000Z");
        assert!(moment("June").is_err());
    }
}
