//! Numbers with the separators of a country.

/// The number with a point and without groups, or nothing when it is not one.
///
/// Groups must have three digits each: `1.5` in a file with points between groups is refused,
/// rather than read as fifteen.
pub(super) fn plain_number(cell: &str, decimal: char, thousands: Option<char>) -> Option<String> {
    let cell = cell.trim();
    let (sign, digits) = match cell.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", cell.strip_prefix('+').unwrap_or(cell)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = match mantissa.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = ungrouped(whole, thousands)?;
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(&whole) || !fraction.is_none_or(all_digits) {
        return None;
    }
    if whole.is_empty() && fraction.is_none_or(str::is_empty) {
        return None;
    }
    let mut number = format!("{sign}{}", if whole.is_empty() { "0" } else { &whole });
    if let Some(fraction) = fraction.filter(|fraction| !fraction.is_empty()) {
        number.push('.');
        number.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        let exponent: i16 = exponent.parse().ok()?;
        number = rust_decimal::Decimal::from_scientific(&format!("{number}e{exponent}")).ok()?.to_string();
    }
    Some(number)
}

fn ungrouped(whole: &str, thousands: Option<char>) -> Option<String> {
    let Some(separator) = thousands else { return Some(whole.to_owned()) };
    let mut groups = whole.split(separator);
    let mut ungrouped = groups.next()?.to_owned();
    let first_fits = ungrouped.len() <= 3;
    for group in groups {
        if group.len() != 3 || !first_fits {
            return None;
        }
        ungrouped.push_str(group);
    }
    Some(ungrouped)
}

#[cfg(test)]
mod tests {
    use super::plain_number;

    #[test]
    fn separators_are_read_as_stated() {
        assert_eq!(plain_number("1.234.567,50", ',', Some('.')).as_deref(), Some("1234567.50"));
        assert_eq!(plain_number("-1,234.5", '.', Some(',')).as_deref(), Some("-1234.5"));
        assert_eq!(plain_number("1234567", ',', Some('.')).as_deref(), Some("1234567"));
        assert_eq!(plain_number(".5", '.', None).as_deref(), Some("0.5"));
        assert_eq!(plain_number("1.2E3", '.', None).as_deref(), Some("1200"));
    }

    #[test]
    fn numbers_that_could_mean_something_else_are_refused() {
        assert_eq!(plain_number("1.5", ',', Some('.')), None);
        assert_eq!(plain_number("1234.567", ',', Some('.')), None);
        assert_eq!(plain_number("1,5", '.', None), None);
        assert_eq!(plain_number("12 EUR", '.', None), None);
        assert_eq!(plain_number("-", '.', None), None);
        assert_eq!(plain_number("NaN", '.', None), None);
    }
}
