//! Reads values in the text form of Postgres, with the session pinned to ISO dates and UTC.
//!
//! Strict on purpose: whatever is not exactly of its type is refused, never rounded or guessed.

use chrono::{Datelike, NaiveDate};

/// Why a text is not a value of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is not of the type at all; says what would have been right.
    Bad(&'static str),
    /// Postgres can hold it, the lake cannot; says why.
    Unrepresentable(&'static str),
}

type Read<T> = Result<T, Refusal>;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
const INFINITE: Refusal = Refusal::Unrepresentable("infinity has no place in a column of moments or days");
const TOO_FAR: Refusal = Refusal::Unrepresentable("the day is out of range");
const BAD_DATE: Refusal = Refusal::Bad("a date such as 2026-03-31");
const BAD_MOMENT: Refusal = Refusal::Bad("a moment such as 2026-03-31 14:05:00+00");
const BAD_DECIMAL: Refusal = Refusal::Bad("a decimal number");
const DAYS_FROM_COMMON_ERA: i32 = 719_163; // 1970-01-01

pub(crate) fn integer(text: &str) -> Read<i64> {
    text.parse().map_err(|_source| Refusal::Bad("a whole number"))
}

pub(crate) fn float(text: &str) -> Read<f64> {
    text.parse().map_err(|_source| Refusal::Bad("a number"))
}

pub(crate) fn boolean(text: &str) -> Read<bool> {
    match text {
        "t" => Ok(true),
        "f" => Ok(false),
        _ => Err(Refusal::Bad("t or f")),
    }
}

/// The id as a number; the text form sorts in the same order.
pub(crate) fn uuid(text: &str) -> Read<u128> {
    const BAD: Refusal = Refusal::Bad("an id such as 0190a5f2-7c1e-7d3a-9f00-0123456789ab");
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return Err(BAD);
    }
    let mut value = 0_u128;
    for (at, byte) in bytes.iter().enumerate() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'-' if matches!(at, 8 | 13 | 18 | 23) => continue,
            _ => return Err(BAD),
        };
        if matches!(at, 8 | 13 | 18 | 23) {
            return Err(BAD);
        }
        value = (value << 4) | u128::from(digit);
    }
    Ok(value)
}

/// The number in units of its last digit after the point.
pub(crate) fn decimal(text: &str, precision: u8, scale: u8) -> Read<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if matches!(digits, "NaN" | "Infinity") {
        return Err(Refusal::Unrepresentable("it is not a finite number"));
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits_only = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !digits_only || (whole.is_empty() && fraction.is_empty()) {
        return Err(BAD_DECIMAL);
    }
    let scale_len = usize::from(scale);
    let (kept, excess) = fraction.split_at_checked(scale_len).unwrap_or((fraction, ""));
    if excess.bytes().any(|byte| byte != b'0') {
        return Err(Refusal::Unrepresentable("it has too many digits after the point"));
    }
    let padding = "00000000000000000000000000000000000000".get(..scale_len - kept.len()).unwrap_or("");
    let mut value = 0_i128;
    for byte in whole.bytes().chain(kept.bytes()).chain(padding.bytes()) {
        let shifted = value.checked_mul(10).and_then(|value| value.checked_add(i128::from(byte - b'0')));
        value = shifted.ok_or(Refusal::Unrepresentable("it has too many digits"))?;
    }
    if value >= 10_i128.checked_pow(u32::from(precision)).unwrap_or(i128::MAX) {
        return Err(Refusal::Unrepresentable("it has too many digits"));
    }
    Ok(if digits.len() == text.len() { value } else { -value })
}

/// Days since 1970-01-01.
pub(crate) fn date(text: &str) -> Read<i32> {
    if matches!(text, "infinity" | "-infinity") {
        return Err(INFINITE);
    }
    if text.ends_with(" BC") {
        return Err(TOO_FAR);
    }
    let mut parts = text.splitn(3, '-');
    let mut part = |least_len: usize| {
        let digits = parts.next().filter(|digits| digits.len() >= least_len)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u32>().ok()).flatten()
    };
    let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else { return Err(BAD_DATE) };
    let year = i32::try_from(year).map_err(|_source| TOO_FAR)?;
    if year > NaiveDate::MAX.year() {
        return Err(TOO_FAR);
    }
    let day = NaiveDate::from_ymd_opt(year, month, day).ok_or(BAD_DATE)?;
    Ok(day.num_days_from_ce() - DAYS_FROM_COMMON_ERA)
}

