//! Days and moments in the formats of a file.

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use polars::prelude::{StringChunked, StringMethods, TimeUnit};
use serde_json::Value;

use super::{Read, ReadMoment, shown};
use crate::import::{Error, plan::Reading};

/// ISO 8601 without an offset, tried in this order.
const ISO: [&str; 5] = ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

/// Years before this one come from two-digit years read with `%Y`.
const FIRST_YEAR: i32 = 1000;

/// Reads days; a moment counts as the day it falls on as written.
pub(super) fn days(text: &StringChunked, reading: &Reading) -> Result<Vec<Read>, Error> {
    let local = local_moments(text, reading)?;
    let read = text.iter().zip(local).map(|(cell, local)| match (cell, local) {
        (None, _) => Read::Empty,
        (Some(_), Some(Local::At(at))) => Read::Value(Value::String(at.date().to_string())),
        (Some(_), Some(Local::Exact(at))) => {
            Read::Value(Value::String(at.with_timezone(&reading.zone).date_naive().to_string()))
        }
        (Some(cell), None) => Read::Wrong(unreadable(cell, reading)),
    });
    Ok(read.collect())
}

/// Reads moments; those without an offset are of the reading's zone, days get its time of day.
pub(super) fn moments(text: &StringChunked, reading: &Reading) -> Result<Vec<ReadMoment>, Error> {
    let local = local_moments(text, reading)?;
    let read = text.iter().zip(local).map(|(cell, local)| match (cell, local) {
        (None, _) => Ok(None),
        (Some(_), Some(Local::Exact(at))) => Ok(Some(at)),
        (Some(cell), Some(Local::At(at))) => match reading.zone.from_local_datetime(&at) {
            // The clock shows an ambiguous time twice; the first of them is as good as the second.
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Ok(Some(at.with_timezone(&Utc))),
            LocalResult::None => Err(format!("`{}` does not exist in {}", shown(cell), reading.zone)),
        },
        (Some(cell), None) => Err(unreadable(cell, reading)),
    });
    Ok(read.collect())
}

/// Reads one moment; the error says what would be right.
pub(crate) fn moment(text: &str, reading: &Reading) -> Result<DateTime<Utc>, String> {
    let column: StringChunked = std::iter::once(Some(text)).collect();
    let read = moments(&column, reading).map_err(|error| error.to_string())?;
    read.into_iter().next().transpose().map(Option::flatten)?.ok_or_else(|| "is empty".to_owned())
}

#[derive(Debug, Clone, Copy)]
enum Local {
    /// Without an offset.
    At(NaiveDateTime),
    /// With one.
    Exact(DateTime<Utc>),
}

fn local_moments(text: &StringChunked, reading: &Reading) -> Result<Vec<Option<Local>>, Error> {
    let mut read: Vec<Option<Local>> = vec![None; text.len()];
    if reading.formats.is_empty() {
        for format in ISO {
            fill(&mut read, text, format, reading)?;
        }
        fill_exact(&mut read, text, |cell| DateTime::parse_from_rfc3339(cell).ok());
    }
    for format in &reading.formats {
        if format.contains("%z") || format.contains("%:z") || format.contains("%#z") || format.contains("%+") {
            fill_exact(&mut read, text, |cell| DateTime::parse_from_str(cell, format).ok());
        } else {
            fill(&mut read, text, format, reading)?;
        }
    }
    Ok(read)
}

/// Reads with one format, as Polars does it, what no earlier format could read.
fn fill(read: &mut [Option<Local>], text: &StringChunked, format: &str, reading: &Reading) -> Result<(), Error> {
    if read.iter().zip(text.iter()).all(|(read, cell)| read.is_some() || cell.is_none()) {
        return Ok(());
    }
    let left: StringChunked =
        read.iter().zip(text.iter()).map(|(read, cell)| cell.filter(|_| read.is_none())).collect();
    let found: Vec<Option<NaiveDateTime>> = if has_time(format) {
        let raise: StringChunked = std::iter::once(Some("raise")).collect();
        let moments =
            left.as_datetime(Some(format), TimeUnit::Microseconds, true, false, None, &raise).map_err(Error::frame)?;
        let micros = moments.physical().iter();
        micros.map(|at| at.and_then(DateTime::from_timestamp_micros).map(|at| at.naive_utc())).collect()
    } else {
        let days = left.as_date(Some(format), true).map_err(Error::frame)?;
        let day = |days: i32| NaiveDate::from_epoch_days(days).map(|day| day.and_time(reading.at));
        days.physical().iter().map(|days| days.and_then(day)).collect()
    };
    for (read, found) in read.iter_mut().zip(found) {
        *read = read.or_else(|| found.filter(|at| at.year() >= FIRST_YEAR).map(Local::At));
    }
    Ok(())
}

fn fill_exact(
    read: &mut [Option<Local>],
    text: &StringChunked,
    parse: impl Fn(&str) -> Option<DateTime<chrono::FixedOffset>>,
) {
    for (read, cell) in read.iter_mut().zip(text.iter()) {
        if read.is_none() {
            *read = cell.and_then(&parse).map(|at| Local::Exact(at.with_timezone(&Utc)));
        }
    }
}

fn has_time(format: &str) -> bool {
    ["%H", "%I", "%T", "%R", "%s", "%c", "%X", "%k", "%l"].iter().any(|item| format.contains(item))
}

fn unreadable(cell: &str, reading: &Reading) -> String {
    let formats =
        if reading.formats.is_empty() { "%Y-%m-%d (ISO 8601)".to_owned() } else { reading.formats.join(" or ") };
    format!("`{}` is not a date in the format {formats}", shown(cell))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;
    use crate::import::rule::EntryType;

    fn reading(formats: &[&str], zone: &str) -> Reading {
        Reading {
            default: None,
            formats: formats.iter().map(|&format| format.to_owned()).collect(),
            zone: zone.parse().expect("a zone"),
            at: NaiveTime::from_hms_opt(12, 0, 0).expect("noon"),
            decimal: '.',
            thousands: None,
            entry_type: EntryType::Text,
        }
    }

    fn read(text: &str, formats: &[&str], zone: &str) -> Result<String, String> {
        moment(text, &reading(formats, zone)).map(|at| at.to_rfc3339())
    }

    #[test]
    fn moments_are_read_in_their_zone() {
        assert_eq!(read("2026-03-31", &[], "UTC"), Ok("2026-03-31T12:00:00+00:00".to_owned()));
        assert_eq!(read("2026-03-31T14:05:00+02:00", &[], "UTC"), Ok("2026-03-31T12:05:00+00:00".to_owned()));
        let local = read("26-02-2018 19:58", &["%d-%m-%Y %H:%M"], "America/Sao_Paulo");
        assert_eq!(local, Ok("2018-02-26T22:58:00+00:00".to_owned()));
        assert_eq!(read("31.12.2025", &["%Y-%m-%d", "%d.%m.%Y"], "UTC"), Ok("2025-12-31T12:00:00+00:00".to_owned()));
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        assert!(read("2026-02-30", &[], "UTC").is_err());
        assert!(read("2026-03-31x", &[], "UTC").is_err());
        assert!(read("01-02-18", &["%d-%m-%Y"], "UTC").is_err());
        assert!(read("2026-03-29 02:30:00", &[], "Europe/Berlin").is_err());
    }
}