/// Microseconds since 1970-01-01 00:00 UTC.
pub(crate) fn moment(text: &str) -> Read<i64> {
    if matches!(text, "infinity" | "-infinity") {
        return Err(INFINITE);
    }
    if text.ends_with(" BC") {
        return Err(TOO_FAR);
    }
    let (day, time) = text.split_once(' ').ok_or(BAD_MOMENT)?;
    let days = date(day).map_err(|refusal| if refusal == BAD_DATE { BAD_MOMENT } else { refusal })?;
    let zone_at = time.find(['+', '-']).ok_or(BAD_MOMENT)?;
    let (clock, zone) = time.split_at(zone_at);
    let micros = micros_of_day(clock).ok_or(BAD_MOMENT)?;
    let offset = zone_offset(zone).ok_or(BAD_MOMENT)?;
    let midnight = i64::from(days).checked_mul(MICROS_PER_DAY);
    midnight.and_then(|at| at.checked_add(micros - offset)).ok_or(TOO_FAR)
}

/// `14:05:00` or `14:05:00.123456`.
fn micros_of_day(clock: &str) -> Option<i64> {
    let (seconds, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let bytes = seconds.as_bytes();
    if bytes.len() != 8 || bytes[2] != b':' || bytes[5] != b':' || fraction.len() > 6 {
        return None;
    }
    let (hour, minute, second) = (two_digits(&bytes[0..2])?, two_digits(&bytes[3..5])?, two_digits(&bytes[6..8])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = 0;
    for at in 0..6 {
        let digit = fraction.as_bytes().get(at).copied().unwrap_or(b'0');
        micros = micros * 10 + i64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    Some((hour * 3_600 + minute * 60 + second) * MICROS_PER_SECOND + micros)
}

/// `+00`, `+05:30` or `-04:56:02`, in microseconds east of UTC.
fn zone_offset(zone: &str) -> Option<i64> {
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let mut seconds = 0;
    let mut unit = 3_600;
    for part in zone[1..].split(':') {
        let digits = part.as_bytes();
        if digits.len() != 2 || unit == 0 {
            return None;
        }
        seconds += two_digits(digits)? * unit;
        unit /= 60;
    }
    Some(sign * seconds * MICROS_PER_SECOND)
}

fn two_digits(bytes: &[u8]) -> Option<i64> {
    let [tens, ones] = bytes else { return None };
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(decimal("1234.5", 18, 2), Ok(123_450));
        assert_eq!(decimal("-0.01", 18, 2), Ok(-1));
        assert_eq!(decimal("7", 18, 2), Ok(700));
        assert_eq!(decimal("1.500", 18, 2), Ok(150));
        assert_eq!(decimal("99999999999999999999999999999999999999", 38, 0), Ok(10_i128.pow(38) - 1));
        for unfit in ["NaN", "Infinity", "-Infinity", "1.005", "100000000000000000", "9".repeat(60).as_str()] {
            assert!(matches!(decimal(unfit, 18, 2), Err(Refusal::Unrepresentable(_))), "{unfit}");
        }
        for bad in ["", "-", ".", "1e5", "--1", "1.2.3", "1,5", "+1", "1.00x"] {
            assert!(matches!(decimal(bad, 18, 2), Err(Refusal::Bad(_))), "{bad}");
        }
    }

    #[test]
    fn moments_are_brought_to_utc() {
        assert_eq!(moment("1970-01-01 00:00:00+00"), Ok(0));
        assert_eq!(moment("1970-01-01 00:00:00.5+00"), Ok(500_000));
        assert_eq!(moment("2026-11-21 08:00:00.000001+00"), Ok(1_795_248_000_000_001));
        assert_eq!(moment("1970-01-01 05:30:00+05:30"), Ok(0));
        assert_eq!(moment("1969-12-31 19:03:58-04:56:02"), Ok(0));
        for unfit in ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "294276-12-31 23:59:59+00"] {
            assert!(matches!(moment(unfit), Err(Refusal::Unrepresentable(_))), "{unfit}");
        }
        for bad in ["", "2026-11-21", "2026-11-21 08:00:00", "2026-11-21 25:00:00+00", "2026-13-01 00:00:00+00", "x"] {
            assert_eq!(moment(bad), Err(BAD_MOMENT), "{bad}");
        }
    }

    #[test]
    fn dates_and_ids_are_checked() {
        assert_eq!(date("1970-01-02"), Ok(1));
        assert_eq!(date("2024-02-29"), Ok(19_782));
        assert_eq!(date("2023-02-29"), Err(BAD_DATE));
        assert_eq!(date("+2023-02-01"), Err(BAD_DATE));
        assert_eq!(date("infinity"), Err(INFINITE));
        assert_eq!(uuid("0190a5f2-7c1e-7d3a-9f00-0123456789ab"), Ok(0x0190_a5f2_7c1e_7d3a_9f00_0123_4567_89ab));
        assert!(uuid("0190a5f27c1e7d3a9f000123456789ab").is_err());
        assert!(uuid("0190A5F2-7c1e-7d3a-9f00-0123456789ab").is_err());
        assert!(uuid("0190a5f2-7c1e-7d3a-9f0000123456789ab").is_err());
    }
}
